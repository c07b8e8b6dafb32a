package io.fragcast.edge.engine;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.fragcast.cli.BlockCutter.CutBlock;
import io.fragcast.edge.engine.EngineStandIn.Block;
import io.fragcast.edge.rpc.BasedOpJson;
import io.fragcast.ethereum.BasedOpMessage;
import io.fragcast.ethereum.BasedOpMessage.Env;
import io.fragcast.ethereum.BasedOpMessage.Frag;
import io.fragcast.ethereum.BasedOpMessage.Kind;
import io.fragcast.ethereum.BasedOpMessage.Seal;
import io.fragcast.ethereum.Hex;
import io.fragcast.ethereum.TxEnvelope;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * The stand-in behind HTTP, as geth serves its authenticated port: a JWT of at most 60 seconds, then JSON-RPC. It knows
 * which blocks its frags come to. Keeps what it took, word by word. Started, stopped and asked by the test's thread.
 */
public final class EngineStandInServer implements AutoCloseable
{
    private static final int MAX_AGE_SECONDS = 60;
    private static final int INVALID_PARAMS = -32_602;
    private static final int SERVER_ERROR = -32_000;
    private static final int PROOF_LENGTH = 65;
    private static final ObjectMapper MAPPER = new ObjectMapper();

    static
    {
        // It writes head and body apart; the second would wait 40 ms for the client's acknowledgement.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    /** By height. */
    private final Map<Long, CutBlock> blocks = new HashMap<>();
    private final EngineStandIn standIn;
    private final List<String> taken = new ArrayList<>();
    private final TxEnvelope envelope = new TxEnvelope();
    private byte[] secret;
    private int refusedTokens;
    private int lostAnswers;
    private @Nullable HttpServer server;
    private @Nullable ExecutorService executor;

    /**
     * A client that has the block before the first, and before each that does not follow on one of them.
     *
     * @param secret that it shares.
     * @param blocks that frags may come to, ascending.
     */
    public EngineStandInServer(final byte[] secret, final List<CutBlock> blocks)
    {
        this.secret = secret.clone();
        blocks.forEach((block) -> this.blocks.put(block.env().number(), block));
        standIn = new EngineStandIn(this::execute, parent(blocks.get(0).env()));
        for (final CutBlock block : blocks)
        {
            if (!this.blocks.containsKey(block.env().number() - 1))
            {
                standIn.newPayload(parent(block.env()));
            }
        }
    }

    private static Block parent(final Env env)
    {
        final String none = Hex.toHex(new byte[32]);

        return new Block(env.number() - 1, Hex.toHex(env.parentHash()), none, 0, none, none, none, 0, 0);
    }

    /**
     * Listens.
     *
     * @param port to listen at; 0: any.
     * @return the port.
     * @throws IOException if it cannot.
     */
    public int start(final int port) throws IOException
    {
        final HttpServer started = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        executor = Executors.newSingleThreadExecutor();
        started.setExecutor(executor);
        started.createContext("/", this::serve);
        started.start();
        server = started;

        return started.getAddress().getPort();
    }

    /**
     * Dies, with what was open; what was stored is there when it is started again.
     */
    public void stop()
    {
        if (null != server)
        {
            server.stop(0);
            server = null;
        }
        if (null != executor)
        {
            executor.shutdownNow();
        }
        synchronized (this)
        {
            standIn.restart();
        }
    }

    @Override
    public void close()
    {
        stop();
    }

    /**
     * Changes the secret.
     *
     * @param value the new one.
     */
    public synchronized void secret(final byte[] value)
    {
        secret = value.clone();
    }

    /**
     * What it took, one word of method and one of JSON each.
     *
     * @return method and parameter.
     */
    public synchronized List<String> taken()
    {
        return new ArrayList<>(taken);
    }

    /**
     * Requests with a token that it did not take.
     *
     * @return count.
     */
    public synchronized int refusedTokens()
    {
        return refusedTokens;
    }

    /**
     * The height of its head.
     *
     * @return block number.
     */
    public synchronized long head()
    {
        return standIn.head().number();
    }

    /**
     * Errors at which it discarded an open block.
     *
     * @return errors.
     */
    public synchronized List<String> discards()
    {
        return new ArrayList<>(standIn.discards());
    }

    /**
     * Lets answers of engine methods get lost: done, and the connection closed.
     *
     * @param count of answers.
     */
    public synchronized void loseAnswers(final int count)
    {
        lostAnswers = count;
    }

    private synchronized void serve(final HttpExchange exchange) throws IOException
    {
        try (exchange)
        {
            final byte[] body = exchange.getRequestBody().readAllBytes();
            if (!isTokenGood(exchange.getRequestHeaders().getFirst("Authorization")))
            {
                refusedTokens++;
                exchange.sendResponseHeaders(401, -1);
                return;
            }

            final JsonNode request = MAPPER.readTree(body);
            final ObjectNode answer = MAPPER.createObjectNode().put("jsonrpc", "2.0");
            answer.set("id", request.path("id"));
            final String method = request.path("method").asText();
            if (method.startsWith("eth_"))
            {
                answer.set("result", "eth_getBlockByNumber".equals(method) ? head(request) : block(request));
            }
            else
            {
                call(method, request, answer);
                if (lostAnswers > 0)
                {
                    lostAnswers--;
                    return;
                }
            }
            final byte[] bytes = MAPPER.writeValueAsBytes(answer);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    private JsonNode head(final JsonNode request)
    {
        if (!"[\"latest\",false]".equals(request.path("params").toString()))
        {
            throw new IllegalArgumentException(request.toString());
        }

        return MAPPER.createObjectNode()
            .put("number", "0x" + Long.toHexString(standIn.head().number()))
            .put("hash", standIn.head().hash());
    }

    private JsonNode block(final JsonNode request)
    {
        final String hash = request.path("params").path(0).asText();

        return standIn.hasBlock(hash) ? MAPPER.createObjectNode().put("hash", hash) : MAPPER.nullNode();
    }

    private void call(final String method, final JsonNode request, final ObjectNode answer)
    {
        final String error;
        try
        {
            error = dispatch(method, (ObjectNode)request.path("params").path(0));
        }
        catch (final IllegalArgumentException ex)
        {
            answer.putObject("error").put("code", INVALID_PARAMS).put("message", "invalid argument 0: " + ex);
            return;
        }

        if (null != error)
        {
            answer.putObject("error").put("code", SERVER_ERROR).put("message", error);
        }
        else
        {
            answer.put("result", "VALID");
            taken.add(method + " " + request.path("params").path(0));
        }
    }

    private @Nullable String dispatch(final String method, final ObjectNode signed)
    {
        if (PROOF_LENGTH != Hex.bytes("signature", signed.path("signature").asText()).length)
        {
            throw new IllegalArgumentException("signature: is not 65 bytes");
        }
        final ObjectNode message = (ObjectNode)signed.path("message");

        return switch (method)
        {
            case "engine_envV0" -> standIn.env((Env)BasedOpJson.message(Kind.ENV, message));
            case "engine_newFragV0" -> standIn.newFrag(decoded((Frag)BasedOpJson.message(Kind.FRAG, message)));
            case "engine_sealFragV0" -> standIn.seal((Seal)BasedOpJson.message(Kind.SEAL, message));
            default -> throw new IllegalArgumentException("the method " + method + " does not exist");
        };
    }

    /** op-geth decodes transactions while it reads the JSON. */
    private Frag decoded(final Frag frag)
    {
        for (final byte[] tx : frag.txs())
        {
            if (!envelope.wrap(new UnsafeBuffer(tx), 0, tx.length))
            {
                throw new IllegalArgumentException("transaction type not supported");
            }
        }

        return frag;
    }

    private Block execute(final Env env, final List<Frag> frags)
    {
        final CutBlock block = blocks.get(env.number());
        if (null != block && BasedOpJson.toJson(block.env()).equals(BasedOpJson.toJson(env)) &&
            Arrays.deepEquals(txs(block.frags()), txs(frags)))
        {
            return Block.of(block.seal(), env.timestamp());
        }

        final String none = Hex.toHex(new byte[32]);

        return new Block(
            env.number(), "0x" + "ee".repeat(32), Hex.toHex(env.parentHash()), env.timestamp(), none, none, none, 0, 0);
    }

    private static byte[][] txs(final List<Frag> frags)
    {
        return frags.stream().map(Frag::txs).flatMap(List::stream).toArray(byte[][]::new);
    }

    private boolean isTokenGood(final @Nullable String authorization)
    {
        if (null == authorization || !authorization.startsWith("Bearer "))
        {
            return false;
        }
        final String[] parts = authorization.substring("Bearer ".length()).split("\\.");
        if (3 != parts.length)
        {
            return false;
        }

        try
        {
            final Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret, "HmacSHA256"));
            final byte[] expected = mac.doFinal((parts[0] + '.' + parts[1]).getBytes(StandardCharsets.US_ASCII));
            final Base64.Decoder base64 = Base64.getUrlDecoder();
            final JsonNode header = MAPPER.readTree(new String(base64.decode(parts[0]), StandardCharsets.US_ASCII));
            final JsonNode claims = MAPPER.readTree(new String(base64.decode(parts[1]), StandardCharsets.US_ASCII));
            final long age = TimeUnit.MILLISECONDS.toSeconds(System.currentTimeMillis()) - claims.path("iat").asLong();

            return "HS256".equals(header.path("alg").asText()) &&
                MessageDigest.isEqual(expected, base64.decode(parts[2])) &&
                Math.abs(age) <= MAX_AGE_SECONDS;
        }
        catch (final GeneralSecurityException | JsonProcessingException ex)
        {
            throw new IllegalStateException(ex);
        }
    }

    /**
     * What it should take for a message.
     *
     * @param message   of based-op.
     * @param signature over it; null: zeros.
     * @return method and parameter, as in {@link #taken()}.
     */
    public static String expected(final BasedOpMessage message, final byte @Nullable [] signature)
    {
        final ObjectNode signed = MAPPER.createObjectNode();
        signed.put("signature", Hex.toHex(null == signature ? new byte[PROOF_LENGTH] : signature));
        signed.set("message", BasedOpJson.toJson(message));
        final String method = switch (message.kind())
        {
            case ENV -> "engine_envV0";
            case FRAG -> "engine_newFragV0";
            case SEAL -> "engine_sealFragV0";
        };

        return method + " " + signed;
    }
}
