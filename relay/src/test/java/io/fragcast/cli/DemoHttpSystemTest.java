package io.fragcast.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fragcast.edge.http.Browser;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * A demo that is watched while it runs: what its page, its JSON and {@code top} say is what {@code /metrics} says. The
 * values move, so each is held between those of a scrape before and a scrape after.
 */
@Timeout(120)
class DemoHttpSystemTest
{
    private static final Pattern PORT = Pattern.compile("status page: http://127\\.0\\.0\\.1:(\\d+)/");
    private static final Pattern SAMPLE = Pattern.compile("(fragcast_[a-z_]+)\\{node=\"([^\"]+)\",?([^}]*)} (\\S+)");
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final HttpClient client = HttpClient.newHttpClient();
    private final ObjectMapper mapper = new ObjectMapper();
    private final StringWriter out = new StringWriter();
    private CompletableFuture<Integer> demo;
    private int port;

    @BeforeEach
    void start()
    {
        // Six seconds a chain: a browser takes some to start.
        demo = CompletableFuture.supplyAsync(() -> Main.run(
            new PrintWriter(out, true), new PrintWriter(out, true),
            "demo", "--http", "0", "--relays", "1", "--replicas", "2", "--interval-ms", "100"),
            // Not in the common pool: on two cores it has one thread, which the browser's socket needs.
            (task) -> new Thread(task, "demo").start());
        Awaitility.await().atMost(PATIENCE).until(() -> PORT.matcher(out.toString()).find() || demo.isDone());
        final Matcher matcher = PORT.matcher(out.toString());
        assertThat(matcher.find()).as(out.toString()).isTrue();
        port = Integer.parseInt(matcher.group(1));
        Awaitility.await().atMost(PATIENCE).until(() -> valueOf(
            "fragcast_frags_delivered_total{node=\"replica-2\"}") > 3);
    }

    @AfterEach
    void end() throws Exception
    {
        assertEquals(ExitCodes.DONE, demo.get(60, TimeUnit.SECONDS), out.toString());
    }

    @Test
    void shouldServeTheSameValuesAsMetrics() throws Exception
    {
        final Map<String, Double> before = scrape();
        final JsonNode status = mapper.readTree(get("/status.json"));
        final Map<String, Double> after = scrape();

        final List<String> names = new ArrayList<>();
        for (final JsonNode node : status.get("nodes"))
        {
            names.add(node.get("name").asText());
            for (final Map.Entry<String, JsonNode> counter : node.get("counters").properties())
            {
                final String series = seriesOf(counter.getKey(), node.get("name").asText());
                assertBetween(series, before, counter.getValue().asDouble(), after);
            }
        }
        assertEquals(List.of("sequencer", "relay-1", "replica-1", "replica-2"), names);
        assertThat(timed("replica-1", "publish_deliver")).isPositive();
        assertThat(timed("replica-1", "hop")).isPositive();
        assertThat(timed("relay-1", "receive_accept")).isPositive();
        assertEquals(1, valueOf("fragcast_node_ready{node=\"relay-1\"}"));
    }

    @Test
    void shouldShowTheSameValuesInABrowserWithoutAnError() throws Exception
    {
        final Optional<Browser> found = Browser.find();
        assumeTrue(found.isPresent(), "no Chromium on the path");
        try (Browser browser = found.get())
        {
            final Map<String, Double> before = scrape();
            browser.open("http://127.0.0.1:" + port + "/#replica-1");
            browser.await("document.body && !!document.body.dataset.rendered");
            final Map<String, Double> shown = browser.shownMetrics();
            final Map<String, Double> after = scrape();

            assertThat(shown.size()).isGreaterThan(60);
            for (final Map.Entry<String, Double> counter : shown.entrySet())
            {
                assertBetween(seriesOf(counter.getKey(), "replica-1"), before, counter.getValue(), after);
            }
            assertThat(browser.errors()).isEmpty();
        }
    }

    @Test
    void shouldShowTheSameInATerminal()
    {
        final StringWriter screen = new StringWriter();
        final int exitCode = Main.run(new PrintWriter(screen, true), new PrintWriter(screen, true),
            "top", "--url", "http://127.0.0.1:" + port, "--once", "--node", "replica-1", "--width", "100");

        assertEquals(ExitCodes.DONE, exitCode, screen.toString());
        assertThat(screen.toString())
            .startsWith("replica-1").contains("● sequencer  ● relay-1  ● replica-1  ● replica-2")
            .contains("publish to deliver").contains("frags delivered");
    }

    @Test
    void shouldListPeers()
    {
        final StringWriter table = new StringWriter();
        final int exitCode = Main.run(new PrintWriter(table, true), new PrintWriter(table, true),
            "peers", "--url", "http://127.0.0.1:" + port, "--node", "replica-1");

        assertEquals(ExitCodes.DONE, exitCode, table.toString());
        assertThat(table.toString()).startsWith("replica-1: ").contains(" peers ready").contains("dialled  READY");
    }

    @Test
    void shouldNameTheNodesWhereNoneIsCalledSo()
    {
        final StringWriter error = new StringWriter();
        final int exitCode = Main.run(new PrintWriter(error, true), new PrintWriter(error, true),
            "peers", "--url", "http://127.0.0.1:" + port, "--node", "replica-9");

        assertEquals(ExitCodes.FAILED, exitCode, error.toString());
        assertThat(error.toString()).contains("runs no replica-9, only [").contains("replica-1");
    }

    /** Counters rise; a gauge may have moved either way, and is only to be there. */
    private static void assertBetween(
        final String series, final Map<String, Double> before, final double value, final Map<String, Double> after)
    {
        assertThat(before).as("series").containsKey(series);
        if (series.contains("_total"))
        {
            assertThat(value).as(series).isBetween(before.get(series), after.get(series));
        }
    }

    private static String seriesOf(final String name, final String node)
    {
        final int brace = name.indexOf('{');

        return brace < 0 ? name + "{node=\"" + node + "\"}" :
            name.substring(0, brace) + "{node=\"" + node + "\"," + name.substring(brace + 1);
    }

    private double timed(final String node, final String stage) throws IOException, InterruptedException
    {
        return valueOf("fragcast_latency_seconds_count{node=\"" + node + "\",stage=\"" + stage + "\"}");
    }

    private double valueOf(final String series) throws IOException, InterruptedException
    {
        return scrape().getOrDefault(series, 0.0);
    }

    private Map<String, Double> scrape() throws IOException, InterruptedException
    {
        final Map<String, Double> samples = new HashMap<>();
        get("/metrics").lines().forEach((line) ->
        {
            final Matcher matcher = SAMPLE.matcher(line);
            if (matcher.matches())
            {
                samples.put(line.substring(0, line.lastIndexOf(' ')), Double.parseDouble(matcher.group(4)));
            }
        });

        return samples;
    }

    private String get(final String path) throws IOException, InterruptedException
    {
        return client.send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(),
            HttpResponse.BodyHandlers.ofString()).body();
    }
}
