package io.fragcast.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fragcast.edge.http.StatusJson;
import io.fragcast.watch.WatchedNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

class TopScreenTest
{
    private final WatchedNode relay = new WatchedNode("relay-1", "relay",
        List.of("02abe81d2f63a1c7bd0c4d32a1c8e2b77c9d3d6a2b9c0f1e5a7788aa11cc22dd33@10.20.0.1:14040"),
        List.of("03c0ffee2f63a1c7bd0c4d32a1c8e2b77c9d3d6a2b9c0f1e5a7788aa11cc22dd33@10.30.0.4:14040"));
    private final WatchedNode replica = new WatchedNode("replica-1", "replica",
        List.of("03c0ffee2f63a1c7bd0c4d32a1c8e2b77c9d3d6a2b9c0f1e5a7788aa11cc22dd33@10.30.0.4:14040"), List.of());

    @ParameterizedTest
    @ValueSource(ints = {1, 40, 63, 80, 100, 132, 500})
    void shouldNeverBeWiderThanTheTerminal(final int width) throws IOException
    {
        relay.showMidBlock();
        replica.showMidBlock();

        for (final boolean isColoured : new boolean[]{false, true})
        {
            for (final String line : TopScreen.draw(status(relay, replica), null, width, isColoured))
            {
                assertThat(line.replaceAll("\u001b\\[[0-9;]*m", "").length())
                    .as(line).isLessThanOrEqualTo(Math.max(TopScreen.MIN_WIDTH, width));
            }
        }
    }

    @Test
    void shouldShowTheHoleTheHoldersAndTheCounts() throws IOException
    {
        replica.showMidBlock();

        final String screen = String.join("\n", TopScreen.draw(status(replica), null, 100, false));

        assertThat(screen)
            .contains("replica-1  replica, chain 10").contains("● ready: hears 1 of 1 upstream")
            .contains("1,204,337  open  term 2").contains("■■×□□□□").contains("6 of 7 frags, 1 missing")
            .contains("now term 2 from 100, at work").contains("hop ")
            .contains("● in  connected").contains("10.30.0.4:14040")
            .contains("frames received").contains("1,482,118").contains("frames refused stale")
            .contains("journal bytes").contains("9.22 GB").doesNotContain("\u001b");
    }

    @Test
    void shouldShowTheNodeThatIsAskedFor() throws IOException
    {
        final JsonNode status = status(relay, replica);

        assertThat(TopScreen.draw(status, "relay-1", 80, false).get(0)).startsWith("relay-1");
        assertThat(TopScreen.draw(status, null, 80, false).get(0)).startsWith("replica-1");
        assertThat(TopScreen.draw(status, null, 80, false)).anyMatch((line) -> line.contains("○ relay-1  ○ replica-1"));
    }

    @Test
    void shouldDrawANodeThatHasHeardNothing() throws IOException
    {
        final String screen = String.join("\n", TopScreen.draw(status(replica), null, 80, false));

        assertThat(screen).contains("○ not ready: not connected").contains("none heard of yet").contains("silent");
    }

    @Test
    void shouldWriteNumbersInThreeDigits()
    {
        assertEquals("999 B", TopFormat.bytes(999));
        assertEquals("1.00 kB", TopFormat.bytes(1_000));
        assertEquals("1.00 MB", TopFormat.bytes(999_999));
        assertEquals("9.9 µs", TopFormat.micros(9.9));
        assertEquals("12.3 ms", TopFormat.micros(12_345));
        assertEquals("2 min", TopFormat.millis(119_000));
    }

    private JsonNode status(final WatchedNode... nodes) throws IOException
    {
        return new ObjectMapper().readTree(
            new StatusJson(Stream.of(nodes).map(WatchedNode::watch).toList()).text());
    }
}
