package io.fragcast.transport.aeron;

import org.agrona.BufferUtil;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * What both sides of the driver know of one incoming stream. The receiver thread tells what it saw, the thread of the
 * {@link AeronFrameSource} which publication it follows and how far it has read. Each line has one writer:
 * <pre>
 *   line 0, receiver: | datagrams accepted | SETUPs | SETUPs of another publication | highest position | ahead |
 *   line 1, source:   | followed publication | position | its term length |
 * </pre>
 */
final class InboundSession
{
    private static final int LINE = 64;
    private static final int ACCEPTED = 0;
    private static final int SETUPS = 8;
    private static final int FOREIGN_SETUPS = 16;
    private static final int HIGHEST_POSITION = 24;
    private static final int AHEAD = 32;
    private static final int FOLLOWED = LINE;
    private static final int POSITION = LINE + 8;
    private static final int TERM_LENGTH = LINE + 16;
    private static final long NONE = 0;
    // Above the term id, so that no publication reads as NONE.
    private static final long FOLLOWING = 1L << 32;

    private final InetSocketAddress endpoint;
    private final int streamId;
    private final int sessionId;
    private final @Nullable InetAddress peer;
    private final int maxTermLength;
    private final int mtu;
    private final boolean isGroup;
    private final StreamKind kind;
    private final AtomicBuffer shared = new UnsafeBuffer(BufferUtil.allocateDirectAligned(2 * LINE, LINE));
    // The shortest that was announced since a publication was followed, which holds for the image that comes of it
    // until that is followed; the longest there may be before any was.
    private int announcedTermLength;
    private boolean isAnnounced;
    // The publication that the highest position is of: positions of two are not comparable.
    private long highestOf;

    /**
     * A stream that may come in.
     *
     * @param channel of the stream.
     * @param peer    address that it comes from; null if any may send it.
     */
    InboundSession(final ChannelConfig channel, final @Nullable InetAddress peer)
    {
        this.endpoint = channel.address();
        this.streamId = channel.streamId();
        this.sessionId = channel.sessionId();
        this.peer = peer;
        this.maxTermLength = channel.maxTermLength();
        this.mtu = channel.mtu();
        this.isGroup = channel.isMulticast();
        this.kind = channel.kind();
        announcedTermLength = maxTermLength;
    }

    boolean isNamed(final InetSocketAddress endpoint, final int streamId, final int sessionId)
    {
        return this.sessionId == sessionId && this.streamId == streamId && this.endpoint.equals(endpoint);
    }

    /**
     * May the other end speak from an address? The source port of a publication is ephemeral, so ports are
     * not compared.
     */
    boolean isFrom(final InetSocketAddress source)
    {
        return null == peer || peer.equals(source.getAddress());
    }

    InetSocketAddress endpoint()
    {
        return endpoint;
    }

    int streamId()
    {
        return streamId;
    }

    int sessionId()
    {
        return sessionId;
    }

    /**
     * Longest term that a publication may announce.
     */
    int maxTermLength()
    {
        return maxTermLength;
    }

    /**
     * Length of the terms of the publication that is followed; while none is, of what was announced. Asked by the
     * receiver.
     */
    int termLength()
    {
        return NONE == shared.getLongVolatile(FOLLOWED) ? announcedTermLength : shared.getInt(TERM_LENGTH);
    }

    int mtu()
    {
        return mtu;
    }

    boolean isGroup()
    {
        return isGroup;
    }

    StreamKind kind()
    {
        return kind;
    }

    /**
     * Does its receiver have to ask for it, for want of a publication that follows it?
     */
    boolean isAwaited()
    {
        return StreamKind.RESPONSE == kind && NONE == shared.getLongVolatile(FOLLOWED);
    }

    /**
     * A SETUP whose shape is right.
     *
     * @param initialTermId of the publication.
     * @param termLength    of the publication, at most {@link #maxTermLength()}.
     * @return true if it may make an image: no publication is followed, or this is the one. The SETUP of another is
     * only noted, for the source to see that its publisher restarted.
     */
    boolean onSetup(final int initialTermId, final int termLength)
    {
        increment(SETUPS);
        final long followed = shared.getLongVolatile(FOLLOWED);
        if (NONE == followed)
        {
            announcedTermLength = isAnnounced ? Math.min(announcedTermLength, termLength) : termLength;
            isAnnounced = true;
            return true;
        }
        if (initialTermId == (int)followed)
        {
            return shared.getInt(TERM_LENGTH) == termLength;
        }
        increment(FOREIGN_SETUPS);

        return false;
    }

    /**
     * A data datagram or heartbeat whose shape is right. The live range is a term either way of what the source has
     * read: Aeron's window is half of that. While no publication is followed any term will do: there is no image to
     * hurt, and a datagram is what makes the driver ask for a SETUP.
     *
     * @param termId     of its frames.
     * @param termOffset of the first.
     * @param endOffset  in the term, where the last ends.
     * @return true if it is within the live range.
     */
    boolean onData(final int termId, final int termOffset, final int endOffset)
    {
        final long followed = shared.getLongVolatile(FOLLOWED);
        if (NONE != followed)
        {
            isAnnounced = false;
            final int termLength = shared.getInt(TERM_LENGTH);
            final int termCount = termId - (int)followed;
            final long termBegin = (long)termCount << Integer.numberOfTrailingZeros(termLength);
            final long position = shared.getLongVolatile(POSITION);
            if (termCount < 0 || termBegin + termOffset < position - termLength)
            {
                return false;
            }
            if (termBegin + endOffset > position + termLength)
            {
                increment(AHEAD);
                return false;
            }
            if (highestOf != followed || termBegin + endOffset > shared.getLong(HIGHEST_POSITION))
            {
                highestOf = followed;
                shared.putLongRelease(HIGHEST_POSITION, termBegin + endOffset);
            }
        }
        increment(ACCEPTED);

        return true;
    }

    void follow(final int initialTermId, final int termLength, final long position)
    {
        shared.putLongRelease(POSITION, position);
        shared.putInt(TERM_LENGTH, termLength);
        shared.putLongRelease(FOLLOWED, FOLLOWING | (initialTermId & 0xFFFF_FFFFL));
    }

    void followNone()
    {
        shared.putLongRelease(FOLLOWED, NONE);
    }

    void position(final long position)
    {
        shared.putLongRelease(POSITION, position);
    }

    long accepted()
    {
        return shared.getLongVolatile(ACCEPTED);
    }

    long setups()
    {
        return shared.getLongVolatile(SETUPS);
    }

    long foreignSetups()
    {
        return shared.getLongVolatile(FOREIGN_SETUPS);
    }

    long highestPosition()
    {
        return shared.getLongVolatile(HIGHEST_POSITION);
    }

    long ahead()
    {
        return shared.getLongVolatile(AHEAD);
    }

    private void increment(final int offset)
    {
        shared.putLongRelease(offset, shared.getLong(offset) + 1);
    }
}
