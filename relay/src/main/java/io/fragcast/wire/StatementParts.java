package io.fragcast.wire;

import io.fragcast.codecs.EvidenceDecoder;
import io.fragcast.codecs.MessageHeaderDecoder;
import io.fragcast.protocol.peer.Statement;
import io.fragcast.protocol.peer.Statements;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * What is too long for a frame, cut into statements and put together again. Evidence and Schedule share the layout:
 * <pre>
 *   80 chainId 8 | 88 leaderTerm 4 | 92 part 2 | 94 parts 2 | 96 what it is about 8 | 104 SHA-256 of the whole 32
 *   | 136 length of the part 4 | 140 the part
 * </pre>
 * Nobody signs a part: the whole proves itself, and parts are passed on when it did. Few wholes come in at once; the
 * oldest gives way, and comes again with its teller's next session. Used by one thread; allocates, once a whole.
 */
final class StatementParts
{
    private static final int PART_OFFSET = 92;
    private static final int PARTS_OFFSET = 94;
    private static final int SUBJECT_OFFSET = 96;
    private static final int DIGEST_OFFSET = 104;
    private static final int LENGTH_OFFSET = MessageHeaderDecoder.ENCODED_LENGTH + EvidenceDecoder.BLOCK_LENGTH;
    private static final int FIXED_LENGTH = LENGTH_OFFSET + Integer.BYTES;
    private static final int DIGEST_LENGTH = 32;
    private static final int MAX_PENDING = 4;

    private final int maxParts;
    private final Whole[] pending = new Whole[MAX_PENDING];
    private int nextPending;

    StatementParts(final int maxParts, final int maxLength)
    {
        this.maxParts = maxParts;
        for (int i = 0; i < MAX_PENDING; i++)
        {
            pending[i] = new Whole(maxParts, maxLength);
        }
    }

    /**
     * Cuts a whole into statements. Each gets its header and its own fields from the template, but for the parts.
     *
     * @param templateId of them.
     * @param template   a statement of the kind with an empty part.
     * @param whole      to cut.
     * @param maxLength  longest message of the lane, bytes.
     * @param maxParts   most of them.
     * @param consumer   of the statements.
     * @return true if all were taken.
     */
    static boolean send(
        final int templateId,
        final UnsafeBuffer template,
        final byte[] whole,
        final int maxLength,
        final int maxParts,
        final StatementConsumer consumer)
    {
        final int share = maxLength - FIXED_LENGTH;
        final int parts = (whole.length + share - 1) / share;
        if (0 == parts || parts > maxParts)
        {
            throw new IllegalArgumentException(whole.length + " bytes do not fit " + maxParts + " statements");
        }
        final UnsafeBuffer part = new UnsafeBuffer(new byte[maxLength]);
        final byte[] digest = sha256(whole);
        boolean isTaken = true;
        for (int i = 0; i < parts; i++)
        {
            final int count = Math.min(share, whole.length - i * share);
            part.putBytes(0, template, 0, FIXED_LENGTH);
            part.putShort(PART_OFFSET, (short)i, ByteOrder.LITTLE_ENDIAN);
            part.putShort(PARTS_OFFSET, (short)parts, ByteOrder.LITTLE_ENDIAN);
            part.putBytes(DIGEST_OFFSET, digest);
            part.putInt(LENGTH_OFFSET, count, ByteOrder.LITTLE_ENDIAN);
            part.putBytes(FIXED_LENGTH, whole, i * share, count);
            isTaken &= consumer.onStatement(templateId, part, 0, FIXED_LENGTH + count);
        }

        return isTaken;
    }

    /** Is it laid out as a part, with zeros for its signature? */
    boolean isWellFormed(final Statement statement)
    {
        if (statement.length <= FIXED_LENGTH ||
            LENGTH_OFFSET - MessageHeaderDecoder.ENCODED_LENGTH != u16(statement, 0) ||
            statement.length - FIXED_LENGTH != statement.buffer.getInt(
                statement.offset + LENGTH_OFFSET, ByteOrder.LITTLE_ENDIAN))
        {
            return false;
        }
        for (int i = Statement.SIGNATURE_OFFSET; i < Statement.RESERVED_OFFSET; i++)
        {
            if (0 != statement.buffer.getByte(statement.offset + i))
            {
                return false;
            }
        }
        final int parts = u16(statement, PARTS_OFFSET);

        return 1 <= parts && parts <= maxParts && u16(statement, PART_OFFSET) < parts;
    }

