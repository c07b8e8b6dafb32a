package io.fragcast.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fragcast.config.Endpoint;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.ethereum.BasedOpMessage.Kind;
import io.fragcast.ethereum.BasedOpSsz;
import io.fragcast.ethereum.Hex;
import io.fragcast.wire.LeaderRig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Messages made by other implementations, posted to a real sequencer over a real HTTP server.
 */
@Timeout(120)
class GatewayVectorsSystemTest
{
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final JsonNode VECTORS = vectors();
    private static final BigInteger ORDER =
        new BigInteger("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141", 16);
    private static final byte[] STRANGER = new byte[20];

    private final TestNetwork network = new TestNetwork();

    @AfterEach
    void close()
    {
        network.close();
        network.assertNoErrors();
    }

    @Test
    void shouldAnswerEachVectorAndCountWhatOrderOrWindowStop()
    {
        final SequencerNode sequencer = sequencer(signers());
        final TestGateway gateway = gateway(sequencer);

        for (final JsonNode vector : VECTORS.get("vectors"))
        {
            final JsonNode answer = gateway.post(request(gateway, vector));
            assertThat(answer.path("result").textValue()).as(vector.get("id") + ": " + answer).isEqualTo("OK");
        }

        final Counters counters = sequencer.counters();
        assertThat(counters.value(FragcastCounter.RPC_MESSAGES_TAKEN)).isEqualTo(29);
        TestNetwork.await("all decided", () -> 0 == counters.value(FragcastCounter.RPC_MESSAGES_QUEUED) &&
            0 == counters.value(FragcastCounter.RPC_MESSAGES_HELD) && 29 == decided(counters));
        // Block 1's Env and its one frag; each other Env but those of heights 0 and 2^63, which nobody leads.
        assertThat(counters.value(FragcastCounter.RPC_MESSAGES_PUBLISHED)).isEqualTo(2 + 9);
        assertThat(counters.value(FragcastCounter.RPC_STOPPED_SEQUENCER)).isEqualTo(2);
        // All other frags and seals are of blocks far from any that is open, or of a seq far beyond.
        assertThat(counters.value(FragcastCounter.RPC_STOPPED_WINDOW) +
            counters.value(FragcastCounter.RPC_STOPPED_ORDER)).isEqualTo(16);
        assertThat(counters.value(FragcastCounter.RPC_STOPPED_WINDOW)).isPositive();
    }

    @Test
    void shouldFindRootAndSignerOfEachVector()
    {
        final SequencerNode sequencer = sequencer(List.of(STRANGER));
        final TestGateway gateway = gateway(sequencer);

        for (final JsonNode vector : VECTORS.get("vectors"))
        {
            final JsonNode error = gateway.post(request(gateway, vector)).path("error");
            assertThat(error.path("code").intValue()).isEqualTo(-32_000);
            assertThat(error.path("message").textValue()).isEqualTo(
                "signature: over root " + vector.get("root").textValue() + " it is of " +
                    vector.get("signer").textValue() + ", which is no allowed gateway");
        }
        assertThat(sequencer.counters().value(FragcastCounter.RPC_REFUSED_SIGNER)).isEqualTo(29);
        assertThat(sequencer.counters().value(FragcastCounter.RPC_MESSAGES_TAKEN)).isZero();
    }

    @Test
    void shouldRefuseEachBadOneByAnErrorThatNamesWhy()
    {
        final List<byte[]> expected = new ArrayList<>();
        for (final JsonNode bad : VECTORS.get("reject"))
        {
            if (bad.has("expectedSigner"))
            {
                expected.add(Hex.bytes("signer", bad.get("expectedSigner").textValue()));
            }
        }
        final SequencerNode sequencer = sequencer(expected);
        final TestGateway gateway = gateway(sequencer);

        int count = 0;
        for (final JsonNode bad : VECTORS.get("reject"))
        {
            final Kind kind = Kind.valueOf(bad.get("kind").textValue().toUpperCase(Locale.ROOT));
            final JsonNode error = gateway.post(badRequest(gateway, kind, bad)).path("error");
            final String what = bad.get("id") + ": " + error;
            assertThat(error.path("data").path("reason").textValue() + ": " + error.path("message").textValue())
                .as(what).matches(switch (bad.get("why").textValue())
                {
                    case "signature" -> "(signature|signer): signature: .*";
                    case "signature length" -> "params: signature: is 64 bytes, not 65";
                    case "over the list limit of 256" -> "params: extraData: is 257 bytes, at most 256";
                    case "ssz" -> "params: ssz: unknown field";
                    default -> "no such reason in the vectors";
                });
            count++;
            if (bad.has("ssz") && !bad.has("message"))
            {
                assertThatThrownBy(() -> BasedOpSsz.decode(kind, Hex.bytes("ssz", bad.get("ssz").textValue())))
                    .as(what).isInstanceOf(IllegalArgumentException.class);
            }
        }
        assertThat(count).isEqualTo(17);
        assertThat(sequencer.counters().value(FragcastCounter.RPC_MESSAGES_TAKEN)).isZero();
        assertThat(sequencer.counters().value(FragcastCounter.RPC_REFUSED_FORM) +
            sequencer.counters().value(FragcastCounter.RPC_REFUSED_SIGNATURE) +
            sequencer.counters().value(FragcastCounter.RPC_REFUSED_SIGNER)).isEqualTo(17);
    }

