package io.fragcast.sim;

import io.fragcast.cli.BlockRecord;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.edge.Edge;
import io.fragcast.journal.Retention;
import io.fragcast.protocol.block.BlockLimits;
import io.fragcast.protocol.leader.LeaderTerm;
import io.fragcast.protocol.leader.Schedule;
import io.fragcast.sim.checker.SimFailure;
import io.fragcast.wire.BlockEventView;
import org.agrona.DirectBuffer;

import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;

/**
 * One chain of any length through a leader, a relay and a replica that loses a datagram in a hundred and has them
 * repaired: what the process holds must not grow with the number of blocks. Each node journals, and drops what is old
 * and final. Nothing here remembers a block but the nodes.
 * <pre>
 *   builder ─▶ leader ═══lossy═══▶ relay ═══lossy═══▶ replica ─▶ this, which checks the heights and drops them
 *                 ◀── Want ───────── ◀── Want ─────────
 * </pre>
 * Used by one thread.
 */
public final class SimEndurance
{
    /** Between two duty cycles of all nodes: three of them a datagram. */
    private static final long CYCLE_NS = 50_000;
    private static final long CADENCE_NS = 200_000;
    private static final long SECOND_NS = 1_000_000_000L;
    /** Of a second. */
    private static final int SAMPLE_CYCLE = 4;
    private static final int MTU = 1_408;
    private static final int SLAB_BYTES = 4 << 20;
    private static final double LOSS = 0.01;
    private static final int KEY_LENGTH = 32;
    /** What the operator's source calls final is so far below the newest block. */
    private static final int FINAL_DEPTH = 16;
    /** No block comes for so long: something stands still. */
    private static final long STALLED_NS = 30_000_000_000L;
    private static final int REPAIR_SESSION = 100;
    private static final int CONTROL_SESSION = 300;
    private static final int SESSION_BACK = 100;
    private static final int NODE_PART = 1_000;
    /** Behind the newest; what repair may be asked for is kept at any rate. */
    private static final int KEPT_BLOCKS = 256;

    /**
     * What the process held after some blocks, garbage collected.
     *
     * @param blocks      verified so far.
     * @param heapBytes   of live objects.
     * @param directBytes of buffers off the heap.
     */
    public record Sample(long blocks, long heapBytes, long directBytes)
    {
    }

    private final EventQueue events = new EventQueue();
    private final SimNetwork network;
    private final List<SimRolls> journals = List.of(new SimRolls(), new SimRolls(), new SimRolls());
    private final LeanNode leader;
    private final LeanNode relay;
    private final LeanNode replica;
    private final SteadyBuilder builder;
    private final BlockRecord pattern;
    private final BlockEventView event = new BlockEventView();
    private final byte[][] hashes = new byte[2 * FINAL_DEPTH][];

    private long verified;
    private long lastFinal;
    private long lastBlock;

    private SimEndurance(final Workload workload, final long seed)
    {
        network = new SimNetwork(events, new EventLog(events, null), (index) -> {});
        final SimRandom random = new SimRandom(seed);
        final byte[] key = new byte[KEY_LENGTH];
        key[0] = 1;
        final HashSignatures signer = new HashSignatures(workload.curve().publicKey(key));
        // The smallest block there is: its transactions at every height, its header made anew.
        pattern = workload.chain(false, 4).stream()
            .min(Comparator.comparingInt((some) -> some.transactions().stream().mapToInt((tx) -> tx.length).sum()))
            .orElseThrow();
        final Schedule schedule = new Schedule(pattern.chainId(), MTU, List.of(new LeaderTerm(
            1, pattern.number(), Long.MAX_VALUE, signer.publicKey(), null, List.of(), pattern.header().parentHash())));
        final LeanNode.Network net = new LeanNode.Network(
            events, schedule, BlockLimits.withSlab(SLAB_BYTES, SLAB_BYTES), signer);

        final List<SimPath> first = List.of(connect(0, 1, random));
        final List<SimPath> second = List.of(connect(1, 2, random));
        final List<SimLink.Pair> firstAsked = List.of(asked(1, 0, REPAIR_SESSION, random));
        final List<SimLink.Pair> secondAsked = List.of(asked(2, 1, REPAIR_SESSION, random));
        final List<SimLink.Pair> firstDialled = List.of(asked(1, 0, CONTROL_SESSION, random));
        final List<SimLink.Pair> secondDialled = List.of(asked(2, 1, CONTROL_SESSION, random));
        leader = node(net, 0, random, new LeanNode.Ways(
            List.of(), first, List.of(), firstAsked, List.of(), firstDialled));
        relay = node(net, 1, random, new LeanNode.Ways(
            first, second, firstAsked, secondAsked, firstDialled, secondDialled));
        replica = node(net, 2, random, new LeanNode.Ways(
            second, List.of(), secondAsked, List.of(), secondDialled, List.of()));
        relay.receive(null);
        replica.receive(new CheckingEdge());
        builder = new SteadyBuilder(
            events, pattern, 1, CADENCE_NS, leader.publish(signer)::publisher, this::onSealed);
        lastBlock = pattern.number() - 1;
    }

    /**
     * Runs a chain.
     *
     * @param workload of which a block is taken.
     * @param blocks   to be verified.
     * @param samples  so many are taken, evenly.
     * @param sampled  told of each as it is taken.
     */
    public static void run(
        final Workload workload, final long blocks, final int samples, final Consumer<Sample> sampled)
    {
        new SimEndurance(workload, blocks).run(blocks, samples, sampled);
    }

