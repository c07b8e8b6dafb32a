package io.fragcast.sim;

import io.fragcast.protocol.block.SlowSink;

import org.jspecify.annotations.Nullable;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.StringJoiner;

/**
 * What a run is like; all of it follows from the seed, but for what the command line fixes.
 *
 * @param seed           of the run.
 * @param profile        by which it was drawn.
 * @param leaders        nodes that lead, in turns.
 * @param relays         nodes that pass on and deliver to nobody.
 * @param replicas       nodes that deliver.
 * @param faultyBlocks   blocks of the first phase.
 * @param healedBlocks   blocks of the second phase, which every replica of the core must verify.
 * @param blocksPerTerm  after which the next leader's term begins.
 * @param fragsPerBlock  most frags a block is cut into.
 * @param cadenceNs      between two frags.
 * @param cycleNs        of a node that has something to do.
 * @param isReliable     paths ask for what was lost.
 * @param isInterleaved  replicas have two upstreams.
 * @param slowSink       what nodes do about a sink out of window.
 * @param mtu            of the network, bytes.
 * @param slabBytes      of a node's bodies.
 * @param journalRing    length of a node's journal ring, bytes.
 * @param isLargeBlocks  blocks of Ethereum Mainnet, else of OP Mainnet.
 * @param path           how each path behaves, but for a factor of its own for the delay.
 * @param faults         that are on.
 * @param faultMeanNs    mean time between two faults.
 * @param isTalking      nodes have a control lane.
 * @param autoTakeover   cadences of silence after which the next leader takes over; 0: never.
 * @param fanoutDegree   of the trees that leaders plan; 0: who feeds whom is configured.
 */
