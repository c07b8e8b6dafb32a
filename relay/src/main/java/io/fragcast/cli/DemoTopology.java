package io.fragcast.cli;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Who feeds whom in the demo, and who asks whom, by the numbers of the nodes: sequencers first, then relays, then
 * replicas.
 * <pre>
 *   sequencer-1 ◀─▶ sequencer-2 ...       each of them -+-> relay-1 -+-> replica-1, replica-3, ...
 *                                                       +-> relay-2 -+-> replica-2, ...
 * </pre>
 *
 * @param leaders  sequencers that take turns.
 * @param relays   between them and the replicas; 0: they feed the replicas themselves.
 * @param replicas at least 1.
 */
record DemoTopology(int leaders, int relays, int replicas)
{
    /** "Three are plenty": the own feeder, and two who have it from elsewhere. */
    private static final int MAX_HOLDERS = 3;

    int nodeCount()
    {
        return leaders + relays + replicas;
    }

    int relay(final int index)
    {
        return leaders + index;
    }

    int replica(final int index)
    {
        return leaders + relays + index;
    }

    boolean isSequencer(final int node)
    {
        return node < leaders;
    }

    /** The sequencer that leads a turn. */
    int leaderOf(final int turn)
    {
        return turn % leaders;
    }

    String name(final int node)
    {
        if (isSequencer(node))
        {
            return 1 == leaders ? "sequencer" : "sequencer-" + (node + 1);
        }

        return node < replica(0) ? "relay-" + (node - relay(0) + 1) : "replica-" + (node - replica(0) + 1);
    }

    /** The other sequencers: each may lead next. */
    List<Integer> otherSequencers(final int node)
    {
        return IntStream.range(0, leaders).filter((other) -> other != node).boxed().toList();
    }

    /** Relays, or the replicas where there are none. */
    List<Integer> firstTier()
    {
        return 0 == relays ?
            IntStream.range(replica(0), nodeCount()).boxed().toList() :
            IntStream.range(relay(0), replica(0)).boxed().toList();
    }

    /** Replicas of a relay. */
    List<Integer> fedBy(final int relayIndex)
    {
        final List<Integer> fed = new ArrayList<>();
        for (int i = relayIndex; i < replicas; i += relays)
        {
            fed.add(replica(i));
        }

        return fed;
    }

    List<Integer> upstreams(final int node)
    {
        if (node < replica(0) || 0 == relays)
        {
            return otherSequencers(node);
        }

        return List.of(relay((node - replica(0)) % relays));
    }

    /** Whom a node asks: whoever feeds it, a sequencer, and the next node of its tier. */
    Set<Integer> holders(final int node)
    {
        final Set<Integer> holders = new LinkedHashSet<>();
        final List<Integer> upstreams = upstreams(node);
        if (!upstreams.isEmpty())
        {
            holders.add(upstreams.get(0));
            holders.add(isSequencer(node) ? (node + 1) % leaders : 0);
            if (!isSequencer(node))
            {
                final int first = node < replica(0) ? relay(0) : replica(0);
                final int count = node < replica(0) ? relays : replicas;
                holders.add(first + (node - first + 1) % count);
            }
            holders.remove(node);
        }
        assert holders.size() <= MAX_HOLDERS : holders;

        return holders;
    }

    List<Integer> requesters(final int node)
    {
        return IntStream.range(0, nodeCount()).filter((other) -> holders(other).contains(node)).boxed().toList();
    }
}
