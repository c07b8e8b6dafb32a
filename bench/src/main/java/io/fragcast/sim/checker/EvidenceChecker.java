package io.fragcast.sim.checker;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What one node can prove every node hears of: nodes that can talk to each other end up with the same proofs.
 */
public final class EvidenceChecker
{
    private final List<Set<Integer>> said = new ArrayList<>();
    private final List<Set<Integer>> known = new ArrayList<>();

    /**
     * A checker.
     *
     * @param nodes that talk, by index.
     */
    public EvidenceChecker(final int nodes)
    {
        for (int i = 0; i < nodes; i++)
        {
            said.add(new TreeSet<>());
            known.add(new TreeSet<>());
        }
    }

    /**
     * A node came up: what it knew went with its process.
     *
     * @param node index.
     */
    public void onNodeUp(final int node)
    {
        said.get(node).clear();
        known.get(node).clear();
    }

    /**
     * A node has a proof that others can check, and means to tell them.
     *
     * @param node index.
     * @param term of the leader.
     */
    public void onSaid(final int node, final int term)
    {
        said.get(node).add(term);
    }

    /**
     * A node has checked a proof that was told.
     *
     * @param node index.
     * @param term of the leader.
     */
    public void onKnown(final int node, final int term)
    {
        known.get(node).add(term);
    }

    /**
     * Who does not know what another does?
     *
     * @param talking nodes that can tell each other.
     * @return the first thing missing, or an empty string.
     */
    public String missing(final Set<Integer> talking)
    {
        final Set<Integer> terms = new TreeSet<>();
        for (final int node : talking)
        {
            terms.addAll(said.get(node));
            terms.addAll(known.get(node));
        }
        for (final int node : talking)
        {
            for (final int term : terms)
            {
                if (!known.get(node).contains(term))
                {
                    return "node " + node + " does not know the proof against term " + term;
                }
            }
        }

        return "";
    }
}