public record SimulatorOptions(
    long seed,
    Profile profile,
    int leaders,
    int relays,
    int replicas,
    int faultyBlocks,
    int healedBlocks,
    int blocksPerTerm,
    int fragsPerBlock,
    long cadenceNs,
    long cycleNs,
    boolean isReliable,
    boolean isInterleaved,
    SlowSink slowSink,
    int mtu,
    int slabBytes,
    int journalRing,
    boolean isLargeBlocks,
    PathOptions path,
    Set<Fault> faults,
    long faultMeanNs,
    boolean isTalking,
    int autoTakeover,
    int fanoutDegree)
{
    /**
     * How a run was drawn.
     */
    public enum Profile
    {
        /** Any mixture of faults. */
        SWARM,
        /** Only what happens on a good day: delay, some loss, clocks that drift. */
        LITE,
        /** Nothing goes wrong, so everything must converge. */
        STEADY
    }

    /**
     * What the command line fixes.
     *
     * @param nodes  in all; 0: drawn.
     * @param blocks in all; 0: drawn.
     * @param faults that may be on; null: any.
     */
    public record Fixed(int nodes, int blocks, @Nullable Set<Fault> faults)
    {
        /** Nothing is fixed. */
        public static final Fixed NOTHING = new Fixed(0, 0, null);
    }

    private static final double TALK_PROBABILITY = 0.3;
    private static final double TAKEOVER_PROBABILITY = 0.8;
    private static final double MISSED_PROBABILITY = 0.5;
    private static final int MAX_SILENT_CADENCES = 2;
    private static final int LARGE_NODES = 30;
    private static final double LARGE_PROBABILITY = 0.02;
    private static final int[] NODES = {3, 4, 4, 5, 5, 5, 6, 7, 9};
    private static final double ONE_LEADER_PROBABILITY = 0.45;
    private static final double FEW_LEADERS_PROBABILITY = 0.7;
    private static final int MAX_LEADERS = 8;
    private static final int[] BLOCKS = {2, 3, 4, 4, 4, 5, 6};
    private static final int[] MTUS = {1_408, 1_408, 1_408, 1_408, 728, 1_024, 4_096, 8_192};
    /** Below it, pages of hashes cannot name the chunks of a large frag. */
    private static final int LARGE_BLOCK_MTU = 1_408;
    private static final long MS = 1_000_000;
    private static final long US = 1_000;

    /**
     * Draws a run.
     *
     * @param seed  that decides everything.
     * @param fixed what it does not decide.
     * @return the options.
     */
    public static SimulatorOptions draw(final long seed, final Fixed fixed)
    {
        final SimRandom random = new SimRandom(seed);
        final int kind = random.between(0, 9);
        final Profile profile = 0 == kind ? Profile.STEADY : 1 == kind ? Profile.LITE : Profile.SWARM;
        final boolean isLarge = random.isHit(LARGE_PROBABILITY);
        final int drawnNodes = isLarge ? LARGE_NODES : NODES[random.between(0, NODES.length - 1)];
        final int drawnLeaders = random.isHit(ONE_LEADER_PROBABILITY) ? 1 :
            random.isHit(FEW_LEADERS_PROBABILITY) ? random.between(2, 3) : random.between(4, MAX_LEADERS);
        final int nodes = Math.max(2, 0 == fixed.nodes ? Math.max(drawnNodes, drawnLeaders + 2) : fixed.nodes);
        final int leaders = Math.min(nodes - 1, drawnLeaders);
        final int relays = random.between(0, Math.max(0, (nodes - leaders - 1) * 2 / 3));
        final int drawnBlocks = Math.max(
            BLOCKS[random.between(0, BLOCKS.length - 1)], random.isHit(0.5) ? leaders + leaders / 2 : 0);
        final int blocks = Math.max(2, 0 == fixed.blocks ? drawnBlocks : fixed.blocks);
        final int healedBlocks = Math.max(1, blocks / 3);
        final Set<Fault> faults = drawFaults(profile, random);
        if (null != fixed.faults)
        {
            faults.addAll(fixed.faults);
            faults.retainAll(fixed.faults);
        }
        // Of its own: what was drawn before there was a control lane stays as it was.
        final SimRandom talkRandom = random.forPart(1);
        final boolean isTalking = talkRandom.isHit(TALK_PROBABILITY);
        final boolean isFollowing = isTalking && leaders > 1 && faults.stream().noneMatch(Fault::needsLeaderKey) &&
            talkRandom.isHit(TAKEOVER_PROBABILITY);
        if (isFollowing && null == fixed.faults && Profile.SWARM == profile && talkRandom.isHit(MISSED_PROBABILITY))
        {
            faults.add(Fault.MIDWAY);
        }
        final boolean isReliable = random.isHit(0.75);
        final boolean isLargeBlocks = nodes < 10 && random.isHit(0.15);
        final int drawnMtu = MTUS[random.between(0, MTUS.length - 1)];

        return new SimulatorOptions(
            seed,
            profile,
            leaders,
            relays,
            nodes - leaders - relays,
            blocks - healedBlocks,
            healedBlocks,
            random.between(1, 3),
            random.between(1, 8),
            random.between(1 * MS, 40 * MS),
            random.between(5 * US, 100 * US),
            isReliable,
            random.isHit(0.5),
            random.isHit(0.3) ? SlowSink.WAIT : SlowSink.SKIP,
            isLargeBlocks ? Math.max(LARGE_BLOCK_MTU, drawnMtu) : drawnMtu,
            random.isHit(0.2) ? 1 << 20 : 4 << 20,
            random.isHit(0.2) ? 16 << 10 : 128 << 10,
            isLargeBlocks,
            drawPath(isReliable, faults, random),
            faults,
            random.between(10 * MS, 200 * MS),
            isTalking,
            isFollowing ? talkRandom.between(1, MAX_SILENT_CADENCES) : 0,
            0);
    }

    /**
     * All nodes that are honest.
     *
     * @return count.
     */
    public int nodes()
    {
        return leaders + relays + replicas;
    }

    /**
     * Blocks of both phases.
     *
     * @return count.
     */
    public int blocks()
    {
        return faultyBlocks + healedBlocks;
    }

    /**
     * Is a fault on?
     *
     * @param fault asked for.
     * @return true if it may happen in this run.
     */
    public boolean isOn(final Fault fault)
    {
        return faults.contains(fault);
    }

    /**
     * Do leaders follow each other, and take over from each other?
     *
     * @return true if so.
     */
    public boolean isFollowing()
    {
        return autoTakeover > 0;
    }

    /**
     * Do leaders plan who feeds whom?
     *
     * @return true if so.
     */
    public boolean isPlanned()
    {
        return fanoutDegree > 0;
    }

    /**
     * The same run, but for leaders that plan who feeds whom.
     *
     * @param degree of their trees.
     * @return this one where leaders do not hear each other, or nobody has a control lane.
     */
    public SimulatorOptions planned(final int degree)
    {
        return !isTalking || leaders > 1 && !isFollowing() || nodes() >= LARGE_NODES ? this : new SimulatorOptions(
            seed, profile, leaders, relays, replicas, faultyBlocks, healedBlocks, blocksPerTerm, fragsPerBlock,
            cadenceNs, cycleNs, isReliable, isInterleaved, slowSink, mtu, slabBytes, journalRing, isLargeBlocks, path,
            faults, faultMeanNs, isTalking, autoTakeover, degree);
    }

    /**
     * One line for a person.
     *
     * @return the line.
     */
    public String describe()
    {
        final StringJoiner names = new StringJoiner(",");
        for (final Fault fault : faults)
        {
            names.add(fault.name().toLowerCase(Locale.ROOT));
        }

        return profile + ", " + leaders + " leaders, " + relays + " relays, " + replicas + " replicas, " +
            faultyBlocks + "+" + healedBlocks + " blocks, " + (isReliable ? "reliable" : "lossy") + ", slow sinks " +
            slowSink + ", mtu " + mtu +
            (isTalking ? ", control lane" : "") +
            (autoTakeover > 0 ? ", takeover after " + autoTakeover + " cadences" : "") +
            (fanoutDegree > 0 ? ", trees of degree " + fanoutDegree : "") +
            ", faults: " + (faults.isEmpty() ? "none" : names);
    }

    private static EnumSet<Fault> drawFaults(final Profile profile, final SimRandom random)
    {
        final EnumSet<Fault> faults = EnumSet.noneOf(Fault.class);
        final double probability = random.between(1, 6) / 10.0;
        for (final Fault fault : Fault.values())
        {
            final boolean isHit = random.isHit(probability);
            final boolean isAllowed = switch (profile)
            {
                case SWARM -> true;
                case LITE -> Fault.LOSS == fault || Fault.CLOCK == fault || Fault.ABORT == fault;
                case STEADY -> false;
            };
            if (isHit && isAllowed)
            {
                faults.add(fault);
            }
        }

        return faults;
    }

    private static PathOptions drawPath(final boolean isReliable, final Set<Fault> faults, final SimRandom random)
    {
        final double loss = random.between(1, 200) / 1_000.0;
        final double burst = random.between(1, 20) / 1_000.0;
        final double duplicate = random.between(1, 100) / 1_000.0;
        final double reorder = random.between(1, 200) / 1_000.0;
        final long minDelayNs = random.between(20 * US, 5 * MS);

        return new PathOptions(
            isReliable,
            minDelayNs,
            random.between(0, minDelayNs),
            random.between(100 * US, 2 * MS),
            faults.contains(Fault.LOSS) ? loss : 0,
            faults.contains(Fault.BURST) ? burst : 0,
            random.between(1 * MS, 30 * MS),
            faults.contains(Fault.DUPLICATE) ? duplicate : 0,
            faults.contains(Fault.REORDER) ? reorder : 0,
            1 << (faults.isEmpty() ? 20 : random.between(14, 20)));
    }
}
