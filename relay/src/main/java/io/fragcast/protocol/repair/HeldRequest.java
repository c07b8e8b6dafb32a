package io.fragcast.protocol.repair;

/**
 * One request as it waits for its turn: a copy of what was asked.
 */
final class HeldRequest
{
    final HoleList holes = new HoleList();
    /** What the answer is, or COMPLETE while that shows only when it is given. */
    AnswerState verdict = AnswerState.COMPLETE;
    boolean isRange;
    /** Range: does whoever asks check whole heights, so that he needs no signature of each frame? */
    boolean isVouchedForTaken;
    long requestId;
    long maxBytes;
    long fromBlock;
    int heightCount;
    int fromSeq;

    /** Highest height asked for; 0: none. */
    long lastBlock()
    {
        if (isRange)
        {
            return fromBlock + Math.max(0, heightCount - 1);
        }

        long last = 0;
        for (int i = 0, size = holes.size(); i < size; i++)
        {
            last = Long.compareUnsigned(holes.blockNumber(i), last) > 0 ? holes.blockNumber(i) : last;
        }

        return last;
    }

    void want(final AnswerState verdict, final long requestId, final long maxBytes, final HoleList asked)
    {
        this.verdict = verdict;
        this.requestId = requestId;
        this.maxBytes = maxBytes;
        isRange = false;
        isVouchedForTaken = false;
        holes.clear();
        for (int i = 0; i < asked.size(); i++)
        {
            holes.add(
                asked.kind(i),
                asked.leaderTerm(i),
                asked.blockNumber(i),
                asked.incarnation(i),
                asked.seq(i),
                asked.index(i),
                asked.bits(i));
        }
    }

    void range(
        final AnswerState verdict,
        final long requestId,
        final long maxBytes,
        final long fromBlock,
        final int heightCount,
        final int fromSeq)
    {
        this.verdict = verdict;
        this.requestId = requestId;
        this.maxBytes = maxBytes;
        this.fromBlock = fromBlock;
        this.heightCount = heightCount;
        this.fromSeq = fromSeq;
        isRange = true;
        isVouchedForTaken = false;
        holes.clear();
    }
}
