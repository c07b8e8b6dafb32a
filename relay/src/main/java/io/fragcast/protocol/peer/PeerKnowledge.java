package io.fragcast.protocol.peer;

import org.agrona.BitUtil;

import java.util.Arrays;

/**
 * Who has what: for each message of an attempt a bitmap of peers.
 * <pre>
 *   slot = block mod heights, two attempts a slot          seq      0    1  ... 1023   ENV  END
 *   (term, block, incarnation) ──▶ attempt ──▶ peers of    [64 bits a word of peers each]
 * </pre>
 * Room is fixed: of a slot first that attempt goes of which this node has nothing itself, then the lower one by (block,
 * term, incarnation), for a higher one alone; for what only peers speak of nothing goes that this node has. What finds
 * no place is not taken; both are counted. So no peer can talk away what passed the checks. A look-up is one for each
 * 64 peers. Used by one thread; allocates nothing after construction.
 */
public final class PeerKnowledge
{
    /** The node whose knowledge it is. */
    public static final int SELF = 0;
    /** Place of the Env beside the seqs. */
    public static final int ENV_SEQ = 1_024;
    /** Place of the Seal or Abort beside the seqs. */
    public static final int END_SEQ = ENV_SEQ + 1;
    /** Frags of a block (DESIGN §4.2), and the two. */
    private static final int PLACES = END_SEQ + 1;
    /** One attempt at a height to be superseded, one that supersedes it. */
    private static final int WAYS = 2;
    private static final int NULL_INDEX = -1;

    private final int heights;
    private final int peerCapacity;
    private final int peerWords;
    private final long[] blockNumbers;
    private final long[] incarnations;
    private final int[] leaderTerms;
    private final boolean[] isUsed;
    /** Attempts of which this node has something itself. */
    private final boolean[] isOwn;
    private final long[] holders;
    private long evictedCount;
    private long refusedCount;

    /**
     * Knows nothing yet.
     *
     * @param peerCapacity most peers.
     * @param heights      most heights in sight, rounded up to a power of two.
     */
    public PeerKnowledge(final int peerCapacity, final int heights)
    {
        this.peerCapacity = peerCapacity;
        this.heights = BitUtil.findNextPositivePowerOfTwo(heights);
        peerWords = (peerCapacity + Long.SIZE - 1) / Long.SIZE;
        final int attempts = WAYS * this.heights;
        blockNumbers = new long[attempts];
        incarnations = new long[attempts];
        leaderTerms = new int[attempts];
        isUsed = new boolean[attempts];
        isOwn = new boolean[attempts];
        holders = new long[attempts * PLACES * peerWords];
    }

    /**
     * A peer has one message.
     *
     * @param peer        number, below the capacity.
     * @param leaderTerm  of the attempt.
     * @param blockNumber of the attempt.
     * @param incarnation of the attempt.
     * @param seq         of the frag, or {@link #ENV_SEQ}, {@link #END_SEQ}.
     * @return true if that is new.
     */
    public boolean onHas(
        final int peer, final int leaderTerm, final long blockNumber, final long incarnation, final int seq)
    {
        checkPeer(peer);
        if (seq < 0 || seq >= PLACES)
        {
            refusedCount++;
            return false;
        }
        final int attempt = take(peer, leaderTerm, blockNumber, incarnation);
        if (NULL_INDEX == attempt)
        {
            return false;
        }

        return mark(peer, attempt, seq);
    }

    /**
     * A peer has what an entry of a Have names.
     *
     * @param peer        number.
     * @param leaderTerm  of the attempt.
     * @param blockNumber of the attempt.
     * @param incarnation of the attempt.
     * @param word        which 64 seqs.
     * @param bits        frags.
     * @param parts       {@link HaveList#ENV}, {@link HaveList#END}.
     */
    public void onHas(
        final int peer,
        final int leaderTerm,
        final long blockNumber,
        final long incarnation,
        final int word,
        final long bits,
        final int parts)
    {
        checkPeer(peer);
        final int firstSeq = word * Long.SIZE;
        final boolean isInRange = firstSeq < ENV_SEQ;
        if (!isInRange)
        {
            refusedCount++;
        }
        if (!isInRange && 0 == parts)
        {
            return;
        }
        final int attempt = take(peer, leaderTerm, blockNumber, incarnation);
        if (NULL_INDEX == attempt)
        {
            return;
        }

        long rest = isInRange ? bits : 0;
        while (0 != rest)
        {
            mark(peer, attempt, firstSeq + Long.numberOfTrailingZeros(rest));
            rest &= rest - 1;
        }
        if (0 != (parts & HaveList.ENV))
        {
            mark(peer, attempt, ENV_SEQ);
        }
        if (0 != (parts & HaveList.END))
        {
            mark(peer, attempt, END_SEQ);
        }
    }

