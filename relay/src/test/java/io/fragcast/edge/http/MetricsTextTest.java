package io.fragcast.edge.http;

import io.fragcast.counter.FragcastCounter;
import io.fragcast.watch.BlockPhase;
import io.fragcast.watch.LatencyStage;
import io.fragcast.watch.WatchedNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

/**
 * Every metric is read back by a strict reader of the format.
 */
class MetricsTextTest
{
    private final WatchedNode relay = new WatchedNode(
        "relay", "relay", List.of("02ab@10.0.0.1:14040"), List.of("03cd@10.0.0.2:14040", "odd \"\\ name"));
    private final WatchedNode replica =
        new WatchedNode("replica", "replica", List.of("02ab@10.0.0.3:14040"), List.of());
    private final MetricsText metrics = new MetricsText(List.of(relay.watch(), replica.watch()));

    @ParameterizedTest
    @EnumSource
    void shouldExportEachCounter(final FragcastCounter counter)
    {
        relay.counters.get(counter).set(1_000_003L * counter.id());

        final Exposition exposition = Exposition.parse(metrics.text());

        final MetricName name = MetricName.of(counter);
        assertEquals(1_000_003.0 * counter.id(), valueOf(exposition, name, "relay"));
        assertEquals(0.0, valueOf(exposition, name, "replica"));
        assertEquals(
            FragcastCounter.Kind.COUNT == counter.kind() ? "counter" : "gauge", exposition.types().get(name.family()));
    }

    @Test
    void shouldGiveNoTwoCountersOneName()
    {
        assertThat(List.of(FragcastCounter.values())).extracting(MetricName::of)
            .extracting((name) -> name.family() + name.label() + name.value()).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @EnumSource
    void shouldSayWhatEachCounterMeans(final FragcastCounter counter)
    {
        assertThat(counter.meaning()).as("a sentence").matches("[A-Z0-9].*\\.").isNotEqualTo(counter.label());
    }

    @Test
    void shouldExportHistogramsByStage()
    {
        relay.latencies.record(LatencyStage.HOP, 20_000);
        relay.latencies.record(LatencyStage.HOP, 30_000_000);

        final Exposition exposition = Exposition.parse(metrics.text());

        final String[] hop = {"node", "relay", "stage", "hop"};
        assertEquals(2, exposition.value("fragcast_latency_seconds_count", hop));
        assertEquals(0.03002, exposition.value("fragcast_latency_seconds_sum", hop), 0.0005);
        assertEquals(0, bucket(exposition, "0.00001"));
        assertEquals(1, bucket(exposition, "0.000025"));
        assertEquals(1, bucket(exposition, "0.025"));
        assertEquals(2, bucket(exposition, "0.05"));
        assertEquals(2, bucket(exposition, "+Inf"));
        for (final LatencyStage stage : LatencyStage.values())
        {
            assertEquals(0, exposition.value(
                "fragcast_latency_seconds_count", "node", "replica", "stage", stage.label()));
        }
    }

    @Test
    void shouldExportWhatIsBehindTheCounters()
    {
        relay.sources.onPeer(0, true);
        relay.sinks.onSkipped(0, 7);
        relay.board.onAttempt(2, 1_234, 1, relay.nowNs);
        relay.board.onFrag(0, false, 3, 100, 100);
        relay.board.onPhase(BlockPhase.OPEN);

        final Exposition exposition = Exposition.parse(metrics.text());

        assertEquals(1, exposition.value("fragcast_peer_connected",
            "node", "relay", "direction", "source", "peer", "02ab@10.0.0.1:14040"));
        assertEquals(7, exposition.value("fragcast_peer_skipped_total",
            "node", "relay", "peer", "03cd@10.0.0.2:14040"));
        assertEquals(1_234, exposition.value("fragcast_block_number", "node", "relay"));
        assertEquals(-1, exposition.value("fragcast_block_number", "node", "replica"));
        assertEquals(4_096, exposition.value("fragcast_journal_lag_bytes", "node", "relay"));
        assertEquals(1, exposition.value("fragcast_node_ready", "node", "relay"));
        assertEquals(0, exposition.value("fragcast_node_ready", "node", "replica"));
        assertEquals(Double.NaN, exposition.value("fragcast_clock_error_bound_seconds", "node", "relay"));
        assertThat(exposition.value("fragcast_jvm_heap_used_bytes")).isPositive();
        assertThat(exposition.types()).containsKeys(
            "fragcast_jvm_gc_collections_total", "fragcast_jvm_gc_seconds_total",
            "fragcast_jvm_thread_allocated_bytes_total");
    }

    /** Dashboards and alerts of operators name them: a name may come (-Dfragcast.golden.write=true), none may go. */
    @Test
    void shouldKeepEveryNameItEverHad() throws IOException
    {
        final Exposition exposition = Exposition.parse(metrics.text());
        final List<String> names = new ArrayList<>();
        exposition.types().forEach((family, type) -> names.add(type + ' ' + family));
        if (Boolean.getBoolean("fragcast.golden.write"))
        {
            Files.write(Path.of("src/test/resources/metrics/names.txt"), names);
            return;
        }

        try (InputStream stream = Objects.requireNonNull(getClass().getResourceAsStream("/metrics/names.txt")))
        {
            final List<String> kept = new String(stream.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
            assertThat(kept).hasSizeGreaterThan(40);
            assertThat(names).containsAll(kept);
        }
    }

    private static double bucket(final Exposition exposition, final String bound)
    {
        return exposition.value("fragcast_latency_seconds_bucket", "node", "relay", "stage", "hop", "le", bound);
    }

    private static double valueOf(final Exposition exposition, final MetricName name, final String node)
    {
        return null == name.label() ?
            exposition.value(name.family(), "node", node) :
            exposition.value(name.family(), "node", node, name.label(), name.value());
    }
}
