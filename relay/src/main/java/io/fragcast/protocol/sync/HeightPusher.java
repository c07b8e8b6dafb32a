package io.fragcast.protocol.sync;

import io.fragcast.protocol.repair.FramePart;

import java.util.Arrays;

/**
 * Hands the frames of one height on: finds the attempt that was sealed, sees that nothing of it is missing, and gives
 * it out from the end to the beginning, so that each message is named by one that is there. What the consumer refuses
 * is offered again by the next call.
 * <pre>
 *   FIND ─▶ SEAL ─▶ FRAGS n-1..0 ─▶ ENV ─▶ PIECES ─▶ PUSHED
 *     └──▶ INCOMPLETE
 * </pre>
 */
final class HeightPusher
{
    /** What a call came to. */
    enum Outcome
    {
        /** The height was handed on. */
        PUSHED,
        /** The consumer refused. */
        REFUSED,
        /** No attempt at the height is here from Env to Seal. */
        INCOMPLETE
    }

    private enum Stage
    {
        /** Nothing was looked at. */
        FIND,
        /** The Seal is next. */
        SEAL,
        /** Frag {@link #seq} is next. */
        FRAGS,
        /** The Env is next. */
        ENV,
        /** Pages and chunks, as they lie. */
        PIECES
    }

    private static final long NONE = -1;

    private final CatchUpConsumer consumer;
    private final long[] frags;
    private Stage stage = Stage.FIND;
    private long blockNumber;
    private long seal;
    private long env;
    private int leaderTerm;
    private long incarnation;
    private int seq;
    private long piece;

    HeightPusher(final CatchUpConsumer consumer, final int maxFrags)
    {
        this.consumer = consumer;
        frags = new long[maxFrags];
    }

    /** Begins anew with whatever height comes next. */
    void reset()
    {
        stage = Stage.FIND;
    }

    /**
     * Hands on the next height of a range, which is fetched.
     *
     * @param range that it is of.
     * @return how far that came.
     */
    Outcome push(final HeldRange range)
    {
        assert range.pushed < range.fetched : "height " + range.pushed + " has not come";

        if (Stage.FIND == stage || blockNumber != range.pushed)
        {
            blockNumber = range.pushed;
            stage = Stage.FIND;
            if (!find(range))
            {
                return Outcome.INCOMPLETE;
            }
            stage = Stage.SEAL;
        }

        return isHandedOn(range) ? done() : Outcome.REFUSED;
    }

    private Outcome done()
    {
        stage = Stage.FIND;

        return Outcome.PUSHED;
    }

    /** The attempt that is highest in rank of those with a Seal; false if something of it is missing. */
    private boolean find(final HeldRange range)
    {
        final long end = range.positionOf(blockNumber + 1);
        seal = NONE;
        for (long at = range.positionOf(blockNumber); at != end; at = range.next(at))
        {
            if (FramePart.END == range.part(at) && HeldRange.NO_SEAL != range.fragCount(at) &&
                (NONE == seal || isHigher(range, at)))
            {
                seal = at;
                leaderTerm = range.leaderTerm(at);
                incarnation = range.incarnation(at);
            }
        }
        if (NONE == seal || range.fragCount(seal) > frags.length)
        {
            return false;
        }

        final int fragCount = range.fragCount(seal);
        Arrays.fill(frags, 0, fragCount, NONE);
        env = NONE;
        long owed = 0;
        int found = 0;
        for (long at = range.positionOf(blockNumber); at != end; at = range.next(at))
        {
            if (!isOfAttempt(range, at))
            {
                continue;
            }
            final FramePart part = range.part(at);
            final int of = range.seq(at);
            final boolean isOfFrag = 0 <= of && of < fragCount;
            if (FramePart.ENV == part)
            {
                env = at;
            }
            else if (FramePart.FRAG == part && isOfFrag && NONE == frags[of])
            {
                frags[of] = at;
                found++;
                owed += range.pieceCount(at);
            }
            else if ((FramePart.PAGE == part || FramePart.CHUNK == part) && isOfFrag)
            {
                owed--;
            }
        }
        seq = fragCount;
        piece = range.positionOf(blockNumber);

        return NONE != env && found == fragCount && owed <= 0;
    }

    private boolean isHandedOn(final HeldRange range)
    {
        if (Stage.SEAL == stage)
        {
            if (!offer(range, seal))
            {
                return false;
            }
            stage = Stage.FRAGS;
        }
        while (Stage.FRAGS == stage && 0 < seq)
        {
            if (!offer(range, frags[seq - 1]))
            {
                return false;
            }
            seq--;
        }
        if (Stage.FRAGS == stage)
        {
            stage = Stage.ENV;
        }
        if (Stage.ENV == stage)
        {
            if (!offer(range, env))
            {
                return false;
            }
            stage = Stage.PIECES;
        }

        return arePiecesHandedOn(range);
    }

    private boolean arePiecesHandedOn(final HeldRange range)
    {
        final long end = range.positionOf(blockNumber + 1);
        while (piece != end)
        {
            final FramePart part = range.part(piece);
            if ((FramePart.PAGE == part || FramePart.CHUNK == part) && isOfAttempt(range, piece) &&
                !offer(range, piece))
            {
                return false;
            }
            piece = range.next(piece);
        }

        return true;
    }

    private boolean offer(final HeldRange range, final long at)
    {
        return consumer.onFrame(
            range.holderOf(blockNumber), range.buffer(at), range.frameOffset(at), range.frameLength(at));
    }

    private boolean isOfAttempt(final HeldRange range, final long at)
    {
        return leaderTerm == range.leaderTerm(at) && incarnation == range.incarnation(at);
    }

    private boolean isHigher(final HeldRange range, final long at)
    {
        final int term = range.leaderTerm(at);

        return term != leaderTerm ?
            term > leaderTerm : Long.compareUnsigned(range.incarnation(at), incarnation) > 0;
    }
}
