package io.fragcast.node;

import com.fasterxml.jackson.databind.JsonNode;
import io.fragcast.config.Endpoint;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.ethereum.BasedOpMessage;
import io.fragcast.ethereum.Hex;
import io.fragcast.wire.LeaderRig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * A sequencer takes the messages of other gateways while it runs, and of none that is no longer named.
 */
@Timeout(60)
class GatewayReloadSystemTest
{
    private static final byte[] OLD_KEY = LeaderRig.OTHER_KEY;
    private static final byte[] NEW_KEY = LeaderRig.LEADER_KEY;

    private final TestNetwork network = new TestNetwork();
    private final TestNetwork.Place place = network.place("signers-sequencer");

    @AfterEach
    void close()
    {
        network.close();
        network.assertNoErrors();
    }

    @Test
    void shouldTakeTheMessagesOfOtherGateways()
    {
        final SequencerNode sequencer = launch(List.of(TestGateway.address(OLD_KEY)));
        final TestGateway oldGateway = new TestGateway(OLD_KEY, sequencer.httpPort());
        final TestGateway newGateway = new TestGateway(NEW_KEY, sequencer.httpPort());
        oldGateway.post(env(1));
        assertRefused(newGateway, env(1));

        assertThat(sequencer.reload(update(TestGateway.address(NEW_KEY)))).containsExactly(
            "rpc.signers + " + Hex.toHex(TestGateway.address(NEW_KEY)),
            "rpc.signers - " + Hex.toHex(TestGateway.address(OLD_KEY)));

        newGateway.post(env(1));
        assertRefused(oldGateway, env(1));
        assertThatThrownBy(() -> sequencer.reload(update())).isInstanceOf(ReloadRefusal.class)
            .hasMessage("none is named any more; that takes a restart");
        newGateway.post(env(2));
        assertThat(sequencer.counters().value(FragcastCounter.CONFIG_RELOADS)).isEqualTo(1);
        assertThat(sequencer.counters().value(FragcastCounter.CONFIG_RELOADS_REFUSED)).isEqualTo(1);
    }

    @Test
    void shouldNotBeginToTakeMessagesWhileItRuns()
    {
        final SequencerNode sequencer = launch(List.of());

        assertThatThrownBy(() -> sequencer.reload(update(TestGateway.address(NEW_KEY))))
            .isInstanceOfSatisfying(ReloadRefusal.class, (ex) -> assertThat(ex.key()).isEqualTo("rpc.signers"))
            .hasMessage("none was named at start; that takes a restart");
    }

    private SequencerNode launch(final List<byte[]> signers)
    {
        final NodeHost host = network.host("signers", false);
        final SequencerNode sequencer = SequencerNode.launch(network.sequencer(host, place)
            .http(new Endpoint(TestNetwork.ADDRESS, 0))
            .gatewaySigners(signers));
        host.start();

        return sequencer;
    }

    private NodeUpdate update(final byte[]... signers)
    {
        return new NodeUpdate(
            network.schedule,
            new PeerLists(List.of(), List.of(), List.of(), List.of()),
            place.identity().publicKey(),
            LeaderRig.CURVE.publicKey(LeaderRig.LEADER_KEY),
            List.of(signers),
            null);
    }

    private static void assertRefused(final TestGateway gateway, final BasedOpMessage message)
    {
        final JsonNode answer = gateway.post(gateway.request(message));
        assertThat(answer.path("error").path("message").asText()).endsWith("which is no allowed gateway");
    }

    private static BasedOpMessage env(final long number)
    {
        return new BasedOpMessage.Env(
            number,
            new byte[32],
            new byte[20],
            1_700_000_000 + number,
            30_000_000,
            1,
            new byte[32],
            new byte[32],
            new byte[0],
            new byte[32]);
    }
}
