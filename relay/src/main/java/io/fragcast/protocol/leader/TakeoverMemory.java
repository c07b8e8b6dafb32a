package io.fragcast.protocol.leader;

import org.agrona.BitUtil;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The takeovers that hold, as they were signed: what a node must know again when its process dies, so as to tell it
 * again, and to keep the terms fenced that were taken over. Kept in a buffer that outlives the process, as a mapped
 * file does, before anything is done under a takeover; these are the fields of its {@link MemorySlots}:
 * <pre>
 *   count 8 | 8 x (length 4, statement 124), the oldest first
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

    private static final int COUNT = 0;
    private static final int STATEMENTS = 8;
    private static final int STATEMENT_STRIDE = BitUtil.SIZE_OF_INT + MAX_STATEMENT_LENGTH;
    private static final int FIELDS_LENGTH = STATEMENTS + MAX_STATEMENTS * STATEMENT_STRIDE;

    private final MemorySlots slots;
    private final Runnable force;
    private final List<byte[]> statements = new ArrayList<>();

    /**
     * What a buffer remembers; of another chain, or of zeros: nothing.
     *
     * @param buffer  of {@link #LENGTH} bytes at least.
     * @param chainId of the node.
     * @param force   returns once the buffer is where a power cut leaves it.
     */
    public TakeoverMemory(final MutableDirectBuffer buffer, final long chainId, final Runnable force)
    {
        this.force = force;
        slots = new MemorySlots(buffer, LENGTH / 2, FIELDS_LENGTH, chainId);
        if (slots.isWritten())
        {
            load();
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
        final MutableDirectBuffer fields = slots.fields();
        fields.setMemory(0, FIELDS_LENGTH, (byte)0);
        fields.putLong(COUNT, statements.size());
        int offset = STATEMENTS;
        for (final byte[] each : statements)
        {
            fields.putInt(offset, each.length);
            fields.putBytes(offset + BitUtil.SIZE_OF_INT, each);
            offset += STATEMENT_STRIDE;
        }
        slots.store();
        force.run();
    }

    private void load()
    {
        final DirectBuffer fields = slots.fields();
        for (int i = 0, count = (int)fields.getLong(COUNT); i < count; i++)
        {
            final int offset = STATEMENTS + i * STATEMENT_STRIDE;
            final byte[] statement = new byte[fields.getInt(offset)];
            fields.getBytes(offset + BitUtil.SIZE_OF_INT, statement);
            statements.add(statement);
        }
    }
}
