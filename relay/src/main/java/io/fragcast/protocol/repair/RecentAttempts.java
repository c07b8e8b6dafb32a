package io.fragcast.protocol.repair;

/**
 * What {@link RecentFrames} knows of the attempts that it has frames of, each by a number that holds while it has one.
 * <pre>
 *   term, height, incarnation | frames in the log | frags known to be | ended | cut
 * </pre>
 * An attempt is <em>cut</em> where frames of it may have been accepted that are not here: overwritten, lost on the way,
 * or accepted before the first that came here. Used by one thread.
 */
final class RecentAttempts
{
    /** 64 heights, the window of a node, with four attempts each. */
    static final int MAX_ATTEMPTS = 256;

    /** No attempt is known by that name. */
    static final int NO_ATTEMPT = -1;

    /** Seqs are looked at one by one, so what a Seal claims is believed up to 64 times the limit of a block. */
    private static final int MAX_FRAGS = 1 << 16;

    private final long[] blockNumbers = new long[MAX_ATTEMPTS];
    private final long[] incarnations = new long[MAX_ATTEMPTS];
    private final int[] leaderTerms = new int[MAX_ATTEMPTS];
    private final int[] frameCounts = new int[MAX_ATTEMPTS];
    private final int[] fragCounts = new int[MAX_ATTEMPTS];
    private final boolean[] isEnded = new boolean[MAX_ATTEMPTS];
    private final boolean[] isCut = new boolean[MAX_ATTEMPTS];
    private int lastAttempt;
    private long newestBlock;
    private long newestIncarnation;
    private int newestTerm;
    private int newestFragCount;
    private boolean hasForgotten;
    private long highestForgottenBlock;

    /**
     * Looks an attempt up.
     *
     * @param leaderTerm  of the attempt.
     * @param blockNumber of the attempt.
     * @param incarnation of the attempt.
     * @return its number, or {@link #NO_ATTEMPT}.
     */
    int find(final int leaderTerm, final long blockNumber, final long incarnation)
    {
        if (isAttempt(lastAttempt, leaderTerm, blockNumber, incarnation))
        {
            return lastAttempt;
        }
        for (int i = 0; i < MAX_ATTEMPTS; i++)
        {
            if (isAttempt(i, leaderTerm, blockNumber, incarnation))
            {
                return i;
            }
        }

        return NO_ATTEMPT;
    }

    /**
     * First or next attempt at a height, by term and incarnation.
     *
     * @param blockNumber the height.
     * @param isFirst     true: the first; false: the one after that of the next two arguments.
     * @param leaderTerm  of the attempt before.
     * @param incarnation of the attempt before.
     * @return its number, or {@link #NO_ATTEMPT}.
     */
    int next(
        final long blockNumber, final boolean isFirst, final int leaderTerm, final long incarnation)
    {
        int next = NO_ATTEMPT;
        for (int i = 0; i < MAX_ATTEMPTS; i++)
        {
            if (0 != frameCounts[i] &&
                blockNumber == blockNumbers[i] &&
                (isFirst || isAfter(leaderTerms[i], incarnations[i], leaderTerm, incarnation)) &&
                (NO_ATTEMPT == next ||
                isAfter(leaderTerms[next], incarnations[next], leaderTerms[i], incarnations[i])))
            {
                next = i;
            }
        }

        return next;
    }

    /**
     * Term of an attempt.
     *
     * @param attempt number.
     * @return the number of the leader's term.
     */
    int leaderTerm(final int attempt)
    {
        return leaderTerms[attempt];
    }

    /**
     * Incarnation of an attempt.
     *
     * @param attempt number.
     * @return the incarnation.
     */
    long incarnation(final int attempt)
    {
        return incarnations[attempt];
    }

    /**
     * Frags of an attempt that are known to be.
     *
     * @param attempt number.
     * @return the next seq.
     */
    int fragCount(final int attempt)
    {
        return fragCounts[attempt];
    }

    /**
     * Is the Seal or Abort known to be?
     *
     * @param attempt number.
     * @return true if it came.
     */
    boolean isEnded(final int attempt)
    {
        return isEnded[attempt];
    }

    /**
     * Is all here that was accepted at a height?
     *
     * @param blockNumber the height.
     * @return false if something may have been accepted that is not here.
     */
    boolean isWhole(final long blockNumber)
    {
        if (hasForgotten && Long.compareUnsigned(blockNumber, highestForgottenBlock) <= 0)
        {
            return false;
        }

        boolean isKnown = false;
        for (int i = 0; i < MAX_ATTEMPTS; i++)
        {
            if (0 != frameCounts[i] && blockNumber == blockNumbers[i])
            {
                if (isCut[i])
                {
                    return false;
                }
                isKnown = true;
            }
        }

        return isKnown;
    }

