package io.fragcast.edge.chain;

import org.agrona.concurrent.ManyToOneConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The way to an execution client's JSON-RPC over HTTP/1.1, connections kept. Asked by one thread, which takes the
 * answers too; the client's own thread reads them meanwhile.
 */
final class ChainHttp implements ChainPort, AutoCloseable
{
    /**
     * What came of a question.
     *
     * @param requestId of it.
     * @param answer    to it.
     */
    record Reply(long requestId, ChainAnswer answer)
    {
    }

    private static final int OK = 200;

    private final URI uri;
    private final Duration timeout;
    private final Queue<Reply> replies = new ManyToOneConcurrentLinkedQueue<>();
    private final ExecutorService executor = Executors.newSingleThreadExecutor(ChainHttp::newThread);
    private final HttpClient client;
    private @Nullable CompletableFuture<?> underWay;

    ChainHttp(final URI uri, final long timeoutNs)
    {
        this.uri = uri;
        timeout = Duration.ofNanos(timeoutNs);
        client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(timeout)
            .executor(executor)
            .build();
    }

    @Override
    public void ask(final long requestId, final String block)
    {
        final HttpRequest request = HttpRequest.newBuilder(uri)
            // The machine gives up first; then the connection is let go.
            .timeout(timeout.multipliedBy(2))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(ChainJson.request(requestId, block)))
            .build();
        underWay = client.sendAsync(request, HttpResponse.BodyHandlers.ofByteArray()).whenComplete(
            (response, error) -> replies.add(new Reply(requestId, answer(block, response, error))));
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

    private static ChainAnswer answer(
        final String block, final @Nullable HttpResponse<byte[]> response, final @Nullable Throwable error)
    {
        if (null != error)
        {
            return ChainAnswer.failed((null == error.getCause() ? error : error.getCause()).toString());
        }
        if (null == response || OK != response.statusCode())
        {
            return ChainAnswer.failed("status " + (null == response ? 0 : response.statusCode()));
        }

        return ChainJson.answer(block, response.body());
    }

    private static Thread newThread(final Runnable task)
    {
        final Thread thread = new Thread(task, "chain http");
        thread.setDaemon(true);

        return thread;
    }
}