    /**
     * Who has it?
     *
     * @param leaderTerm  of the attempt.
     * @param blockNumber of the attempt.
     * @param incarnation of the attempt.
     * @param seq         of the frag, or {@link #ENV_SEQ}, {@link #END_SEQ}.
     * @param peerWord    which 64 peers, from 0.
     * @return peer 64 x peerWord + i for each bit i.
     */
    public long holders(
        final int leaderTerm, final long blockNumber, final long incarnation, final int seq, final int peerWord)
    {
        final int attempt = find(leaderTerm, blockNumber, incarnation);

        return NULL_INDEX == attempt || seq < 0 || seq >= PLACES ? 0 : holders[index(attempt, seq) + peerWord];
    }

    /**
     * Does a peer have it, as far as is known?
     *
     * @param peer        number.
     * @param leaderTerm  of the attempt.
     * @param blockNumber of the attempt.
     * @param incarnation of the attempt.
     * @param seq         of the frag, or {@link #ENV_SEQ}, {@link #END_SEQ}.
     * @return true if it said so.
     */
    public boolean has(
        final int peer, final int leaderTerm, final long blockNumber, final long incarnation, final int seq)
    {
        return 0 != (holders(leaderTerm, blockNumber, incarnation, seq, peer >>> 6) & 1L << peer);
    }

    /**
     * Which of 64 frags does a peer have?
     *
     * @param peer        number.
     * @param leaderTerm  of the attempt.
     * @param blockNumber of the attempt.
     * @param incarnation of the attempt.
     * @param word        which 64 seqs.
     * @return seq 64 x word + i for each bit i.
     */
    public long fragsOf(
        final int peer, final int leaderTerm, final long blockNumber, final long incarnation, final int word)
    {
        final int attempt = find(leaderTerm, blockNumber, incarnation);

        return NULL_INDEX == attempt ? 0 : fragsOf(peer, attempt, word);
    }

    /**
     * Which parts besides frags does a peer have?
     *
     * @param peer        number.
     * @param leaderTerm  of the attempt.
     * @param blockNumber of the attempt.
     * @param incarnation of the attempt.
     * @return {@link HaveList#ENV}, {@link HaveList#END}.
     */
    public int partsOf(final int peer, final int leaderTerm, final long blockNumber, final long incarnation)
    {
        final int attempt = find(leaderTerm, blockNumber, incarnation);

        return NULL_INDEX == attempt ? 0 : partsOf(peer, attempt);
    }

    /**
     * Tells all that a peer has at a height, as far as the list has room.
     *
     * @param peer        number.
     * @param blockNumber height.
     * @param skip        entries to leave out: those told before.
     * @param haves       receives the others.
     * @return entries told in all when the list was full; -1 when there are no more.
     */
    public int collect(final int peer, final long blockNumber, final int skip, final HaveList haves)
    {
        final int slot = slotOf(blockNumber);
        final int lower = lowerOf(slot);
        int told = 0;
        for (int way = 0; way < WAYS; way++)
        {
            final int attempt = 0 == way ? lower : 2 * slot + 1 - lower;
            if (!isUsed[attempt] || blockNumbers[attempt] != blockNumber)
            {
                continue;
            }
            for (int word = 0; word < ENV_SEQ / Long.SIZE; word++)
            {
                final long bits = fragsOf(peer, attempt, word);
                final int parts = 0 == word ? partsOf(peer, attempt) : 0;
                if (0 == bits && 0 == parts)
                {
                    continue;
                }
                if (told >= skip && !haves.append(
                    leaderTerms[attempt], blockNumber, incarnations[attempt], word, bits, parts))
                {
                    return told;
                }
                told++;
            }
        }

        return NULL_INDEX;
    }

    /**
     * A peer is gone: what it had is not known any more.
     *
     * @param peer number.
     */
    public void forget(final int peer)
    {
        checkPeer(peer);
        final long mask = ~(1L << peer);
        for (int i = peer >>> 6; i < holders.length; i += peerWords)
        {
            holders[i] &= mask;
        }
    }

    /**
     * Attempts that were forgotten for higher ones.
     *
     * @return count.
     */
    public long evictedCount()
    {
        return evictedCount;
    }