    static int part(final Statement statement)
    {
        return u16(statement, PART_OFFSET);
    }

    static long subject(final Statement statement)
    {
        return statement.buffer.getLong(statement.offset + SUBJECT_OFFSET, ByteOrder.LITTLE_ENDIAN);
    }

    /** Keeps a well-formed part; the whole it makes complete, or null. */
    @Nullable Whole keep(final Statement statement)
    {
        final byte[] digest = new byte[DIGEST_LENGTH];
        statement.buffer.getBytes(statement.offset + DIGEST_OFFSET, digest);
        final Whole whole = wholeOf(digest, u16(statement, PARTS_OFFSET));
        whole.keep(part(statement), statement);

        return whole.isComplete() ? whole : null;
    }

    static byte[] sha256(final byte[] bytes)
    {
        try
        {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        }
        catch (final NoSuchAlgorithmException ex)
        {
            throw new IllegalStateException("this JDK has no SHA-256", ex);
        }
    }

    private Whole wholeOf(final byte[] digest, final int parts)
    {
        for (final Whole each : pending)
        {
            if (parts == each.parts && Arrays.equals(each.digest, digest))
            {
                return each;
            }
        }

        final Whole taken = pending[nextPending];
        nextPending = (nextPending + 1) % MAX_PENDING;
        taken.clear();
        taken.digest = digest;
        taken.parts = parts;

        return taken;
    }

    private static int u16(final Statement statement, final int offset)
    {
        return statement.buffer.getShort(statement.offset + offset, ByteOrder.LITTLE_ENDIAN) & 0xFFFF;
    }

    /** Parts of one whole, as they came. */
    static final class Whole
    {
        private final MutableDirectBuffer[] frames;
        private final int[] lengths;
        private byte[] digest = {};
        private int parts;

        private Whole(final int maxParts, final int maxLength)
        {
            frames = new MutableDirectBuffer[maxParts];
            lengths = new int[maxParts];
            for (int i = 0; i < maxParts; i++)
            {
                frames[i] = new UnsafeBuffer(new byte[maxLength]);
            }
        }

        /** The bytes, if they are those that every part names; else null. */
        byte @Nullable [] bytes()
        {
            int length = 0;
            for (int i = 0; i < parts; i++)
            {
                length += lengths[i] - FIXED_LENGTH;
            }
            final byte[] bytes = new byte[length];
            int at = 0;
            for (int i = 0; i < parts; i++)
            {
                frames[i].getBytes(FIXED_LENGTH, bytes, at, lengths[i] - FIXED_LENGTH);
                at += lengths[i] - FIXED_LENGTH;
            }

            return Arrays.equals(digest, sha256(bytes)) ? bytes : null;
        }

        /** Has the parts told to all, in place of those told before. */
        void tell(final Statements statements, final int templateId, final int firstPlace)
        {
            for (int i = 0; i < frames.length; i++)
            {
                if (i < parts)
                {
                    statements.keep(templateId, firstPlace + i, frames[i], 0, lengths[i]);
                }
                else
                {
                    statements.drop(templateId, firstPlace + i);
                }
            }
        }

        void clear()
        {
            digest = new byte[0];
            parts = 0;
            Arrays.fill(lengths, 0);
        }

        private void keep(final int part, final Statement statement)
        {
            frames[part].putBytes(0, statement.buffer, statement.offset, statement.length);
            lengths[part] = statement.length;
        }

        private boolean isComplete()
        {
            for (int i = 0; i < parts; i++)
            {
                if (0 == lengths[i])
                {
                    return false;
                }
            }

            return true;
        }
    }
}
