package io.fragcast.edge.rpc;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fragcast.FragPublisher;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.crypto.Secp256k1;
import io.fragcast.edge.http.HttpExchange;
import io.fragcast.edge.http.HttpHandler;
import io.fragcast.edge.rpc.RpcRefusal.Reason;
import io.fragcast.ethereum.BasedOpMessage.Kind;
import io.fragcast.protocol.block.BlockLimits;
import io.fragcast.protocol.leader.LeaderTerm;
import io.fragcast.protocol.leader.Schedule;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;

/**
 * JSON-RPC 2.0 over HTTP for gateways: {@code based_env}, {@code based_newFrag}, {@code based_sealFrag} as op-node
 * takes them, single or in batches. {@code "OK"} says: a message, signed by an allowed gateway, within the limits of
 * the network, and taken for its turn. It is said at once, whatever the network does, until the queue to the sequencer
 * is full: then the answer is an error and nothing was taken. What order or window stop later is counted by reason.
 * <pre>
 *   HTTP threads: onRequest ▸ form ▸ limits ▸ root, signature, signer ▸ queue ▸ "OK"
 *                                                                         │ bounded by messages and bytes
 *   the agent's thread:                                    order, duplicates ▸ sequencer, one after the other
 * </pre>
 * The node makes it, mounts it and runs its {@link #agent()}.
 */
public final class RpcService implements HttpHandler
{
    /** The longest body of a request: a frag of 4 MiB in hex, twice. */
    public static final int MAX_BODY_LENGTH = 16 << 20;
    /** The most requests of a batch: an Env, 1,024 frags, a Seal. */
    static final int MAX_BATCH = BlockLimits.MAX_FRAGS_PER_BLOCK + 2;

    private static final int OK = 200;
    private static final int NO_CONTENT = 204;
    private static final int UNSUPPORTED_MEDIA_TYPE = 415;
    private static final int MAX_TEXT_LENGTH = 512;
    /** Those that op-node's own server takes. */
    private static final Set<String> CONTENT_TYPES =
        Set.of("application/json", "application/json-rpc", "application/jsonrequest");
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final GatewayCheck check;
    private final GatewayQueue queue = new GatewayQueue();
    private final GatewayAgent agent;
    private final Counters counters;

    /**
     * A service that publishes.
     *
     * @param name       of the node.
     * @param signers    addresses of the gateways whose messages are taken, 20 bytes each.
     * @param leader     the sequencer's relay key, 65 bytes uncompressed.
     * @param schedule   of the chain.
     * @param limits     of the network.
     * @param curve      to recover signers with.
     * @param publishers makes a publisher of the service's own.
     * @param clock      of the agent.
     * @param counters   of the node.
     */
    public RpcService(
        final String name,
        final List<byte[]> signers,
        final byte[] leader,
        final Schedule schedule,
        final BlockLimits limits,
        final Secp256k1 curve,
        final Function<FragPublisher.Listener, FragPublisher> publishers,
        final NanoClock clock,
        final Counters counters)
    {
        this.counters = counters;
        check = new GatewayCheck(curve, limits, signers);
        agent = new GatewayAgent(
            name,
            queue,
            limits.maxFragsPerBlock(),
            (block, reference) -> isStartOfLaterTerm(schedule.termOfBlock(block), leader, block, reference),
            publishers::apply,
            clock,
            counters);
    }

    /**
     * Takes messages of these gateways from now on, and of no others; what was taken stays so. Any thread.
     *
     * @param signers their addresses, 20 bytes each.
     */
    public void signers(final List<byte[]> signers)
    {
        check.signers(signers);
    }

    /**
     * What hands over to the sequencer.
     *
     * @return the agent, for one thread.
     */
    public Agent agent()
    {
        return agent;
    }

    @Override
    public void onRequest(final HttpExchange exchange)
    {
        final String contentType = String.valueOf(exchange.header("Content-Type"));
        if (!CONTENT_TYPES.contains(contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT)))
        {
            exchange.answer(
                UNSUPPORTED_MEDIA_TYPE, HttpExchange.PLAIN_TEXT, "Content-Type: only application/json is taken\n");
            return;
        }

