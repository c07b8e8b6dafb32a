package io.fragcast.sim.checker;

import java.util.HashSet;
import java.util.Set;

/**
 * No honest leader is ever accused, and no honest peer rejected.
 */
public final class LeaderChecker
{
    private final Published published;
    private final Set<Integer> adversarySessions = new HashSet<>();
    private long accusations;

    /**
     * A checker.
     *
     * @param published what is true.
     */
    public LeaderChecker(final Published published)
    {
        this.published = published;
    }

    /**
     * A session belongs to the adversary.
     *
     * @param sessionId of the stream.
     */
    public void onAdversarySession(final int sessionId)
    {
        adversarySessions.add(sessionId);
    }

    /**
     * A node holds what it takes for a proof against a leader.
     *
     * @param node index.
     * @param term of the leader.
     */
    public void onEquivocation(final int node, final int term)
    {
        accusations++;
        if (published.isHonest(term))
        {
            throw new SimFailure("node " + node + " accuses the honest leader of term " + term);
        }
    }

    /**
     * A node rejected a session.
     *
     * @param node      index.
     * @param sessionId of the stream.
     */
    public void onSessionRejected(final int node, final int sessionId)
    {
        if (!adversarySessions.contains(sessionId))
        {
            throw new SimFailure("node " + node + " rejected the honest session " + sessionId);
        }
    }

    /**
     * Proofs against leaders whose key is in the wrong hands.
     *
     * @return count.
     */
    public long accusations()
    {
        return accusations;
    }
}
