package io.fragcast.edge.chain;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fragcast.ethereum.Header;
import io.fragcast.ethereum.HeaderJson;
import io.fragcast.ethereum.Hex;

import java.io.IOException;

/**
 * The questions to an execution client, and what its answers say.
 */
final class ChainJson
{
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private ChainJson()
    {
    }

    /** A question as JSON-RPC. */
    static byte[] request(final long requestId, final String block)
    {
        final boolean isChain = ChainPort.CHAIN.equals(block);
        final boolean isRaw = block.startsWith(RawBlocks.PREFIX);
        final ObjectNode request = MAPPER.createObjectNode()
            .put("jsonrpc", "2.0")
            .put("id", requestId)
            .put("method", isChain ? "eth_chainId" : isRaw ? "debug_getRawBlock" : "eth_getBlockByNumber");
        if (isChain)
        {
            request.putArray("params");
        }
        else if (isRaw)
        {
            request.putArray("params").add(block.substring(RawBlocks.PREFIX.length()));
        }
        else
        {
            request.putArray("params").add(block).add(false);
        }
        try
        {
            return MAPPER.writeValueAsBytes(request);
        }
        catch (final JsonProcessingException ex)
        {
            throw new IllegalStateException("a tree of nodes is always JSON", ex);
        }
    }

    /** What a body of status 200 says. */
    static ChainAnswer answer(final String block, final byte[] body)
    {
        try
        {
            final JsonNode answer = MAPPER.readTree(body);
            if (answer.hasNonNull("error"))
            {
                return ChainAnswer.failed("error " + answer.path("error").path("code").asInt() + ": " +
                    answer.path("error").path("message").asText());
            }
            final JsonNode result = answer.get("result");
            if (null == result)
            {
                return ChainAnswer.failed("the answer has neither result nor error");
            }
            if (ChainPort.CHAIN.equals(block))
            {
                return ChainAnswer.chain(Hex.quantity("result", result.asText()));
            }
            if (block.startsWith(RawBlocks.PREFIX) && !result.isNull())
            {
                return ChainAnswer.raw(Hex.bytes("result", result.asText()));
            }

            return result.isNull() ? ChainAnswer.none() : ChainAnswer.block(block(result));
        }
        catch (final IOException ex)
        {
            return ChainAnswer.failed("the answer is no JSON");
        }
        catch (final IllegalArgumentException ex)
        {
            return ChainAnswer.failed("the answer's " + ex.getMessage());
        }
    }

    /** A block in JSON; of a header that is none, or not its own, number and hash are left. */
    static ChainBlock block(final JsonNode node)
    {
        final long number = HeaderJson.quantity(node, "number");
        final byte[] hash = HeaderJson.hash(node, "hash");
        final Header header;
        try
        {
            header = HeaderJson.header(node);
        }
        catch (final IllegalArgumentException ex)
        {
            // A chain with headers of its own: its blocks can be called final, but not be proved.
            return new ChainBlock(number, hash, null);
        }

        return ChainBlock.of(hash, header);
    }
}
