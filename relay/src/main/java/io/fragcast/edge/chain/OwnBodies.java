package io.fragcast.edge.chain;

import org.agrona.concurrent.ManyToOneConcurrentArrayQueue;
import org.jspecify.annotations.Nullable;

import java.util.Queue;

/**
 * Bodies that a node's own execution client is asked for, because its frags do not give them: numbers one way, bodies
 * the other. Seldom used, so that it may allocate.
 * <pre>
 *   RepairAgent ──want──▶ [ number ... ] ──ChainAgent──▶ debug_getRawBlock
 *               ◀──poll── [ body ... ] ◀──tell──
 * </pre>
 * Each side is for one thread. What there is no room for is lost: it is asked for again.
 */
public final class OwnBodies
{
    private static final int CAPACITY = 16;

    private final Queue<Long> wanted = new ManyToOneConcurrentArrayQueue<>(CAPACITY);
    private final Queue<Told> told = new ManyToOneConcurrentArrayQueue<>(CAPACITY);

    /**
     * A body.
     *
     * @param number of its block.
     * @param bytes  of it.
     */
    public record Told(long number, byte[] bytes)
    {
    }

    /** A way to nobody yet. */
    public OwnBodies()
    {
    }

    /**
     * Asks for one.
     *
     * @param number of the block.
     */
    public void want(final long number)
    {
        wanted.offer(number);
    }

    /**
     * The next that was told.
     *
     * @return a body; null: none yet.
     */
    public @Nullable Told poll()
    {
        return told.poll();
    }

    /** The next that is asked for; null: none. */
    @Nullable Long pollWanted()
    {
        return wanted.poll();
    }

    void tell(final long number, final byte[] bytes)
    {
        told.offer(new Told(number, bytes));
    }
}
