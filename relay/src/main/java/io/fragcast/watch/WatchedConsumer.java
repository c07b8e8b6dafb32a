package io.fragcast.watch;

import io.fragcast.codecs.EnvDecoder;
import io.fragcast.codecs.MessageHeaderDecoder;
import io.fragcast.protocol.block.BlockConsumer;
import io.fragcast.protocol.block.Delivery;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.EpochNanoClock;

import java.nio.ByteOrder;

/**
 * Sees each delivery that was taken: times it, and keeps the board. Belongs to the receiving thread; allocates nothing.
 */
public final class WatchedConsumer implements BlockConsumer
{
    private static final int RECEIVE_TIME_OFFSET =
        MessageHeaderDecoder.ENCODED_LENGTH + EnvDecoder.receiveTimeNsEncodingOffset();

    private final BlockConsumer next;
    private final EpochNanoClock clock;
    private final StageLatencies latencies;
    private final BlockBoard board;
    private long openedNs;
    private int frags;
    private long txs;
    private long bytes;

    /**
     * A consumer that looks.
     *
     * @param next      that takes the deliveries.
     * @param clock     of what is recorded.
     * @param latencies to record in.
     * @param board     to keep.
     */
    public WatchedConsumer(
        final BlockConsumer next, final EpochNanoClock clock, final StageLatencies latencies, final BlockBoard board)
    {
        this.next = next;
        this.clock = clock;
        this.latencies = latencies;
        this.board = board;
    }

    @Override
    public boolean onDelivery(final Delivery delivery)
    {
        if (!next.onDelivery(delivery))
        {
            return false;
        }

        final long nowNs = clock.nanoTime();
        switch (delivery.kind())
        {
            case Delivery.ENV -> onEnv(nowNs);
            case Delivery.FRAG -> onFrag(delivery, nowNs);
            case Delivery.VERIFIED -> onEnded(delivery, BlockPhase.VERIFIED, nowNs);
            case Delivery.MISMATCHED -> onEnded(delivery, BlockPhase.MISMATCHED, nowNs);
            case Delivery.ABORTED -> onEnded(delivery, BlockPhase.ABORTED, nowNs);
            case Delivery.SUPERSEDED -> onEnded(delivery, BlockPhase.SUPERSEDED, nowNs);
            default ->
            {
                // A Seal is seen when it comes; a gap is counted.
            }
        }

        return true;
    }

    private void onEnv(final long nowNs)
    {
        openedNs = nowNs;
        frags = 0;
        txs = 0;
        bytes = 0;
    }

    private void onFrag(final Delivery delivery, final long nowNs)
    {
        frags++;
        txs += delivery.txCount();
        bytes += delivery.bodyLength();
        latencies.record(LatencyStage.PUBLISH_DELIVER, nowNs - delivery.publishTimeNs());

        final DirectBuffer frame = delivery.frameBuffer();
        final long receivedNs =
            frame.getLong(delivery.frameOffset() + RECEIVE_TIME_OFFSET, ByteOrder.LITTLE_ENDIAN);
        if (0 != receivedNs)
        {
            latencies.record(LatencyStage.RECEIVE_DELIVER, nowNs - receivedNs);
        }
        if (board.onAttempt(delivery.leaderTerm(), delivery.blockNumber(), delivery.incarnation(), nowNs))
        {
            board.onDelivered(delivery.seq());
        }
    }

    private void onEnded(final Delivery delivery, final BlockPhase phase, final long nowNs)
    {
        if (board.onAttempt(delivery.leaderTerm(), delivery.blockNumber(), delivery.incarnation(), nowNs))
        {
            board.onPhase(phase);
        }
        board.onEnded(
            delivery.blockNumber(), delivery.leaderTerm(), phase, frags, txs, bytes, nowNs - openedNs, nowNs);
    }
}
