package io.fragcast.protocol.block;

import io.fragcast.counter.Counters;
import io.fragcast.protocol.leader.Schedule;

/**
 * The receive side of the block lane, in every role: takes frames in any order from any number of sessions, checks
 * them in the order of DESIGN §4.3, hands what it accepts to the {@link FrameForwarder} and delivers blocks in order
 * to the {@link BlockConsumer}. Pure: no IO, no clock. Used by one thread; allocates nothing after construction.
 */
@SuppressWarnings("DoNotCallSuggester") // The machines behind the signature land next.
public final class BlockLaneReceiver
{
    /**
     * A receiver that follows no run yet.
     *
     * @param schedule of the chain.
     * @param limits   of this node.
     * @param ports    it speaks to.
     * @param counters of this node.
     */
    public BlockLaneReceiver(
        final Schedule schedule, final BlockLimits limits, final ReceiverPorts ports, final Counters counters)
    {
        throw new UnsupportedOperationException("the machines land next");
    }

    /**
     * The run continues after a block that an earlier life of this node has ended: what was missed since is reported
     * as a GAP.
     *
     * @param blockNumber last block that was ended.
     */
    public void resumeAfter(final long blockNumber)
    {
        throw new UnsupportedOperationException("the machines land next");
    }

    /**
     * May a frame be handed over? While not, the source keeps it.
     *
     * @return false while an earlier frame waits for a sink, or deliveries wait for the consumer and half the room
     * is taken.
     */
    public boolean isReady()
    {
        throw new UnsupportedOperationException("the machines land next");
    }

    /**
     * One signed message.
     *
     * @param frame     valid during the call.
     * @param sessionId of the stream it came by.
     * @param nowNs     monotonic nanoseconds.
     * @return what became of it.
     */
    public Verdict onSigned(final SignedFrame frame, final int sessionId, final long nowNs)
    {
        throw new UnsupportedOperationException("the machines land next");
    }

    /**
     * One page or chunk.
     *
     * @param frame     valid during the call.
     * @param sessionId of the stream it came by.
     * @param nowNs     monotonic nanoseconds.
     * @return what became of it.
     */
    public Verdict onPiece(final PieceFrame frame, final int sessionId, final long nowNs)
    {
        throw new UnsupportedOperationException("the machines land next");
    }

    /**
     * Offers again what the consumer refused, and ends what is stuck.
     *
     * @param nowNs monotonic nanoseconds.
     * @return deliveries made and timers fired.
     */
    public int doWork(final long nowNs)
    {
        throw new UnsupportedOperationException("the machines land next");
    }
}
