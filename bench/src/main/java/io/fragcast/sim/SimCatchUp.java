package io.fragcast.sim;

import io.fragcast.cli.BlockRecord;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.journal.Retention;
import io.fragcast.protocol.block.BlockLimits;
import io.fragcast.protocol.leader.LeaderTerm;
import io.fragcast.protocol.leader.Schedule;
import io.fragcast.protocol.repair.FramePart;
import io.fragcast.protocol.sync.SyncMode;
import io.fragcast.sim.checker.SimFailure;
import org.agrona.collections.Long2ObjectHashMap;
import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * A world in which somebody misses many blocks: a replica, or a relay, is down until it is farther behind than its
 * window, comes back, and fetches whole heights from its holders while the leader goes on. One holder lies, others are
 * killed in mid-way and come back too. A leader may be cut off while its builder goes on: nobody has those heights.
 * <pre>
 *                    ┌─▶ relay ───┐
 *   builder ─▶ leader ──▶ liar ───┼─▶ replica ─▶ its edge: each block once, in order, none missed, none other
 *                    └─▶ relay ───┘
 *      ◀────────────── repair and bulk lane ──────────────
 * </pre>
 * The one who was away must be LIVE at the end and have every block, in spite of all; a relay that was away must have
 * every block in its journal, for those who ask it. Heights that nobody has are told as a GAP, and are given up sixteen
 * at a time, by those next to the leader and then by those behind them. Used by one thread.
 */
final class SimCatchUp
{
    private static final long US = 1_000;
    private static final long MS = 1_000_000;
    /** Between two duty cycles of all nodes. */
    private static final long CYCLE_NS = 100 * US;
    /** The same while nodes wait for what nobody has, which takes seconds. */
    private static final long WAITING_CYCLE_NS = MS;
    /** What was accepted is in the journal after some duty cycles. */
    private static final long JOURNALED_NS = 10 * MS;
    private static final int MTU = 1_408;
    private static final int SLAB_BYTES = 4 << 20;
    private static final int KEY_LENGTH = 32;
    private static final int SAMPLE_BLOCKS = 4;
    private static final int FIRST_BLOCKS = 4;
    /** Published after everybody is back: they must be followed live. */
    private static final int LAST_BLOCKS = 12;
    /** What each part of a run may take: a holder that was wrong four times in a row is left alone for half of it. */
    private static final long DEADLINE_NS = 30_000 * MS;
    /** What it may take longer for so many heights that nobody has: all are asked twice, a second apart. */
    private static final long GIVEN_UP_NS = 2_000 * MS;
    private static final int GIVEN_UP_HEIGHTS = 16;
    /** Leader to relay, relay to replica: who is behind another gives up after it. */
    private static final int HOPS = 2;
    /** The leader goes on so many windows beyond what is waited for, and then waits. */
    private static final int AHEAD_WINDOWS = 3;
    private static final int SESSION_BASE = 1_000;
    private static final int LEADER = 0;
    /** What a block has at least. */
    private static final Set<FramePart> WHOLE = EnumSet.of(FramePart.ENV, FramePart.FRAG, FramePart.END);

    private final CatchUpOptions options;
    private final SimRandom random;
    private final EventQueue events = new EventQueue();
    private final SimNetwork network = new SimNetwork(events, new EventLog(events, null), (index) -> {});
    private final LeanNode.Network net;
    private final BlockRecord pattern;
    private final Place[] places;
    private final SteadyBuilder builder;
    private final EveryBlockEdge edge;
    private final Long2ObjectHashMap<byte[]> hashes = new Long2ObjectHashMap<>();
    private @Nullable LyingHolder lying;
    private long sealedBlock;
    private long lastToBuild;
    private long unheardFrom;
    private long unheardTo;

    /** What outlives the processes of a node. */
    private static final class Place
    {
        private final SimRolls rolls = new SimRolls();
        private final LeanNode.Ways ways;
        private final List<SimLink.Pair> bulkAsked;
        private final List<SimLink.Pair> bulkServed;
        private @Nullable LeanNode process;
        private long upFromNs = Long.MAX_VALUE;
        private int lives;

        private Place(
            final LeanNode.Ways ways, final List<SimLink.Pair> bulkAsked, final List<SimLink.Pair> bulkServed)
        {
            this.ways = ways;
            this.bulkAsked = bulkAsked;
            this.bulkServed = bulkServed;
        }
    }

