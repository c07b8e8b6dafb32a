package io.fragcast.wire;

import io.fragcast.codecs.FeedDecoder;
import io.fragcast.codecs.GoodbyeDecoder;
import io.fragcast.codecs.HaveDecoder;
import io.fragcast.codecs.HelloDecoder;
import io.fragcast.codecs.MessageHeaderDecoder;
import io.fragcast.codecs.StatusDecoder;
import io.fragcast.codecs.TimeDecoder;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.peer.FeedKind;
import io.fragcast.protocol.peer.GoodbyeReason;
import io.fragcast.protocol.peer.HaveList;
import io.fragcast.protocol.peer.Hello;
import io.fragcast.protocol.peer.PeerRole;
import io.fragcast.protocol.peer.PeerSession;
import io.fragcast.protocol.peer.PeerStatus;
import io.fragcast.protocol.peer.Statement;
import io.fragcast.protocol.peer.Statements;
import io.fragcast.protocol.peer.TimeStamps;
import io.fragcast.transport.FrameHandler;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.status.AtomicCounter;

import java.nio.ByteOrder;

/**
 * Reads the messages of the control lane from one peer and calls its {@link PeerSession}. Vouches for the layout alone:
 * every message is exactly as long as its own lengths say, reserved bytes are zero, a Have ascends and names 1 to 256
 * messages. Any bytes may come; none make it throw. Used by the polling thread.
 */
public final class ControlAdapter implements FrameHandler
{
    private static final int HEADER_LENGTH = MessageHeaderDecoder.ENCODED_LENGTH;
    private static final int DATA_HEADER_LENGTH = HelloDecoder.endpointHeaderLength();
    private static final int GROUP_HEADER_LENGTH = HaveDecoder.AttemptsDecoder.sbeHeaderSize();
    private static final int ENTRY_LENGTH = HaveDecoder.AttemptsDecoder.sbeBlockLength();

    private final PeerSession session;
    private final NanoClock clock;
    private final EpochNanoClock epochClock;
    private final AtomicCounter received;
    private final AtomicCounter malformed;

    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final HelloDecoder hello = new HelloDecoder();
    private final StatusDecoder status = new StatusDecoder();
    private final TimeDecoder time = new TimeDecoder();
    private final HaveDecoder have = new HaveDecoder();
    private final FeedDecoder feed = new FeedDecoder();
    private final GoodbyeDecoder goodbye = new GoodbyeDecoder();
    private final Hello peerHello = new Hello();
    private final PeerStatus peerStatus = new PeerStatus();
    private final TimeStamps stamps = new TimeStamps();
    private final HaveList haves = new HaveList();

    /**
     * An adapter.
     *
     * @param session    of the peer.
     * @param clock      monotonic time, as the session is told it.
     * @param epochClock for the stamps of arrival.
     * @param counters   of this node.
     */
    public ControlAdapter(
        final PeerSession session, final NanoClock clock, final EpochNanoClock epochClock, final Counters counters)
    {
        this.session = session;
        this.clock = clock;
        this.epochClock = epochClock;
        received = counters.get(FragcastCounter.CONTROL_RECEIVED);
        malformed = counters.get(FragcastCounter.CONTROL_MALFORMED);
    }

    @Override
    public boolean onFrame(final DirectBuffer buffer, final int offset, final int length, final int sessionId)
    {
        received.incrementRelease();
        if (!isTaken(buffer, offset, length))
        {
            malformed.incrementRelease();
        }

        return true;
    }

    /** Hands a well-formed message over; false if it is malformed. */
    private boolean isTaken(final DirectBuffer buffer, final int offset, final int length)
    {
        if (length < HEADER_LENGTH)
        {
            return false;
        }
        header.wrap(buffer, offset);
        if (MessageHeaderDecoder.SCHEMA_ID != header.schemaId() ||
            0 == header.version() ||
            length < HEADER_LENGTH + header.blockLength())
        {
            return false;
        }

        return switch (header.templateId())
        {
            case HelloDecoder.TEMPLATE_ID -> onHello(buffer, offset, length);
            case StatusDecoder.TEMPLATE_ID -> onStatus(buffer, offset, length);
            case TimeDecoder.TEMPLATE_ID -> onTime(buffer, offset, length);
            case HaveDecoder.TEMPLATE_ID -> onHave(buffer, offset, length);
            case FeedDecoder.TEMPLATE_ID -> onFeed(buffer, offset, length);
            case GoodbyeDecoder.TEMPLATE_ID -> onGoodbye(buffer, offset, length);
            default -> Statements.FIRST_TEMPLATE_ID <= header.templateId() &&
                header.templateId() <= Statements.LAST_TEMPLATE_ID && onStatement(buffer, offset, length);
        };
    }

