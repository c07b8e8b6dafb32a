package io.fragcast.journal;

import io.fragcast.codecs.EnvDecoder;
import io.fragcast.codecs.FragDecoder;
import io.fragcast.codecs.MessageHeaderDecoder;
import io.fragcast.protocol.block.FrameKind;
import io.fragcast.wire.FrameView;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a journal holds of one attempt: its messages as they were accepted, its frags piece by piece. Of copies of one
 * message the first counts. Of two that a leader signed for one place the later does: a node takes another only after
 * it has let go of the attempt for want of room.
 */
final class JournaledAttempt
{
    /** A frag: its header without the inline body, and the pieces of its body by their place. */
    private static final class Frag
    {
        private byte @Nullable [] head;
        private final TreeMap<Long, byte[]> chunks = new TreeMap<>();
    }

    static final byte[] NO_BYTES = new byte[0];

    /** What stands before it tells of the way. */
    private static final int SIGNATURE_OFFSET =
        MessageHeaderDecoder.ENCODED_LENGTH + EnvDecoder.signatureEncodingOffset();

    private final Map<Long, Frag> frags = new HashMap<>();
    private byte[] env = NO_BYTES;
    private byte[] seal = NO_BYTES;
    private byte[] abort = NO_BYTES;

    /** One accepted frame of it, its layout legal. */
    void onFrame(final FrameView frame, final DirectBuffer buffer, final int offset, final int length)
    {
        final FrameKind kind = frame.kind();
        if (FrameKind.ENV == kind)
        {
            env = laterOf(env, copy(buffer, offset, length));
        }
        else if (FrameKind.SEAL == kind)
        {
            seal = laterOf(seal, copy(buffer, offset, length));
        }
        else if (FrameKind.ABORT == kind)
        {
            abort = laterOf(abort, copy(buffer, offset, length));
        }
        else if (FrameKind.FRAG == kind)
        {
            onFrag(frame, buffer, offset);
        }
        else if (FrameKind.FRAG_CHUNK == kind)
        {
            frag(frame.seq()).chunks.putIfAbsent(
                frame.index(), copy(buffer, frame.dataOffset(), frame.dataLength()));
        }
    }

    byte[] env()
    {
        return env;
    }

    byte[] seal()
    {
        return seal;
    }

    byte[] abort()
    {
        return abort;
    }

    /** Header of a frag, as it is delivered: without its inline body. */
    byte[] fragHead(final long seq)
    {
        final Frag frag = frags.get(seq);
        final byte[] head = null == frag ? null : frag.head;

        return null == head ? NO_BYTES : head;
    }

    /** Body of a frag; empty unless all of it is there. */
    byte[] fragBody(final long seq)
    {
        final Frag frag = frags.get(seq);
        final byte[] head = null == frag ? null : frag.head;
        if (null == frag || null == head)
        {
            return NO_BYTES;
        }

        final byte[] body = new byte[bodyLength(head)];
        int position = 0;
        long next = 0;
        for (final Map.Entry<Long, byte[]> chunk : frag.chunks.entrySet())
        {
            final byte[] bytes = chunk.getValue();
            if (next != chunk.getKey() || bytes.length > body.length - position)
            {
                return NO_BYTES;
            }
            System.arraycopy(bytes, 0, body, position, bytes.length);
            position += bytes.length;
            next++;
        }

        return position == body.length ? body : NO_BYTES;
    }

    /** When the leader signed a message. */
    static long publishTimeNs(final byte[] message)
    {
        return new UnsafeBuffer(message).getLong(
            MessageHeaderDecoder.ENCODED_LENGTH + EnvDecoder.publishTimeNsEncodingOffset(),
            ByteOrder.LITTLE_ENDIAN);
    }

    /** Relays that a message passed. */
    static int hopCount(final byte[] message)
    {
        return message[MessageHeaderDecoder.ENCODED_LENGTH + EnvDecoder.hopCountEncodingOffset()] & 0xFF;
    }

    private static int bodyLength(final byte[] head)
    {
        return new UnsafeBuffer(head).getInt(
            MessageHeaderDecoder.ENCODED_LENGTH + FragDecoder.bodyLengthEncodingOffset(), ByteOrder.LITTLE_ENDIAN);
    }

    private void onFrag(final FrameView frame, final DirectBuffer buffer, final int offset)
    {
        // The head ends with the length of the inline body, which is then 0.
        final byte[] head = copy(buffer, offset, frame.dataOffset() - offset);
        new UnsafeBuffer(head).putInt(head.length - Integer.BYTES, 0);
        final byte @Nullable [] known = frag(frame.seq()).head;
        if (null != known && known != laterOf(known, head))
        {
            frags.remove(frame.seq());
        }
        final Frag frag = frag(frame.seq());
        if (null == frag.head)
        {
            frag.head = head;
        }
        if (0 < frame.dataLength())
        {
            frag.chunks.putIfAbsent(0L, copy(buffer, frame.dataOffset(), frame.dataLength()));
        }
    }

    /** The message known, if the other is but a copy of it that went another way. */
    private static byte[] laterOf(final byte[] known, final byte[] other)
    {
        final boolean isCopy = known.length == other.length && 0 < known.length &&
            Arrays.equals(known, SIGNATURE_OFFSET, known.length, other, SIGNATURE_OFFSET, other.length);

        return isCopy ? known : other;
    }

    private Frag frag(final long seq)
    {
        return frags.computeIfAbsent(seq, (key) -> new Frag());
    }

    private static byte[] copy(final DirectBuffer buffer, final int offset, final int length)
    {
        final byte[] bytes = new byte[length];
        buffer.getBytes(offset, bytes);

        return bytes;
    }
}
