package io.fragcast.edge.engine;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fragcast.edge.engine.EngineAnswer.Outcome;
import io.fragcast.edge.rpc.BasedOpJson;
import io.fragcast.edge.rpc.SignedMessage;
import io.fragcast.ethereum.BasedOpMessage;
import io.fragcast.ethereum.Hex;
import org.jspecify.annotations.Nullable;

import java.io.IOException;

/**
 * Requests and answers of the Engine API as JSON-RPC 2.0. Stateless; any thread may call it.
 */
final class EngineJson
{
    /** Codes of JSON-RPC itself, from here up to -32700: the request did not come to a handler. */
    private static final int INVALID_REQUEST = -32_600;
    private static final int PARSE_ERROR = -32_700;
    /** Nobody signed: op-geth's field has a fixed length, and it verifies nothing. */
    private static final byte[] NO_SIGNATURE = new byte[BasedOpMessage.SIGNATURE_LENGTH];
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private EngineJson()
    {
    }

    /** A request that hands over a message. */
    static byte[] request(final long requestId, final EngineMethod method, final SignedMessage signed)
    {
        final ObjectNode request = request(requestId, method);
        final byte[] signature = signed.signature();
        final ObjectNode parameter = params(request).addObject();
        parameter.put("signature", Hex.toHex(null == signature ? NO_SIGNATURE : signature));
        parameter.set("message", BasedOpJson.toJson(signed.message()));

        return bytes(request);
    }

    /** A request that asks for a block: its hash, or {@code latest}. */
    static byte[] query(final long requestId, final EngineMethod method, final String block)
    {
        final ObjectNode request = request(requestId, method);
        params(request).add(block).add(false);

        return bytes(request);
    }

    /** What an answer of status 200 says. */
    static EngineAnswer answer(final EngineMethod method, final byte[] body)
    {
        final JsonNode answer;
        try
        {
            answer = MAPPER.readTree(body);
        }
        catch (final IOException ex)
        {
            return EngineAnswer.failed(Outcome.UNKNOWN, "the answer is no JSON");
        }

        final JsonNode error = answer.get("error");
        if (null != error && !error.isNull())
        {
            final int code = error.path("code").asInt();
            final String text = error.path("message").asText();

            return code <= INVALID_REQUEST && code >= PARSE_ERROR ?
                EngineAnswer.failed(Outcome.UNREAD, text) : EngineAnswer.refused(text);
        }

        return result(method, answer.get("result"));
    }

    private static EngineAnswer result(final EngineMethod method, final @Nullable JsonNode result)
    {
        if (null == result)
        {
            return EngineAnswer.failed(Outcome.UNKNOWN, "the answer has neither result nor error");
        }

        return switch (method)
        {
            case ENV, FRAG, SEAL -> "VALID".equals(result.asText()) ?
                EngineAnswer.ok() : EngineAnswer.refused(result.asText());
            case HEAD -> head(result);
            case BLOCK -> EngineAnswer.block(!result.isNull());
        };
    }

    private static EngineAnswer head(final JsonNode block)
    {
        try
        {
            return EngineAnswer.head(
                Hex.quantity("number", block.path("number").asText()),
                Hex.bytes("hash", block.path("hash").asText(), 32));
        }
        catch (final IllegalArgumentException ex)
        {
            return EngineAnswer.failed(Outcome.UNKNOWN, "the head's " + ex.getMessage());
        }
    }

    private static ObjectNode request(final long requestId, final EngineMethod method)
    {
        return MAPPER.createObjectNode().put("jsonrpc", "2.0").put("id", requestId).put("method", method.label());
    }

    private static ArrayNode params(final ObjectNode request)
    {
        return request.putArray("params");
    }

    private static byte[] bytes(final ObjectNode request)
    {
        try
        {
            return MAPPER.writeValueAsBytes(request);
        }
        catch (final JsonProcessingException ex)
        {
            throw new IllegalStateException("a tree of nodes is always JSON", ex);
        }
    }
}
