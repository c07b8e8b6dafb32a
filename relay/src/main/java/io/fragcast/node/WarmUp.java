package io.fragcast.node;

import io.fragcast.Env;
import io.fragcast.FragPublisher;
import io.fragcast.PublishResult;
import io.fragcast.Seal;
import io.fragcast.TxSource;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.crypto.Secp256k1;
import io.fragcast.edge.ListenerEdge;
import io.fragcast.edge.ipc.PublishRing;
import io.fragcast.ethereum.OrderedTrieRoot;
import io.fragcast.protocol.block.BlockConsumer;
import io.fragcast.protocol.block.BlockLaneReceiver;
import io.fragcast.protocol.block.BlockLimits;
import io.fragcast.protocol.block.FragBroadcaster;
import io.fragcast.protocol.block.FrameForwarder;
import io.fragcast.protocol.block.LeaderMemory;
import io.fragcast.protocol.block.MerkleTransactionsRoot;
import io.fragcast.protocol.block.ReceiverPorts;
import io.fragcast.protocol.block.SlowSink;
import io.fragcast.protocol.block.TransactionsRoot;
import io.fragcast.protocol.leader.LeaderTerm;
import io.fragcast.protocol.leader.NextLeaders;
import io.fragcast.protocol.leader.Schedule;
import io.fragcast.transport.MemorySink;
import io.fragcast.wire.BlockEventProxy;
import io.fragcast.wire.BlockLaneAdapter;
import io.fragcast.wire.BlockLaneProxy;
import io.fragcast.wire.FrameFanout;
import io.fragcast.wire.PublishAdapter;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.SystemEpochNanoClock;
import org.agrona.concurrent.SystemNanoClock;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.jspecify.annotations.Nullable;

import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * Has the machines of a node compiled before its first frag comes: a leader, a relay and a replica of a chain that is
 * made up, on the calling thread and in memory alone. Nothing is sent, journaled or counted, and all of it is garbage
 * afterwards.
 * <pre>
 *   publisher ─ ring ─▶ broadcaster ─ memory ─▶ relay's receiver ─ memory ─▶ replica's receiver ─ ring ─▶ edge
 * </pre>
 * It ends when the compiler has had nothing to do for a while, or when its time is over.
 */
public final class WarmUp
{
    private static final long CHAIN_ID = 1;
    private static final long FIRST_BLOCK = 1_000;
    private static final int MTU = 1_408;
    private static final int MAX_FRAME_LENGTH = MTU - 32;
    private static final int SESSION_ID = 1;

    /** A frag of 32 KB in 26 chunks, then one that its header has room for. */
    private static final int[] TX_COUNTS = {160, 3};
    private static final int TX_LENGTH = 200;
    private static final int FRAGS_PER_BLOCK = 2 * TX_COUNTS.length;

    /** The 27 of the largest frag and what comes with it, more than twice over. */
    private static final int SINK_FRAMES = 64;
    private static final BlockLimits LIMITS =
        new BlockLimits(64 << 10, 4 << 10, 1_024, 16, BlockLimits.WINDOW_BLOCKS, 8 << 20, 1 << 20);

    /** What the compiler gets within this it has queued; it counts whole milliseconds. */
    private static final long BATCH_NS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Counters counters = Counters.inMemory();
    private final MemorySink sent = MemorySink.holding(SINK_FRAMES, MAX_FRAME_LENGTH);
    private final MemorySink relayed = MemorySink.holding(SINK_FRAMES, MAX_FRAME_LENGTH);
    private final UnsafeBuffer txs = new UnsafeBuffer(new byte[TX_COUNTS[0] * TX_LENGTH]);
    private final TxSource[] frags = new TxSource[FRAGS_PER_BLOCK];
    private final byte[] transactionsRoot = new byte[32];
    private final PublishRing requests = new PublishRing(LIMITS, () -> {});
    private final FragPublisher publisher = requests.publisher(this::onReply);
    private final FragBroadcaster broadcaster;
    private final PublishAdapter published;
    private final BlockLaneAdapter relay;
    private final BlockLaneReceiver relayReceiver;
    private final BlockLaneAdapter replica;
    private final BlockLaneReceiver replicaReceiver;
    private final OneToOneRingBuffer events = BlockEventProxy.newRing(LIMITS, MAX_FRAME_LENGTH);
    private final ListenerEdge edge = new ListenerEdge((event) -> {});
    private long requested;
    private long replied;

