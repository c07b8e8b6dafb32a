package io.fragcast.node;

import io.fragcast.BlockEvent.Kind;
import io.fragcast.config.FanoutConfig;
import io.fragcast.config.PeerName;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.wire.LeaderRig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

/**
 * The tree over real Aeron: a sequencer plans two relays and two replicas, each replica has both relays for parents.
 * One relay dies in mid-block.
 */
class TreeSystemTest
{
    private static final int BLOCKS = 4;
    private static final int FRAGS = 6;
    /** Eight chunks. */
    private static final int BODY_LENGTH = 10_000;
    private static final int MAX_TX = 2_000;
    private static final long SEED = 17;

    /** A cadence: a test that waits for nothing else must let time pass, or a parent dies when all is done. */
    private static final long FRAG_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(20);

    @Test
    @Timeout(120)
    void shouldDeliverTheSameByUnicastByMulticastAndByTheTree()
    {
        final String unicast = digest(play(new Network(false, false), false));
        assertEquals(unicast, digest(play(new Network(false, true), false)), "multicast");
        final Network tree = new Network(true, false);
        assertEquals(unicast, digest(play(tree, false)), "tree");
        for (final Counters replica : tree.replicas)
        {
            assertThat(replica.value(FragcastCounter.FRAMES_DUPLICATE)).as("of two copies one is too many")
                .isLessThanOrEqualTo(replica.value(FragcastCounter.FRAMES_ACCEPTED));
        }
    }

    @Test
    @Timeout(120)
    void shouldLoseNothingWhenAParentDiesInMidBlock()
    {
        play(new Network(true, false), true);
    }

    /** Its group is one that nobody sends to: it asks after two seconds, and then hears all there is. */
    @Test
    @Timeout(120)
    void shouldSendByUnicastToWhoHearsNoMulticast()
    {
        final Network network = new Network(false, true);
        network.isGroupBroken = true;
        play(network, false);
    }

    private static DeliveryLog play(final Network network, final boolean isParentKilled)
    {
        try (network)
        {
            final TestBuilder builder = network.start();
            final Random random = new Random(SEED);
            for (int i = 0; i < BLOCKS; i++)
            {
                builder.env();
                for (int seq = 0; seq < FRAGS; seq++)
                {
                    if (isParentKilled && BLOCKS / 2 == i && FRAGS / 2 == seq)
                    {
                        network.killParent();
                    }
                    builder.frag(FRAGS - 1 == seq, LeaderRig.txsOfBodyLength(random, BODY_LENGTH, MAX_TX));
                    LockSupport.parkNanos(FRAG_INTERVAL_NS);
                }
                builder.seal();
                if (0 == i)
                {
                    network.awaitTree();
                }
            }
            builder.awaitReplies();
            for (final DeliveryLog log : network.logs)
            {
                TestNetwork.await("all blocks", () -> BLOCKS == log.count(Kind.VERIFIED));
                assertEquals(builder.story, log.story());
                assertEquals(digest(network.logs.get(0)), digest(log));
            }
            if (isParentKilled)
            {
                network.checkReplaced();
            }
            network.nodes.assertNoErrors();

            return network.logs.get(0);
        }
    }

    private static String digest(final DeliveryLog log)
    {
        try
        {
            final MessageDigest sha = MessageDigest.getInstance("SHA-256");
            for (final DeliveryLog.Event event : log.events())
            {
                sha.update(event.toString().getBytes(java.nio.charset.StandardCharsets.US_ASCII));
                event.txs().forEach(sha::update);
            }

            return HexFormat.of().formatHex(sha.digest());
        }
        catch (final NoSuchAlgorithmException ex)
        {
            throw new AssertionError(ex);
        }
    }

    /**
     * Sequencer and replicas on one host, each relay on one of its own.
     */
    private static final class Network implements AutoCloseable
    {
        final TestNetwork nodes = new TestNetwork();
        final List<DeliveryLog> logs = new ArrayList<>();
        private final boolean isPlanned;
        private final boolean isMulticast;
        private final TestNetwork.Place sequencerPlace = nodes.place("tree-sequencer");
        private final List<TestNetwork.Place> relayPlaces =
            List.of(nodes.place("tree-relay-1"), nodes.place("tree-relay-2"));
        private final List<TestNetwork.Place> replicaPlaces =
            List.of(nodes.place("tree-replica-1"), nodes.place("tree-replica-2"));
        private final List<Counters> replicas = new ArrayList<>();
        private final List<Counters> relays = new ArrayList<>();
        private final List<NodeHost> relayHosts = new ArrayList<>();
        private SequencerNode sequencer;
        private long killedNs;
        boolean isGroupBroken;

