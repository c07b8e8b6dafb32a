package io.fragcast.watch;

import org.agrona.concurrent.UnsafeBuffer;

import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Shows the block that a node puts together, and the last ones that ended. One hot agent writes, allocating nothing;
 * any thread reads a consistent copy and tries again if the writer was at it:
 * <pre>
 *   | version | newest block | bitmap of seqs | ended blocks, a ring |      odd version: being written
 * </pre>
 */
public final class BlockBoard
{
    /** No seq, no term. */
    public static final int NULL_VALUE = -1;

    /** Frags of a block at most. */
    private static final int SEQS = 1_024;
    private static final int SEQ_WORDS = SEQS / Long.SIZE;
    /** A minute of 2 s blocks: as many as a phone shows in a row. */
    private static final int ENDED_BLOCKS = 30;

    private static final int VERSION = 0;
    private static final int PHASE = VERSION + 1;
    private static final int TERM = PHASE + 1;
    private static final int NUMBER = TERM + 1;
    private static final int INCARNATION = NUMBER + 1;
    private static final int OPENED_NS = INCARNATION + 1;
    private static final int LAST_SEQ = OPENED_NS + 1;
    private static final int DELIVERED = LAST_SEQ + 1;
    private static final int TXS = DELIVERED + 1;
    private static final int BYTES_ARRIVED = TXS + 1;
    private static final int BYTES_EXPECTED = BYTES_ARRIVED + 1;
    private static final int OPEN_TERM = BYTES_EXPECTED + 1;
    private static final int FRAG_NS = OPEN_TERM + 1;
    private static final int HEARD_NS = FRAG_NS + 1;
    private static final int SEQ_BITS = HEARD_NS + 1;
    private static final int ENDED_COUNT = SEQ_BITS + SEQ_WORDS;
    private static final int ENDED = ENDED_COUNT + 1;
    private static final int ENDED_WORDS = 8;
    private static final int WORDS = ENDED + ENDED_BLOCKS * ENDED_WORDS;

    private final UnsafeBuffer board = new UnsafeBuffer(ByteBuffer.allocateDirect(WORDS * Long.BYTES));

    /**
     * An empty board.
     */
    public BlockBoard()
    {
        put(OPEN_TERM, NULL_VALUE);
        put(LAST_SEQ, NULL_VALUE);
    }

    /**
     * A sign of life of the leader came.
     *
     * @param nowNs epoch nanoseconds.
     */
    public void onHeard(final long nowNs)
    {
        begin();
        put(HEARD_NS, nowNs);
        end();
    }

    /**
     * The leader is at work on its term.
     *
     * @param term  number.
     * @param nowNs epoch nanoseconds.
     */
    public void onTermOpen(final int term, final long nowNs)
    {
        if (get(OPEN_TERM) < term)
        {
            begin();
            put(OPEN_TERM, term);
            put(FRAG_NS, nowNs);
            end();
        }
    }

    /**
     * The leader has ended its term.
     *
     * @param term number.
     */
    public void onTermClosed(final int term)
    {
        if (get(OPEN_TERM) == term)
        {
            begin();
            put(OPEN_TERM, NULL_VALUE);
            end();
        }
    }

    /**
     * A message of an attempt came; the board turns to it if it is newer than the one that is shown.
     *
     * @param term        that leads it.
     * @param number      of the block.
     * @param incarnation of the attempt.
     * @param nowNs       epoch nanoseconds.
     * @return true if the attempt is the one shown now.
     */
    public boolean onAttempt(final int term, final long number, final long incarnation, final long nowNs)
    {
        if (get(NUMBER) == number && get(INCARNATION) == incarnation && get(TERM) == term)
        {
            return true;
        }
        final boolean isNewer = get(PHASE) == BlockPhase.NONE.ordinal() || number > get(NUMBER) ||
            number == get(NUMBER) && (term > get(TERM) || term == get(TERM) && incarnation > get(INCARNATION));
        if (isNewer)
        {
            begin();
            put(PHASE, BlockPhase.OPEN.ordinal());
            put(TERM, term);
            put(NUMBER, number);
            put(INCARNATION, incarnation);
            put(OPENED_NS, nowNs);
            put(LAST_SEQ, NULL_VALUE);
            put(DELIVERED, 0);
            put(TXS, 0);
            put(BYTES_ARRIVED, 0);
            put(BYTES_EXPECTED, 0);
            for (int i = 0; i < SEQ_WORDS; i++)
            {
                put(SEQ_BITS + i, 0);
            }
            end();
        }

        return isNewer;
    }

    /**
     * An Env or a Frag came: the stream moves.
     *
     * @param nowNs epoch nanoseconds.
     */
    public void onProgress(final long nowNs)
    {
        begin();
        put(FRAG_NS, nowNs);
        put(HEARD_NS, nowNs);
        end();
    }