    private SimCatchUp(final Workload workload, final CatchUpOptions options)
    {
        this.options = options;
        random = CatchUpOptions.random(options.seed()).forPart(1);
        final byte[] key = new byte[KEY_LENGTH];
        key[0] = 1;
        final HashSignatures signer = new HashSignatures(workload.curve().publicKey(key));
        pattern = workload.chain(false, SAMPLE_BLOCKS).stream()
            .min(Comparator.comparingInt((some) -> some.transactions().stream().mapToInt((tx) -> tx.length).sum()))
            .orElseThrow();
        edge = new EveryBlockEdge(pattern.number(), hashes::get);
        net = new LeanNode.Network(events, schedule(signer), limits(), signer);
        final CatchUpPaths paths = new CatchUpPaths(options, network, random);
        places = new Place[options.nodes()];
        for (int node = 0; node < places.length; node++)
        {
            places[node] = new Place(paths.waysOf(node), paths.bulkAskedBy(node), paths.bulkServedBy(node));
        }
        builder = new SteadyBuilder(
            events,
            pattern,
            options.frags(),
            options.cadenceNs(),
            start(LEADER).publish(signer)::publisher,
            (blockNumber, hash) ->
            {
                sealedBlock = blockNumber;
                hashes.put(blockNumber, hash);
            });
        for (int node = 1; node < places.length; node++)
        {
            startFollower(node);
        }
    }

    /**
     * Runs one world.
     *
     * @param workload of which a block is taken.
     * @param seed     that decides everything.
     * @return what it was like.
     * @throws SimFailure if anybody misses anything.
     */
    static CatchUpResult run(final Workload workload, final long seed)
    {
        final CatchUpOptions options = CatchUpOptions.draw(seed);
        try
        {
            final SimCatchUp world = new SimCatchUp(workload, options);
            world.run();

            return new CatchUpResult(options.describe(), world.unheardTo - world.unheardFrom, world.edge.missed());
        }
        catch (final RuntimeException ex)
        {
            throw new SimFailure(
                "catch-up of seed " + seed + " (" + options.describe() + "): " + ex.getMessage(), ex);
        }
    }

    private void run()
    {
        final long first = pattern.number();
        // Who has no past begins with the first height that it hears of, and a holder may name a later one before the
        // path brings this one. So that all have the same past, they begin with one block.
        build(1);
        runUntil(this::isAtHead, "the first block");
        build(FIRST_BLOCKS);
        runUntil(this::isAtHead, "the first blocks");
        kill(options.away(), Long.MAX_VALUE);
        final long lowest = sealedBlock;
        if (isUnheardIn(CatchUpOptions.Phase.MISSED))
        {
            build(options.missed() / 2);
            goOnUnheard();
            build(options.missed() - options.missed() / 2);
        }
        else
        {
            build(options.missed());
        }

        startFollower(options.away());
        final long goal = sealedBlock;
        lastToBuild = goal + (long)AHEAD_WINDOWS * options.window();
        if (isUnheardIn(CatchUpOptions.Phase.FETCHED))
        {
            runUntil(() -> reached(options.away()) >= lowest + options.missed() / 4, "a quarter");
            goOnUnheard();
            lastToBuild = sealedBlock + (long)AHEAD_WINDOWS * options.window();
        }
        fetch(lowest, goal);
        runUntil(this::isEverybodyUp, "all to be up");
        build(LAST_BLOCKS);
        runUntil(() -> isAtHead() && isEverybodyLive(), "all to be live");
        if (isUnheardIn(CatchUpOptions.Phase.LIVE))
        {
            goOnUnheard();
            build(LAST_BLOCKS);
            runUntil(() -> isAtHead() && isEverybodyLive(), "all to be live again");
        }
        final long journaledNs = events.nowNs() + JOURNALED_NS;
        runUntil(() -> events.nowNs() >= journaledNs, "the journals");
        check(first);
    }

    /** The one who was away comes to where the others were, and some relays are killed on its way. */
    private void fetch(final long lowest, final long goal)
    {
        for (int i = 0; i < options.kills(); i++)
        {
            final long next = lowest + options.missed() * (i + 1L) / (options.kills() + 1L);
            runUntil(() -> reached(options.away()) >= next, "block " + next);
            final int victim = random.between(1, options.relays());
            if (victim != options.away())
            {
                kill(victim, events.nowNs() + random.between(5L, 800L) * MS);
            }
        }
        runUntil(() -> reached(options.away()) >= goal, "block " + goal);
    }

