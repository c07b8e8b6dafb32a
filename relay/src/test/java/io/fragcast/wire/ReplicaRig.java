package io.fragcast.wire;

import io.fragcast.BlockEvent;
import io.fragcast.agent.EdgeAgent;
import io.fragcast.counter.Counters;
import io.fragcast.edge.Edge;
import io.fragcast.protocol.block.BlockLaneReceiver;
import io.fragcast.protocol.block.BlockLimits;
import io.fragcast.protocol.block.FrameForwarder;
import io.fragcast.protocol.block.MerkleTransactionsRoot;
import io.fragcast.protocol.block.ReceiverPorts;
import io.fragcast.protocol.leader.Schedule;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;

import java.util.ArrayList;
import java.util.List;

/**
 * A replica from a frame to its edges, on one thread.
 */
public final class ReplicaRig
{
    /** Of the replica. */
    public final Counters counters = Counters.inMemory();
    /** Everything delivered, decoded through the Java API. */
    public final List<Event> events = new ArrayList<>();
    /** The same, as encoded. */
    public final List<byte[]> encoded = new ArrayList<>();

    private final BlockLaneAdapter adapter;
    private final BlockLaneReceiver receiver;
    private final EdgeAgent edgeAgent;

    /**
     * A copy of an event.
     *
     * @param kind        what happened.
     * @param blockNumber height.
     * @param seq         place.
     * @param isLast      last frag?
     * @param hopCount    relays passed.
     * @param frame       that caused it.
     * @param body        FragBody.
     * @param txs         of a frag.
     */
    public record Event(
        BlockEvent.Kind kind, long blockNumber, int seq, boolean isLast, int hopCount, byte[] frame, byte[] body,
        List<byte[]> txs)
    {
    }

    /**
     * A replica.
     *
     * @param schedule  of the chain.
     * @param limits    of the network.
     * @param forwarder takes what it accepts.
     */
    public ReplicaRig(final Schedule schedule, final BlockLimits limits, final FrameForwarder forwarder)
    {
        final OneToOneRingBuffer ring = BlockEventProxy.newRing(limits, LeaderRig.FRAME_LENGTH);
        final long[] epochNs = {1_795_235_822_000_000_000L};
        receiver = new BlockLaneReceiver(
            schedule,
            limits,
            new ReceiverPorts(
                LeaderRig.CURVE.newVerifier(),
                forwarder,
                new BlockEventProxy(ring, () -> epochNs[0]++, counters),
                new MerkleTransactionsRoot(),
                (first, firstOffset, firstLength, firstDigest, second, secondOffset, secondLength) -> true,
                (sessionId) -> {}),
            counters);
        adapter = new BlockLaneAdapter(receiver, () -> 1_000_000, counters);
        edgeAgent = new EdgeAgent(ring, new CopyEdge());
    }

    /**
     * One frame, and whatever it sets free.
     *
     * @param frame as received.
     */
    public void onFrame(final byte[] frame)
    {
        while (!adapter.onFrame(new UnsafeBuffer(frame), 0, frame.length, 7))
        {
            work();
        }
        work();
    }

    private void work()
    {
        receiver.doWork(1_000_000);
        edgeAgent.doWork();
    }

    private final class CopyEdge implements Edge
    {
        private final BlockEventAdapter adapter = new BlockEventAdapter(this::copy);

        @Override
        public boolean onEvent(final DirectBuffer buffer, final int offset, final int length)
        {
            final byte[] bytes = new byte[length];
            buffer.getBytes(offset, bytes);
            encoded.add(bytes);
            adapter.onEvent(buffer, offset, length);

            return true;
        }

        @Override
        public void flush()
        {
        }

        @Override
        public String name()
        {
            return "copy";
        }

        @Override
        public void close()
        {
        }

        private void copy(final BlockEvent event)
        {
            final List<byte[]> txs = new ArrayList<>();
            event.forEachTx((buffer, offset, length) -> txs.add(bytes(buffer, offset, length)));
            final BlockEventView view = (BlockEventView) event;
            events.add(new Event(
                event.kind(), event.blockNumber(), event.seq(), event.isLast(), event.hopCount(),
                bytes(event.frameBuffer(), event.frameOffset(), event.frameLength()),
                bytes(event.frameBuffer(), view.bodyOffset(), view.bodyLength()), txs));
            if (event.txCount() != txs.size())
            {
                throw new AssertionError(event.txCount() + " txs stated, " + txs.size() + " visited");
            }
        }

        private byte[] bytes(final DirectBuffer buffer, final int offset, final int length)
        {
            final byte[] bytes = new byte[length];
            buffer.getBytes(offset, bytes);

            return bytes;
        }
    }
}