    /** Its own layout is for the owner of its kind to judge. */
    private boolean onStatement(final DirectBuffer buffer, final int offset, final int length)
    {
        if (length < Statement.MIN_LENGTH)
        {
            return false;
        }
        session.onStatement(buffer, offset, length, clock.nanoTime());

        return true;
    }

    private boolean onHello(final DirectBuffer buffer, final int offset, final int length)
    {
        final int endpointAt = HEADER_LENGTH + header.blockLength();
        if (!isBlock(HelloDecoder.BLOCK_LENGTH) || length < endpointAt + DATA_HEADER_LENGTH)
        {
            return false;
        }
        final long endpointLength = u32(buffer, offset + endpointAt);
        final long agentAt = endpointAt + DATA_HEADER_LENGTH + endpointLength;
        if (endpointLength > Hello.MAX_ENDPOINT_LENGTH || length < agentAt + DATA_HEADER_LENGTH)
        {
            return false;
        }
        final long agentLength = u32(buffer, offset + (int)agentAt);
        if (agentLength > Hello.MAX_AGENT_LENGTH || length != agentAt + DATA_HEADER_LENGTH + agentLength)
        {
            return false;
        }

        hello.wrap(buffer, offset + HEADER_LENGTH, header.blockLength(), header.version());
        if (0 != hello.reserved())
        {
            return false;
        }
        peerHello.chainId = hello.chainId();
        peerHello.nonce = hello.nonce();
        peerHello.echo = hello.echo();
        peerHello.capabilities = hello.capabilities();
        peerHello.subscriptions = (int)hello.subscriptions();
        peerHello.mtu = (int)hello.mtu();
        peerHello.newestVersion = hello.newestVersion();
        peerHello.oldestVersion = hello.oldestVersion();
        peerHello.role = PeerRole.of(hello.roleRaw());
        hello.getNodeKey(peerHello.nodeKey, 0, Hello.KEY_LENGTH);
        peerHello.endpoint(buffer, offset + endpointAt + DATA_HEADER_LENGTH, (int)endpointLength);
        peerHello.agent(buffer, offset + (int)agentAt + DATA_HEADER_LENGTH, (int)agentLength);
        session.onHello(peerHello, clock.nanoTime());

        return true;
    }

    private boolean onStatus(final DirectBuffer buffer, final int offset, final int length)
    {
        if (!isWhole(StatusDecoder.BLOCK_LENGTH, length))
        {
            return false;
        }
        status.wrap(buffer, offset + HEADER_LENGTH, header.blockLength(), header.version());
        peerStatus.chainId = status.chainId();
        peerStatus.finalizedBlock = status.finalizedBlock();
        peerStatus.sealedBlock = status.sealedBlock();
        status.getSealedHash(peerStatus.sealedHash, 0, PeerStatus.HASH_LENGTH);
        status.getSealedDigest(peerStatus.sealedDigest, 0, PeerStatus.HASH_LENGTH);
        peerStatus.openBlock = status.openBlock();
        peerStatus.openIncarnation = status.openIncarnation();
        peerStatus.openTerm = (int)status.openTerm();
        peerStatus.openNextSeq = (int)status.openNextSeq();
        session.onStatus(peerStatus, clock.nanoTime());

        return true;
    }

