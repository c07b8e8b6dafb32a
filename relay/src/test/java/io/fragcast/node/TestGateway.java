package io.fragcast.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fragcast.edge.engine.EngineStandInServer;
import io.fragcast.edge.rpc.BasedOpJson;
import io.fragcast.ethereum.BasedOpMessage;
import io.fragcast.ethereum.BasedOpSsz;
import io.fragcast.ethereum.Hex;
import io.fragcast.ethereum.Keccak;
import io.fragcast.wire.LeaderRig;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A gateway: signs based-op messages and posts them to a sequencer's HTTP server, one request after the other.
 */
final class TestGateway
{
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final BasedOpSsz ssz = new BasedOpSsz();
    private final byte[] key;
    private final URI uri;
    private int lastId;

    TestGateway(final byte[] key, final int port)
    {
        this.key = key;
        uri = URI.create("http://127.0.0.1:" + port + "/");
    }

    /** Address of a key. */
    static byte[] address(final byte[] key)
    {
        return Keccak.address(LeaderRig.CURVE.publicKey(key));
    }

    ObjectNode request(final BasedOpMessage message)
    {
        return request(message.kind().method(), BasedOpJson.toJson(message), Hex.toHex(signature(message)));
    }

    /** What an execution client gets of a message, word by word. */
    String expected(final BasedOpMessage message)
    {
        return EngineStandInServer.expected(message, signature(message));
    }

    ObjectNode request(final String method, final JsonNode message, final String signature)
    {
        final ObjectNode request = MAPPER.createObjectNode();
        request.put("jsonrpc", "2.0").put("id", ++lastId).put("method", method);
        request.putArray("params").addObject().put("signature", signature).set("message", message);

        return request;
    }

    private byte[] signature(final BasedOpMessage message)
    {
        return LeaderRig.CURVE.signRecoverable(ssz.root(message), key);
    }

    /** Posts a message that must be taken. */
    void post(final BasedOpMessage message)
    {
        final ObjectNode request = request(message);
        assertThat(post(request)).isEqualTo(
            MAPPER.createObjectNode().put("jsonrpc", "2.0").<ObjectNode>set("id", request.get("id"))
                .put("result", "OK"));
    }

    JsonNode post(final JsonNode request)
    {
        final HttpResponse<String> response = post(request.toString(), "application/json");
        assertThat(response.statusCode()).isEqualTo(200);
        try
        {
            return MAPPER.readTree(response.body());
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    HttpResponse<String> post(final String body, final String contentType)
    {
        try
        {
            return client.send(
                HttpRequest.newBuilder(uri)
                    .timeout(TIMEOUT)
                    .header("Content-Type", contentType)
                    .POST(HttpRequest.BodyPublishers.ofString(body))
                    .build(),
                HttpResponse.BodyHandlers.ofString());
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
        catch (final InterruptedException ex)
        {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(ex);
        }
    }
}
