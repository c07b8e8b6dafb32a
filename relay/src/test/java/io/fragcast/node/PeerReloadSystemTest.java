package io.fragcast.node;

import io.fragcast.BlockEvent;
import io.fragcast.config.PeerName;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.peer.PeerSnapshot;
import io.fragcast.protocol.peer.PeerState;
import io.fragcast.wire.LeaderRig;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Peers come and go while nodes run: a second path is added between a sequencer and a replica, then the first is taken
 * away, and no block is missed. What may not change leaves all as it was.
 */
@Timeout(150)
class PeerReloadSystemTest
{
    private final TestNetwork network = new TestNetwork();
    private final TestNetwork.Place sequencerPlace = network.place("reload-sequencer");
    private final TestNetwork.Place firstPlace = network.place("reload-first");
    private final TestNetwork.Place secondPlace = network.place("reload-second");
    private final TestNetwork.Place replicaPlace = network.place("reload-replica");
    private final DeliveryLog log = new DeliveryLog();
    private SequencerNode sequencer;
    private RelayNode first;
    private RelayNode second;
    private ReplicaNode replica;
    private TestBuilder builder;

    @BeforeEach
    void launch()
    {
        final NodeHost host = network.host("reload", false);
        sequencer = SequencerNode.launch(network.sequencer(host, sequencerPlace, firstPlace));
        first = RelayNode.launch(network.relay(host, firstPlace, List.of(sequencerPlace), replicaPlace));
        second = RelayNode.launch(network.relay(host, secondPlace, List.of(sequencerPlace), replicaPlace));
        replica = ReplicaNode.launch(network.replica(host, replicaPlace, List.of(firstPlace), log));
        host.start();
        builder = new TestBuilder(sequencer, 1);
        TestNetwork.await("the first path", () ->
            sequencer.isConnected() && first.isConnected() && replica.isConnected() && 1 == ready(replica.peers()));
    }

    @AfterEach
    void close()
    {
        network.close();
        network.assertNoErrors();
    }

    @Test
    void shouldGoOnByAnotherPath()
    {
        publish();
        awaitVerified(1);
        assertThat(count(second.counters(), FragcastCounter.FRAMES_ACCEPTED)).isZero();

        assertThat(sequencer.reload(ofSequencer(firstPlace, secondPlace))).containsExactly(
            "block.sinks + " + secondPlace.peerName(), "repair.requesters + " + secondPlace.peerName());
        assertThat(replica.reload(ofReplica(firstPlace, secondPlace))).containsExactly(
            "peers.upstream + " + secondPlace.peerName(), "repair.holders + " + secondPlace.peerName());
        TestNetwork.await("the second path", () ->
            sequencer.isConnected() && second.isConnected() && replica.isConnected() &&
            2 == count(replica.counters(), FragcastCounter.SOURCES_CONNECTED));
        TestNetwork.await("both holders", () -> 2 == ready(replica.peers()) &&
            2 == count(replica.counters(), FragcastCounter.REPAIR_HOLDERS_READY) && 2 == ready(sequencer.peers()));
        publish();
        awaitVerified(2);
        TestNetwork.await("the second copy", () ->
            count(second.counters(), FragcastCounter.FRAMES_ACCEPTED) > 0 &&
            count(replica.counters(), FragcastCounter.FRAMES_DUPLICATE) > 0);

        sequencer.reload(ofSequencer(secondPlace));
        replica.reload(ofReplica(secondPlace));
        TestNetwork.await("the first path to be gone", () ->
            0 == count(first.counters(), FragcastCounter.SOURCES_CONNECTED) &&
            0 == count(first.counters(), FragcastCounter.SINKS_CONNECTED) &&
            1 == count(replica.counters(), FragcastCounter.REPAIR_HOLDERS_READY) &&
            replica.peers().stream().map(PeerSnapshot::name).toList()
                .equals(List.of(secondPlace.peerName().toString())));
        final long before = count(first.counters(), FragcastCounter.FRAMES_ACCEPTED);
        publish();
        awaitVerified(3);
        assertThat(count(first.counters(), FragcastCounter.FRAMES_ACCEPTED)).isEqualTo(before);
        assertThat(log.story()).isEqualTo(builder.story);
        assertThat(replica.watch().sources().peers().names()).containsExactly(secondPlace.peerName().toString());
        assertThat(sequencer.watch().sinks().peers().names()).containsExactly(secondPlace.peerName().toString());
        assertThat(count(replica.counters(), FragcastCounter.CONFIG_RELOADS)).isEqualTo(2);
    }