        final JsonNode answer = answer(exchange.body());
        if (null == answer)
        {
            exchange.answerEmpty(NO_CONTENT);
        }
        else
        {
            exchange.answer(OK, HttpExchange.JSON, answer.toString());
        }
    }

    private @Nullable JsonNode answer(final byte[] body)
    {
        final JsonNode request;
        try
        {
            request = BasedOpJson.parse(body);
        }
        catch (final IllegalArgumentException ex)
        {
            return error(NullNode.instance, new RpcRefusal(Reason.PARSE, ex.getMessage()));
        }

        return request instanceof final ArrayNode batch ? answerBatch(batch) : answerOne(request);
    }

    private @Nullable JsonNode answerBatch(final ArrayNode batch)
    {
        if (batch.isEmpty() || batch.size() > MAX_BATCH)
        {
            return error(NullNode.instance, new RpcRefusal(
                Reason.REQUEST, "a batch has 1 to " + MAX_BATCH + " requests, this one " + batch.size()));
        }

        final ArrayNode answers = NODES.arrayNode();
        for (final JsonNode request : batch)
        {
            final JsonNode answer = answerOne(request);
            if (null != answer)
            {
                answers.add(answer);
            }
        }

        return answers.isEmpty() ? null : answers;
    }

    /** Null for a notification: it is taken or counted as refused, and not answered. */
    private @Nullable JsonNode answerOne(final JsonNode request)
    {
        final JsonNode id = request.get("id");
        final boolean isIdValid = null == id || id.isTextual() || id.isNumber() || id.isNull();
        try
        {
            if (!isIdValid)
            {
                throw new RpcRefusal(Reason.REQUEST, "id: is not a string, a number or null");
            }
            take(request);

            return null == id ? null : NODES.objectNode().put("jsonrpc", "2.0").<ObjectNode>set("id", id)
                .put("result", "OK");
        }
        catch (final RpcRefusal refusal)
        {
            final JsonNode answer = error(isIdValid && null != id ? id : NullNode.instance, refusal);

            return null == id && Reason.REQUEST != refusal.reason() ? null : answer;
        }
    }

    private void take(final JsonNode request) throws RpcRefusal
    {
        if (!request.isObject())
        {
            throw new RpcRefusal(Reason.REQUEST, "a request is an object");
        }
        if (!"2.0".equals(request.path("jsonrpc").textValue()))
        {
            throw new RpcRefusal(Reason.REQUEST, "jsonrpc: is not \"2.0\"");
        }
        final String method = request.path("method").textValue();
        if (null == method)
        {
            throw new RpcRefusal(Reason.REQUEST, "method: is not a string");
        }
        final Kind kind = BasedOpJson.kindOf(method);
        if (null == kind)
        {
            throw new RpcRefusal(
                Reason.METHOD, "the method " + method + " is none of based_env, based_newFrag, based_sealFrag");
        }

        if (!queue.offer(check.check(kind, request.get("params"))))
        {
            throw new RpcRefusal(
                Reason.BUSY, "the queue to the sequencer is full: this message was not taken, send it again later");
        }
        counters.get(FragcastCounter.RPC_MESSAGES_TAKEN).increment();
    }

    private ObjectNode error(final JsonNode id, final RpcRefusal refusal)
    {
        counters.get(refusal.reason().counter()).increment();
        final String text = refusal.text();
        final ObjectNode answer = NODES.objectNode().put("jsonrpc", "2.0");
        answer.set("id", id);
        answer.putObject("error")
            .put("code", refusal.reason().code())
            .put("message", text.length() > MAX_TEXT_LENGTH ? text.substring(0, MAX_TEXT_LENGTH) : text)
            .putObject("data").put("reason", refusal.reason().word());

        return answer;
    }

    private static boolean isStartOfLaterTerm(
        final @Nullable LeaderTerm term, final byte[] leader, final long block, final long reference)
    {
        return null != term && term.isKey(leader, block) &&
            Long.compareUnsigned(term.firstBlock(), reference) > 0 &&
            block - term.firstBlock() <= GatewayOrder.WINDOW_BLOCKS;
    }
}