    /**
     * Haves of attempts too low, or of seqs too high, to be kept.
     *
     * @return count.
     */
    public long refusedCount()
    {
        return refusedCount;
    }

    /** How many frags of the attempt that it follows a peer has named. */
    long heldOf(final int peer, final PeerStatus open)
    {
        long count = 0;
        for (int word = 0; word < ENV_SEQ / Long.SIZE; word++)
        {
            count += Long.bitCount(fragsOf(peer, open.openTerm, open.openBlock, open.openIncarnation, word));
        }

        return count;
    }

    private long fragsOf(final int peer, final int attempt, final int word)
    {
        if (word < 0 || word >= ENV_SEQ / Long.SIZE)
        {
            return 0;
        }
        long bits = 0;
        int at = index(attempt, word * Long.SIZE) + (peer >>> 6);
        for (int i = 0; i < Long.SIZE; i++)
        {
            bits |= (holders[at] >>> peer & 1L) << i;
            at += peerWords;
        }

        return bits;
    }

    private int partsOf(final int peer, final int attempt)
    {
        final int at = index(attempt, ENV_SEQ) + (peer >>> 6);

        return (int)(holders[at] >>> peer & 1L) * HaveList.ENV |
            (int)(holders[at + peerWords] >>> peer & 1L) * HaveList.END;
    }

    private boolean mark(final int peer, final int attempt, final int seq)
    {
        final int at = index(attempt, seq) + (peer >>> 6);
        final long bit = 1L << peer;
        final boolean isNew = 0 == (holders[at] & bit);
        holders[at] |= bit;

        return isNew;
    }

    private int index(final int attempt, final int seq)
    {
        return (attempt * PLACES + seq) * peerWords;
    }

    private int find(final int leaderTerm, final long blockNumber, final long incarnation)
    {
        final int slot = slotOf(blockNumber);
        for (int i = slot; i < slot + WAYS; i++)
        {
            if (isUsed[i] && blockNumbers[i] == blockNumber && incarnations[i] == incarnation &&
                leaderTerms[i] == leaderTerm)
            {
                return i;
            }
        }

        return NULL_INDEX;
    }

    /** The place of an attempt, made if need be; none if what is there may not go for it. */
    private int take(final int peer, final int leaderTerm, final long blockNumber, final long incarnation)
    {
        final int known = find(leaderTerm, blockNumber, incarnation);
        if (NULL_INDEX != known)
        {
            isOwn[known] |= SELF == peer;
            return known;
        }
        final int victim = victimOf(slotOf(blockNumber));
        if (isUsed[victim])
        {
            if (isOwn[victim] && SELF != peer ||
                isOwn[victim] == (SELF == peer) && compare(victim, leaderTerm, blockNumber, incarnation) > 0)
            {
                refusedCount++;
                return NULL_INDEX;
            }
            evictedCount++;
            Arrays.fill(holders, index(victim, 0), index(victim + 1, 0), 0L);
        }
        isUsed[victim] = true;
        isOwn[victim] = SELF == peer;
        blockNumbers[victim] = blockNumber;
        incarnations[victim] = incarnation;
        leaderTerms[victim] = leaderTerm;

        return victim;
    }

    /** A free place; else what only peers spoke of; else the lower one. */
    private int victimOf(final int slot)
    {
        final int other = slot + 1;
        if (isUsed[slot] && isUsed[other] && isOwn[slot] != isOwn[other])
        {
            return isOwn[slot] ? other : slot;
        }

        return lowerOf(slot);
    }

    private int slotOf(final long blockNumber)
    {
        return (int)(blockNumber & (heights - 1)) * WAYS;
    }

    private int lowerOf(final int slot)
    {
        final int other = slot + 1;
        if (!isUsed[slot] || !isUsed[other])
        {
            return isUsed[slot] ? other : slot;
        }

        return compare(slot, leaderTerms[other], blockNumbers[other], incarnations[other]) <= 0 ? slot : other;
    }

    private int compare(final int attempt, final int leaderTerm, final long blockNumber, final long incarnation)
    {
        int order = Long.compareUnsigned(blockNumbers[attempt], blockNumber);
        if (0 == order)
        {
            order = Integer.compareUnsigned(leaderTerms[attempt], leaderTerm);
        }

        return 0 == order ? Long.compareUnsigned(incarnations[attempt], incarnation) : order;
    }

    private void checkPeer(final int peer)
    {
        if (peer < 0 || peer >= peerCapacity)
        {
            throw new IllegalArgumentException("peer " + peer + " of " + peerCapacity);
        }
    }
}
