package io.fragcast.protocol.leader;

import org.agrona.BitUtil;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;

/**
 * The takeovers that hold, as they were signed: what a node must know again when its process dies, so as to tell it
 * again, and to keep the terms fenced that were taken over. Kept in a buffer that outlives the process, as a mapped
 * file does, before anything is done under a takeover.
 * <pre>
 *   slot 0 | slot 1      written in turn; the whole one with the higher sequence counts
 *   sequence 8 | chainId 8 | count 8 | 8 x (length 4, statement 124), the oldest first | crc 8
 * </pre>
 * Used by the thread of the peers; allocates, once a takeover.
 */
public final class TakeoverMemory
{
    /** Bytes of the buffer. */
    public static final int LENGTH = 4_096;
    /** Statements that are remembered: as many as are told to others; the oldest is forgotten. */
    static final int MAX_STATEMENTS = 8;
    /** Of a statement: one takes 112 bytes. */
    static final int MAX_STATEMENT_LENGTH = 124;

    private static final int SLOT_LENGTH = LENGTH / 2;
    private static final int SEQUENCE = 0;
    private static final int CHAIN_ID = 8;
    private static final int COUNT = 16;
    private static final int STATEMENTS = 24;
    private static final int STATEMENT_STRIDE = BitUtil.SIZE_OF_INT + MAX_STATEMENT_LENGTH;
    private static final int CRC = STATEMENTS + MAX_STATEMENTS * STATEMENT_STRIDE;
    private static final int IMAGE_LENGTH = CRC + BitUtil.SIZE_OF_LONG;

    private final MutableDirectBuffer buffer;
    private final long chainId;
    private final Runnable force;
    private final List<byte[]> statements = new ArrayList<>();
    private final byte[] imageBytes = new byte[IMAGE_LENGTH];
    private final UnsafeBuffer image = new UnsafeBuffer(imageBytes);
    private final CRC32 crc = new CRC32();
    private long sequence;

    /**
     * What a buffer remembers; of another chain, or of zeros: nothing.
     *
     * @param buffer  of {@link #LENGTH} bytes at least.
     * @param chainId of the node.
     * @param force   returns once the buffer is where a power cut leaves it.
     */
    public TakeoverMemory(final MutableDirectBuffer buffer, final long chainId, final Runnable force)
    {
        this.buffer = buffer;
        this.chainId = chainId;
        this.force = force;
        final long first = sequenceOf(0);
        final long second = sequenceOf(SLOT_LENGTH);
        sequence = Math.max(first, second);
        if (0 != sequence)
        {
            load(first > second ? 0 : SLOT_LENGTH);
        }
    }

    /**
     * A memory that ends with the process.
     *
     * @param chainId of the node.
     * @return an empty memory.
     */
    public static TakeoverMemory ofThisProcess(final long chainId)
    {
        return new TakeoverMemory(new UnsafeBuffer(new byte[LENGTH]), chainId, () -> {});
    }

    /**
     * What is remembered.
     *
     * @return a copy, the oldest first.
     */
    public List<byte[]> statements()
    {
        return List.copyOf(statements);
    }

    /**
     * Remembers a takeover that is about to hold.
     *
     * @param statement whole, signed.
     */
    void add(final byte[] statement)
    {
        if (0 == statement.length || MAX_STATEMENT_LENGTH < statement.length)
        {
            throw new IllegalArgumentException("statement of " + statement.length + " bytes");
        }
        if (statements.stream().anyMatch((each) -> Arrays.equals(each, statement)))
        {
            return;
        }
        if (MAX_STATEMENTS == statements.size())
        {
            statements.remove(0);
        }
        statements.add(statement.clone());
        store();
    }

    private void store()
    {
        sequence++;
        Arrays.fill(imageBytes, (byte)0);
        image.putLong(SEQUENCE, sequence);
        image.putLong(CHAIN_ID, chainId);
        image.putLong(COUNT, statements.size());
        int offset = STATEMENTS;
        for (final byte[] each : statements)
        {
            image.putInt(offset, each.length);
            image.putBytes(offset + BitUtil.SIZE_OF_INT, each);
            offset += STATEMENT_STRIDE;
        }
        image.putLong(CRC, crcOfImage());
        buffer.putBytes(0 == (sequence & 1) ? 0 : SLOT_LENGTH, imageBytes);
        force.run();
    }

    private void load(final int slot)
    {
        buffer.getBytes(slot, imageBytes);
        for (int i = 0, count = (int)image.getLong(COUNT); i < count; i++)
        {
            final int offset = STATEMENTS + i * STATEMENT_STRIDE;
            final byte[] statement = new byte[image.getInt(offset)];
            image.getBytes(offset + BitUtil.SIZE_OF_INT, statement);
            statements.add(statement);
        }
    }

    /** Of a slot that is whole and ours; 0 of any other. */
    private long sequenceOf(final int slot)
    {
        buffer.getBytes(slot, imageBytes);

        return crcOfImage() == image.getLong(CRC) && chainId == image.getLong(CHAIN_ID) ? image.getLong(SEQUENCE) : 0;
    }

    private long crcOfImage()
    {
        crc.reset();
        crc.update(imageBytes, 0, CRC);

        return crc.getValue();
    }
}
