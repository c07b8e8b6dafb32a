package io.fragcast.edge.http;

/**
 * Serves one path of an {@link HttpServer}.
 */
@FunctionalInterface
public interface HttpHandler
{
    /**
     * A request whose method is the mounted one and whose body has come in whole. Called on a thread of the server, on
     * several at once: return soon, and answer then or later, from any thread.
     *
     * @param exchange to be answered exactly once.
     * @throws RuntimeException for a failure of ours: the client gets a 500 that tells it nothing, the node's error
     *                          handler the exception.
     */
    void onRequest(HttpExchange exchange);
}
