package io.fragcast.node;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fragcast.BlockEvent;
import io.fragcast.edge.http.StatusJson;
import io.fragcast.watch.NodeWatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The four questions of an operator to a node that runs: what have I, what have my peers, what did I ask, and when did
 * I learn it. A replica that comes late has all of it to tell: it asks for what the relay had before.
 */
@Timeout(90)
class PeerQueriesSystemTest
{
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final TestNetwork network = new TestNetwork();

    @AfterEach
    void close()
    {
        network.close();
        network.assertNoErrors();
    }

    @Test
    void shouldAnswerTheFourQueriesFromLiveState()
    {
        final TestNetwork.Place sequencerPlace = network.place("ask-sequencer");
        final TestNetwork.Place relayPlace = network.place("ask-relay");
        final TestNetwork.Place replicaPlace = network.place("ask-replica");
        final NodeHost host = network.host("ask-upper", false);
        final SequencerNode sequencer = SequencerNode.launch(network.sequencer(host, sequencerPlace, relayPlace));
        final RelayNode relay =
            RelayNode.launch(network.relay(host, relayPlace, List.of(sequencerPlace), replicaPlace));
        host.start();
        final TestBuilder builder = new TestBuilder(sequencer, 1);
        TestNetwork.await("the relay", sequencer::isConnected);
        builder.env();
        builder.frag(false, List.of(new byte[100]));
        builder.frag(false, List.of(new byte[200]));
        builder.awaitReplies();
        TestNetwork.await("the relay to have it", () -> 2 == status(relay.watch()).at("/block/frags").asInt());

        final DeliveryLog log = new DeliveryLog();
        final NodeHost lateHost = network.host("ask-lower", false);
        final ReplicaNode replica = ReplicaNode.launch(
            network.replica(lateHost, replicaPlace, List.of(relayPlace), log));
        lateHost.start();
        TestNetwork.await("the open block", () -> 2 == log.count(BlockEvent.Kind.FRAG));

        TestNetwork.await("the relay's Status", () ->
            2 == status(replica.watch()).at("/peers/0/has/openNextSeq").asInt());
        final JsonNode node = status(replica.watch());
        assertThat(node.at("/block/number").asLong()).as("what I have").isEqualTo(1);
        assertThat(node.at("/block/seqs").asText()).isEqualTo("11");
        final JsonNode peer = node.at("/peers/0");
        assertThat(peer.path("name").asText()).isEqualTo(relayPlace.peerName().toString());
        assertThat(peer.path("state").asText()).isEqualTo("READY");
        assertThat(peer.at("/has/openBlock").asLong()).as("what the peer has").isEqualTo(1);
        assertThat(peer.at("/has/learnedAgoMs").asDouble()).as("when I learned it").isBetween(0.0, 30_000.0);
        assertThat(peer.at("/asked/requests").asLong()).as("what I asked").isPositive();
        assertThat(peer.at("/asked/agoMs").asDouble()).isBetween(0.0, 60_000.0);
        TestNetwork.await("answers", () -> 0 == status(replica.watch()).at("/peers/0/asked/inFlight").asLong(-1));
        TestNetwork.await("a round trip", () ->
            status(replica.watch()).at("/peers/0/rttUs").asDouble() > 0 &&
            status(replica.watch()).at("/sources/0/rttUs").asDouble() > 0 &&
            status(replica.watch()).at("/clockErrorUs").asDouble() > 0);
        assertThat(status(relay.watch()).at("/peers/1/asked").isNull()).as("nobody asks a requester").isTrue();

        builder.frag(true, List.of(new byte[300]));
        builder.seal();
        builder.awaitReplies();
        TestNetwork.await("the relay's news", () ->
            1 == status(replica.watch()).at("/peers/0/has/sealedBlock").asLong());
    }

    private static JsonNode status(final NodeWatch watch)
    {
        try
        {
            return MAPPER.readTree(new StatusJson(List.of(watch)).text()).at("/nodes/0");
        }
        catch (final JsonProcessingException ex)
        {
            throw new IllegalStateException(ex);
        }
    }
}
