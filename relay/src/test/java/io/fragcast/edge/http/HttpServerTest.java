package io.fragcast.edge.http;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class HttpServerTest
{
    private static final String HOST = "127.0.0.1";
    private static final int MAX_BODY_LENGTH = 1_000;
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private final List<Throwable> errors = Collections.synchronizedList(new ArrayList<>());
    private final HttpServer server = HttpServer.bind("test", HOST, 0, errors::add);
    private final HttpClient client = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();

    @AfterEach
    void close()
    {
        server.close();
    }

    @Test
    void shouldServeWhatIsMounted() throws Exception
    {
        server.get("/hello", (exchange) ->
            exchange.answer(200, HttpExchange.PLAIN_TEXT, "hello " + exchange.query()));
        server.post("/hello", MAX_BODY_LENGTH, (exchange) ->
            exchange.answer(200, HttpExchange.JSON, exchange.body()));
        server.start();

        final HttpResponse<String> got = get("/hello?you");
        final HttpResponse<String> posted = post("/hello", BodyPublishers.ofString("[1]"));

        assertThat(got.statusCode()).isEqualTo(200);
        assertThat(got.body()).isEqualTo("hello you");
        assertThat(posted.body()).isEqualTo("[1]");
        assertThat(posted.headers().firstValue("Content-Type")).hasValue("application/json");
        assertThat(errors).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
        {
            "GET, /nothing, 404, nothing is served at this path",
            "GET, /post, 405, allowed here: POST",
            "DELETE, /both, 405, 'allowed here: GET, POST'",
        })
    void shouldRefuseWhatIsNotMounted(final String method, final String path, final int status, final String reason)
        throws Exception
    {
        server.post("/post", MAX_BODY_LENGTH, (exchange) -> exchange.answerEmpty(204));
        server.post("/both", MAX_BODY_LENGTH, (exchange) -> exchange.answerEmpty(204));
        server.get("/both", (exchange) -> exchange.answerEmpty(204));
        server.start();

        final HttpResponse<String> response = send(request(path).method(method, BodyPublishers.noBody()));

        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.body()).isEqualTo(reason + "\n");
    }

    @Test
    void shouldTakeBodyOfLimitAndRefuseOneByteMore() throws Exception
    {
        server.post("/", MAX_BODY_LENGTH, (exchange) ->
            exchange.answer(200, HttpExchange.PLAIN_TEXT, "" + exchange.body().length));
        server.start();
        final byte[] most = new byte[MAX_BODY_LENGTH];
        final byte[] more = new byte[MAX_BODY_LENGTH + 1];

        assertThat(post("/", BodyPublishers.ofByteArray(most)).body()).isEqualTo("1000");
        assertThat(post("/", BodyPublishers.ofByteArray(more)).statusCode()).isEqualTo(413);
        assertThat(post("/", chunked(most)).body()).isEqualTo("1000");
        assertThat(post("/", chunked(more)).statusCode()).isEqualTo(413);
    }

    @Test
    void shouldTakeSoManyBytesOfBodiesAtOnceAndNoMore() throws Exception
    {
        final int eighth = (int)(HttpServer.MAX_BODY_BYTES / 8);
        server.post("/", eighth, (exchange) -> exchange.answerEmpty(204));
        server.start();
        final List<Socket> sockets = new ArrayList<>();
        try
        {
            for (int i = 0; i < 8; i++)
            {
                final Socket socket = new Socket(InetAddress.getByName(HOST), server.port());
                sockets.add(socket);
                socket.getOutputStream().write(
                    ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + eighth + "\r\nExpect: 100-continue\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
                // 100 Continue says that the body is awaited.
                assertThat(socket.getInputStream().readNBytes(12)).asString().isEqualTo("HTTP/1.1 100");
            }
            assertThat(post("/", BodyPublishers.ofString("x")).statusCode()).isEqualTo(503);
        }
        finally
        {
            for (final Socket socket : sockets)
            {
                socket.close();
            }
        }
        Awaitility.await().atMost(TIMEOUT).until(() -> 204 == post("/", BodyPublishers.ofString("x")).statusCode());
    }

    @Test
    void shouldGiveUpABodyThatComesTooSlowly() throws Exception
    {
        try (HttpServer hasty = HttpServer.bind("hasty", HOST, 0, errors::add, 50);
            Socket socket = new Socket(InetAddress.getByName(HOST), hasty.port()))
        {
            hasty.post("/", MAX_BODY_LENGTH, (exchange) -> exchange.answerEmpty(204));
            hasty.start();
            socket.getOutputStream().write(
                "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nab".getBytes(StandardCharsets.US_ASCII));

            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                .startsWith("HTTP/1.1 400").endsWith("the body was cut off, or came too slowly\n");
        }
        assertThat(errors).isEmpty();
    }

    @Test
    void shouldAnswerFromAnotherThreadLater() throws Exception
    {
        final CompletableFuture<HttpExchange> taken = new CompletableFuture<>();
        server.post("/", MAX_BODY_LENGTH, taken::complete);
        server.start();

        final CompletableFuture<HttpResponse<String>> response = client.sendAsync(
            request("/").POST(BodyPublishers.ofString("x")).build(), BodyHandlers.ofString());
        final HttpExchange exchange = taken.get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
        assertThat(response).isNotDone();
        exchange.answer(200, HttpExchange.PLAIN_TEXT, "late");

        assertThat(response.get(TIMEOUT.toSeconds(), TimeUnit.SECONDS).body()).isEqualTo("late");
        assertThatThrownBy(() -> exchange.answerEmpty(204)).hasMessage("answered already: /");
    }

    @Test
    void shouldTellErrorHandlerAloneWhatHandlerThrew() throws Exception
    {
        server.get("/", (exchange) ->
        {
            throw new IllegalStateException("our secret");
        });
        server.start();

        final HttpResponse<String> response = get("/");

        assertThat(response.statusCode()).isEqualTo(500);
        assertThat(response.body()).doesNotContain("secret");
        assertThat(errors).singleElement().satisfies((error) -> assertThat(error).hasMessage("our secret"));
    }

    @Test
    void shouldRefusePortThatIsTaken()
    {
        assertThatThrownBy(() -> HttpServer.bind("other", HOST, server.port(), errors::add).close())
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessage("HTTP cannot listen on 127.0.0.1:" + server.port() + ": Address already in use");
    }

    @Test
    void shouldServeBesideAnotherServerOfTheProcess() throws Exception
    {
        server.get("/", (exchange) -> exchange.answer(200, HttpExchange.PLAIN_TEXT, "one"));
        server.start();
        try (HttpServer other = HttpServer.bind("other", HOST, 0, errors::add))
        {
            other.get("/", (exchange) -> exchange.answer(200, HttpExchange.PLAIN_TEXT, "two"));
            other.start();

            assertThat(get("/").body()).isEqualTo("one");
            assertThat(client.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + other.port())).build(),
                BodyHandlers.ofString()).body()).isEqualTo("two");
        }
        assertThat(get("/").body()).isEqualTo("one");
    }

    @Test
    void shouldFinishWhatRunsAndTakeNoMoreWhenClosed() throws Exception
    {
        final CountDownLatch isTaken = new CountDownLatch(1);
        server.get("/", (exchange) ->
        {
            isTaken.countDown();
            // The answer comes when the server is being closed: its listening socket is gone.
            awaitRefusal();
            exchange.answer(200, HttpExchange.PLAIN_TEXT, "done");
        });
        server.start();
        final CompletableFuture<HttpResponse<String>> response =
            client.sendAsync(request("/").build(), BodyHandlers.ofString());
        assertThat(isTaken.await(TIMEOUT.toSeconds(), TimeUnit.SECONDS)).isTrue();

        server.close();
        server.close();

        assertThat(response.get(TIMEOUT.toSeconds(), TimeUnit.SECONDS).body()).isEqualTo("done");
        assertThatThrownBy(() -> get("/")).isInstanceOf(IOException.class);
    }

    private void awaitRefusal()
    {
        final long deadlineNs = System.nanoTime() + TIMEOUT.toNanos();
        while (System.nanoTime() - deadlineNs < 0)
        {
            try (Socket socket = new Socket(InetAddress.getByName(HOST), server.port()))
            {
                assertThat(socket.isConnected()).isTrue();
            }
            catch (final IOException ex)
            {
                return;
            }
            // Few connections: the server has a second to part with each of them.
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    /** Of a length that nobody is told beforehand. */
    private static HttpRequest.BodyPublisher chunked(final byte[] body)
    {
        return BodyPublishers.fromPublisher(BodyPublishers.ofByteArray(body));
    }

    private HttpResponse<String> get(final String path) throws IOException, InterruptedException
    {
        return send(request(path).GET());
    }

    private HttpResponse<String> post(final String path, final HttpRequest.BodyPublisher body)
        throws IOException, InterruptedException
    {
        return send(request(path).POST(body));
    }

    private HttpResponse<String> send(final HttpRequest.Builder request) throws IOException, InterruptedException
    {
        return client.send(request.build(), BodyHandlers.ofString());
    }

    private HttpRequest.Builder request(final String path)
    {
        return HttpRequest.newBuilder(URI.create("http://" + HOST + ":" + server.port() + path)).timeout(TIMEOUT);
    }
}