    /**
     * A frag's header came, of the attempt that is shown.
     *
     * @param seq         of the frag.
     * @param isLast      of its block.
     * @param txCount     in it.
     * @param bodyLength  bytes that will come in all.
     * @param bytesInline of those, the bytes that came with the header.
     */
    public void onFrag(
        final int seq, final boolean isLast, final long txCount, final long bodyLength, final long bytesInline)
    {
        if (seq < 0 || seq >= SEQS)
        {
            return;
        }

        final int word = SEQ_BITS + seq / Long.SIZE;
        begin();
        put(word, get(word) | 1L << seq);
        put(TXS, get(TXS) + txCount);
        put(BYTES_EXPECTED, get(BYTES_EXPECTED) + bodyLength);
        put(BYTES_ARRIVED, get(BYTES_ARRIVED) + bytesInline);
        if (isLast)
        {
            put(LAST_SEQ, seq);
        }
        end();
    }

    /**
     * A chunk came, of the attempt that is shown.
     *
     * @param bytes of the body.
     */
    public void onChunk(final long bytes)
    {
        begin();
        put(BYTES_ARRIVED, get(BYTES_ARRIVED) + bytes);
        end();
    }

    /**
     * A frag of the attempt that is shown went to the edges.
     *
     * @param seq of the frag.
     */
    public void onDelivered(final int seq)
    {
        begin();
        put(DELIVERED, seq + 1L);
        end();
    }

    /**
     * The attempt that is shown came to another phase.
     *
     * @param phase from now on.
     */
    public void onPhase(final BlockPhase phase)
    {
        begin();
        put(PHASE, phase.ordinal());
        end();
    }

    /**
     * A block ended.
     *
     * @param number     of the block.
     * @param term       that led it.
     * @param phase      that it ended in.
     * @param frags      that it had here.
     * @param txs        in them.
     * @param bytes      of their bodies.
     * @param durationNs from its opening here.
     * @param nowNs      epoch nanoseconds.
     */
    public void onEnded(
        final long number,
        final int term,
        final BlockPhase phase,
        final int frags,
        final long txs,
        final long bytes,
        final long durationNs,
        final long nowNs)
    {
        final long count = get(ENDED_COUNT);
        final int entry = ENDED + (int)(count % ENDED_BLOCKS) * ENDED_WORDS;
        begin();
        put(entry, number);
        put(entry + 1, term);
        put(entry + 2, phase.ordinal());
        put(entry + 3, frags);
        put(entry + 4, txs);
        put(entry + 5, bytes);
        put(entry + 6, durationNs);
        put(entry + 7, nowNs);
        put(ENDED_COUNT, count + 1);
        end();
    }

    /**
     * The board as it is now. Any thread.
     *
     * @return a copy.
     */
    public BlockSnapshot read()
    {
        final long[] words = new long[WORDS];
        long version;
        do
        {
            version = board.getLongVolatile(VERSION);
            for (int i = 0; i < WORDS; i++)
            {
                words[i] = get(i);
            }
            VarHandle.loadLoadFence();
        }
        while (0 != (version & 1) || get(VERSION) != version);

        return snapshot(words);
    }

    private static BlockSnapshot snapshot(final long[] words)
    {
        final long[] seqs = new long[SEQ_WORDS];
        System.arraycopy(words, SEQ_BITS, seqs, 0, SEQ_WORDS);

        final List<EndedBlock> ended = new ArrayList<>();
        final long count = words[ENDED_COUNT];
        for (long i = count - 1; i >= Math.max(0, count - ENDED_BLOCKS); i--)
        {
            final int entry = ENDED + (int)(i % ENDED_BLOCKS) * ENDED_WORDS;
            ended.add(new EndedBlock(
                words[entry],
                (int)words[entry + 1],
                BlockPhase.of((int)words[entry + 2]),
                (int)words[entry + 3],
                words[entry + 4],
                words[entry + 5],
                words[entry + 6],
                words[entry + 7]));
        }

        return new BlockSnapshot(
            BlockPhase.of((int)words[PHASE]),
            (int)words[TERM],
            words[NUMBER],
            words[INCARNATION],
            words[OPENED_NS],
            BitSet.valueOf(seqs),
            (int)words[LAST_SEQ],
            (int)words[DELIVERED],
            words[TXS],
            words[BYTES_ARRIVED],
            words[BYTES_EXPECTED],
            (int)words[OPEN_TERM],
            words[FRAG_NS],
            words[HEARD_NS],
            List.copyOf(ended));
    }

    private void begin()
    {
        put(VERSION, get(VERSION) + 1);
        VarHandle.storeStoreFence();
    }

    private void end()
    {
        board.putLongRelease(VERSION * Long.BYTES, get(VERSION) + 1);
    }

    private long get(final int word)
    {
        return board.getLong(word * Long.BYTES);
    }

    private void put(final int word, final long value)
    {
        board.putLong(word * Long.BYTES, value);
    }
}
