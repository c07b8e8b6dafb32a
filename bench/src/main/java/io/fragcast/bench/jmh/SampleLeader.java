package io.fragcast.bench.jmh;

import io.fragcast.FragPublisher;
import io.fragcast.PublishResult;
import io.fragcast.bench.SampleChain;
import io.fragcast.counter.Counters;
import io.fragcast.crypto.Secp256k1;
import io.fragcast.edge.ipc.PublishRing;
import io.fragcast.protocol.block.BlockLimits;
import io.fragcast.protocol.block.FragBroadcaster;
import io.fragcast.protocol.block.LeaderMemory;
import io.fragcast.protocol.block.SlowSink;
import io.fragcast.protocol.leader.LeaderTerm;
import io.fragcast.protocol.leader.NextLeaders;
import io.fragcast.protocol.leader.Schedule;
import io.fragcast.transport.MemorySink;
import io.fragcast.wire.BlockLaneProxy;
import io.fragcast.wire.FrameFanout;
import io.fragcast.wire.PublishAdapter;

import java.util.List;

/**
 * A leader without a network: real frames, signed and chained, into a {@link MemorySink}.
 */
final class SampleLeader
{
    private static final long CHAIN_ID = 4_670;
    private static final int MTU = 1_408;
    private static final int MAX_FRAME_LENGTH = MTU - 32;
    private static final int MAX_FRAMES = 4_096;
    private static final long FIRST_BLOCK = 1_000_000;

    private final SampleChain chain;
    private final int fragsPerBlock;
    private final Schedule schedule;
    private final Counters counters = Counters.inMemory();
    private final MemorySink sink = MemorySink.holding(MAX_FRAMES, MAX_FRAME_LENGTH);
    private final PublishRing ring;
    private final FragPublisher publisher;
    private final FragBroadcaster broadcaster;
    private final PublishAdapter adapter;
    private long blockNumber = FIRST_BLOCK;
    private int seq;
    private long nowNs;
    private long requested;
    private long replied;

    SampleLeader(final int txCount, final int txLength, final int fragsPerBlock, final BlockLimits limits)
    {
        chain = new SampleChain(txCount, txLength, fragsPerBlock);
        this.fragsPerBlock = fragsPerBlock;
        final Secp256k1 curve = Secp256k1.load();
        final byte[] key = new byte[Secp256k1.PRIVATE_KEY_LENGTH];
        key[0] = 1;
        schedule = new Schedule(CHAIN_ID, MTU, List.of(new LeaderTerm(
            1,
            FIRST_BLOCK,
            Long.MAX_VALUE,
            curve.publicKey(key),
            null,
            List.of(),
            SampleChain.blockHash(FIRST_BLOCK - 1))));
        ring = new PublishRing(limits, () -> {});
        publisher = ring.publisher(this::onReply);
        final FrameFanout fanout = new FrameFanout(
            List.of(sink), NextLeaders.NONE, SlowSink.SKIP, MAX_FRAME_LENGTH, () -> {}, counters);
        broadcaster = new FragBroadcaster(
            schedule,
            curve.newSigner(key),
            new BlockLaneProxy(fanout, null, MAX_FRAME_LENGTH),
            limits,
            counters,
            LeaderMemory.ofThisProcess(schedule.chainId()));
        adapter = new PublishAdapter(broadcaster, counters);
    }

    Schedule schedule()
    {
        return schedule;
    }

    /**
     * Holds the frames of the last call.
     *
     * @return the sink.
     */
    MemorySink sink()
    {
        return sink;
    }

    /**
     * Opens the next block, if the next frag is its first.
     *
     * @return true if it was opened.
     */
    boolean beginBlock()
    {
        sink.clear();
        if (0 != seq)
        {
            return false;
        }
        settle(publisher.env(chain.env(blockNumber)));

        return true;
    }

    /** Signs the next frag. */
    void nextFrag()
    {
        sink.clear();
        settle(publisher.frag(blockNumber, seq, seq == fragsPerBlock - 1, chain));
        seq++;
    }

    /**
     * Closes the block, if its last frag was the last one.
     *
     * @return true if it was closed.
     */
    boolean endBlock()
    {
        sink.clear();
        if (seq < fragsPerBlock)
        {
            return false;
        }
        settle(publisher.seal(chain.seal(blockNumber)));
        blockNumber++;
        seq = 0;

        return true;
    }

    private void settle(final PublishResult result)
    {
        if (PublishResult.OK != result)
        {
            throw new IllegalStateException("the publisher says " + result);
        }
        requested++;
        while (replied < requested || !broadcaster.isIdle())
        {
            nowNs++;
            ring.poll(adapter, 1);
            adapter.doWork();
            broadcaster.doWork(nowNs, nowNs);
            publisher.poll();
        }
    }

    private void onReply(
        final FragPublisher.Request request, final long number, final int replySeq, final PublishResult result)
    {
        if (PublishResult.OK != result)
        {
            throw new IllegalStateException(request + " of block " + number + ": " + result);
        }
        replied++;
    }
}
