package io.fragcast.edge.rpc;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fragcast.PublishResult;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.crypto.Secp256k1;
import io.fragcast.edge.http.HttpServer;
import io.fragcast.ethereum.BasedOpMessage;
import io.fragcast.ethereum.BasedOpSsz;
import io.fragcast.ethereum.Hex;
import io.fragcast.ethereum.Keccak;
import io.fragcast.protocol.block.BlockLimits;
import io.fragcast.protocol.leader.LeaderTerm;
import io.fragcast.protocol.leader.Schedule;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The service behind a real HTTP server, its agent driven by the test, the sequencer played by a recording publisher.
 */
class RpcServiceTest
{
    private static final ObjectMapper MAPPER =
        new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);
    private static final Secp256k1 CURVE = Secp256k1.load();
    private static final byte[] KEY = Hex.bytes("key", "0x" + "11".repeat(32));
    private static final byte[] HASH = new byte[32];
    /** Small enough that a test meets each limit. */
    private static final BlockLimits LIMITS = new BlockLimits(4_096, 1_024, 3, 5_000, 64, 1 << 20, 1 << 20);

    private final List<Throwable> errors = Collections.synchronizedList(new ArrayList<>());
    private final HttpServer server = HttpServer.bind("test", "127.0.0.1", 0, errors::add);
    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Counters counters = Counters.inMemory();
    private final List<RecordingPublisher> publishers = new ArrayList<>();
    private final BasedOpSsz ssz = new BasedOpSsz();
    private final RpcService service = service(LIMITS);
    private long nowNs;
    private int lastId;

    @BeforeEach
    void start()
    {
        server.post("/", RpcService.MAX_BODY_LENGTH, service);
        server.start();
    }

    @AfterEach
    void close()
    {
        server.close();
        assertThat(errors).isEmpty();
    }

    /** The examples of the specification of JSON-RPC 2.0, with our methods. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value =
        {
            "{\"jsonrpc\": \"2.0\", \"method\": \"foobar, \"params\": [                | -32700 | null",
            "``                                                                        | -32700 | null",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"id\":2,\"method\":\"based_env\"}          | -32700 | null",
            "{\"jsonrpc\": \"2.0\", \"method\": 1, \"params\": \"bar\"}                | -32600 | null",
            "[]                                                                        | -32600 | null",
            "17                                                                        | -32600 | null",
            "{\"jsonrpc\": \"1.0\", \"id\": 1, \"method\": \"based_env\"}              | -32600 | 1",
            "{\"jsonrpc\": \"2.0\", \"id\": [1], \"method\": \"based_env\"}            | -32600 | null",
            "{\"jsonrpc\": \"2.0\", \"method\": \"foobar\", \"id\": \"1\"}             | -32601 | \"1\"",
            "{\"jsonrpc\": \"2.0\", \"method\": \"based_env\", \"id\": 9007199254740993} | -32602 | 9007199254740993",
            "{\"jsonrpc\": \"2.0\", \"method\": \"based_env\", \"id\": null, \"params\": {}} | -32602 | null",
            "{\"jsonrpc\": \"2.0\", \"method\": \"based_env\", \"id\": 1.5, \"params\": [{}]} | -32602 | 1.5",
            "{\"jsonrpc\": \"2.0\", \"method\": \"based_env\", \"id\": 1e400, \"params\": [{}]} | -32602 | 1E+400",
        })
    void shouldRefuseWhatIsNoRequest(final String body, final int code, final String id) throws Exception
    {
        final HttpResponse<String> response = post(body, "application/json; charset=utf-8");

        assertThat(response.statusCode()).isEqualTo(200);
        final JsonNode answer = MAPPER.readTree(response.body());
        assertThat(answer.path("jsonrpc").textValue()).isEqualTo("2.0");
        assertThat(answer.path("error").path("code").intValue()).as(response.body()).isEqualTo(code);
        assertThat(answer.get("id").toString()).isEqualTo(id);
        assertThat(answer.has("result")).isFalse();
        assertThat(counters.value(FragcastCounter.RPC_REFUSED_FORM)).isEqualTo(1);
    }

    @Test
    void shouldAnswerBatchesInOrderAndNotificationsNotAtAll() throws Exception
    {
        final ObjectNode env = request(env(5));
        final ObjectNode frag = request(frag(5, 0, false, 1));
        final ObjectNode notification = request(frag(5, 1, true, 1));
        notification.remove("id");

        assertThat(post("[" + env + ",1," + notification + "," + frag.put("id", "b") + "]").body()).isEqualTo(
            "[{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\"OK\"}," +
            "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32600,\"message\":\"a request is an object\"," +
            "\"data\":{\"reason\":\"request\"}}}," +
            "{\"jsonrpc\":\"2.0\",\"id\":\"b\",\"result\":\"OK\"}]");
        final HttpResponse<String> response = post("[" + notification + "]");
        assertThat(response.statusCode()).isEqualTo(204);
        assertThat(response.body()).isEmpty();

        work();
        assertThat(publisher().published).containsExactly("env 5", "frag 5#0", "frag 5#1");
        assertThat(counters.value(FragcastCounter.RPC_STOPPED_DUPLICATE)).isEqualTo(1);
    }

    @Test
    void shouldRefuseOtherMediaTypesAndTooLongBodies() throws Exception
    {
        assertThat(post("{}", "text/plain").statusCode()).isEqualTo(415);
        assertThat(statusOfBodyNamed(RpcService.MAX_BODY_LENGTH + 1)).startsWith("HTTP/1.1 413 ");
        assertThat(post(" ".repeat(RpcService.MAX_BODY_LENGTH)).body()).contains("-32700");
    }

    @Test
    void shouldRefuseBatchesThatAreTooLong() throws Exception
    {
        assertThat(post("[" + "1,".repeat(RpcService.MAX_BATCH) + "1]").body())
            .contains("a batch has 1 to 1026 requests, this one 1027");
        assertThat(MAPPER.readTree(post("[" + "1,".repeat(RpcService.MAX_BATCH - 1) + "1]").body())).hasSize(1_026);
    }

    @Test
    void shouldTakeWhatTheNetworkCarriesAndNotOneMore() throws Exception
    {
        assertThat(answerTo(frag(5, 0, false, 3))).isEqualTo("OK");
        assertThat(answerTo(frag(5, 1, false, 4))).isEqualTo("-32005 limit: txs: are 4, at most 3 go in a frag");
        assertThat(answerTo(txs(new byte[1_024]))).isEqualTo("OK");
        assertThat(answerTo(txs(new byte[1_025])))
            .isEqualTo("-32005 limit: txs[0]: is 1025 bytes, at most 1024");
        assertThat(answerTo(txs(new byte[1], new byte[0])))
            .isEqualTo("-32602 params: txs[1]: is empty, no EIP-2718 transaction");
        assertThat(counters.value(FragcastCounter.RPC_REFUSED_LIMIT)).isEqualTo(2);
        assertThat(counters.value(FragcastCounter.RPC_MESSAGES_TAKEN)).isEqualTo(2);
    }

    @Test
    void shouldTakeFragOf65534TransactionsAndRefuseOneMore() throws Exception
    {
        final RpcService production = service(BlockLimits.production());
        try (HttpServer other = HttpServer.bind("production", "127.0.0.1", 0, errors::add))
        {
            other.post("/", RpcService.MAX_BODY_LENGTH, production);
            other.start();

            assertThat(answer(send(other.port(), request(frag(5, 0, false, 65_534)).toString())))
                .isEqualTo("OK");
            assertThat(answer(send(other.port(), request(frag(5, 1, false, 65_535)).toString())))
                .isEqualTo("-32005 limit: txs: are 65535, at most 65534 go in a frag");
        }
    }

    @Test
    void shouldRefuseBodyOverTheLimit() throws Exception
    {
        // 80 bytes of a body without transactions, 4 more beside each of them.
        final int most = 4_096 - 80 - 4 * 4;
        final RpcService four = service(new BlockLimits(4_096, 1_024, 4, 8, 64, 1 << 20, 1 << 20));
        try (HttpServer other = HttpServer.bind("four", "127.0.0.1", 0, errors::add))
        {
            other.post("/", RpcService.MAX_BODY_LENGTH, four);
            other.start();
            final byte[] full = new byte[1_024];

            assertThat(answer(send(other.port(), request(
                txs(full, full, full, new byte[most - 3 * 1_024])).toString()))).isEqualTo("OK");
            assertThat(answer(send(other.port(), request(
                txs(full, full, full, new byte[most - 3 * 1_024 + 1])).toString())))
                .isEqualTo("-32005 limit: txs: make a body of 4097 bytes, at most 4096");
        }
    }

    @Test
    void shouldAnswerAtOnceUntilTheQueueIsFullThenSayItAndLoseNothing() throws Exception
    {
        publisher().isBackPressured = true;
        assertThat(answerTo(env(5))).isEqualTo("OK");
        int taken = 1;
        String answer = "OK";
        while ("OK".equals(answer))
        {
            final StringBuilder batch = new StringBuilder();
            for (int i = 0; i < 500; i++)
            {
                batch.append(0 == i ? '[' : ',').append(request(frag(5, taken - 1 + i, false, 1)));
            }
            final JsonNode answers = MAPPER.readTree(post(batch.append(']').toString()).body());
            for (int i = 0; i < 500 && "OK".equals(answer); i++)
            {
                answer = answer(answers.get(i));
                taken += "OK".equals(answer) ? 1 : 0;
            }
            work();
            assertThat(publisher().published).isEmpty();
        }

        assertThat(answer).startsWith("-32002 busy: the queue to the sequencer is full");
        assertThat(taken).isEqualTo(GatewayQueue.MAX_MESSAGES);
        assertThat(counters.value(FragcastCounter.RPC_MESSAGES_QUEUED)).isEqualTo(taken);

        publisher().isBackPressured = false;
        nowNs += TimeUnit.SECONDS.toNanos(1);
        for (int i = 0; i < 2 * taken; i++)
        {
            work();
        }
        assertThat(publisher().published).hasSize(taken).startsWith("env 5", "frag 5#0").endsWith("frag 5#4094");
        assertThat(counters.value(FragcastCounter.RPC_MESSAGES_PUBLISHED)).isEqualTo(taken);
        assertThat(answerTo(frag(5, taken - 1, true, 1))).isEqualTo("OK");
    }

    @Test
    void shouldOfferAgainWhileNobodyListensToTheSequencer() throws Exception
    {
        publisher().answer = PublishResult.NOT_CONNECTED;
        assertThat(answerTo(env(5))).isEqualTo("OK");
        assertThat(answerTo(frag(5, 0, true, 1))).isEqualTo("OK");
        work();
        assertThat(publisher().published).isEmpty();

        publisher().answer = PublishResult.OK;
        nowNs += TimeUnit.SECONDS.toNanos(1);
        work();
        assertThat(publisher().published).containsExactly("env 5", "frag 5#0");
    }

    @Test
    void shouldCountWhatTheSequencerRefuses() throws Exception
    {
        publisher().answer = PublishResult.NOT_LEADER;
        assertThat(answerTo(env(5))).isEqualTo("OK");
        work();
        publisher().answer = PublishResult.OK;
        assertThat(answerTo(env(6))).isEqualTo("OK");
        work();

        assertThat(publisher().published).containsExactly("env 6");
        assertThat(counters.value(FragcastCounter.RPC_STOPPED_SEQUENCER)).isEqualTo(1);
        assertThat(counters.value(FragcastCounter.RPC_MESSAGES_QUEUED)).isZero();
    }

    @Test
    void shouldTakeNothingMoreOnceItsAgentIsClosed() throws Exception
    {
        service.agent().onClose();

        assertThat(answerTo(env(5))).startsWith("-32002 busy");
    }

    private void work()
    {
        try
        {
            for (int i = 0; i < 100; i++)
            {
                service.agent().doWork();
            }
        }
        catch (final Exception ex)
        {
            throw new AssertionError(ex);
        }
    }

    private RecordingPublisher publisher()
    {
        return publishers.get(0);
    }

    private RpcService service(final BlockLimits limits)
    {
        final byte[] leader = CURVE.publicKey(KEY);
        final Schedule schedule = new Schedule(
            10, 1_408, List.of(new LeaderTerm(1, 1, Long.MAX_VALUE, leader, null, List.of(), null)));

        return new RpcService(
            "test",
            List.of(Keccak.address(leader)),
            leader,
            schedule,
            limits,
            CURVE,
            (listener) ->
            {
                publishers.add(new RecordingPublisher(listener));
                return publishers.get(publishers.size() - 1);
            },
            () -> nowNs,
            counters);
    }

    private static BasedOpMessage env(final long number)
    {
        return new BasedOpMessage.Env(number, HASH, new byte[20], 1, 2, 3, HASH, HASH, new byte[0], HASH);
    }

    private static BasedOpMessage frag(final long number, final long seq, final boolean isLast, final int txCount)
    {
        return new BasedOpMessage.Frag(number, seq, isLast, Collections.nCopies(txCount, new byte[]{1}));
    }

    private static BasedOpMessage txs(final byte[]... txs)
    {
        return new BasedOpMessage.Frag(5, 2, false, List.of(txs));
    }

    private ObjectNode request(final BasedOpMessage message)
    {
        final ObjectNode request = MAPPER.createObjectNode();
        request.put("jsonrpc", "2.0").put("id", ++lastId).put("method", message.kind().method());
        request.putArray("params").addObject()
            .put("signature", Hex.toHex(CURVE.signRecoverable(ssz.root(message), KEY)))
            .set("message", BasedOpJson.toJson(message));

        return request;
    }

    /** The result, or code, reason and message of the error. */
    private String answerTo(final BasedOpMessage message) throws IOException, InterruptedException
    {
        return answer(post(request(message).toString()));
    }

    private static String answer(final HttpResponse<String> response) throws IOException
    {
        return answer(MAPPER.readTree(response.body()));
    }

    private static String answer(final JsonNode answer)
    {
        final JsonNode error = answer.path("error");

        return error.isMissingNode() ? answer.path("result").textValue() : error.path("code") + " " +
            error.path("data").path("reason").textValue() + ": " + error.path("message").textValue();
    }

    /** Names the length alone: who sends what is refused unread may find the connection closed before the answer. */
    private String statusOfBodyNamed(final int length) throws IOException
    {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port()))
        {
            socket.setSoTimeout((int)TimeUnit.SECONDS.toMillis(20));
            socket.getOutputStream().write(("POST / HTTP/1.1\r\nHost: localhost\r\n" +
                "Content-Type: application/json\r\nContent-Length: " + length + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));

            return new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII)).readLine();
        }
    }

    private HttpResponse<String> post(final String body) throws IOException, InterruptedException
    {
        return send(server.port(), body);
    }

    private HttpResponse<String> post(final String body, final String contentType)
        throws IOException, InterruptedException
    {
        return send(server.port(), body, contentType);
    }

    private HttpResponse<String> send(final int port, final String body) throws IOException, InterruptedException
    {
        return send(port, body, "application/json");
    }

    private HttpResponse<String> send(final int port, final String body, final String contentType)
        throws IOException, InterruptedException
    {
        return client.send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/"))
                .timeout(Duration.ofSeconds(20))
                .header("Content-Type", contentType)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    }
}
