package io.fragcast.sim;

import io.fragcast.crypto.Secp256k1;
import io.fragcast.protocol.block.BlockLimits;
import io.fragcast.protocol.block.MessageSigner;
import io.fragcast.sim.checker.ConvergenceChecker;
import io.fragcast.sim.checker.DeliveryChecker;
import io.fragcast.sim.checker.EventListChecker;
import io.fragcast.sim.checker.EvidenceChecker;
import io.fragcast.sim.checker.LeaderChecker;
import io.fragcast.sim.checker.PlanChecker;
import io.fragcast.sim.checker.ProofChecker;
import io.fragcast.sim.checker.Published;
import io.fragcast.sim.checker.SimFailure;
import io.fragcast.sim.checker.TakeoverChecker;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * One run: production agents on one thread, a network, disks and clocks that a seed decides, and checkers outside.
 * <pre>
 *   phase one   faults; nothing wrong may be delivered, nobody honest accused, no table overflow
 *   phase two   the core is mended, faults end but for the losses of a lossy block lane; every replica of the core
 *               verifies every block opened since, and ends every attempt, within {@link #CONVERGENCE_NS}
 * </pre>
 * A run shares nothing with another, so runs may go on side by side. Used by one thread.
 */
public final class Simulator
{
    /** Longest wait for convergence after the last block was handed over. */
    private static final long CONVERGENCE_NS = 10_000_000_000L;
    /** Images are made anew in 10 to 110 ms; the first block of the second phase opens after that. */
    private static final long SETTLE_NS = 200_000_000;
    /** Between two looks at whether all have converged. */
    private static final long LOOK_NS = 5_000_000;
    /** Holds the frags of a large block uncut; a path of the second phase never pushes back. */
    private static final int LARGE_BODY_LENGTH = 512 << 10;
    private static final int SMALL_BODY_LENGTH = 16 << 10;
    private static final int HEALED_WINDOW = 16 << 20;
    private static final int MAX_FRAGS = 64;
    private static final int SLAB_BYTES = 4 << 20;
    private static final double LEFT_OUT_PROBABILITY = 0.15;
    private static final double FAR_CLOCK_PROBABILITY = 0.2;
    /** 10 times what the largest runs take. */
    private static final long MAX_EVENTS = 10_000_000;
    /** Sessions that failed are dialled again after a pause that doubles, and statements are told again every 5 s. */
    private static final long TALK_NS = 60_000_000_000L;
    /** Some leaders may die and be missed in it. */
    private static final long TAKEOVERS_NS = 4_000_000_000L;
    private static final int KEY_LENGTH = 32;

    private final SimulatorOptions options;
    private final SimRandom random;
    private final EventQueue events = new EventQueue();
    private final EventLog log;
    private final Published published = new Published();
    private final DeliveryChecker deliveries;
    private final LeaderChecker leaders;
    private final ProofChecker proofs;
    private final EventListChecker eventLists;
    private final EvidenceChecker evidence;
    private final TakeoverChecker takeovers;
    private final SimPlans plans;
    private final SimNetwork network;
    private final SimChain chain;
    private final Topology topology;
    private final SimLanes lanes;
    private final List<SimNode> nodes = new ArrayList<>();
    private final List<SimBuilder> builders = new ArrayList<>();
    private final List<Integer> core = new ArrayList<>();
    private final FaultInjector injector;
    private final @Nullable Adversary adversary;

    private Simulator(final SimulatorOptions options, final Workload workload, final @Nullable PrintStream trace)
    {
        this.options = options;
        random = new SimRandom(options.seed()).forPart(1);
        log = new EventLog(events, trace);
        leaders = new LeaderChecker(published);
        proofs = new ProofChecker(published, options.nodes());
        eventLists = new EventListChecker(options.nodes());
        evidence = new EvidenceChecker(options.nodes());
        network = new SimNetwork(events, log, (index) ->
        {
            if (index < nodes.size())
            {
                nodes.get(index).wake();
            }
        });

        final Secp256k1 secp256k1 = workload.curve();
        final MessageSigner[] signers = new MessageSigner[options.leaders() + 1];
        final byte[][] publicKeys = new byte[signers.length][];
        for (int i = 0; i < signers.length; i++)
        {
            final byte[] key = new byte[KEY_LENGTH];
            Arrays.fill(key, (byte)(i + 1));
            signers[i] = secp256k1.newSigner(key);
            publicKeys[i] = signers[i].publicKey();
        }
        chain = new SimChain(options, workload.chain(options.isLargeBlocks(), options.blocks()), publicKeys);
        chain.stolenTerms().forEach(published::onKeyStolen);
        takeovers = new TakeoverChecker(
            chain.schedule(), options.nodes(), options.faults().stream().noneMatch(Fault::delaysOthers));
        plans = new SimPlans(
            options,
            new PlanChecker(chain.schedule(), List.of(publicKeys).subList(0, options.leaders()), options.nodes()),
            random.forPart(9),
            signers[options.leaders()]);
        deliveries = new DeliveryChecker(published, takeovers, options.nodes());
        topology = new Topology(options, random.forPart(2));
        lanes = new SimLanes(options, topology, network);

        final SimContext ctx = new SimContext(
            options,
            events,
            log,
            chain.schedule(),
            limits(options),
            new CachingVerifier(secp256k1.newVerifier()),
            published,
            deliveries,
            leaders,
            proofs,
            eventLists,
            evidence,
            takeovers,
            plans,
            this::onObserved);
        makeNodes(ctx, signers);
        SimFinality.start(options, events, log, random.forPart(8), chain, nodes, deliveries.finality());
        adversary = makeAdversary(signers);
        injector = new FaultInjector(options, events, log, random.forPart(3), network, nodes);
    }

    /**
     * Runs one seed.
     *
     * @param options  drawn from it.
     * @param workload to publish.
     * @param trace    prints every event; null: nothing is printed.
     * @return what became of it.
     */
    public static SimResult run(
        final SimulatorOptions options, final Workload workload, final @Nullable PrintStream trace)
    {
        final Simulator simulator = new Simulator(options, workload, trace);
        SimResult.SimFailureReport failure = null;
        try
        {
            simulator.run();
        }
        catch (final SimFailure ex)
        {
            failure = new SimResult.SimFailureReport(String.valueOf(ex.getMessage()), ex);
        }
        catch (final RuntimeException ex)
        {
            failure = new SimResult.SimFailureReport(
                "the simulation itself threw " + ex, new SimFailure("thrown", ex));
        }

        return new SimResult(
            options,
            failure,
            simulator.log.hash(),
            simulator.log.count(),
            simulator.events.nowNs(),
            simulator.network.delivered(),
            simulator.published.frags(),
            simulator.deliveries.fragsDelivered(),
            simulator.takeovers.takeovers(),
            simulator.takeovers.longestCadences(),
            simulator.takeovers.deaths());
    }

    private void run()
    {
        nodes.forEach(SimNode::start);
        builders.forEach(SimBuilder::start);
        final long blockNs = (options.fragsPerBlock() + 2) * options.cadenceNs();
        final long faultsEndNs = options.faultyBlocks() * blockNs * 3 + SETTLE_NS +
            (options.isFollowing() ? TAKEOVERS_NS : 0);
        while (!chain.isGateReached() && events.nowNs() < faultsEndNs)
        {
            runFor(Math.min(LOOK_NS, blockNs));
        }

        heal();
        runFor(SETTLE_NS);
        long firstBlock = chain.isGateReached() ? chain.nextNumber() : chain.nextNumber() + 1;
        firstBlock += options.isFollowing() ? 1 : 0;
        while (firstBlock <= chain.lastNumber() &&
            (chain.isLedByStolenKey(firstBlock) || chain.isLedByStolenKey(firstBlock - 1)))
        {
            firstBlock++;
        }
        chain.openGate();
        converge(firstBlock, events.nowNs() + options.blocks() * blockNs * 4 + CONVERGENCE_NS);
        checkAccounts();
    }

    private void heal()
    {
        if (null != adversary)
        {
            adversary.stop();
        }
        final TreeSet<Integer> leftOut = new TreeSet<>();
        if (options.isOn(Fault.CRASH) || options.isOn(Fault.POWER))
        {
            for (int node = options.leaders(); node < options.nodes(); node++)
            {
                if (random.isHit(LEFT_OUT_PROBABILITY))
                {
                    leftOut.add(node);
                    if (!topology.isWhole(leftOut) || leftOut.size() == options.nodes() - options.leaders())
                    {
                        leftOut.remove(node);
                    }
                }
            }
        }
        core.clear();
        for (int node = 0; node < options.nodes(); node++)
        {
            if (topology.isReplica(node) && !leftOut.contains(node))
            {
                core.add(node);
            }
        }
        injector.heal(List.copyOf(leftOut), HEALED_WINDOW);
    }

    private void converge(final long firstBlock, final long deadlineNs)
    {
        final ConvergenceChecker convergence = new ConvergenceChecker(deliveries, core);
        String missing = "";
        do
        {
            runFor(LOOK_NS);
            missing = chain.isBuilt() ? "" : "block " + chain.nextNumber() + " is not built";
            if (missing.isEmpty())
            {
                missing = convergence.missing(firstBlock, chain.lastNumber());
            }
            if (missing.isEmpty() && options.isFollowing())
            {
                missing = takeovers.difference(core, firstBlock, chain.lastNumber());
            }
        }
        while (!missing.isEmpty() && events.nowNs() < deadlineNs);

        if (!missing.isEmpty())
        {
            throw new SimFailure("no convergence: " + missing);
        }
        runFor(SETTLE_NS);
        if (options.isTalking())
        {
            talk();
        }
    }

    /** All who can talk to each other know the same proofs. */
    private void talk()
    {
        final long deadlineNs = events.nowNs() + TALK_NS;
        String missing = notTold();
        while (!missing.isEmpty() && events.nowNs() < deadlineNs)
        {
            runFor(LOOK_NS);
            missing = notTold();
        }
        if (!missing.isEmpty())
        {
            throw new SimFailure("not told: " + missing);
        }
    }

    private String notTold()
    {
        final Set<Integer> apart = new TreeSet<>();
        nodes.stream().filter((node) -> SimNode.State.UP != node.state()).forEach((node) -> apart.add(node.index()));
        for (int node = 0; node < options.nodes(); node++)
        {
            if (!apart.contains(node))
            {
                final Set<Integer> talking = topology.talking(node, apart);
                final String missing = evidence.missing(talking);
                if (!missing.isEmpty())
                {
                    return missing;
                }
                apart.addAll(talking);
            }
        }

        return "";
    }

    private void checkAccounts()
    {
        final String shortfall = network.shortfall();
        if (!shortfall.isEmpty())
        {
            throw new SimFailure(shortfall);
        }
        nodes.forEach(SimNode::checkAccounts);
    }

    private void runFor(final long lengthNs)
    {
        final long untilNs = events.nowNs() + lengthNs;
        boolean isMore = true;
        while (isMore)
        {
            isMore = events.runNext(untilNs);
            if (events.happened() > MAX_EVENTS)
            {
                throw new SimFailure("livelock: " + MAX_EVENTS + " events by " + events.nowNs() + " ns");
            }
        }
    }

    private void makeNodes(final SimContext ctx, final MessageSigner[] signers)
    {
        final SimRandom pathRandom = random.forPart(4);
        final List<SimPath> paths = new ArrayList<>();
        for (final Topology.Link link : topology.links())
        {
            paths.add(lanes.connect(link.from(), link.to(), pathRandom));
        }
        if (options.faults().stream().anyMatch(Fault::needsAdversary))
        {
            connectAdversary(paths, pathRandom);
        }

        final List<SimLink.Pair> pairs = lanes.connectRepair(pathRandom.forPart(1));
        final List<SimLink.Pair> controlPairs =
            options.isTalking() ? lanes.connectControl(random.forPart(7)) : List.of();
        plans.connect(lanes, List.copyOf(paths));
        final SimHead.Ledger ledger = new SimHead.Ledger();
        final SimRandom clockRandom = random.forPart(5);
        for (int i = 0; i < options.nodes(); i++)
        {
            final boolean isClockOff = options.isOn(Fault.CLOCK);
            final long driftPpm = clockRandom.between(-200, 200);
            final long farNs = clockRandom.isHit(FAR_CLOCK_PROBABILITY) ? 20_000_000_000L : 100_000_000L;
            final long offsetNs = clockRandom.between(-farNs, farNs);
            final SimHead head = topology.isLeader(i) && options.isFollowing() ?
                new SimHead(events, chain, ledger, signers[i].publicKey()) : null;
            final SimBuilder builder = topology.isLeader(i) ? new SimBuilder(
                i,
                options,
                events,
                log,
                random.forPart(1_000 + i),
                null == head ? chain.work(i) : head,
                published,
                waker(i)) : null;
            if (null != builder)
            {
                builders.add(builder);
            }
            nodes.add(new SimNode(ctx, topology, SimSite.of(
                events,
                i,
                random.forPart(2_000 + i),
                new SimClock(events, isClockOff ? driftPpm : 0, isClockOff ? offsetNs : 0),
                paths,
                pairs,
                controlPairs,
                topology.isLeader(i) ? signers[i] : null,
                builder,
                head)));
        }
    }

    private Runnable waker(final int node)
    {
        return () -> nodes.get(node).wake();
    }

    private void connectAdversary(final List<SimPath> paths, final SimRandom pathRandom)
    {
        final int from = options.nodes();
        final int sure = pathRandom.between(options.leaders(), options.nodes() - 1);
        for (int to = options.leaders(); to < options.nodes(); to++)
        {
            if (to == sure || pathRandom.isHit(0.5))
            {
                final SimPath path = lanes.connect(from, to, pathRandom);
                paths.add(path);
                leaders.onAdversarySession(path.sessionId());
            }
        }
    }

    private @Nullable Adversary makeAdversary(final MessageSigner[] signers)
    {
        final List<SimFrameSink> sinks = new ArrayList<>();
        for (final SimPath path : network.paths())
        {
            if (path.from() == options.nodes())
            {
                sinks.add(new SimFrameSink(path, options.mtu(), null));
            }
        }
        if (sinks.isEmpty())
        {
            return null;
        }

        return new Adversary(
            options,
            events,
            log,
            random.forPart(6),
            chain,
            published,
            sinks,
            signers[options.leaders()],
            SimChain.isKeyStolen(options) ? signers[SimChain.STOLEN_LEADER] : null);
    }

    private void onObserved(final DirectBuffer buffer, final int offset, final int length)
    {
        if (null != adversary)
        {
            adversary.onObserved(buffer, offset, length);
        }
    }

    private static BlockLimits limits(final SimulatorOptions options)
    {
        return new BlockLimits(
            options.isLargeBlocks() ? LARGE_BODY_LENGTH : SMALL_BODY_LENGTH,
            BlockLimits.DEFAULT_MAX_TX_LENGTH,
            BlockLimits.MAX_TXS_PER_FRAG,
            MAX_FRAGS,
            BlockLimits.WINDOW_BLOCKS,
            SLAB_BYTES,
            options.slabBytes());
    }
}
