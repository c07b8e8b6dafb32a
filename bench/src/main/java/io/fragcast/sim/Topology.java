package io.fragcast.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Who sends to whom. Nodes are numbered: leaders first, then relays, then replicas; the adversary comes after them.
 * Every relay hears every leader, by itself or through relays before it; every replica hears a relay, or every leader
 * where there is none.
 */
final class Topology
{
    /**
     * One direction between two nodes.
     *
     * @param from index of the sender.
     * @param to   index of the receiver.
     */
    record Link(int from, int to)
    {
    }

    /** DESIGN 4.1: the repair lane is kept connected to 3 holders. */
    private static final int MAX_HOLDERS = 3;

    private final SimulatorOptions options;
    private final List<Link> links = new ArrayList<>();
    private final List<List<Integer>> holders = new ArrayList<>();

    Topology(final SimulatorOptions options, final SimRandom random)
    {
        this.options = options;
        final int leaders = options.leaders();
        final int firstReplica = leaders + options.relays();
        for (int relay = leaders; relay < firstReplica; relay++)
        {
            if (leaders == relay || random.isHit(0.5))
            {
                addFromLeaders(relay);
            }
            else
            {
                links.add(new Link(random.between(leaders, relay - 1), relay));
            }
        }
        for (int replica = firstReplica; replica < options.nodes(); replica++)
        {
            addReplica(replica, random);
        }
        for (int leader = 0; options.isFollowing() && leader < leaders; leader++)
        {
            for (int other = 0; other < leaders; other++)
            {
                if (other != leader)
                {
                    links.add(new Link(leader, other));
                }
            }
        }
        final SimRandom holderRandom = random.forPart(1);
        for (int node = 0; node < options.nodes(); node++)
        {
            holders.add(isLeader(node) ? otherLeaders(node) : drawHolders(node, holderRandom));
        }
    }

    List<Link> links()
    {
        return links;
    }

    /** Whom a node asks for what it lost: those that send to it, then a leader, then a node like itself. */
    List<Integer> holders(final int node)
    {
        return holders.get(node);
    }

    /**
     * Nodes that can tell each other what they know, each over another that is up.
     *
     * @param node that is one of them.
     * @param down nodes that are not.
     * @return all of them.
     */
    TreeSet<Integer> talking(final int node, final Set<Integer> down)
    {
        final TreeSet<Integer> found = new TreeSet<>(Set.of(node));
        boolean isMore = true;
        while (isMore)
        {
            isMore = false;
            for (int dialling = 0; dialling < options.nodes(); dialling++)
            {
                for (final int dialled : holders(dialling))
                {
                    if (!down.contains(dialling) && !down.contains(dialled) &&
                        found.contains(dialling) != found.contains(dialled))
                    {
                        found.add(dialling);
                        found.add(dialled);
                        isMore = true;
                    }
                }
            }
        }

        return found;
    }

    boolean isLeader(final int node)
    {
        return node < options.leaders();
    }

    boolean isRelay(final int node)
    {
        return options.leaders() <= node && node < options.leaders() + options.relays();
    }

    boolean isReplica(final int node)
    {
        return options.leaders() + options.relays() <= node && node < options.nodes();
    }

    /** Does every replica that is left hear every leader, without the nodes left out? */
    boolean isWhole(final TreeSet<Integer> leftOut)
    {
        for (int leader = 0; leader < options.leaders(); leader++)
        {
            final TreeSet<Integer> reached = new TreeSet<>();
            reach(leader, leftOut, reached);
            for (int node = 0; node < options.nodes(); node++)
            {
                if (isReplica(node) && !leftOut.contains(node) && !reached.contains(node))
                {
                    return false;
                }
            }
        }

        return true;
    }

    private void reach(final int node, final TreeSet<Integer> leftOut, final TreeSet<Integer> reached)
    {
        if (!reached.add(node))
        {
            return;
        }
        for (final Link link : links)
        {
            if (link.from == node && !leftOut.contains(link.to))
            {
                reach(link.to, leftOut, reached);
            }
        }
    }

    private void addReplica(final int replica, final SimRandom random)
    {
        final int leaders = options.leaders();
        final int lastRelay = leaders + options.relays() - 1;
        if (0 == options.relays() || random.isHit(0.15))
        {
            addFromLeaders(replica);
            return;
        }

        final int parent = random.between(leaders, lastRelay);
        links.add(new Link(parent, replica));
        final int backup = random.between(leaders, lastRelay);
        if (options.isInterleaved() && backup != parent)
        {
            links.add(new Link(backup, replica));
        }
    }

    /** Leaders that follow each other ask each other; one that hears nobody misses nothing. */
    private List<Integer> otherLeaders(final int leader)
    {
        final List<Integer> others = new ArrayList<>();
        for (int other = 0; options.isFollowing() && other < options.leaders(); other++)
        {
            if (other != leader)
            {
                others.add(other);
            }
        }

        return others;
    }

    private List<Integer> drawHolders(final int node, final SimRandom random)
    {
        final TreeSet<Integer> drawn = new TreeSet<>();
        // A leader holds its own blocks only, so a node that hears leaders asks each of them.
        final int most = Math.max(MAX_HOLDERS, options.leaders());
        for (final Link link : links)
        {
            if (link.to == node && drawn.size() < most)
            {
                drawn.add(link.from);
            }
        }
        if (drawn.size() < MAX_HOLDERS)
        {
            drawn.add(random.between(0, options.leaders() - 1));
        }
        final int sibling = random.between(options.leaders(), options.nodes() - 1);
        if (drawn.size() < MAX_HOLDERS && sibling != node)
        {
            drawn.add(sibling);
        }

        return List.copyOf(drawn);
    }

    private void addFromLeaders(final int node)
    {
        for (int leader = 0; leader < options.leaders(); leader++)
        {
            links.add(new Link(leader, node));
        }
    }
}