    private boolean isUnheardIn(final CatchUpOptions.Phase phase)
    {
        return 0 < options.unheard() && options.unheardIn() == phase;
    }

    /** The leader goes on for so many blocks, and waits. */
    private void build(final int blocks)
    {
        final long last = Math.max(sealedBlock + blocks, pattern.number());
        lastToBuild = last;
        runUntil(() -> sealedBlock >= last, "the leader to go on");
    }

    /** The leader loses all who hear it, its builder goes on all the same, and it is heard again. */
    private void goOnUnheard()
    {
        build(1);
        final List<SimPath> ways = places[LEADER].ways.outgoing();
        ways.forEach((path) -> path.cut(true, true));
        runUntil(() -> ways.stream().noneMatch(SimPath::isConnected), "nobody to hear the leader");
        builder.goOnUnheard(options.unheard());
        runUntil(() -> !builder.isUnheard(), "the builder to go on");
        unheardFrom = sealedBlock + 1;
        unheardTo = unheardFrom + options.unheard();
        ways.forEach(SimPath::mend);
        build(1);
    }

    private void check(final long first)
    {
        final LyingHolder known = lying;
        for (int node = 1; node < places.length; node++)
        {
            final LeanNode process = process(node);
            if (unheardTo - unheardFrom < process.counters().value(FragcastCounter.CATCH_UP_GIVEN_UP))
            {
                throw new SimFailure("node " + node + " gave blocks up that others have");
            }
            if (0 != process.counters().value(FragcastCounter.JOURNAL_FRAMES_LOST))
            {
                throw new SimFailure("node " + node + " lost frames of its journal");
            }
            checkJournal(node, first);
        }
        final LeanNode back = process(options.away());
        if (0 == back.counters().value(FragcastCounter.CATCH_UP_BLOCKS))
        {
            throw new SimFailure("node " + options.away() + " was away and fetched nothing, but had " +
                back.counters().value(FragcastCounter.FRAGS_REPAIRED) + " frags repaired");
        }
        if (null != known && 0 < known.lies() && LyingHolder.Lie.DENIES != options.lie() && 0 == noticed(back))
        {
            throw new SimFailure(known.lies() + " lies were told and nothing was counted");
        }
        if (edge.missed() != unheardTo - unheardFrom)
        {
            throw new SimFailure("heights " + unheardFrom + ".." + unheardTo + " went unheard, and of " +
                edge.missed() + " the replica was told");
        }
        final String shortfall = network.shortfall();
        if (!shortfall.isEmpty())
        {
            throw new SimFailure(shortfall);
        }
    }

    private static long noticed(final LeanNode node)
    {
        return node.counters().value(FragcastCounter.CATCH_UP_BROKEN) +
            node.counters().value(FragcastCounter.CATCH_UP_INCOMPLETE) +
            node.counters().value(FragcastCounter.CATCH_UP_TIMEOUTS) +
            node.counters().value(FragcastCounter.CATCH_UP_IGNORED) +
            node.counters().value(FragcastCounter.CATCH_UP_REASSIGNED);
    }

    /** Everything from the first block on, from Env to Seal, whichever way it came, but for what nobody heard. */
    private void checkJournal(final int node, final long first)
    {
        final SimJournalHeights heights = SimJournalHeights.read(places[node].rolls);
        for (long block = first; block <= sealedBlock; block++)
        {
            final Set<FramePart> parts = heights.of(block);
            final boolean isUnheard = unheardFrom <= block && block < unheardTo;
            if (isUnheard ? !parts.isEmpty() : !parts.containsAll(WHOLE))
            {
                throw new SimFailure("of block " + block + " node " + node + " has " + parts + " in its journal");
            }
        }
    }

    private void runUntil(final BooleanSupplier condition, final String what)
    {
        final long unheardRounds = (unheardTo - unheardFrom + GIVEN_UP_HEIGHTS - 1) / GIVEN_UP_HEIGHTS;
        final long deadlineNs = events.nowNs() + DEADLINE_NS + HOPS * unheardRounds * GIVEN_UP_NS;
        while (!condition.getAsBoolean())
        {
            if (events.nowNs() > deadlineNs)
            {
                throw new SimFailure("waited in vain for " + what + " of " + sealedBlock + where());
            }
            step();
        }
    }