    /**
     * Lowest height of which something is here.
     *
     * @return the height, or {@link FrameArchive#NO_BLOCK}.
     */
    long oldestBlock()
    {
        boolean isAny = false;
        long oldest = FrameArchive.NO_BLOCK;
        for (int i = 0; i < MAX_ATTEMPTS; i++)
        {
            if (0 != frameCounts[i] && (!isAny || Long.compareUnsigned(blockNumbers[i], oldest) < 0))
            {
                isAny = true;
                oldest = blockNumbers[i];
            }
        }

        return oldest;
    }

    /**
     * Says which attempt is the furthest on, by term, height, incarnation.
     *
     * @param result to tell.
     */
    void tellNewest(final WantResult result)
    {
        result.newestBlock = newestBlock;
        result.newestIncarnation = newestIncarnation;
        result.newestTerm = newestTerm;
        result.newestSeq = newestFragCount;
    }

    /**
     * A frame was stored.
     *
     * @param name    of the frame.
     * @param attempt of the frame.
     */
    void onStored(final FrameName name, final int attempt)
    {
        frameCounts[attempt]++;
        final int known = switch (name.part)
        {
            case ENV -> 0;
            case FRAG, PAGE, CHUNK -> name.seq + 1;
            case END -> name.fragCount;
        };
        if (known > fragCounts[attempt])
        {
            fragCounts[attempt] = Math.min(known, MAX_FRAGS);
        }
        isEnded[attempt] |= FramePart.END == name.part;
        tellWhetherNewest(attempt);
    }

    /**
     * The attempt of a frame that is going to be stored.
     *
     * @param name of the frame.
     * @return its number, begun if it is new; {@link #NO_ATTEMPT} if the table is full.
     */
    int begin(final FrameName name)
    {
        int attempt = find(name.leaderTerm, name.blockNumber, name.incarnation);
        if (NO_ATTEMPT == attempt)
        {
            attempt = free();
            if (NO_ATTEMPT == attempt)
            {
                return NO_ATTEMPT;
            }
            leaderTerms[attempt] = name.leaderTerm;
            blockNumbers[attempt] = name.blockNumber;
            incarnations[attempt] = name.incarnation;
            fragCounts[attempt] = 0;
            isEnded[attempt] = false;
            isCut[attempt] = FramePart.ENV != name.part;
        }
        lastAttempt = attempt;

        return attempt;
    }

    /**
     * A frame was overwritten.
     *
     * @param attempt of the frame.
     */
    void onEvicted(final int attempt)
    {
        frameCounts[attempt]--;
        isCut[attempt] = true;
        forget(blockNumbers[attempt]);
    }

    /**
     * Frames were accepted that never came here.
     */
    void cutAll()
    {
        for (int i = 0; i < MAX_ATTEMPTS; i++)
        {
            if (0 != frameCounts[i])
            {
                isCut[i] = true;
                forget(blockNumbers[i]);
            }
        }
    }

    private int free()
    {
        for (int i = 0; i < MAX_ATTEMPTS; i++)
        {
            if (0 == frameCounts[i])
            {
                return i;
            }
        }

        return NO_ATTEMPT;
    }

    private void tellWhetherNewest(final int attempt)
    {
        int order = Integer.compareUnsigned(leaderTerms[attempt], newestTerm);
        if (0 == order)
        {
            order = Long.compareUnsigned(blockNumbers[attempt], newestBlock);
        }
        if (0 == order)
        {
            order = Long.compareUnsigned(incarnations[attempt], newestIncarnation);
        }
        if (order >= 0)
        {
            newestTerm = leaderTerms[attempt];
            newestBlock = blockNumbers[attempt];
            newestIncarnation = incarnations[attempt];
            newestFragCount = fragCounts[attempt];
        }
    }

    private void forget(final long blockNumber)
    {
        if (!hasForgotten || Long.compareUnsigned(blockNumber, highestForgottenBlock) > 0)
        {
            hasForgotten = true;
            highestForgottenBlock = blockNumber;
        }
    }

    private boolean isAttempt(
        final int attempt, final int leaderTerm, final long blockNumber, final long incarnation)
    {
        return 0 != frameCounts[attempt] &&
            blockNumber == blockNumbers[attempt] &&
            incarnation == incarnations[attempt] &&
            leaderTerm == leaderTerms[attempt];
    }

    private static boolean isAfter(
        final int leaderTerm, final long incarnation, final int otherTerm, final long otherIncarnation)
    {
        final int order = Integer.compareUnsigned(leaderTerm, otherTerm);

        return order > 0 || 0 == order && Long.compareUnsigned(incarnation, otherIncarnation) > 0;
    }
}