    private WarmUp(final Secp256k1 curve)
    {
        // The key of nobody: what it signs leaves no memory.
        final byte[] key = new byte[Secp256k1.PRIVATE_KEY_LENGTH];
        key[0] = 1;
        final Schedule schedule = new Schedule(CHAIN_ID, MTU, List.of(new LeaderTerm(
            1, FIRST_BLOCK, Long.MAX_VALUE, curve.publicKey(key), null, List.of(), hash(FIRST_BLOCK - 1))));
        makeTransactions();

        broadcaster = new FragBroadcaster(
            schedule,
            curve.newSigner(key),
            new BlockLaneProxy(fanout(sent), null, MAX_FRAME_LENGTH),
            LIMITS,
            counters,
            LeaderMemory.ofThisProcess(CHAIN_ID));
        published = new PublishAdapter(broadcaster, counters);
        relayReceiver = receiver(schedule, curve, fanout(relayed), (delivery) -> true, null);
        relay = new BlockLaneAdapter(relayReceiver, SystemNanoClock.INSTANCE, counters);
        replicaReceiver = receiver(
            schedule,
            curve,
            new NoSinks(),
            new BlockEventProxy(events, SystemEpochNanoClock.INSTANCE, counters),
            new MerkleTransactionsRoot());
        replica = new BlockLaneAdapter(replicaReceiver, SystemNanoClock.INSTANCE, counters);
    }

    /** Runs it as the node's threads are configured; one that shares a host starts with what the others ran. */
    static void run(final NodeContext<?> ctx)
    {
        final int timeoutMs = null == ctx.host() ? ctx.threads().warmUpMs() : 0;
        if (0 < timeoutMs)
        {
            run(Secp256k1.load(), TimeUnit.MILLISECONDS.toNanos(timeoutMs));
        }
    }

    /**
     * Runs it.
     *
     * @param curve     that the node will use.
     * @param timeoutNs at most.
     * @return blocks that went through.
     */
    public static long run(final Secp256k1 curve, final long timeoutNs)
    {
        return new WarmUp(curve).run(timeoutNs);
    }

    private long run(final long timeoutNs)
    {
        final CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
        final long startNs = System.nanoTime();
        long batchNs = startNs;
        long compiledMs = -1;
        long blockNumber = FIRST_BLOCK;
        while (System.nanoTime() - startNs < timeoutNs)
        {
            publish(blockNumber);
            blockNumber++;

            if (System.nanoTime() - batchNs > BATCH_NS)
            {
                final long nowMs = null == compiler || !compiler.isCompilationTimeMonitoringSupported() ?
                    Long.MAX_VALUE : compiler.getTotalCompilationTime();
                if (compiledMs == nowMs && Long.MAX_VALUE != nowMs)
                {
                    break;
                }
                compiledMs = nowMs;
                batchNs = System.nanoTime();
            }
        }
        final long blocks = blockNumber - FIRST_BLOCK;
        final long verified = counters.value(FragcastCounter.BLOCKS_VERIFIED);
        if (2 * blocks != verified)
        {
            throw new IllegalStateException("warm-up: " + verified + " blocks verified of " + 2 * blocks);
        }

        return blocks;
    }

