package io.fragcast.edge.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.watch.LatencyStage;
import io.fragcast.watch.WatchedNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What an operator installs from tuning names nothing that a node does not export: metrics, their labels, the values
 * of the labels that the program gives.
 */
class WatchFilesTest
{
    private static final Path TUNING = Path.of("..", "tuning");
    private static final String DASHBOARD = "grafana/fragcast.json";
    private static final String ALERTS = "prometheus/alerts.yml";
    private static final Pattern METRIC = Pattern.compile("(fragcast_[a-z_]+)(?:\\{([^}]*)})?");
    private static final Pattern MATCHER = Pattern.compile("([a-z_]+)(=~?|!=|!~)\"([^\"]*)\"");

    private final WatchedNode node = new WatchedNode("relay", "relay", List.of("a@b:1"), List.of("c@d:1"));
    private final Exposition exposition = Exposition.parse(new MetricsText(List.of(node.watch())).text());

    @ParameterizedTest
    @ValueSource(strings = {DASHBOARD, ALERTS})
    void shouldNameOnlyWhatIsExported(final String file) throws IOException
    {
        final Set<String> exported = new HashSet<>();
        exposition.samples().keySet().forEach((key) -> exported.add(key.substring(0, key.indexOf('{'))));
        final Map<String, Set<String>> values = labelValues();
        final Set<String> named = new TreeSet<>();
        final Matcher metrics = METRIC.matcher(Files.readString(TUNING.resolve(file)).replace("\\\"", "\""));
        while (metrics.find())
        {
            named.add(metrics.group(1));
            final Matcher labels = MATCHER.matcher(null == metrics.group(2) ? "" : metrics.group(2));
            while (labels.find())
            {
                final Set<String> known = values.get(labels.group(1));
                assertThat(known).as("label " + labels.group(1) + " in " + metrics.group()).isNotNull();
                if (!labels.group(3).startsWith("$"))
                {
                    assertThat(known).as(metrics.group()).containsAll(List.of(labels.group(3).split("\\|")));
                }
            }
        }

        assertThat(named).hasSizeGreaterThan(10);
        assertThat(exported).as("exported, for " + file).containsAll(named);
    }

    /** An alert nobody can find on the dashboard, or a panel that shows nothing, helps nobody. */
    @Test
    void shouldBeADashboardThatGrafanaReads() throws IOException
    {
        final JsonNode dashboard = new ObjectMapper().readTree(TUNING.resolve(DASHBOARD).toFile());

        assertThat(dashboard.path("title").asText()).isEqualTo("Fragcast");
        final Set<Integer> ids = new HashSet<>();
        for (final JsonNode panel : dashboard.path("panels"))
        {
            assertThat(ids.add(panel.path("id").asInt())).isTrue();
            assertThat(panel.path("title").asText()).isNotBlank();
            assertThat(panel.path("description").asText()).endsWith(".");
            assertThat(panel.path("targets")).isNotEmpty();
            assertThat(panel.path("gridPos").path("x").asInt() + panel.path("gridPos").path("w").asInt())
                .isLessThanOrEqualTo(24);
        }
        assertThat(ids).hasSizeGreaterThan(10);
    }

    /** Values that the program gives; those of a node or a peer are its operator's. */
    private static Map<String, Set<String>> labelValues()
    {
        final Map<String, Set<String>> values = new HashMap<>();
        for (final FragcastCounter counter : FragcastCounter.values())
        {
            final MetricName name = MetricName.of(counter);
            if (null != name.label())
            {
                values.computeIfAbsent(name.label(), (label) -> new HashSet<>()).add(name.value());
            }
        }
        for (final LatencyStage stage : LatencyStage.values())
        {
            values.computeIfAbsent("stage", (label) -> new HashSet<>()).add(stage.label());
        }
        for (final String free : List.of("node", "peer", "thread", "instance", "direction", "le"))
        {
            values.put(free, Set.of());
        }

        return values;
    }
}
