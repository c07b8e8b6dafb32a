package io.fragcast.protocol.peer;

/**
 * Messages by name: what one Have says. A fixed table, strictly ascending by (blockNumber, leaderTerm, incarnation,
 * word); each entry is about 64 seqs of an attempt. Used by one thread; allocates nothing after construction.
 */
public final class HaveList
{
    /** (1408 - 32 - 8 - 24 - 4) / 32: what fits a Have at the default MTU. */
    public static final int MAX_ENTRIES = 41;
    /** Messages that one Have may name: what a peer can be made to look up by one frame. */
    public static final int MAX_IDS = 256;
    /** Highest word: 65,535 x 64 seqs. */
    public static final int MAX_WORD = 0xFFFF;
    /** Part of an attempt: the Env. */
    public static final int ENV = 1;
    /** Part of an attempt: the Seal or Abort. */
    public static final int END = 1 << 1;

    private static final int ALL_PARTS = ENV | END;

    private final long[] blockNumbers = new long[MAX_ENTRIES];
    private final long[] incarnations = new long[MAX_ENTRIES];
    private final long[] bits = new long[MAX_ENTRIES];
    private final int[] leaderTerms = new int[MAX_ENTRIES];
    private final int[] words = new int[MAX_ENTRIES];
    private final int[] parts = new int[MAX_ENTRIES];
    private int size;
    private int idCount;

    /** Empties the list. */
    public void clear()
    {
        size = 0;
        idCount = 0;
    }

    /**
     * How many entries there are.
     *
     * @return 0..{@link #MAX_ENTRIES}.
     */
    public int size()
    {
        return size;
    }

    /**
     * How many messages are named.
     *
     * @return 0..{@link #MAX_IDS}.
     */
    public int idCount()
    {
        return idCount;
    }

    /**
     * Appends an entry as it came.
     *
     * @param leaderTerm  of the attempt.
     * @param blockNumber of the attempt.
     * @param incarnation of the attempt.
     * @param word        which 64 seqs.
     * @param bitSet      frags.
     * @param partSet     {@link #ENV}, {@link #END}; 0 where word is not 0.
     * @return false if the entry names nothing, does not ascend, or there is no room.
     */
    public boolean append(
        final int leaderTerm,
        final long blockNumber,
        final long incarnation,
        final int word,
        final long bitSet,
        final int partSet)
    {
        final int ids = Long.bitCount(bitSet) + Integer.bitCount(partSet);
        if (MAX_ENTRIES == size ||
            idCount + ids > MAX_IDS ||
            0 == ids ||
            0 != (partSet & ~ALL_PARTS) ||
            0 != partSet && 0 != word ||
            size > 0 && compare(size - 1, leaderTerm, blockNumber, incarnation, word) >= 0)
        {
            return false;
        }
        put(size, leaderTerm, blockNumber, incarnation, word, bitSet, partSet);
        size++;
        idCount += ids;

        return true;
    }

    /**
     * Adds a frag, wherever it belongs.
     *
     * @param leaderTerm  of the attempt.
     * @param blockNumber of the attempt.
     * @param incarnation of the attempt.
     * @param seq         of the frag, at most 64 x {@link #MAX_WORD} + 63.
     * @return false if there is no room.
     */
    public boolean addFrag(final int leaderTerm, final long blockNumber, final long incarnation, final int seq)
    {
        return add(leaderTerm, blockNumber, incarnation, seq >>> 6, 1L << seq, 0);
    }

    /**
     * Adds an Env or an end, where it belongs.
     *
     * @param leaderTerm  of the attempt.
     * @param blockNumber of the attempt.
     * @param incarnation of the attempt.
     * @param part        {@link #ENV} or {@link #END}.
     * @return false if there is no room.
     */
    public boolean addPart(final int leaderTerm, final long blockNumber, final long incarnation, final int part)
    {
        return add(leaderTerm, blockNumber, incarnation, 0, 0, part);
    }

    /**
     * Height of an entry.
     *
     * @param i entry, below {@link #size()}.
     * @return block number.
     */
    public long blockNumber(final int i)
    {
        return blockNumbers[i];
    }

    /**
     * Incarnation of an entry.
     *
     * @param i entry.
     * @return incarnation.
     */
    public long incarnation(final int i)
    {
        return incarnations[i];
    }

    /**
     * Term of an entry.
     *
     * @param i entry.
     * @return number of the leader's term.
     */
    public int leaderTerm(final int i)
    {
        return leaderTerms[i];
    }

    /**
     * Which 64 seqs an entry is about.
     *
     * @param i entry.
     * @return word, from 0.
     */
    public int word(final int i)
    {
        return words[i];
    }

    /**
     * Frags of an entry.
     *
     * @param i entry.
     * @return seq 64 x word + j for each bit j.
     */
    public long bits(final int i)
    {
        return bits[i];
    }

    /**
     * Parts of an entry.
     *
     * @param i entry.
     * @return {@link #ENV}, {@link #END}.
     */
    public int parts(final int i)
    {
        return parts[i];
    }

    private boolean add(
        final int leaderTerm,
        final long blockNumber,
        final long incarnation,
        final int word,
        final long bit,
        final int part)
    {
        int at = size;
        int order = -1;
        while (at > 0)
        {
            order = compare(at - 1, leaderTerm, blockNumber, incarnation, word);
            if (order <= 0)
            {
                break;
            }
            at--;
        }

        if (at > 0 && 0 == order)
        {
            final int i = at - 1;
            final boolean isKnown = (bits[i] & bit) == bit && (parts[i] & part) == part;
            if (!isKnown && MAX_IDS == idCount)
            {
                return false;
            }
            bits[i] |= bit;
            parts[i] |= part;
            idCount += isKnown ? 0 : 1;

            return true;
        }
        if (MAX_ENTRIES == size || MAX_IDS == idCount)
        {
            return false;
        }
        for (int i = size; i > at; i--)
        {
            put(i, leaderTerms[i - 1], blockNumbers[i - 1], incarnations[i - 1], words[i - 1], bits[i - 1],
                parts[i - 1]);
        }
        put(at, leaderTerm, blockNumber, incarnation, word, bit, part);
        size++;
        idCount++;

        return true;
    }

    private void put(
        final int i,
        final int leaderTerm,
        final long blockNumber,
        final long incarnation,
        final int word,
        final long bitSet,
        final int partSet)
    {
        leaderTerms[i] = leaderTerm;
        blockNumbers[i] = blockNumber;
        incarnations[i] = incarnation;
        words[i] = word;
        bits[i] = bitSet;
        parts[i] = partSet;
    }

    private int compare(
        final int i, final int leaderTerm, final long blockNumber, final long incarnation, final int word)
    {
        int order = Long.compareUnsigned(blockNumbers[i], blockNumber);
        if (0 == order)
        {
            order = Integer.compareUnsigned(leaderTerms[i], leaderTerm);
        }
        if (0 == order)
        {
            order = Long.compareUnsigned(incarnations[i], incarnation);
        }

        return 0 == order ? Integer.compare(words[i], word) : order;
    }
}
