package io.fragcast.sim;

import io.fragcast.FragPublisher;
import io.fragcast.PublishResult;
import io.fragcast.cli.BlockCutter;
import io.fragcast.cli.BlockRecord;
import io.fragcast.edge.Edge;
import io.fragcast.edge.rpc.PublishRequests;
import io.fragcast.ethereum.BasedOpMessage;
import io.fragcast.protocol.block.BlockLimits;
import io.fragcast.protocol.block.MessageSigner;
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
public final class SimEndurance implements FragPublisher.Listener
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
    private static final byte[] NO_SIGNATURE = new byte[0];
    private static final int LINK_SESSION = 100;

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
    private final EnduringNode leader;
    private final EnduringNode relay;
    private final EnduringNode replica;
    private final FragPublisher publisher;
    private final BlockRecord pattern;
    private final BlockEventView event = new BlockEventView();
    private final byte[][] hashes = new byte[2 * FINAL_DEPTH][];

    private BlockRecord block;
    private BlockCutter.CutBlock cut;
    private int position;
    private boolean isAwaitingReply;
    private long dueNs;
    private long verified;
    private long finalized;
    private long lastBlock;

    private SimEndurance(final Workload workload, final long seed)
    {
        network = new SimNetwork(events, new EventLog(events, null), (index) -> {});
        final SimRandom random = new SimRandom(seed);
        final byte[] key = new byte[KEY_LENGTH];
        key[0] = 1;
        final MessageSigner signer = workload.curve().newSigner(key);
        // The smallest block there is: its transactions at every height, its header made anew.
        pattern = workload.chain(false, 4).stream()
            .min(Comparator.comparingInt((some) -> some.transactions().stream().mapToInt((tx) -> tx.length).sum()))
            .orElseThrow();
        final Schedule schedule = new Schedule(pattern.chainId(), MTU, List.of(new LeaderTerm(
            1, pattern.number(), Long.MAX_VALUE, signer.publicKey(), null, List.of(), pattern.header().parentHash())));
        final EnduringNode.Network net = new EnduringNode.Network(
            events,
            schedule,
            BlockLimits.withSlab(SLAB_BYTES, SLAB_BYTES),
            new CachingVerifier(workload.curve().newVerifier(), 2 * BlockLimits.WINDOW_BLOCKS));

        final SimPath first = connect(0, 1, random);
        final SimPath second = connect(1, 2, random);
        final SimLink.Pair firstAsked = asked(1, 0, random);
        final SimLink.Pair secondAsked = asked(2, 1, random);
        leader = new EnduringNode(net, 0, random, null, first, null, firstAsked);
        relay = new EnduringNode(net, 1, random, first, second, firstAsked, secondAsked);
        replica = new EnduringNode(net, 2, random, second, null, secondAsked, null);
        relay.receive(null);
        replica.receive(new CheckingEdge());
        publisher = leader.publish(signer).publisher(this);
        block = pattern;
        cut = cut();
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
        if (finalized < verified - 2 * FINAL_DEPTH)
        {
            throw new SimFailure("of " + verified + " blocks " + finalized + " were said to be final");
        }
        relay.check();
        replica.check();
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
        build();
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

    private void build()
    {
        publisher.poll();
        if (isAwaitingReply || events.nowNs() < dueNs)
        {
            return;
        }
        final int frags = cut.frags().size();
        final PublishResult result;
        if (0 == position)
        {
            result = publisher.env(PublishRequests.env(cut.env(), NO_SIGNATURE));
        }
        else if (position <= frags)
        {
            final BasedOpMessage.Frag frag = cut.frags().get(position - 1);
            result = publisher.frag(frag.blockNumber(), (int)frag.seq(), frag.isLast(), frag.txs());
        }
        else
        {
            result = publisher.seal(PublishRequests.seal(cut.seal(), NO_SIGNATURE));
        }
        isAwaitingReply = PublishResult.OK == result;
    }

    @Override
    public void onReply(
        final FragPublisher.Request request, final long blockNumber, final int seq, final PublishResult result)
    {
        isAwaitingReply = false;
        if (PublishResult.BACK_PRESSURED == result || PublishResult.NOT_CONNECTED == result)
        {
            return;
        }
        if (PublishResult.OK != result)
        {
            throw new SimFailure(request + " " + seq + " of " + blockNumber + " is refused: " + result);
        }
        dueNs = events.nowNs() + CADENCE_NS;
        position++;
        if (position == cut.frags().size() + 2)
        {
            position = 0;
            hashes[(int)(blockNumber % hashes.length)] = block.hash();
            block = pattern.at(blockNumber + 1, block.hash());
            cut = cut();
            final long last = blockNumber - FINAL_DEPTH;
            if (last >= pattern.number())
            {
                relay.onFinalized(last, hashes[(int)(last % hashes.length)]);
                replica.onFinalized(last, hashes[(int)(last % hashes.length)]);
            }
        }
    }

    private BlockCutter.CutBlock cut()
    {
        return new BlockCutter(1, BlockCutter.Rule.EQUAL_COUNT).cut(block);
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

    private SimPath connect(final int from, final int to, final SimRandom random)
    {
        final PathOptions lossy =
            new PathOptions(false, 20_000, 20_000, 100_000, LOSS, 0, 0, LOSS, LOSS, 1 << 20);

        return network.connect(from, to, from + 1, lossy, random.forPart(from));
    }

    private SimLink.Pair asked(final int asking, final int holder, final SimRandom random)
    {
        final PathOptions reliable =
            new PathOptions(true, 20_000, 20_000, 100_000, LOSS, 0, 0, 0, 0, 1 << 20);

        return new SimLink.Pair(
            network.connect(asking, holder, LINK_SESSION + asking, reliable, random.forPart(LINK_SESSION + asking)),
            network.connect(
                holder, asking, 2 * LINK_SESSION + asking, reliable, random.forPart(2 * LINK_SESSION + asking)));
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
                case FINALIZED -> finalized++;
                default -> throw new SimFailure(event.kind() + " of block " + event.blockNumber());
            }

            return true;
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