    private void run(final long blocks, final int samples, final Consumer<Sample> sampled)
    {
        for (int i = 1; i <= samples; i++)
        {
            runTo(blocks / samples * i);
            sampled.accept(sample());
        }
        if (lastFinal < lastBlock - 2 * FINAL_DEPTH)
        {
            throw new SimFailure("block " + lastFinal + " is the last that was said to be final, of " + lastBlock);
        }
        check(relay, 1);
        check(replica, 2);
        final String shortfall = network.shortfall();
        if (!shortfall.isEmpty())
        {
            throw new SimFailure(shortfall);
        }
    }

    private void runTo(final long blocks)
    {
        long stalledNs = events.nowNs() + STALLED_NS;
        while (verified < blocks)
        {
            final long before = verified;
            step();
            if (before != verified)
            {
                stalledNs = events.nowNs() + STALLED_NS;
            }
            else if (events.nowNs() > stalledNs)
            {
                throw new SimFailure("after " + verified + " blocks no other is verified");
            }
        }
    }

    private void step()
    {
        builder.doWork();
        leader.doWork();
        relay.doWork();
        replica.doWork();
        final long untilNs = events.nowNs() + CYCLE_NS;
        boolean isMore = true;
        while (isMore)
        {
            isMore = events.runNext(untilNs);
        }
    }

    private void onSealed(final long blockNumber, final byte[] hash)
    {
        hashes[(int)(blockNumber % hashes.length)] = hash;
        final long last = blockNumber - FINAL_DEPTH;
        if (last >= pattern.number())
        {
            relay.onFinalized(last, hashes[(int)(last % hashes.length)]);
            replica.onFinalized(last, hashes[(int)(last % hashes.length)]);
        }
    }

    /** It lost frames, had them repaired, journaled all, and dropped what was old. */
    private void check(final LeanNode node, final int index)
    {
        if (0 == node.counters().value(FragcastCounter.FRAGS_REPAIRED))
        {
            throw new SimFailure("node " + index + " had nothing repaired");
        }
        if (0 == node.counters().value(FragcastCounter.CONTROL_RECEIVED))
        {
            throw new SimFailure("node " + index + " was told nothing by others");
        }
        final long lost = node.counters().value(FragcastCounter.JOURNAL_FRAMES_LOST);
        if (0 != lost || 0 == journals.get(index).deleted())
        {
            throw new SimFailure("node " + index + " lost " + lost + " frames of its journal, and dropped " +
                journals.get(index).deleted() + " files");
        }
    }

    /** Journals drop what is old once a second: right after that, so that each sample sees as much of them. */
    private Sample sample()
    {
        do
        {
            step();
        }
        while (events.nowNs() % SECOND_NS / CYCLE_NS != SAMPLE_CYCLE);
        System.gc();
        final long heapBytes = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        final long directBytes = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
            .mapToLong(BufferPoolMXBean::getMemoryUsed).sum();

        return new Sample(verified, heapBytes, directBytes);
    }

    private LeanNode node(
        final LeanNode.Network net, final int index, final SimRandom random, final LeanNode.Ways ways)
    {
        return new LeanNode(
            net,
            index,
            random.forPart(NODE_PART + index),
            journals.get(index),
            new Retention(KEPT_BLOCKS, 0, 0),
            ways,
            null);
    }

    private SimPath connect(final int from, final int to, final SimRandom random)
    {
        final PathOptions lossy =
            new PathOptions(false, 20_000, 20_000, 100_000, LOSS, 0, 0, LOSS, LOSS, 1 << 20);

        return network.connect(from, to, from + 1, lossy, random.forPart(from));
    }

    private SimLink.Pair asked(final int asking, final int holder, final int session, final SimRandom random)
    {
        final PathOptions reliable =
            new PathOptions(true, 20_000, 20_000, 100_000, LOSS, 0, 0, 0, 0, 1 << 20);
        final int there = session + asking;
        final int back = session + SESSION_BACK + asking;

        return new SimLink.Pair(
            network.connect(asking, holder, there, reliable, random.forPart(there)),
            network.connect(holder, asking, back, reliable, random.forPart(back)));
    }

    /** Each height once and in its order, none missed, none taken back. */
    private final class CheckingEdge implements Edge
    {
        @Override
        public boolean onEvent(final DirectBuffer buffer, final int offset, final int length)
        {
            event.wrap(buffer, offset, length);
            switch (event.kind())
            {
                case ENV, FRAG, SEAL ->
                {
                    // What they hold is checked by the Seal.
                }
                case VERIFIED -> onVerified(event.blockNumber());
                case FINALIZED -> onFinalized(event.blockNumber());
                default -> throw new SimFailure(event.kind() + " of block " + event.blockNumber());
            }

            return true;
        }

        /** That one and all before it: where several come to be known at once, the last is named. */
        private void onFinalized(final long blockNumber)
        {
            if (blockNumber <= lastFinal || blockNumber > lastBlock)
            {
                throw new SimFailure("block " + blockNumber + " final after " + lastFinal + ", at " + lastBlock);
            }
            lastFinal = blockNumber;
        }

        private void onVerified(final long blockNumber)
        {
            if (lastBlock + 1 != blockNumber)
            {
                throw new SimFailure("block " + blockNumber + " after " + lastBlock);
            }
            lastBlock = blockNumber;
            verified++;
        }

        @Override
        public void flush()
        {
            // It keeps nothing.
        }

        @Override
        public String name()
        {
            return "endurance";
        }

        @Override
        public void close()
        {
            // It opens nothing.
        }
    }
}