    @Test
    void shouldKeepAllAsItWasWhenOnePartIsRefused()
    {
        final PeerName peer = firstPlace.peerName();
        final List<PeerName> none = List.of();
        refused(new PeerLists(none, none, List.of(peer), none), null,
            "peers.upstream", "none is named any more; that takes a restart");
        refused(new PeerLists(List.of(peer, secondPlace.peerName()), none, Collections.nCopies(1, peer), List.of(peer)),
            null, "repair.requesters", "none was named at start; that takes a restart");
        refused(new PeerLists(List.of(peer), List.of(peer), List.of(peer), none), null,
            "block.sinks", "this node feeds nobody; that takes a restart");
        final List<PeerName> many = new ArrayList<>();
        for (int i = 0; i <= PeerPlaces.HOLDERS; i++)
        {
            many.add(network.place("reload-" + i).peerName());
        }
        refused(new PeerLists(List.of(peer), none, many, none), null,
            "repair.holders", "this node has room for 8; that takes a restart");
        refused(new PeerLists(List.of(secondPlace.peerName()), none, List.of(peer), none), secondPlace,
            "identity.key-file",
            "is another key, and peers know the node by the one it has; that takes a restart");

        publish();
        awaitVerified(1);
        assertThat(replica.isConnected()).isTrue();
        assertThat(replica.watch().sources().peers().names()).containsExactly(peer.toString());
        assertThat(count(replica.counters(), FragcastCounter.CONFIG_RELOADS_REFUSED)).isEqualTo(5);
        assertThat(count(replica.counters(), FragcastCounter.CONFIG_RELOADS)).isZero();
    }

    private void refused(
        final PeerLists lists, final TestNetwork.@Nullable Place other, final String key, final String reason)
    {
        final byte[] identity = (null == other ? replicaPlace : other).identity().publicKey();
        assertThatThrownBy(() ->
            replica.reload(new NodeUpdate(network.schedule, lists, identity, null, List.of(), null)))
            .isInstanceOfSatisfying(ReloadRefusal.class, (refusal) -> assertThat(refusal.key()).isEqualTo(key))
            .hasMessage(reason);
    }

    private NodeUpdate ofSequencer(final TestNetwork.Place... sinks)
    {
        final List<PeerName> names = Stream.of(sinks).map(TestNetwork.Place::peerName).toList();

        return new NodeUpdate(
            network.schedule,
            new PeerLists(List.of(), names, List.of(), names),
            sequencerPlace.identity().publicKey(),
            LeaderRig.CURVE.publicKey(LeaderRig.LEADER_KEY),
            List.of(),
            null);
    }

    private NodeUpdate ofReplica(final TestNetwork.Place... upstreams)
    {
        final List<PeerName> names = Stream.of(upstreams).map(TestNetwork.Place::peerName).toList();

        return new NodeUpdate(
            network.schedule,
            new PeerLists(names, List.of(), names, List.of()),
            replicaPlace.identity().publicKey(),
            null,
            List.of(),
            null);
    }

    private void publish()
    {
        builder.env();
        builder.frag(false, List.of(new byte[]{1, 2, 3}));
        builder.frag(true, List.of(new byte[]{4, 5, 6}));
        builder.seal();
        builder.awaitReplies();
    }

    private void awaitVerified(final int blocks)
    {
        TestNetwork.await("block " + blocks, () -> blocks == log.count(BlockEvent.Kind.VERIFIED));
    }

    private static long ready(final List<PeerSnapshot> peers)
    {
        return peers.stream().filter((peer) -> PeerState.READY == peer.state()).count();
    }

    private static long count(final Counters counters, final FragcastCounter counter)
    {
        return counters.value(counter);
    }
}
