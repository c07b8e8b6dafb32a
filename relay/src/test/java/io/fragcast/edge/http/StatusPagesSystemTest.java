package io.fragcast.edge.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.watch.WatchedNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * The pages over a real server, asked by a client and by a headless Chromium. Without a browser on the path what needs
 * one is skipped, and says so.
 */
@Timeout(120)
class StatusPagesSystemTest
{
    /** Where the pictures of the page are left to be looked at. */
    private static final Path PICTURES = Path.of("target", "status-page");

    private final HttpClient client = HttpClient.newHttpClient();
    private final ObjectMapper mapper = new ObjectMapper();
    private final List<Throwable> failures = new ArrayList<>();
    private final WatchedNode replica = new WatchedNode("replica-1", "replica",
        List.of("02abe81d2f63a1c7bd0c4d32a1c8e2b77c9d3d6a2b9c0f1e5a7788aa11cc22dd33@10.20.0.4:14040",
            "03c0ffee2f63a1c7bd0c4d32a1c8e2b77c9d3d6a2b9c0f1e5a7788aa11cc22dd33@10.30.0.4:14040"), List.of());
    private final WatchedNode relay = new WatchedNode("relay-1", "relay",
        List.of("02abe81d2f63a1c7bd0c4d32a1c8e2b77c9d3d6a2b9c0f1e5a7788aa11cc22dd33@10.20.0.1:14040"),
        List.of("<b>not html</b>@10.20.0.9:14040"));
    private HttpServer http;

    @BeforeEach
    void serve()
    {
        http = HttpServer.bind("test", "127.0.0.1", 0, failures::add);
        StatusPages.mount(http, List.of(relay.watch(), replica.watch()));
        http.start();
    }

    @AfterEach
    void close()
    {
        assertThat(failures).isEmpty();
        http.close();
    }

    @Test
    void shouldBeAliveWhetherReadyOrNot() throws Exception
    {
        assertEquals(200, get("/live").statusCode());
        assertEquals(503, get("/ready").statusCode());
        assertThat(get("/ready").body()).contains("replica-1: not ready: not connected: hears 0 of 2 upstream");
    }

    @Test
    void shouldSayReadyWhileEachNodeHearsFragsAndNoLonger() throws Exception
    {
        relay.showMidBlock();
        replica.showMidBlock();
        assertEquals(200, get("/ready").statusCode(), get("/ready").body());

        replica.nowNs += 700_000_000;

        assertEquals(503, get("/ready").statusCode());
        assertThat(get("/ready").body())
            .contains("relay-1: ready").contains("replica-1: not ready: term 2 is open, but no frag for 712 ms");
    }

    @Test
    void shouldServeTheSameValuesAsMetricsAndJson() throws Exception
    {
        relay.showMidBlock();
        replica.showMidBlock();
        final Exposition metrics = Exposition.parse(get("/metrics").body());
        final JsonNode status = mapper.readTree(get("/status.json").body());

        assertThat(get("/metrics").headers().firstValue("content-type")).hasValue(PrometheusWriter.CONTENT_TYPE);
        final JsonNode node = status.get("nodes").get(1);
        assertEquals("replica-1", node.get("name").asText());
        for (final FragcastCounter counter : FragcastCounter.values())
        {
            final MetricName name = MetricName.of(counter);
            assertEquals(valueOf(metrics, name), node.get("counters").get(name.toString()).asDouble(), name.family());
        }
        assertEquals(metrics.value("fragcast_block_number", "node", "replica-1"),
            node.get("block").get("number").asDouble());
        assertEquals(metrics.value("fragcast_block_frags", "node", "replica-1"),
            node.get("block").get("frags").asDouble());
        for (final JsonNode stage : node.get("latency"))
        {
            assertEquals(metrics.value("fragcast_latency_seconds_count",
                "node", "replica-1", "stage", stage.get("stage").asText()), stage.get("count").asDouble());
        }
        assertEquals("1101111", node.get("block").get("seqs").asText());
    }

    @Test
    void shouldBringItsOwnScriptsAndNothingFromElsewhere() throws Exception
    {
        final String page = get("/").body();

        assertThat(page).doesNotContain("http://localhost").doesNotContain("https://").doesNotContain("<script src")
            .doesNotContain("innerHTML").doesNotContain("@import");
        assertThat(get("/").headers().firstValue("content-security-policy")).isPresent();
    }

    @Test
    void shouldShowInABrowserWhatMetricsSay() throws Exception
    {
        relay.showMidBlock();
        replica.showMidBlock();
        final Optional<Browser> found = Browser.find();
        assumeTrue(found.isPresent(), "no Chromium on the path");
        try (Browser browser = found.get())
        {
            browser.screen(1240, 1000, false, false);
            browser.open(url("/#replica-1"));
            browser.await("document.body && !!document.body.dataset.rendered");

            final Exposition metrics = Exposition.parse(get("/metrics").body());
            final Map<String, Double> shown = browser.shownMetrics();
            assertEquals(FragcastCounter.values().length, shown.size());
            for (final FragcastCounter counter : FragcastCounter.values())
            {
                final MetricName name = MetricName.of(counter);
                assertEquals(valueOf(metrics, name), shown.get(name.toString()), name.toString());
            }
            assertEquals("1,204,337", browser.evaluate("document.querySelector('.number').textContent").asText());
            assertEquals(7 + 3, browser.evaluate("document.querySelectorAll('.cells i').length").asInt());
            assertEquals(1, browser.evaluate("document.querySelectorAll('.head ~ .cells i.hole').length").asInt());

            browser.evaluate("document.querySelector('[data-node=\"relay-1\"]').click()");
            browser.await("document.getElementById('who').textContent.startsWith('relay-1')");
            assertThat(browser.evaluate("document.querySelector('#main').textContent").asText()).contains("10.20.0.9");
            browser.evaluate("document.querySelector('[data-node=\"replica-1\"]').click()");
            takePictures(browser);

            assertThat(browser.errors()).isEmpty();
            http.close();
            browser.await("document.body.classList.contains('lost')");
            assertThat(browser.evaluate("document.getElementById('lost').textContent").asText())
                .contains("No answer from the node");
        }
    }

    private static void takePictures(final Browser browser) throws IOException
    {
        Files.createDirectories(PICTURES);
        for (final boolean isDark : new boolean[]{false, true})
        {
            final String theme = isDark ? "dark" : "light";
            browser.screen(1240, 1000, false, isDark);
            browser.screenshot(PICTURES.resolve("desktop-" + theme + ".png"));
            browser.screen(390, 844, true, isDark);
            assertThat(browser.evaluate("document.documentElement.scrollWidth").asInt())
                .as("a phone need not scroll sideways").isLessThanOrEqualTo(390);
            browser.screenshot(PICTURES.resolve("phone-" + theme + ".png"));
            assertNotEquals(0, Files.size(PICTURES.resolve("phone-" + theme + ".png")));
        }
    }

    private static double valueOf(final Exposition metrics, final MetricName name)
    {
        return null == name.label() ?
            metrics.value(name.family(), "node", "replica-1") :
            metrics.value(name.family(), "node", "replica-1", name.label(), name.value());
    }

    private HttpResponse<String> get(final String path) throws IOException, InterruptedException
    {
        return client.send(HttpRequest.newBuilder(URI.create(url(path))).build(),
            HttpResponse.BodyHandlers.ofString());
    }

    private String url(final String path)
    {
        return "http://127.0.0.1:" + http.port() + path;
    }
}