        Network(final boolean isPlanned, final boolean isMulticast)
        {
            this.isPlanned = isPlanned;
            this.isMulticast = isMulticast;
        }

        TestBuilder start()
        {
            final NodeHost host = nodes.host("tree", false);
            final List<PeerName> relayNames = names(relayPlaces);
            final List<PeerName> replicaNames = names(replicaPlaces);
            final List<PeerName> all = new ArrayList<>(relayNames);
            all.addAll(replicaNames);
            final List<PeerName> holders = new ArrayList<>(relayNames);
            holders.add(sequencerPlace.peerName());
            final MulticastGroup group = isMulticast ? group("239.255.41.1") : null;

            for (final TestNetwork.Place place : replicaPlaces)
            {
                final DeliveryLog log = new DeliveryLog();
                logs.add(log);
                final TestNetwork.Place first = isMulticast ? sequencerPlace : relayPlaces.get(0);
                replicas.add(ReplicaNode.launch(fanout(nodes.replica(host, place, List.of(first), log))
                    .upstreamGroup(isGroupBroken ? group("239.255.41.3") : group)
                    .holders(holders)).counters());
            }
            for (int i = 0; i < relayPlaces.size(); i++)
            {
                final NodeHost relayHost = nodes.host("tree-relay-" + (1 + i), false);
                relayHosts.add(relayHost);
                final RelayNode.Context ctx =
                    nodes.relay(relayHost, relayPlaces.get(i), List.of(sequencerPlace));
                relays.add(RelayNode.launch(fanout(ctx)
                    .sinks(0 == i && !isMulticast ? replicaNames : List.of())
                    .requesters(replicaNames)).counters());
                relayHost.start();
            }
            sequencer = SequencerNode.launch(fanout(nodes.sequencer(
                host, sequencerPlace, relayPlaces.toArray(new TestNetwork.Place[0])))
                .statementSigner(LeaderRig.CURVE.newSigner(LeaderRig.LEADER_KEY))
                .sinkGroup(group)
                .requesters(all));
            host.start();
            TestNetwork.await("the sinks", () -> isGroupBroken || sequencer.isConnected());
            for (final Counters replica : replicas)
            {
                TestNetwork.await("a source", () -> 1 <= replica.value(FragcastCounter.SOURCES_CONNECTED));
            }

            return new TestBuilder(sequencer, 1);
        }

        private MulticastGroup group(final String address)
        {
            return new MulticastGroup(address, sequencerPlace.peerName().endpoint().port(), TestNetwork.ADDRESS);
        }

        /** The plan came after the first block, when the network was complete. */
        void awaitTree()
        {
            if (isPlanned)
            {
                TestNetwork.await("a plan", () ->
                    1 <= sequencer.counters().value(FragcastCounter.PLANS_MADE));
            }
        }

        /** Not before the plan holds everywhere, and both ways are up. */
        void killParent()
        {
            for (final Counters replica : replicas)
            {
                TestNetwork.await("a plan that holds, and both parents", () ->
                    1 <= replica.value(FragcastCounter.PLANS_ADOPTED) &&
                    2 == replica.value(FragcastCounter.SOURCES_CONNECTED));
            }
            killedNs = System.nanoTime();
            relayHosts.get(0).close();
        }

        void checkReplaced()
        {
            TestNetwork.await("another parent", () ->
                1 <= replicas.stream().mapToLong((each) -> each.value(FragcastCounter.PARENTS_REPLACED)).sum());
            System.out.printf("tree: another parent %d ms after the kill at most%n",
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - killedNs));
            TestNetwork.await("a plan without it", () ->
                2 <= sequencer.counters().value(FragcastCounter.PLANS_MADE));
            for (final Counters replica : replicas)
            {
                assertThat(replica.value(FragcastCounter.PLAN_NEIGHBOURS_UNKNOWN)).isZero();
            }
        }

        private <C extends NodeContext<C>> C fanout(final C ctx)
        {
            final List<PeerName> known = new ArrayList<>(names(relayPlaces));
            known.addAll(names(replicaPlaces));
            known.add(sequencerPlace.peerName());

            return ctx.fanout(isPlanned ? new FanoutConfig(2, 1, known) : null);
        }

        private static List<PeerName> names(final List<TestNetwork.Place> places)
        {
            return places.stream().map(TestNetwork.Place::peerName).toList();
        }

        @Override
        public void close()
        {
            nodes.close();
        }
    }
}