    private void step()
    {
        if (sealedBlock < lastToBuild || builder.isUnheard())
        {
            builder.doWork();
        }
        for (int node = 0; node < places.length; node++)
        {
            if (null == places[node].process && events.nowNs() >= places[node].upFromNs)
            {
                startFollower(node);
            }
            final LeanNode process = places[node].process;
            if (null != process)
            {
                process.doWork();
            }
        }
        final boolean isWaiting = 0 < unheardTo && sealedBlock >= lastToBuild;
        final long untilNs = events.nowNs() + (isWaiting ? WAITING_CYCLE_NS : CYCLE_NS);
        boolean isMore = true;
        while (isMore)
        {
            isMore = events.runNext(untilNs);
        }
    }

    private LeanNode start(final int node)
    {
        final Place place = places[node];
        place.lives++;
        place.upFromNs = Long.MAX_VALUE;
        final SimRandom own = random.forPart((long)node * SESSION_BASE + place.lives);
        final SimBulk bulk = new SimBulk(place.bulkAsked, place.bulkServed, own, (honest) ->
        {
            if (node != options.liar())
            {
                return honest;
            }
            final LyingHolder made = new LyingHolder(options.lie(), honest, own.forPart(3));
            lying = made;
            return made;
        });
        final LeanNode process = new LeanNode(net, node, own.forPart(4), place.rolls, Retention.ALL, place.ways, bulk);
        place.process = process;

        return process;
    }

    private void startFollower(final int node)
    {
        if (0 < places[node].lives)
        {
            network.onNodeUp(node);
        }
        final LeanNode process = start(node);
        if (options.replica() == node)
        {
            edge.onNewLife();
            process.receive(edge);
        }
        else
        {
            process.receive(null);
        }
    }

    private void kill(final int node, final long upFromNs)
    {
        places[node].process = null;
        places[node].upFromNs = upFromNs;
        network.onNodeDown(node);
    }

    private LeanNode process(final int node)
    {
        final LeanNode process = places[node].process;
        if (null == process)
        {
            throw new IllegalStateException("node " + node + " is down");
        }

        return process;
    }

    /** Everything below was finished by a node. */
    private long reached(final int node)
    {
        return options.replica() == node ? edge.lastBlock() : process(node).cursor() - 1;
    }

    private String where()
    {
        final StringBuilder text = new StringBuilder();
        for (int node = 1; node < places.length; node++)
        {
            text.append(", node ").append(node).append(null == places[node].process ? " is down" :
                " at " + reached(node) + " " + SyncMode.of((int)mode(node)));
        }

        return text.toString();
    }

    private long mode(final int node)
    {
        final LeanNode process = places[node].process;

        return null == process ? -1 : process.counters().value(FragcastCounter.CATCH_UP_MODE);
    }

    private boolean isEverybodyUp()
    {
        return Arrays.stream(places).allMatch((place) -> null != place.process);
    }

    private boolean isAtHead()
    {
        for (int node = 1; node < places.length; node++)
        {
            if (reached(node) < sealedBlock)
            {
                return false;
            }
        }

        return true;
    }

    private boolean isEverybodyLive()
    {
        for (int node = 1; node < places.length; node++)
        {
            if (SyncMode.LIVE.ordinal() != mode(node))
            {
                return false;
            }
        }

        return true;
    }

    private Schedule schedule(final HashSignatures signer)
    {
        return new Schedule(pattern.chainId(), MTU, List.of(new LeaderTerm(
            1,
            pattern.number(),
            Long.MAX_VALUE,
            signer.publicKey(),
            null,
            List.of(),
            pattern.header().parentHash())));
    }

    private BlockLimits limits()
    {
        final BlockLimits usual = BlockLimits.withSlab(SLAB_BYTES, SLAB_BYTES / 2);

        return new BlockLimits(
            usual.maxBodyLength(),
            usual.maxTxLength(),
            usual.maxTxsPerFrag(),
            usual.maxFragsPerBlock(),
            options.window(),
            usual.slabBytes(),
            usual.attemptBytes());
    }
}
