package io.fragcast.edge.chain;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.fragcast.cli.BlockRecord;
import io.fragcast.ethereum.Header;
import io.fragcast.ethereum.Hex;
import io.fragcast.ethereum.Keccak;
import io.fragcast.ethereum.Rlp;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * An execution client's JSON-RPC as geth serves it, of which a chain, a latest and a finalized block are known. Strict:
 * what geth would not answer it refuses, and counts. Started, stopped and asked by the test's thread.
 */
public final class ChainStandInServer implements AutoCloseable
{
    private static final int SERVER_ERROR = -32_000;
    private static final ObjectMapper MAPPER = new ObjectMapper();

    static
    {
        // It writes head and body apart; the second would wait 40 ms for the client's acknowledgement.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private final long chainId;
    private final List<ObjectNode> blocks = new ArrayList<>();
    private final Map<Long, byte[]> raw = new HashMap<>();
    private final List<String> refused = new ArrayList<>();
    private final long firstNumber;
    private int latest;
    private int finalized = -1;
    private @Nullable HttpServer server;
    private @Nullable ExecutorService executor;

    /**
     * A client that has the first block.
     *
     * @param chainId of the chain.
     * @param chain   ascending by one.
     */
    public ChainStandInServer(final long chainId, final List<BlockRecord> chain)
    {
        this.chainId = chainId;
        firstNumber = chain.get(0).number();
        for (final BlockRecord block : chain)
        {
            blocks.add(json(block.header()));
            raw.put(block.number(), raw(block));
        }
    }

    /**
     * Listens.
     *
     * @param port to listen at; 0: any.
     * @return where.
     * @throws IOException if it cannot.
     */
    public URI start(final int port) throws IOException
    {
        final HttpServer started = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        executor = Executors.newSingleThreadExecutor();
        started.setExecutor(executor);
        started.createContext("/", this::serve);
        started.start();
        server = started;

        return URI.create("http://127.0.0.1:" + started.getAddress().getPort());
    }

    @Override
    public void close()
    {
        if (null != server)
        {
            server.stop(0);
        }
        if (null != executor)
        {
            executor.shutdownNow();
        }
    }

    /** The chain goes on to a block. */
    public synchronized void latest(final long number)
    {
        latest = (int)(number - firstNumber);
    }

    /** A block is final. */
    public synchronized void finalized(final long number)
    {
        finalized = (int)(number - firstNumber);
    }

    /**
     * The block was sealed with another state.
     *
     * @param number of the block.
     * @return its hash now.
     */
    public synchronized byte[] seal(final long number, final BlockRecord otherwise)
    {
        blocks.set((int)(number - firstNumber), json(otherwise.header()));
        raw.put(number, raw(otherwise));

        return otherwise.header().hash();
    }

    /** A block as it lies in a client's database: RLP of header, transactions, no ommers, no withdrawals. */
    public static byte[] raw(final BlockRecord block)
    {
        final byte[] header = block.header().rlp();
        final boolean hasWithdrawals = null != block.header().withdrawalsRoot();
        final ExpandableArrayBuffer txs = new ExpandableArrayBuffer();
        int length = 0;
        for (final byte[] tx : block.transactions())
        {
            if ((tx[0] & 0xFF) >= 0xC0)
            {
                txs.putBytes(length, tx);
                length += tx.length;
            }
            else
            {
                length += Rlp.putString(txs, length, tx);
            }
        }
        final int payload = header.length + Rlp.headerLength(length) + length + (hasWithdrawals ? 2 : 1);
        final ExpandableArrayBuffer raw = new ExpandableArrayBuffer();
        int end = Rlp.putListHeader(raw, 0, payload);
        raw.putBytes(end, header);
        end += header.length;
        end += Rlp.putListHeader(raw, end, length);
        raw.putBytes(end, txs, 0, length);
        end += length;
        end += Rlp.putListHeader(raw, end, 0);
        end += hasWithdrawals ? Rlp.putListHeader(raw, end, 0) : 0;

        return Arrays.copyOf(raw.byteArray(), end);
    }

    /** What it was asked that no client would answer. */
    public synchronized List<String> refused()
    {
        return new ArrayList<>(refused);
    }

    /** As JSON-RPC writes a block, with fields that we do not know. */
    public static ObjectNode json(final Header header)
    {
        final ObjectNode block = MAPPER.createObjectNode()
            .put("number", quantity(header.number()))
            .put("hash", Hex.toHex(header.hash()))
            .put("parentHash", Hex.toHex(header.parentHash()))
            .put("sha3Uncles", Hex.toHex(header.sha3Uncles()))
            .put("miner", Hex.toHex(header.beneficiary()))
            .put("stateRoot", Hex.toHex(header.stateRoot()))
            .put("transactionsRoot", Hex.toHex(header.transactionsRoot()))
            .put("receiptsRoot", Hex.toHex(header.receiptsRoot()))
            .put("logsBloom", Hex.toHex(header.logsBloom()))
            .put("difficulty", Hex.toQuantity(header.difficulty()))
            .put("gasLimit", quantity(header.gasLimit()))
            .put("gasUsed", quantity(header.gasUsed()))
            .put("timestamp", quantity(header.timestamp()))
            .put("extraData", Hex.toHex(header.extraData()))
            .put("mixHash", Hex.toHex(header.mixHash()))
            .put("nonce", Hex.toHex(header.nonce()))
            .put("size", "0x220");
        put(block, "baseFeePerGas", header.baseFeePerGas());
        put(block, "withdrawalsRoot", header.withdrawalsRoot());
        put(block, "blobGasUsed", header.blobGasUsed());
        put(block, "excessBlobGas", header.excessBlobGas());
        put(block, "parentBeaconBlockRoot", header.parentBeaconBlockRoot());
        put(block, "requestsHash", header.requestsHash());
        block.putArray("transactions");
        block.putArray("uncles");

        return block;
    }

    /** Keccak-256. */
    public static byte[] keccak(final byte[] bytes)
    {
        final Keccak keccak = new Keccak();
        keccak.update(new UnsafeBuffer(bytes), 0, bytes.length);
        final byte[] hash = new byte[32];
        keccak.finish(hash, 0);

        return hash;
    }

    private synchronized void serve(final HttpExchange exchange) throws IOException
    {
        try (exchange)
        {
            final byte[] body = exchange.getRequestBody().readAllBytes();
            final JsonNode request = MAPPER.readTree(body);
            final ObjectNode answer = MAPPER.createObjectNode().put("jsonrpc", "2.0");
            answer.set("id", request.path("id"));
            if (!"POST".equals(exchange.getRequestMethod()) ||
                !"application/json".equals(exchange.getRequestHeaders().getFirst("Content-Type")) ||
                !"2.0".equals(request.path("jsonrpc").asText()) || !request.path("id").isIntegralNumber())
            {
                refused.add(new String(body, java.nio.charset.StandardCharsets.UTF_8));
                exchange.sendResponseHeaders(400, -1);
                return;
            }

            final String question = request.path("method").asText() + request.path("params");
            final JsonNode result = result(question, request.path("params").path(0).asText());
            if (null == result)
            {
                refused.add(question);
                answer.putObject("error").put("code", SERVER_ERROR).put("message", "no such question: " + question);
            }
            else
            {
                answer.set("result", result);
            }
            final byte[] bytes = MAPPER.writeValueAsBytes(answer);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    private @Nullable JsonNode result(final String question, final String block)
    {
        if ("eth_chainId[]".equals(question))
        {
            return MAPPER.getNodeFactory().textNode(quantity(chainId));
        }
        if (question.equals("debug_getRawBlock[\"" + block + "\"]"))
        {
            final byte[] bytes = raw.get(Hex.quantity("block", block));
            return null == bytes ?
                MAPPER.getNodeFactory().nullNode() : MAPPER.getNodeFactory().textNode(Hex.toHex(bytes));
        }
        if (!question.equals("eth_getBlockByNumber[\"" + block + "\",false]"))
        {
            return null;
        }

        return switch (block)
        {
            case "latest" -> blocks.get(latest);
            case "finalized" -> finalized < 0 ? MAPPER.nullNode() : blocks.get(finalized);
            default ->
            {
                final long index = Hex.quantity("block", block) - firstNumber;
                yield 0 <= index && index <= latest ? blocks.get((int)index) : MAPPER.nullNode();
            }
        };
    }

    private static void put(final ObjectNode block, final String field, final @Nullable Long value)
    {
        if (null != value)
        {
            block.put(field, quantity(value));
        }
    }

    private static void put(final ObjectNode block, final String field, final byte @Nullable [] value)
    {
        if (null != value)
        {
            block.put(field, Hex.toHex(value));
        }
    }

    private static String quantity(final long value)
    {
        return "0x" + Long.toHexString(value);
    }
}
