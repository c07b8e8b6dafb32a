package io.fragcast.edge.jsonl;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fragcast.BlockEvent;
import io.fragcast.edge.DeliveryCursor;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Reads back how far a consumer is from a line that {@link JsonLinesEdge} wrote.
 */
final class LinePosition
{
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private LinePosition()
    {
    }

    /** Is it a line of ours that says something of a block that ended before? */
    static boolean isAside(final byte[] line)
    {
        final String text = new String(line, StandardCharsets.ISO_8859_1);
        for (final BlockEvent.Kind kind : BlockEvent.Kind.values())
        {
            if (kind.isAside() &&
                text.startsWith(JsonLinesFile.LINE_START + kind.name().toLowerCase(Locale.ROOT) + '"'))
            {
                return true;
            }
        }

        return false;
    }

    /** The position behind a line; null where it is no such line. */
    static @Nullable DeliveryCursor parse(final byte[] line)
    {
        try
        {
            final JsonNode event = MAPPER.readTree(line);
            final JsonNode attempt = event.path("attempt");
            if (!event.path("kind").isTextual() ||
                !event.path("chainId").isIntegralNumber() ||
                !event.path("blockNumber").isIntegralNumber() ||
                !event.path("seq").isIntegralNumber() ||
                !attempt.path("leaderTerm").isIntegralNumber() ||
                !attempt.path("incarnation").isIntegralNumber())
            {
                return null;
            }

            final DeliveryCursor cursor = new DeliveryCursor();
            cursor.place(
                event.path("chainId").bigIntegerValue().longValue(),
                attempt.path("leaderTerm").bigIntegerValue().intValue(),
                event.path("blockNumber").bigIntegerValue().longValue(),
                attempt.path("incarnation").bigIntegerValue().longValue(),
                BlockEvent.Kind.valueOf(event.path("kind").textValue().toUpperCase(Locale.ROOT)),
                event.path("seq").bigIntegerValue().intValue());

            return cursor;
        }
        catch (final IOException | IllegalArgumentException ex)
        {
            return null;
        }
    }
}