    @Test
    void shouldTakeBothConventionsOfVAndLowSAlone()
    {
        final SequencerNode sequencer = sequencer(signers());
        final TestGateway gateway = gateway(sequencer);
        final JsonNode vector = VECTORS.get("vectors").get(0);
        final byte[] signature = Hex.bytes("signature", vector.get("signature").textValue());

        final byte[] lowV = signature.clone();
        lowV[64] -= 27;
        final byte[] highS = signature.clone();
        final byte[] s = ORDER.subtract(new BigInteger(1, Arrays.copyOfRange(signature, 32, 64))).toByteArray();
        System.arraycopy(s, s.length - 32, highS, 32, 32);
        highS[64] = (byte)(27 + 28 - signature[64]);
        final byte[] wrongV = signature.clone();
        wrongV[64] = 29;

        assertThat(gateway.post(withSignature(gateway, vector, signature)).path("result").textValue()).isEqualTo("OK");
        assertThat(gateway.post(withSignature(gateway, vector, lowV)).path("result").textValue()).isEqualTo("OK");
        for (final byte[] refused : List.of(highS, wrongV))
        {
            assertThat(gateway.post(withSignature(gateway, vector, refused)).path("error").path("message").textValue())
                .startsWith("signature: not r, low s and v (27, 28, 0 or 1)");
        }
        final Counters counters = sequencer.counters();
        TestNetwork.await("decided", () -> 2 == decided(counters));
        assertThat(counters.value(FragcastCounter.RPC_STOPPED_DUPLICATE))
            .as("the same message under another signature").isEqualTo(1);
        assertThat(counters.value(FragcastCounter.RPC_REFUSED_SIGNATURE)).isEqualTo(2);
    }

    private static long decided(final Counters counters)
    {
        return counters.value(FragcastCounter.RPC_MESSAGES_PUBLISHED) +
            counters.value(FragcastCounter.RPC_STOPPED_DUPLICATE) +
            counters.value(FragcastCounter.RPC_STOPPED_WINDOW) +
            counters.value(FragcastCounter.RPC_STOPPED_ORDER) +
            counters.value(FragcastCounter.RPC_STOPPED_CONFLICT) +
            counters.value(FragcastCounter.RPC_STOPPED_SEQUENCER);
    }

    private SequencerNode sequencer(final List<byte[]> signers)
    {
        final NodeHost host = network.host("vectors", false);
        final TestNetwork.Place place = network.place("vectors-sequencer");
        final TestNetwork.Place replicaPlace = network.place("vectors-replica");
        ReplicaNode.launch(network.replica(host, replicaPlace, List.of(place), new DeliveryLog()));
        final SequencerNode sequencer = SequencerNode.launch(network.sequencer(host, place, replicaPlace)
            .http(new Endpoint(TestNetwork.ADDRESS, 0))
            .gatewaySigners(signers));
        host.start();

        return sequencer;
    }

    private static TestGateway gateway(final SequencerNode sequencer)
    {
        return new TestGateway(LeaderRig.LEADER_KEY, sequencer.httpPort());
    }

    private static ObjectNode request(final TestGateway gateway, final JsonNode vector)
    {
        return gateway.request(
            vector.get("method").textValue(), vector.get("message"), vector.get("signature").textValue());
    }

    private static ObjectNode withSignature(
        final TestGateway gateway, final JsonNode vector, final byte[] signature)
    {
        return gateway.request(
            vector.get("method").textValue(), vector.get("message"), Hex.toHex(signature));
    }

    private static ObjectNode badRequest(final TestGateway gateway, final Kind kind, final JsonNode bad)
    {
        if (bad.has("message"))
        {
            return gateway.request(kind.method(), bad.get("message"), bad.get("signature").textValue());
        }

        final ObjectNode request = gateway.request(kind.method(), MAPPER.nullNode(), "0x");
        request.putArray("params").addObject().set("ssz", bad.get("ssz"));
        return request;
    }

    private static List<byte[]> signers()
    {
        final List<byte[]> signers = new ArrayList<>();
        VECTORS.get("vectors").forEach((vector) ->
            signers.add(Hex.bytes("signer", vector.get("signer").textValue())));
        assertThat(signers).hasSize(29);

        return Collections.unmodifiableList(signers);
    }

    private static JsonNode vectors()
    {
        try (InputStream in = GatewayVectorsSystemTest.class.getResourceAsStream("/vectors/based-op-vectors.json"))
        {
            return MAPPER.readTree(Objects.requireNonNull(in, "vectors"));
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }
}
