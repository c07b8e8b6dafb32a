package io.fragcast.edge.jsonl;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fragcast.BlockEvent;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * How far a consumer is: an attempt, and a rank within it.
 *
 * @param chainId     of the attempt.
 * @param leaderTerm  of the attempt.
 * @param blockNumber of the attempt.
 * @param incarnation of the attempt.
 * @param rank        of the last event taken.
 * @param isBlockOver does that event end the block, and not only an attempt at it?
 */
record EventPosition(
    long chainId, int leaderTerm, long blockNumber, long incarnation, long rank, boolean isBlockOver)
{
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final long RANK_REORG = -2;
    private static final long RANK_GAP = -1;
    private static final long RANK_ENV = 0;
    /** Above every seq, which is a u32. */
    private static final long RANK_SEAL = 1L << 32;
    private static final long RANK_TERMINAL = RANK_SEAL + 1;

    static long rankOf(final BlockEvent.Kind kind, final int seq)
    {
        return switch (kind)
        {
            case REORG -> RANK_REORG;
            case GAP -> RANK_GAP;
            case ENV -> RANK_ENV;
            case FRAG -> 1 + Integer.toUnsignedLong(seq);
            case SEAL -> RANK_SEAL;
            case VERIFIED, MISMATCHED, ABORTED, SUPERSEDED -> RANK_TERMINAL;
            case FINALIZED, SEAL_MISMATCHED ->
                throw new IllegalArgumentException(kind + " has no place among the events of an attempt");
        };
    }

    /** Reads the position of a line that {@link JsonLinesEdge} wrote; null where it wrote no such line. */
    static @Nullable EventPosition parse(final byte[] line)
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

            final BlockEvent.Kind kind =
                BlockEvent.Kind.valueOf(event.path("kind").textValue().toUpperCase(Locale.ROOT));

            return new EventPosition(
                event.path("chainId").bigIntegerValue().longValue(),
                attempt.path("leaderTerm").bigIntegerValue().intValue(),
                event.path("blockNumber").bigIntegerValue().longValue(),
                attempt.path("incarnation").bigIntegerValue().longValue(),
                rankOf(kind, event.path("seq").bigIntegerValue().intValue()),
                BlockEvent.Kind.VERIFIED == kind || BlockEvent.Kind.MISMATCHED == kind);
        }
        catch (final IOException | IllegalArgumentException ex)
        {
            return null;
        }
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

    /** The last block of which nothing more is needed. */
    long lastBlock()
    {
        return isBlockOver ? blockNumber : blockNumber - 1;
    }

    /** Was the event taken already? Known for the attempt of the last one. */
    boolean isPast(final BlockEvent event)
    {
        return !event.kind().isAside() &&
            event.blockNumber() == blockNumber &&
            event.incarnation() == incarnation &&
            event.leaderTerm() == leaderTerm &&
            event.chainId() == chainId &&
            rankOf(event.kind(), event.seq()) <= rank;
    }
}
