package io.fragcast.node;

import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.peer.FailureReason;
import io.fragcast.protocol.peer.GoodbyeReason;
import io.fragcast.protocol.peer.PeerRole;
import io.fragcast.protocol.peer.PeerSnapshot;
import io.fragcast.protocol.peer.PeerState;
import io.fragcast.wire.LeaderRig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.List;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Nodes over real drivers know each other: who they are, how far, what their clocks say, what they have; and hear why
 * one leaves.
 * <pre>
 *   sequencer ---> relay ---> replica
 * </pre>
 */
class ControlLaneSystemTest
{
    private static final int BLOCKS = 3;

    private final Random random = new Random(4670);

    @Test
    @Timeout(120)
    void shouldKnowEachOtherAndSayGoodbye()
    {
        try (TestNetwork network = new TestNetwork())
        {
            final TestNetwork.Place sequencerPlace = network.place("ctl-sequencer");
            final TestNetwork.Place relayPlace = network.place("ctl-relay");
            final TestNetwork.Place replicaPlace = network.place("ctl-replica");
            final NodeHost host = network.host("ctl-upper", false);
            final NodeHost replicaHost = network.host("ctl-lower", false);
            final SequencerNode sequencer =
                SequencerNode.launch(network.sequencer(host, sequencerPlace, relayPlace));
            final RelayNode relay =
                RelayNode.launch(network.relay(host, relayPlace, List.of(sequencerPlace), replicaPlace));
            final ReplicaNode replica = ReplicaNode.launch(
                network.replica(replicaHost, replicaPlace, List.of(relayPlace), new DeliveryLog()));
            host.start();
            replicaHost.start();

            awaitReady("sequencer", sequencer.counters(), 1);
            awaitReady("relay", relay.counters(), 2);
            awaitReady("replica", replica.counters(), 1);
            TestNetwork.await("connected", sequencer::isConnected);
            TestNetwork.await("connected", relay::isConnected);
            publish(sequencer);

            TestNetwork.await("the replica to learn what the relay has", () ->
                BLOCKS == replica.peers().get(0).sealedBlock());
            final PeerSnapshot above = replica.peers().get(0);
            assertThat(above.name()).isEqualTo(relayPlace.peerName().toString());
            assertThat(above.role()).isEqualTo(PeerRole.RELAY);
            assertThat(above.endpoint()).isEqualTo(relayPlace.peerName().endpoint().toString());
            assertThat(relay.peers().stream().map(PeerSnapshot::role))
                .containsExactly(PeerRole.SEQUENCER, PeerRole.REPLICA);
            TestNetwork.await("the relay to learn what the sequencer has", () ->
                BLOCKS == relay.peers().get(0).sealedBlock());

            TestNetwork.await("clocks", () -> PeerSnapshot.UNKNOWN_NS != replica.peers().get(0).errorBoundNs());
            final PeerSnapshot clock = replica.peers().get(0);
            assertThat(clock.rttNs()).isPositive();
            assertThat(Math.abs(clock.offsetNs())).as("one host has one clock")
                .isLessThanOrEqualTo(clock.errorBoundNs());
            assertThat(replica.counters().value(FragcastCounter.CLOCK_ERROR_BOUND)).isPositive();
            for (final Counters each : List.of(sequencer.counters(), relay.counters(), replica.counters()))
            {
                assertThat(each.value(FragcastCounter.CONTROL_MALFORMED)).isZero();
                assertThat(each.value(FragcastCounter.HOLDINGS_LOST)).isZero();
            }

            replicaHost.close();
            TestNetwork.await("the relay to hear why the replica left", () ->
                PeerState.READY != relay.peers().get(1).state());
            final PeerSnapshot left = relay.peers().get(1);
            assertThat(left.failure()).isEqualTo(FailureReason.DISMISSED);
            assertThat(left.goodbye()).isEqualTo(GoodbyeReason.SHUTDOWN);
            assertThat(relay.counters().value(FragcastCounter.SESSIONS_DISMISSED)).isEqualTo(1);
            assertThat(relay.peers().get(0).state()).isEqualTo(PeerState.READY);

            final NodeHost again = network.host("ctl-again", false);
            final ReplicaNode returned = ReplicaNode.launch(
                network.replica(again, replicaPlace, List.of(relayPlace), new DeliveryLog()));
            again.start();
            awaitReady("the replica again", returned.counters(), 1);
            TestNetwork.await("the replica to learn what it missed", () ->
                BLOCKS == returned.peers().get(0).sealedBlock());
            network.assertNoErrors();
        }
    }

    private void publish(final SequencerNode sequencer)
    {
        final TestBuilder builder = new TestBuilder(sequencer, 1);
        for (int i = 0; i < BLOCKS; i++)
        {
            builder.env();
            builder.frag(false, LeaderRig.txsOfBodyLength(random, 4_000, 300));
            builder.frag(true, LeaderRig.txsOfBodyLength(random, 600, 300));
            builder.seal();
        }
        builder.awaitReplies();
    }

    private static void awaitReady(final String who, final Counters counters, final int count)
    {
        TestNetwork.await(who + " ready", () -> count == counters.value(FragcastCounter.PEERS_READY));
    }
}
