package io.fragcast.protocol.repair;

import java.util.Arrays;

/**
 * Holes by name: what one Want asks for, or what a WantResult says is not there. A fixed table, reused; entries of the
 * same frag or attempt within 64 of each other share one. Used by one thread; allocates nothing after construction.
 */
public final class HoleList
{
    /** (1408 - 32 - 92) / 40: what fits a WantResult beside its root block at the default MTU. */
    public static final int MAX_HOLES = 32;

    private final long[] blockNumbers;
    private final long[] incarnations;
    private final long[] bits;
    private final int[] leaderTerms;
    private final int[] seqs;
    private final int[] indices;
    private final HoleKind[] kinds;
    private int size;

    /** An empty list, as long as a message can hold. */
    public HoleList()
    {
        this(MAX_HOLES);
    }

    /**
     * An empty list.
     *
     * @param capacity most entries.
     */
    HoleList(final int capacity)
    {
        blockNumbers = new long[capacity];
        incarnations = new long[capacity];
        bits = new long[capacity];
        leaderTerms = new int[capacity];
        seqs = new int[capacity];
        indices = new int[capacity];
        kinds = new HoleKind[capacity];
        Arrays.fill(kinds, HoleKind.ENV);
    }

    /** Empties the list. */
    public void clear()
    {
        size = 0;
    }

    /**
     * How many there are.
     *
     * @return entries.
     */
    public int size()
    {
        return size;
    }

    /**
     * Is there room for another entry?
     *
     * @return false if {@link #add} may refuse.
     */
    public boolean isFull()
    {
        return kinds.length == size;
    }

    /**
     * Adds one message, frag, page or chunk; joins the entry before it where that covers the same 64.
     *
     * @param kind        what is missing.
     * @param leaderTerm  of the attempt.
     * @param blockNumber of the attempt.
     * @param incarnation of the attempt.
     * @param seq         of the frag; 0 for ENV and END.
     * @param index       of the page or chunk; TAIL: first chunk; else 0.
     * @return false if there is no room.
     */
    public boolean add(
        final HoleKind kind,
        final int leaderTerm,
        final long blockNumber,
        final long incarnation,
        final int seq,
        final int index)
    {
        if (kind.hasBits() && 0 < size && isSameAttempt(size - 1, kind, leaderTerm, blockNumber, incarnation))
        {
            final int last = size - 1;
            final int bit = HoleKind.FRAGS == kind ? seq - seqs[last] : index - indices[last];
            if (0 <= bit && bit < Long.SIZE && (HoleKind.FRAGS == kind || seq == seqs[last]))
            {
                bits[last] |= 1L << bit;
                return true;
            }
        }

        return add(kind, leaderTerm, blockNumber, incarnation, seq, index, kind.hasBits() ? 1L : 0L);
    }

    /**
     * Adds an entry as it stands.
     *
     * @param kind        what is missing.
     * @param leaderTerm  of the attempt.
     * @param blockNumber of the attempt.
     * @param incarnation of the attempt.
     * @param seq         of the frag, or of bit 0.
     * @param index       of bit 0.
     * @param bitSet      which; 0 for kinds without bits.
     * @return false if there is no room.
     */
    public boolean add(
        final HoleKind kind,
        final int leaderTerm,
        final long blockNumber,
        final long incarnation,
        final int seq,
        final int index,
        final long bitSet)
    {
        if (isFull())
        {
            return false;
        }
        kinds[size] = kind;
        leaderTerms[size] = leaderTerm;
        blockNumbers[size] = blockNumber;
        incarnations[size] = incarnation;
        seqs[size] = seq;
        indices[size] = index;
        bits[size] = bitSet;
        size++;

        return true;
    }

    /**
     * What is missing.
     *
     * @param i entry, below {@link #size()}.
     * @return its kind.
     */
    public HoleKind kind(final int i)
    {
        return kinds[i];
    }

    /**
     * Term of the attempt.
     *
     * @param i entry.
     * @return the number of the leader's term.
     */
    public int leaderTerm(final int i)
    {
        return leaderTerms[i];
    }

    /**
     * Height of the attempt.
     *
     * @param i entry.
     * @return block number.
     */
    public long blockNumber(final int i)
    {
        return blockNumbers[i];
    }

    /**
     * Incarnation of the attempt.
     *
     * @param i entry.
     * @return incarnation.
     */
    public long incarnation(final int i)
    {
        return incarnations[i];
    }

    /**
     * Frag meant, or that of bit 0.
     *
     * @param i entry.
     * @return seq.
     */
    public int seq(final int i)
    {
        return seqs[i];
    }

    /**
     * Page or chunk of bit 0.
     *
     * @param i entry.
     * @return index.
     */
    public int index(final int i)
    {
        return indices[i];
    }

    /**
     * Which frags, pages or chunks.
     *
     * @param i entry.
     * @return bit set; 0 for kinds without bits.
     */
    public long bits(final int i)
    {
        return bits[i];
    }

    private boolean isSameAttempt(
        final int i, final HoleKind kind, final int leaderTerm, final long blockNumber, final long incarnation)
    {
        return kind == kinds[i] &&
            leaderTerm == leaderTerms[i] &&
            blockNumber == blockNumbers[i] &&
            incarnation == incarnations[i];
    }
}
