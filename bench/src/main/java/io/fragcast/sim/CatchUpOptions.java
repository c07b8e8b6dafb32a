package io.fragcast.sim;

/**
 * What a world of {@link SimCatchUp} is like; all of it follows from the seed. Node 0 leads, relays come next, the
 * replica last.
 *
 * @param seed           of the world.
 * @param relays         nodes that hold the chain for others.
 * @param window         of the block lane, heights.
 * @param missed         blocks, more than two windows.
 * @param away           node that misses them.
 * @param liar           node that lies to those who fetch.
 * @param lie            in this way.
 * @param kills          of relays while it fetches.
 * @param frags          of a block, at most.
 * @param cadenceNs      between two messages of the leader.
 * @param loss           of a datagram on any path.
 * @param isLeaderAsked  does the replica ask the leader too?
 * @param unheard        heights that the builder goes on for while nobody hears the leader; 0: it is always heard.
 * @param unheardIn      when it does.
 */
record CatchUpOptions(
    long seed,
    int relays,
    int window,
    int missed,
    int away,
    int liar,
    LyingHolder.Lie lie,
    int kills,
    int frags,
    long cadenceNs,
    double loss,
    boolean isLeaderAsked,
    int unheard,
    Phase unheardIn)
{
    /** Of a world's time. */
    enum Phase
    {
        /** The one who is away misses blocks. */
        MISSED,
        /** It fetches them. */
        FETCHED,
        /** All are live. */
        LIVE
    }

    /** Part of the seed's random numbers: a stream of its own, so that other draws stay as they are. */
    private static final int PART = 77;
    /** One seed in so many. */
    private static final int SHARE = 50;
    private static final long US = 1_000;
    private static final int MIN_WINDOW = 16;
    private static final double REPLICA_PROBABILITY = 0.7;
    private static final double UNHEARD_PROBABILITY = 0.4;
    /** More than three of the widest windows. */
    private static final int MAX_UNHEARD = 200;

    /** Is there such a world for a seed, beside the other? */
    static boolean isDrawn(final long seed)
    {
        return 0 == Long.remainderUnsigned(new SimRandom(seed).forPart(PART + 1).nextLong(), SHARE);
    }

    /** Draws a world. */
    static CatchUpOptions draw(final long seed)
    {
        final SimRandom random = random(seed);
        final int relays = random.between(2, 3);
        final int window = MIN_WINDOW << random.between(0, 2);
        final int liar = random.between(1, relays);
        final boolean isReplicaAway = random.isHit(REPLICA_PROBABILITY);
        final LyingHolder.Lie[] lies = LyingHolder.Lie.values();
        // Faults that came later have random numbers of their own, so that a seed's world stays as it was.
        final SimRandom faults = random.forPart(PART + 2);
        final boolean isUnheard = faults.isHit(UNHEARD_PROBABILITY);
        final int unheard = faults.between(1, faults.isHit(0.5) ? window : MAX_UNHEARD);
        final Phase unheardIn = Phase.values()[faults.between(0, Phase.values().length - 1)];

        return new CatchUpOptions(
            seed,
            relays,
            window,
            2 * window + random.between(1, 4 * window),
            isReplicaAway ? relays + 1 : 1 + liar % relays,
            liar,
            lies[random.between(0, lies.length - 1)],
            random.between(0, 2),
            random.between(1, 3),
            random.between(100L, 1_000L) * US,
            random.isHit(0.5) ? 0 : random.between(1, 30) / 1_000.0,
            !isReplicaAway || random.isHit(0.5),
            isUnheard ? unheard : 0,
            unheardIn);
    }

    /** Random numbers of a world, the same at each call. */
    static SimRandom random(final long seed)
    {
        return new SimRandom(seed).forPart(PART);
    }

    int replica()
    {
        return relays + 1;
    }

    int nodes()
    {
        return relays + 2;
    }

    /** One line for a person. */
    String describe()
    {
        return relays + " relays, window " + window + ", " + missed + " missed by node " + away + ", node " + liar +
            " lies: " + lie + ", " + kills + " kills, " + frags + " frags, loss " + loss +
            (isLeaderAsked ? "" : ", leader not asked") +
            (0 == unheard ? "" : ", " + unheard + " heights unheard while " + unheardIn);
    }
}
