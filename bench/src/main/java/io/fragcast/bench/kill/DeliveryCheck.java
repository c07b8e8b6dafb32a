package io.fragcast.bench.kill;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads lines as a consumer does who takes nothing on trust: each attempt from its env over its frags in order to one
 * end, heights without a gap, nothing twice. To a consumer of standard output the last event before a kill may come
 * again.
 */
final class DeliveryCheck
{
    private static final String LINE_START = "{\"kind\":\"";
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Set<String> ENDS = Set.of("verified", "mismatched", "aborted", "superseded");
    private static final Set<String> OVER = Set.of("verified", "mismatched");

    private final List<JsonNode> events = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private int repeats;
    private @Nullable JsonNode last;

    private DeliveryCheck()
    {
    }

    /** Reads the whole lines of a file; none if there is none. */
    static DeliveryCheck read(final Path file, final int repeatsAllowed) throws IOException
    {
        final DeliveryCheck check = new DeliveryCheck();
        final String text = Files.exists(file) ? Files.readString(file, StandardCharsets.UTF_8) : "";
        for (final String line : text.substring(0, text.lastIndexOf('\n') + 1).lines().toList())
        {
            // A kill may have torn a line of standard output: the next life begins behind it.
            final int start = 0 < repeatsAllowed ? Math.max(0, line.lastIndexOf(LINE_START)) : 0;
            check.onEvent(MAPPER.readTree(line.substring(start)));
        }
        if (check.repeats > repeatsAllowed)
        {
            check.problems.add(check.repeats + " events came twice, " + repeatsAllowed + " may");
        }

        return check;
    }

    /** What is wrong, in the order of the lines. */
    List<String> problems()
    {
        return problems;
    }

    /** Height of the last block that was verified; 0: none. */
    long verifiedBlock()
    {
        for (int i = events.size() - 1; i >= 0; i--)
        {
            if ("verified".equals(kind(events.get(i))))
            {
                return events.get(i).path("blockNumber").longValue();
            }
        }

        return 0;
    }

    int eventCount()
    {
        return events.size();
    }

    int repeatCount()
    {
        return repeats;
    }

    /** The events of each attempt without what differs between two that told of them: stamps and hops. */
    Map<String, List<String>> contentByAttempt()
    {
        final Map<String, List<String>> content = new LinkedHashMap<>();
        for (final JsonNode event : events)
        {
            final ObjectNode copy = event.deepCopy();
            copy.remove(List.of("deliverTimeNs", "hops"));
            content.computeIfAbsent(attempt(event), (key) -> new ArrayList<>()).add(copy.toString());
        }

        return content;
    }

    private void onEvent(final JsonNode event)
    {
        final JsonNode before = last;
        if (null != before && position(before).equals(position(event)))
        {
            repeats++;
            return;
        }
        events.add(event);
        last = event;
        if ("gap".equals(kind(event)))
        {
            problems.add("gap of " + event.path("missing") + " before block " + event.path("blockNumber"));
        }
        else if (!isNext(before, event))
        {
            problems.add(position(event) + " after " + (null == before ? "nothing" : position(before)));
        }
    }

    private static boolean isNext(final @Nullable JsonNode before, final JsonNode event)
    {
        if (null == before)
        {
            return "env".equals(kind(event));
        }

        final String kindBefore = kind(before);
        if ("env".equals(kind(event)))
        {
            final long height = before.path("blockNumber").longValue() + (OVER.contains(kindBefore) ? 1 : 0);
            final boolean isBehindGap = "gap".equals(kindBefore);
            return isBehindGap || ENDS.contains(kindBefore) && (event.path("blockNumber").longValue() == height ||
                "superseded".equals(kindBefore) && event.path("blockNumber").longValue() == height + 1);
        }
        if (!attempt(before).equals(attempt(event)) || ENDS.contains(kindBefore))
        {
            return false;
        }
        if ("frag".equals(kind(event)))
        {
            final long wanted = "env".equals(kindBefore) ? 0 : before.path("seq").longValue() + 1;

            return "seal".equals(kindBefore) ? false : event.path("seq").longValue() == wanted;
        }
        final boolean isSealed = "seal".equals(kindBefore);

        return "seal".equals(kind(event)) ? !isSealed : isSealed || !"verified".equals(kind(event));
    }

    private static String kind(final JsonNode event)
    {
        return event.path("kind").asText();
    }

    private static String attempt(final JsonNode event)
    {
        return event.path("blockNumber").asText() + '/' + event.path("attempt");
    }

    private static String position(final JsonNode event)
    {
        return attempt(event) + '/' + kind(event) + '/' + event.path("seq").asText();
    }
}
