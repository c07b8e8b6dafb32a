package io.fragcast.protocol.sync;

import io.fragcast.protocol.repair.FrameName;
import io.fragcast.protocol.repair.FramePart;

import java.util.Arrays;

/**
 * Names of frames in their order; reused.
 */
public final class FrameIds
{
    /** As many as fit a frame at the default MTU. */
    public static final int CAPACITY = 40;

    private final FramePart[] parts = new FramePart[CAPACITY];
    private final int[] leaderTerms = new int[CAPACITY];
    private final long[] blockNumbers = new long[CAPACITY];
    private final long[] incarnations = new long[CAPACITY];
    private final int[] seqs = new int[CAPACITY];
    private final int[] indices = new int[CAPACITY];
    private int size;

    /** No names. */
    public FrameIds()
    {
        Arrays.fill(parts, FramePart.ENV);
    }

    /** Forgets all. */
    public void clear()
    {
        size = 0;
    }

    /**
     * How many there are.
     *
     * @return names.
     */
    public int size()
    {
        return size;
    }

    /**
     * Adds one.
     *
     * @param name copied.
     * @return false if there is no room.
     */
    public boolean add(final FrameName name)
    {
        if (CAPACITY == size)
        {
            return false;
        }
        parts[size] = name.part;
        leaderTerms[size] = name.leaderTerm;
        blockNumbers[size] = name.blockNumber;
        incarnations[size] = name.incarnation;
        seqs[size] = name.seq;
        indices[size] = name.index;
        size++;

        return true;
    }

    /**
     * Reads one.
     *
     * @param i    below {@link #size}.
     * @param name to fill.
     * @return the name.
     */
    public FrameName read(final int i, final FrameName name)
    {
        assert i < size : i + " of " + size;

        return name.set(parts[i], leaderTerms[i], blockNumbers[i], incarnations[i], seqs[i], indices[i]);
    }
}
