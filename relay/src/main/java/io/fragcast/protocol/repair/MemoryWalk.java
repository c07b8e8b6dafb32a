package io.fragcast.protocol.repair;

/**
 * Walks over all that a request means, one message or piece at a time, as far as memory knows what there is. Used by
 * one thread; reused for each request.
 * <pre>
 *   for each hole and bit, or each attempt at each height
 *     ENV ─▶ HEADER ─▶ PAGE 0..n ─▶ CHUNK 0..m ─▶ HEADER of the next seq ... ─▶ END
 * </pre>
 */
final class MemoryWalk
{
    private enum Stage
    {
        /** The target is done: the next hole, bit, attempt or height. */
        NEXT,
        /** One message or piece alone. */
        SINGLE,
        /** The Env of an attempt that is wanted whole. */
        ENV,
        /** Header of frag seq. */
        HEADER,
        /** A page of it. */
        PAGE,
        /** A chunk of it. */
        CHUNK,
        /** Seal or Abort after the frags. */
        END,
        /** A TAIL of which nothing is known. */
        NO_TAIL,
        /** A height of which nothing is known. */
        NO_HEIGHT,
        /** All is done. */
        OVER
    }

    private final RecentFrames memory;
    private final RecentAttempts attempts;
    private HeldRequest request = new HeldRequest();
    private Stage stage = Stage.OVER;
    private FramePart part = FramePart.ENV;
    private int hole;
    private long bitsLeft;
    private int height;
    private boolean isFirstAttempt;
    private int leaderTerm;
    private long blockNumber;
    private long incarnation;
    private int seq;
    private int seqEnd;
    private int firstIndex;
    private int index;
    private int pageCount;
    private int chunkCount;
    private boolean isEndWanted;

    MemoryWalk(final RecentFrames memory)
    {
        this.memory = memory;
        attempts = memory.attempts();
    }

    /**
     * Begins a walk, and stands at its first unit.
     */
    void start(final HeldRequest request)
    {
        this.request = request;
        hole = -1;
        bitsLeft = 0;
        height = -1;
        stage = Stage.NEXT;
        if (request.isRange)
        {
            nextHeight();
        }
    }

    /**
     * Is there no further unit? Costs what finding the next one costs, at most one attempt or height.
     */
    boolean isOver()
    {
        return Stage.OVER == stage;
    }

    /**
     * Goes to the next target if the one before is done.
     *
     * @return false if there is no unit to look at yet: call again.
     */
    boolean hasUnit()
    {
        if (Stage.NEXT == stage)
        {
            if (request.isRange)
            {
                nextAttempt();
            }
            else
            {
                nextHole();
            }
        }

        return Stage.NEXT != stage && Stage.OVER != stage;
    }

    /**
     * Looks the unit up.
     *
     * @return its position in memory, or {@link RecentFrames#NOT_FOUND}.
     */
    long find()
    {
        return switch (stage)
        {
            case SINGLE -> memory.find(part, leaderTerm, blockNumber, incarnation, seq, index);
            case ENV -> memory.find(FramePart.ENV, leaderTerm, blockNumber, incarnation, 0, 0);
            case HEADER -> memory.find(FramePart.FRAG, leaderTerm, blockNumber, incarnation, seq, 0);
            case PAGE -> memory.find(FramePart.PAGE, leaderTerm, blockNumber, incarnation, seq, index);
            case CHUNK -> memory.find(FramePart.CHUNK, leaderTerm, blockNumber, incarnation, seq, index);
            case END -> memory.find(FramePart.END, leaderTerm, blockNumber, incarnation, 0, 0);
            case NEXT, NO_TAIL, NO_HEIGHT, OVER -> RecentFrames.NOT_FOUND;
        };
    }

    /**
     * Goes on from a unit that was found and sent.
     *
     * @param position of it.
     */
    void onSent(final long position)
    {
        if (Stage.HEADER == stage)
        {
            pageCount = memory.pageCount(position);
            chunkCount = memory.chunkCount(position);
            index = 0;
            stage = 0 < pageCount ? Stage.PAGE : Stage.CHUNK;
            skipIfDone();
        }
        else
        {
            goOn();
        }
    }

    /**
     * Goes on from a unit that was not found.
     */
    void goOn()
    {
        switch (stage)
        {
            case ENV -> enterFrag();
            case HEADER -> nextFrag();
            case PAGE, CHUNK ->
            {
                index++;
                skipIfDone();
            }
            case SINGLE, END, NO_TAIL, NO_HEIGHT -> stage = Stage.NEXT;
            default -> throw new IllegalStateException("at no unit but " + stage);
        }
    }

    /**
     * Names the unit as a hole, in its list.
     *
     * @return false if the list is full.
     */
    boolean addTo(final HoleList list)
    {
        return switch (stage)
        {
            case SINGLE -> list.add(holeKind(part), leaderTerm, blockNumber, incarnation, seq, index);
            case ENV -> list.add(HoleKind.ENV, leaderTerm, blockNumber, incarnation, 0, 0);
            case HEADER -> list.add(HoleKind.FRAGS, leaderTerm, blockNumber, incarnation, seq, 0);
            case PAGE -> list.add(HoleKind.PAGES, leaderTerm, blockNumber, incarnation, seq, index);
            case CHUNK -> list.add(HoleKind.CHUNKS, leaderTerm, blockNumber, incarnation, seq, index);
            case END -> list.add(HoleKind.END, leaderTerm, blockNumber, incarnation, 0, 0);
            case NO_TAIL -> list.add(HoleKind.TAIL, leaderTerm, blockNumber, incarnation, seq, firstIndex);
            case NO_HEIGHT -> list.add(HoleKind.TAIL, 0, blockNumber, 0, 0, 0);
            case NEXT, OVER -> throw new IllegalStateException("at no unit but " + stage);
        };
    }

