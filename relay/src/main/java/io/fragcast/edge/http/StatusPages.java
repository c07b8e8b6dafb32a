package io.fragcast.edge.http;

import io.fragcast.watch.NodeWatch;
import io.fragcast.watch.Readiness;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;

/**
 * What the nodes of a process show on its HTTP server: {@code /metrics}, {@code /ready}, {@code /live}, the status page
 * at {@code /} and what it is made of, {@code /status.json}. Mounted before the server starts; the server is closed
 * before the nodes are.
 */
public final class StatusPages
{
    private static final int OK = 200;
    private static final int UNAVAILABLE = 503;
    private static final String HTML = "text/html;charset=utf-8";
    /** The page brings everything along and asks this server alone. */
    private static final String POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; " +
        "connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private final List<NodeWatch> nodes;
    private final MetricsText metrics;
    private final StatusJson status;
    private final byte[] page;

    private StatusPages(final List<NodeWatch> nodes)
    {
        this.nodes = List.copyOf(nodes);
        metrics = new MetricsText(nodes);
        status = new StatusJson(nodes);
        page = readPage();
    }

    /**
     * Mounts the pages.
     *
     * @param http  not started yet.
     * @param nodes that they show.
     */
    public static void mount(final HttpServer http, final List<NodeWatch> nodes)
    {
        final StatusPages pages = new StatusPages(nodes);
        http.get("/metrics", (exchange) ->
            exchange.answer(OK, PrometheusWriter.CONTENT_TYPE, pages.metrics.text()));
        http.get("/ready", pages::onReady);
        http.get("/live", (exchange) -> exchange.answer(OK, HttpExchange.PLAIN_TEXT, "alive\n"));
        http.get("/status.json", (exchange) -> exchange
            .answerHeader("Cache-Control", "no-store")
            .answer(OK, HttpExchange.JSON, pages.status.text()));
        http.get("/", (exchange) -> exchange
            .answerHeader("Content-Security-Policy", POLICY)
            .answerHeader("X-Content-Type-Options", "nosniff")
            .answer(OK, HTML, pages.page));
    }

    /** Ready if each node is; a line a node says why. */
    private void onReady(final HttpExchange exchange)
    {
        boolean isReady = true;
        final StringBuilder lines = new StringBuilder();
        for (final NodeWatch node : nodes)
        {
            final Readiness readiness = Readiness.of(node);
            isReady &= readiness.isReady();
            lines.append(node.name()).append(readiness.isReady() ? ": ready: " : ": not ready: ")
                .append(readiness.reason()).append('\n');
        }
        exchange.answer(isReady ? OK : UNAVAILABLE, HttpExchange.PLAIN_TEXT, lines.toString());
    }

    private static byte[] readPage()
    {
        try (InputStream stream = Objects.requireNonNull(
            StatusPages.class.getResourceAsStream("status.html"), "status.html is not on the class path"))
        {
            return stream.readAllBytes();
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException("status.html cannot be read", ex);
        }
    }
}