    private void publish(final long blockNumber)
    {
        settle(publisher.env(new Env(
            blockNumber,
            hash(blockNumber - 1),
            new byte[20],
            blockNumber,
            30_000_000,
            1,
            new byte[32],
            new byte[32],
            new byte[0],
            new byte[32],
            new byte[0])));
        for (int seq = 0; seq < FRAGS_PER_BLOCK; seq++)
        {
            settle(publisher.frag(blockNumber, seq, FRAGS_PER_BLOCK - 1 == seq, frags[seq]));
        }
        settle(publisher.seal(new Seal(
            FRAGS_PER_BLOCK,
            blockNumber,
            0,
            30_000_000,
            hash(blockNumber - 1),
            transactionsRoot,
            new byte[32],
            new byte[32],
            hash(blockNumber),
            new byte[0])));
    }

    /** Until the request was answered, and its frames are through. */
    private void settle(final PublishResult result)
    {
        check(result);
        requested++;
        while (replied < requested || !broadcaster.isIdle())
        {
            final long nowNs = SystemNanoClock.INSTANCE.nanoTime();
            requests.poll(published, 1);
            published.doWork();
            broadcaster.doWork(nowNs, SystemEpochNanoClock.INSTANCE.nanoTime());
            publisher.poll();
            sent.drainTo(relay, SESSION_ID);
            relayReceiver.doWork(nowNs);
            relayed.drainTo(replica, SESSION_ID);
            replicaReceiver.doWork(nowNs);
            events.read((type, buffer, offset, length) -> edge.onEvent(buffer, offset, length));
        }
    }

    private void onReply(
        final FragPublisher.Request request, final long blockNumber, final int seq, final PublishResult result)
    {
        check(result);
        replied++;
    }

    private static void check(final PublishResult result)
    {
        if (PublishResult.OK != result)
        {
            throw new IllegalStateException("warm-up: a request was answered " + result);
        }
    }

    private void makeTransactions()
    {
        final byte[] bytes = new byte[txs.capacity()];
        new Random(CHAIN_ID).nextBytes(bytes);
        txs.putBytes(0, bytes);
        final OrderedTrieRoot root = new OrderedTrieRoot();
        for (int seq = 0; seq < FRAGS_PER_BLOCK; seq++)
        {
            final int txCount = TX_COUNTS[seq % TX_COUNTS.length];
            frags[seq] = new MadeUpTxs(txCount, txs);
            for (int i = 0; i < txCount; i++)
            {
                root.add(txs, i * TX_LENGTH, TX_LENGTH);
            }
        }
        root.root(transactionsRoot);
    }

    private FrameFanout fanout(final MemorySink sink)
    {
        return new FrameFanout(
            List.of(sink), NextLeaders.NONE, SlowSink.SKIP, MAX_FRAME_LENGTH, () -> {}, counters);
    }

    private BlockLaneReceiver receiver(
        final Schedule schedule,
        final Secp256k1 curve,
        final FrameForwarder forwarder,
        final BlockConsumer consumer,
        final @Nullable TransactionsRoot root)
    {
        return new BlockLaneReceiver(
            schedule,
            LIMITS,
            new ReceiverPorts(
                curve.newVerifier(),
                forwarder,
                consumer,
                root,
                (first, firstOffset, firstLength, digest, second, secondOffset, secondLength) -> true,
                (sessionId) ->
                {
                    throw new IllegalStateException("warm-up: a session of its own was rejected");
                }),
            counters);
    }

    private static byte[] hash(final long blockNumber)
    {
        final byte[] hash = new byte[32];
        new UnsafeBuffer(hash).putLong(0, blockNumber);

        return hash;
    }

    private record MadeUpTxs(int txCount, DirectBuffer txs) implements TxSource
    {
        @Override
        public int txLength(final int index)
        {
            return TX_LENGTH;
        }

        @Override
        public void writeTx(final int index, final MutableDirectBuffer target, final int offset)
        {
            target.putBytes(offset, txs, index * TX_LENGTH, TX_LENGTH);
        }
    }

    private static final class NoSinks implements FrameForwarder
    {
        @Override
        public void onAccepted(final DirectBuffer buffer, final int offset, final int length, final int sessionId)
        {
            // The last of the way.
        }

        @Override
        public boolean isReady()
        {
            return true;
        }
    }
}