    long blockNumber()
    {
        return blockNumber;
    }

    /** Place of the height in the range. */
    int height()
    {
        return height;
    }

    private void nextHole()
    {
        final HoleList holes = request.holes;
        if (0 == bitsLeft)
        {
            if (++hole == holes.size())
            {
                stage = Stage.OVER;
                return;
            }
            bitsLeft = holes.kind(hole).hasBits() ? holes.bits(hole) : 1;
            leaderTerm = holes.leaderTerm(hole);
            blockNumber = holes.blockNumber(hole);
            incarnation = holes.incarnation(hole);
            if (0 == bitsLeft)
            {
                return;
            }
        }

        final int bit = Long.numberOfTrailingZeros(bitsLeft);
        bitsLeft &= bitsLeft - 1;
        switch (holes.kind(hole))
        {
            case ENV -> single(FramePart.ENV, 0, 0);
            case END -> single(FramePart.END, 0, 0);
            case PAGES -> single(FramePart.PAGE, holes.seq(hole), holes.index(hole) + bit);
            case CHUNKS -> single(FramePart.CHUNK, holes.seq(hole), holes.index(hole) + bit);
            case FRAGS -> frags(holes.seq(hole) + bit, holes.seq(hole) + bit + 1, 0, false);
            case TAIL -> tail(holes.seq(hole), holes.index(hole));
            default -> throw new IllegalStateException("a hole of kind " + holes.kind(hole));
        }
    }

    private void single(final FramePart part, final int seq, final int index)
    {
        this.part = part;
        this.seq = seq;
        this.index = index;
        stage = Stage.SINGLE;
    }

    private void tail(final int fromSeq, final int fromIndex)
    {
        final int attempt = attempts.find(leaderTerm, blockNumber, incarnation);
        if (RecentAttempts.NO_ATTEMPT == attempt ||
            !attempts.isEnded(attempt) && fromSeq >= attempts.fragCount(attempt))
        {
            seq = fromSeq;
            firstIndex = fromIndex;
            stage = Stage.NO_TAIL;
        }
        else
        {
            frags(fromSeq, attempts.fragCount(attempt), fromIndex, attempts.isEnded(attempt));
        }
    }

    private void nextHeight()
    {
        if (++height == request.heightCount)
        {
            stage = Stage.OVER;
            return;
        }
        blockNumber = request.fromBlock + height;
        isFirstAttempt = true;
        stage = Stage.NEXT;
    }

    private void nextAttempt()
    {
        final int attempt = attempts.next(blockNumber, isFirstAttempt, leaderTerm, incarnation);
        if (RecentAttempts.NO_ATTEMPT == attempt)
        {
            if (isFirstAttempt)
            {
                isFirstAttempt = false;
                // Past every attempt, so that the next search finds none.
                leaderTerm = -1;
                incarnation = -1;
                stage = Stage.NO_HEIGHT;
            }
            else
            {
                nextHeight();
            }
            return;
        }

        isFirstAttempt = false;
        leaderTerm = attempts.leaderTerm(attempt);
        incarnation = attempts.incarnation(attempt);
        final int fromSeq = 0 == height ? request.fromSeq : 0;
        frags(fromSeq, attempts.fragCount(attempt), 0, attempts.isEnded(attempt));
        if (0 == fromSeq)
        {
            stage = Stage.ENV;
        }
    }

    private void frags(final int fromSeq, final int toSeq, final int fromIndex, final boolean isEndWanted)
    {
        seq = fromSeq;
        seqEnd = toSeq;
        firstIndex = fromIndex;
        this.isEndWanted = isEndWanted;
        enterFrag();
    }

    private void enterFrag()
    {
        if (seq >= seqEnd)
        {
            stage = isEndWanted ? Stage.END : Stage.NEXT;
            return;
        }

        stage = Stage.HEADER;
        final int fromIndex = firstIndex;
        firstIndex = 0;
        if (0 < fromIndex)
        {
            final long header = find();
            if (RecentFrames.NOT_FOUND != header)
            {
                pageCount = 0;
                chunkCount = memory.chunkCount(header);
                index = fromIndex;
                stage = Stage.CHUNK;
                skipIfDone();
            }
        }
    }

    private void nextFrag()
    {
        seq++;
        enterFrag();
    }

    private void skipIfDone()
    {
        if (Stage.PAGE == stage && index >= pageCount)
        {
            stage = Stage.CHUNK;
            index = 0;
        }
        if (Stage.CHUNK == stage && index >= chunkCount)
        {
            nextFrag();
        }
    }

    private static HoleKind holeKind(final FramePart part)
    {
        return switch (part)
        {
            case ENV -> HoleKind.ENV;
            case FRAG -> HoleKind.FRAGS;
            case PAGE -> HoleKind.PAGES;
            case CHUNK -> HoleKind.CHUNKS;
            case END -> HoleKind.END;
        };
    }
}
