package io.fragcast.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a replica delivered to a file, read as a consumer of it would.
 */
public final class DeliveredLines
{
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Set<String> OVER = Set.of("verified", "mismatched");
    private static final Set<String> TERMINAL = Set.of("verified", "mismatched", "aborted", "superseded");

    private final List<JsonNode> events;

    private DeliveredLines(final List<JsonNode> events)
    {
        this.events = events;
    }

    /**
     * The whole lines of a file; none if there is no file yet.
     *
     * @param file of lines.
     * @return what they say.
     */
    public static DeliveredLines read(final Path file)
    {
        final List<JsonNode> events = new ArrayList<>();
        try
        {
            final String text = Files.exists(file) ? Files.readString(file, StandardCharsets.UTF_8) : "";
            for (final String line : text.substring(0, text.lastIndexOf('\n') + 1).lines().toList())
            {
                events.add(MAPPER.readTree(line));
            }
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }

        return new DeliveredLines(events);
    }

    List<JsonNode> events()
    {
        return events;
    }

    /**
     * Events of a kind.
     *
     * @param kind as the lines name it.
     * @return count.
     */
    public long count(final String kind)
    {
        return events.stream().filter((event) -> kind.equals(kind(event))).count();
    }

    /** Transactions of a block, its frags joined in order of seq, which must be that of the lines. */
    List<String> transactions(final long blockNumber)
    {
        final List<String> transactions = new ArrayList<>();
        int nextSeq = 0;
        for (final JsonNode event : events)
        {
            if (blockNumber == blockNumber(event) && "frag".equals(kind(event)))
            {
                assertThat(event.path("seq").intValue()).as("seq in block " + blockNumber).isEqualTo(nextSeq++);
                event.path("txs").forEach((tx) -> transactions.add(tx.textValue()));
            }
        }

        return transactions;
    }

    /** The lines without what differs from run to run: times, incarnation, and hops, for repair comes another way. */
    List<String> content()
    {
        return events.stream().map((event) ->
        {
            final ObjectNode content = event.deepCopy();
            content.remove(List.of("publishTimeNs", "deliverTimeNs", "hops"));
            ((ObjectNode)content.path("attempt")).remove("incarnation");
            return content.toString();
        }).toList();
    }

    /**
     * Nothing twice, nothing lost without a word: frags count up from 0 within an attempt, heights count up, and where
     * they do not, a gap names how many are missing.
     */
    public void assertNothingLostSilently()
    {
        final Set<String> positions = new HashSet<>();
        JsonNode last = null;
        long toldMissing = 0;
        for (final JsonNode event : events)
        {
            assertThat(positions.add(position(event))).as("repeated: " + event).isTrue();
            if ("gap".equals(kind(event)))
            {
                assertThat(event.path("missing").longValue()).isPositive();
                toldMissing += event.path("missing").longValue();
                continue;
            }
            assertFollows(last, event, toldMissing);
            last = event;
            toldMissing = 0;
        }
    }

    private static void assertFollows(final JsonNode last, final JsonNode event, final long toldMissing)
    {
        if (null == last || !"env".equals(kind(event)))
        {
            assertThat(null == last ? "" : attempt(last)).as("no env before " + event).isEqualTo(
                null == last ? "" : attempt(event));
            if (null == last)
            {
                assertThat(kind(event)).isEqualTo("env");
            }
            else if ("frag".equals(kind(event)))
            {
                final int wanted = "env".equals(kind(last)) ? 0 : last.path("seq").intValue() + 1;
                assertThat(event.path("seq").intValue()).as("after " + position(last)).isEqualTo(wanted);
            }
            return;
        }

        // A height may be opened anew. One that an attempt failed at counts as missed if it was not, after a restart.
        final long heights = blockNumber(event) - blockNumber(last);
        final long most = OVER.contains(kind(last)) || 0 == heights ? Math.max(0, heights - 1) : heights;
        final long least = TERMINAL.contains(kind(last)) || 0 == heights ? Math.max(0, heights - 1) : heights;
        assertThat(toldMissing).as("missing between " + position(last) + " and " + position(event))
            .isBetween(least, most);
        assertThat(heights).as(position(last) + " before " + position(event)).isNotNegative();
    }

    private static String attempt(final JsonNode event)
    {
        return event.path("blockNumber").asText() + '/' + event.path("attempt");
    }

    private static String position(final JsonNode event)
    {
        return attempt(event) + '/' + kind(event) + '/' + event.path("seq").asText();
    }

    static String kind(final JsonNode event)
    {
        return event.path("kind").textValue();
    }

    static long blockNumber(final JsonNode event)
    {
        return event.path("blockNumber").longValue();
    }
}