    private boolean onTime(final DirectBuffer buffer, final int offset, final int length)
    {
        if (!isWhole(TimeDecoder.BLOCK_LENGTH, length))
        {
            return false;
        }
        time.wrap(buffer, offset + HEADER_LENGTH, header.blockLength(), header.version());
        final long epochNs = epochClock.nanoTime();
        stamps.originateNs = time.originateNs();
        stamps.originateSentNs = time.originateSentNs();
        stamps.arriveNs = time.arriveNs();
        stamps.transmitNs = time.transmitNs();
        stamps.sentNs = time.sendTimeNs();
        session.onTime(stamps, 0 == time.receiveTimeNs() ? epochNs : time.receiveTimeNs(), epochNs, clock.nanoTime());

        return true;
    }

    private boolean onHave(final DirectBuffer buffer, final int offset, final int length)
    {
        final int groupAt = HEADER_LENGTH + header.blockLength();
        if (!isBlock(HaveDecoder.BLOCK_LENGTH) ||
            length < groupAt + GROUP_HEADER_LENGTH ||
            ENTRY_LENGTH != u16(buffer, offset + groupAt))
        {
            return false;
        }
        final int count = u16(buffer, offset + groupAt + Short.BYTES);
        if (0 == count ||
            count > HaveList.MAX_ENTRIES ||
            length != groupAt + GROUP_HEADER_LENGTH + count * ENTRY_LENGTH)
        {
            return false;
        }

        have.wrap(buffer, offset + HEADER_LENGTH, header.blockLength(), header.version());
        final long chainId = have.chainId();
        final HaveDecoder.AttemptsDecoder entries = have.attempts();
        haves.clear();
        while (entries.hasNext())
        {
            entries.next();
            if (!haves.append(
                (int)entries.leaderTerm(),
                entries.blockNumber(),
                entries.incarnation(),
                entries.word(),
                entries.bits(),
                entries.parts()))
            {
                return false;
            }
        }
        session.onHave(chainId, haves, clock.nanoTime());

        return true;
    }

    private boolean onFeed(final DirectBuffer buffer, final int offset, final int length)
    {
        final int reservedAt = offset + HEADER_LENGTH + FeedDecoder.reservedEncodingOffset();
        if (!isWhole(FeedDecoder.BLOCK_LENGTH, length) ||
            0 != buffer.getInt(reservedAt) ||
            0 != buffer.getInt(reservedAt + FeedDecoder.reservedEncodingLength() - Integer.BYTES))
        {
            return false;
        }
        feed.wrap(buffer, offset + HEADER_LENGTH, header.blockLength(), header.version());
        session.onFeed(feed.chainId(), FeedKind.of(feed.kindRaw()), clock.nanoTime());

        return true;
    }

    private boolean onGoodbye(final DirectBuffer buffer, final int offset, final int length)
    {
        final int reservedAt = offset + HEADER_LENGTH + GoodbyeDecoder.reservedEncodingOffset();
        if (!isWhole(GoodbyeDecoder.BLOCK_LENGTH, length) ||
            0 != buffer.getInt(reservedAt) ||
            0 != buffer.getInt(reservedAt + GoodbyeDecoder.reservedEncodingLength() - Integer.BYTES))
        {
            return false;
        }
        goodbye.wrap(buffer, offset + HEADER_LENGTH, header.blockLength(), header.version());
        session.onGoodbye(GoodbyeReason.of(goodbye.reasonRaw()), clock.nanoTime());

        return true;
    }

    /** A root block alone. */
    private boolean isWhole(final int knownLength, final int length)
    {
        return isBlock(knownLength) && length == HEADER_LENGTH + header.blockLength();
    }

    /** As long as ours, or, of a newer version, longer. */
    private boolean isBlock(final int knownLength)
    {
        final int blockLength = header.blockLength();

        return header.version() > MessageHeaderDecoder.SCHEMA_VERSION ?
            blockLength >= knownLength : blockLength == knownLength;
    }

    private static int u16(final DirectBuffer buffer, final int offset)
    {
        return buffer.getShort(offset, ByteOrder.LITTLE_ENDIAN) & 0xFFFF;
    }

    private static long u32(final DirectBuffer buffer, final int offset)
    {
        return buffer.getInt(offset, ByteOrder.LITTLE_ENDIAN) & 0xFFFF_FFFFL;
    }
}
