package io.fragcast.protocol.repair;

import org.agrona.DirectBuffer;

import static java.util.Objects.requireNonNull;

/**
 * Reads all that a node holds of one height after another: what answers a RangeRequest, for whoever decides himself how
 * much of it he takes at once. Used by one thread; allocates nothing after construction.
 */
final class HeightReader implements HeldItems.Reader
{
    /** What is looked up in one turn: as the repair lane does. */
    private static final AnswerLimits LIMITS = new AnswerLimits(
        AnswerLimits.MAX_BYTES,
        AnswerLimits.MAX_BYTES,
        AnswerLimits.DEFAULT_TURN_FRAMES,
        AnswerLimits.DEFAULT_ARCHIVE_RECORDS);

    private final Requester requester;
    private final Reading reading = new Reading();
    private final HeldItems.Consumer consumer;
    private boolean isOver = true;

    HeightReader(final RecentFrames memory, final FrameArchive archive, final HeldItems.Consumer consumer)
    {
        this.consumer = consumer;
        requester = new Requester(memory, archive, reading, LIMITS);
        requester.assign(0, 0);
    }

    @Override
    public void start(final long blockNumber)
    {
        requester.assign(0, 0);
        final HeldRequest request = requireNonNull(requester.enqueue(), "a requester without requests has room");
        request.range(AnswerState.COMPLETE, 0, Long.MAX_VALUE, blockNumber, 1, 0);
        request.isVouchedForTaken = true;
        isOver = false;
    }

    @Override
    public int turn(final long nowNs)
    {
        return isOver ? 0 : requester.turn(nowNs, LIMITS.archiveRecords(), reading);
    }

    @Override
    public boolean isOver()
    {
        return isOver;
    }

    /** The answer, taken apart: its frames go to the consumer, its result says that the height is over. */
    private final class Reading implements AnswerSender, AnswerObserver
    {
        @Override
        public boolean sendFrame(final int link, final DirectBuffer buffer, final int offset, final int length)
        {
            return consumer.onFrame(buffer, offset, length);
        }

        @Override
        public boolean sendResult(final int link, final WantResult result)
        {
            isOver = true;

            return true;
        }

        @Override
        public void onArchiveRead()
        {
            // Counted by whoever reads.
        }

        @Override
        public boolean isOpen(final long blockNumber)
        {
            return false;
        }

        @Override
        public void complete(final WantResult result, final long requestId, final long token)
        {
            // Nobody sees the result.
        }

        @Override
        public void onAnswered(final WantResult result)
        {
            // Counted by whoever reads.
        }
    }
}
