package io.fragcast.edge.engine;

import io.fragcast.edge.engine.EngineAnswer.Outcome;
import io.fragcast.ethereum.Hex;
import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.ManyToOneConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * The way to an execution client over HTTP/1.1, connections kept. Asked by one thread, which takes the answers too; the
 * client's own thread reads them meanwhile.
 */
final class EngineHttp implements EnginePort, AutoCloseable
{
    /**
     * What came of a request.
     *
     * @param requestId of it.
     * @param method    of it.
     * @param answer    to it.
     */
    record Reply(long requestId, EngineMethod method, EngineAnswer answer)
    {
    }

    private static final int OK = 200;
    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;
    private static final int TOO_LARGE = 413;
    private static final byte[] NO_BODY = new byte[0];

    private final EngineConfig config;
    private final EpochClock clock;
    private volatile JwtToken token;
    private final EngineEvents events = new EngineEvents();
    private final Queue<Reply> replies = new ManyToOneConcurrentLinkedQueue<>();
    private final ExecutorService executor = Executors.newSingleThreadExecutor(EngineHttp::newThread);
    private final HttpClient client;
    private @Nullable CompletableFuture<?> underWay;

    EngineHttp(final EngineConfig config, final EpochClock clock)
    {
        this.config = config;
        this.clock = clock;
        token = new JwtToken(config.jwtSecret());
        client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofNanos(config.requestTimeoutNs()))
            .executor(executor)
            .build();
    }

    /**
     * Signs with another secret from now on. Any thread.
     *
     * @param secret 32 bytes that the client shares.
     */
    void secret(final byte[] secret)
    {
        token = new JwtToken(secret);
    }

    @Override
    public void ask(
        final long requestId, final EngineMethod method, final @Nullable EngineMessage message, final byte[] hash)
    {
        final byte[] body = null != message ?
            EngineJson.request(requestId, method, events.open(message)) :
            EngineJson.query(requestId, method, 0 == hash.length ? "latest" : Hex.toHex(hash));
        final HttpRequest request = HttpRequest.newBuilder(config.uri())
            // The machine gives up first; then the connection is let go.
            .timeout(Duration.ofNanos(2 * config.requestTimeoutNs()))
            .header("Content-Type", "application/json")
            .header("Authorization", "Bearer " + token.issue(TimeUnit.MILLISECONDS.toSeconds(clock.time())))
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build();
        underWay = client.sendAsync(request, HttpResponse.BodyHandlers.ofByteArray()).whenComplete((response, error) ->
            replies.add(new Reply(requestId, method, answer(method, response, error))));
    }

    /** The next reply; null: none yet. */
    @Nullable Reply poll()
    {
        return replies.poll();
    }

    @Override
    public void close()
    {
        if (null != underWay)
        {
            underWay.cancel(true);
        }
        executor.shutdownNow();
    }

    private static EngineAnswer answer(
        final EngineMethod method,
        final @Nullable HttpResponse<byte[]> response,
        final @Nullable Throwable error)
    {
        if (null != error)
        {
            return failure(null == error.getCause() ? error : error.getCause());
        }

        final int status = null == response ? 0 : response.statusCode();
        final byte[] body = null == response ? NO_BODY : response.body();

        return switch (status)
        {
            case OK -> EngineJson.answer(method, body);
            case UNAUTHORIZED, FORBIDDEN -> EngineAnswer.failed(
                Outcome.SHUT_OUT, status + ": is deliver.jwt-secret-file the client's, and its clock right?");
            case TOO_LARGE -> EngineAnswer.failed(Outcome.UNREAD, "413: the request is too large");
            default -> EngineAnswer.failed(Outcome.UNKNOWN, "status " + status);
        };
    }

    /** Where no connection was made, nothing was sent. */
    private static EngineAnswer failure(final Throwable error)
    {
        final boolean isUnsent = error instanceof ConnectException || error instanceof HttpConnectTimeoutException;

        return isUnsent ?
            EngineAnswer.failed(Outcome.SHUT_OUT, "no connection") :
            EngineAnswer.failed(Outcome.UNKNOWN, error.toString());
    }

    private static Thread newThread(final Runnable task)
    {
        final Thread thread = new Thread(task, "engine http");
        thread.setDaemon(true);

        return thread;
    }
}
