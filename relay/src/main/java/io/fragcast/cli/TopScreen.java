package io.fragcast.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.fragcast.cli.TopLine.Style;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Draws a node's status as lines of a terminal of any width: what the status page shows, in the same words. Pure: the
 * object of {@code /status.json} in, lines out.
 */
final class TopScreen
{
    /** Narrower than this nobody reads tables. */
    static final int MIN_WIDTH = 40;
    /** Wider lines are hard to follow with the eye. */
    private static final int MAX_WIDTH = 132;
    private static final int LABEL_WIDTH = 10;
    private static final String BARS = "▁▂▃▄▅▆▇█";

    private final int width;
    private final boolean isColoured;
    private final List<String> lines = new ArrayList<>();

    private TopScreen(final int width, final boolean isColoured)
    {
        this.width = Math.max(MIN_WIDTH, Math.min(width, MAX_WIDTH));
        this.isColoured = isColoured;
    }

    /**
     * Draws one node.
     *
     * @param status     object of /status.json.
     * @param name       of the node to draw, or null for the last.
     * @param width      of the terminal.
     * @param isColoured whether it shows colours.
     * @return lines, none wider than the terminal.
     */
    static List<String> draw(
        final JsonNode status, final @Nullable String name, final int width, final boolean isColoured)
    {
        final TopScreen screen = new TopScreen(width, isColoured);
        final JsonNode nodes = status.path("nodes");
        JsonNode shown = nodes.path(nodes.size() - 1);
        for (final JsonNode node : nodes)
        {
            if (node.path("name").asText().equals(name))
            {
                shown = node;
            }
        }
        screen.drawHead(status, shown);
        if (nodes.size() > 1)
        {
            screen.drawNodes(nodes);
        }
        screen.drawBlock(shown);
        screen.drawEnded(shown.path("ended"));
        screen.drawLeaders(shown.path("leaders"));
        screen.drawLatency(shown);
        screen.drawPeers(shown);
        screen.drawCounters(shown, status.path("jvm"));

        return screen.lines;
    }

    private void drawHead(final JsonNode status, final JsonNode node)
    {
        final boolean isReady = node.path("ready").asBoolean();
        final double upMs = status.path("nowMs").asDouble() - node.path("startedMs").asDouble();
        put(line().add(Style.STRONG, node.path("name").asText())
            .add(Style.SOFT, "  " + node.path("role").asText() + ", chain " + node.path("chainId").asText() +
                ", up " + TopFormat.millis(upMs)));
        put(line().add(isReady ? Style.GOOD : Style.BAD, (isReady ? "● ready: " : "○ not ready: ") +
            node.path("reason").asText()));
        put(line());
    }

    private void drawNodes(final JsonNode nodes)
    {
        TopLine row = label("nodes");
        for (final JsonNode node : nodes)
        {
            final boolean isReady = node.path("ready").asBoolean();
            final String name = node.path("name").asText();
            if (row.length() > LABEL_WIDTH && row.length() + name.length() + 3 > width)
            {
                put(row);
                row = line().to(LABEL_WIDTH);
            }
            row.add(isReady ? Style.GOOD : Style.BAD, isReady ? "● " : "○ ").add(name + "  ");
        }
        put(row);
    }

    private void drawBlock(final JsonNode node)
    {
        final JsonNode block = node.path("block");
        if (!block.isObject())
        {
            put(label("block").add(Style.SOFT, "none heard of yet"));
            return;
        }

        final String phase = block.path("phase").asText();
        put(label("block")
            .add(Style.STRONG, TopFormat.number(block.path("number").asLong()))
            .add("  ").add(styleOf(phase), phase.toLowerCase(Locale.ROOT))
            .add(Style.SOFT, "  term " + block.path("term").asInt() + ", " +
                TopFormat.millis(block.path("ageMs").asDouble())));

        final String seqs = block.path("seqs").asText();
        final boolean isSent = "sequencer".equals(node.path("role").asText());
        final int delivered = isSent ? seqs.length() : block.path("delivered").asInt();
        TopLine row = line().to(LABEL_WIDTH);
        for (int seq = 0; seq < seqs.length(); seq++)
        {
            if (row.length() == width)
            {
                put(row);
                row = line().to(LABEL_WIDTH);
            }
            final boolean isHere = '1' == seqs.charAt(seq);
            row.add(isHere ? Style.GOOD : Style.BAD, !isHere ? "×" : seq < delivered ? "■" : "□");
        }
        if (!seqs.isEmpty())
        {
            put(row);
        }
        final long missing = seqs.chars().filter((c) -> '0' == c).count();
        final long toCome = block.path("bytesExpected").asLong() - block.path("bytesArrived").asLong();
        put(line().to(LABEL_WIDTH)
            .add(block.path("frags").asInt() + (block.path("isLastKnown").asBoolean() ? " of " + seqs.length() : "") +
                " frags")
            .add(0 == missing ? Style.PLAIN : Style.BAD, 0 == missing ? "" : ", " + missing + " missing")
            .add(", " + TopFormat.number(block.path("txs").asLong()) + " txs, " +
                TopFormat.bytes(block.path("bytesArrived").asLong()) +
                (toCome > 0 ? ", " + TopFormat.bytes(toCome) + " to come" : "") +
                ", last frag " + TopFormat.millis(block.path("sinceFragMs").asDouble()) + " ago"));
    }

    private void drawEnded(final JsonNode ended)
    {
        if (ended.isEmpty())
        {
            return;
        }

        long most = 1;
        for (final JsonNode block : ended)
        {
            most = Math.max(most, block.path("bytes").asLong());
        }
        final TopLine row = label("recent");
        for (int i = Math.min(ended.size(), width / 3) - 1; i >= 0; i--)
        {
            final JsonNode block = ended.get(i);
            final int height = (int)(block.path("bytes").asLong() * (BARS.length() - 1) / most);
            row.add(styleOf(block.path("phase").asText()), BARS.substring(height, height + 1));
        }
        final JsonNode last = ended.get(0);
        put(row.add(Style.SOFT, "  " + TopFormat.number(last.path("number").asLong()) + " " +
            last.path("phase").asText().toLowerCase(Locale.ROOT) + " in " +
            TopFormat.millis(last.path("durationMs").asDouble()) + ", " +
            TopFormat.bytes(last.path("bytes").asLong())));
    }

    private void drawLeaders(final JsonNode leaders)
    {
        put(label("leader").add("now " + term(leaders.path("current")))
            .add(Style.SOFT, leaders.path("isOpen").asBoolean() ? ", at work" : ", no term is open")
            .add(leaders.path("next").isObject() ? "; next " + term(leaders.path("next")) : ""));
        put(line());
    }

    private static String term(final JsonNode term)
    {
        return "term " + term.path("number").asInt() + " from " + TopFormat.number(term.path("firstBlock").asLong()) +
            (term.path("lastBlock").isNumber() ? " to " + TopFormat.number(term.path("lastBlock").asLong()) : "");
    }

    private void drawLatency(final JsonNode node)
    {
        final boolean isWide = width >= 64;
        final String[] columns = isWide ? new String[]{"p50Us", "p90Us", "p99Us", "maxUs"} :
            new String[]{"p50Us", "p99Us"};
        final int first = 26;
        final TopLine head = label("latency").add(Style.SOFT, isWide ? "last minute" : "");
        for (int i = 0; i < columns.length; i++)
        {
            head.endingAt(first + 10 * (i + 1), Style.SOFT, columns[i].replace("Us", ""));
        }
        put(head.add(Style.SOFT, isWide && width >= 100 ?
            node.path("clockErrorUs").isNumber() ?
            "   clocks agree to " + TopFormat.micros(node.path("clockErrorUs").asDouble()) :
            "   clocks not compared yet" : ""));
        for (final JsonNode stage : node.path("latency"))
        {
            final boolean isKnown = stage.path("recent").asLong() > 0;
            final TopLine row = line().to(LABEL_WIDTH).add(stage.path("stage").asText().replace("_", " to "));
            for (int i = 0; i < columns.length; i++)
            {
                row.endingAt(first + 10 * (i + 1), isKnown ? Style.PLAIN : Style.SOFT,
                    isKnown ? TopFormat.micros(stage.path(columns[i]).asDouble()) : "–");
            }
            put(row);
        }
    }

    private void drawPeers(final JsonNode node)
    {
        put(line());
        put(label("peers").add(Style.SOFT, "stream").endingAt(LABEL_WIDTH + 26, Style.SOFT, "RTT")
            .endingAt(LABEL_WIDTH + 38, Style.SOFT, "skipped").add(Style.SOFT, width >= 80 ? "  peer" : ""));
        drawPeers(node.path("sources"), "in");
        drawPeers(node.path("sinks"), "out");
    }

    private void drawPeers(final JsonNode peers, final String way)
    {
        for (final JsonNode peer : peers)
        {
            final boolean isConnected = peer.path("connected").asBoolean();
            final String name = peer.path("name").asText();
            final int at = name.indexOf('@');
            final String place = name.substring(at + 1);
            final TopLine row = line().to(LABEL_WIDTH)
                .add(isConnected ? Style.GOOD : Style.BAD, isConnected ? "● " : "○ ")
                .add((way + " ").substring(0, 3) + " " + (isConnected ? "connected" : "silent"))
                .endingAt(LABEL_WIDTH + 26, Style.PLAIN,
                    peer.path("rttUs").isNumber() ? TopFormat.micros(peer.path("rttUs").asDouble()) : "–")
                .endingAt(LABEL_WIDTH + 38, peer.path("skipped").asLong() > 0 ? Style.WARN : Style.PLAIN,
                    TopFormat.number(peer.path("skipped").asLong()));
            if (width >= 80)
            {
                row.add("  " + place + "  ").add(Style.SOFT, at > 0 ? name.substring(0, at) : "");
                put(row);
            }
            else
            {
                put(row);
                put(line().to(LABEL_WIDTH + 2).add(place));
            }
        }
    }

    /** What is not 0, in as many columns as fit. */
    private void drawCounters(final JsonNode node, final JsonNode jvm)
    {
        put(line());
        final List<String> names = new ArrayList<>();
        final List<String> values = new ArrayList<>();
        for (final Map.Entry<String, JsonNode> entry : node.path("counters").properties())
        {
            if (0 != entry.getValue().asLong())
            {
                names.add(entry.getKey());
                values.add(entry.getKey().contains("_bytes") ?
                    TopFormat.bytes(entry.getValue().asLong()) : TopFormat.number(entry.getValue().asLong()));
            }
        }
        names.add("journal_lag");
        values.add(TopFormat.bytes(node.path("journalLagBytes").asLong()));
        names.add("heap, collections");
        values.add(TopFormat.bytes(jvm.path("heapUsedBytes").asLong()) + ", " + jvm.path("gcCollections").asLong());

        final int columns = Math.max(1, width / 44);
        final int columnWidth = width / columns;
        final int rows = (names.size() + columns - 1) / columns;
        for (int i = 0; i < rows; i++)
        {
            final TopLine row = line();
            for (int column = 0; column < columns; column++)
            {
                final int index = column * rows + i;
                if (index < names.size())
                {
                    final String value = values.get(index);
                    final int end = (column + 1) * columnWidth - (column + 1 < columns ? 3 : 0);
                    final String words = words(names.get(index));
                    final int room = Math.max(1, end - column * columnWidth - value.length() - 1);
                    row.to(column * columnWidth)
                        .add(styleOfCounter(names.get(index)),
                            words.length() <= room ? words : words.substring(0, room - 1) + '…')
                        .endingAt(end, Style.PLAIN, value);
                }
            }
            put(row);
        }
    }

    private static String words(final String metric)
    {
        return metric.replaceFirst("^fragcast_", "").replaceFirst("_total", "")
            .replaceAll("\\{.*\"(.*)\"}", " $1").replace('_', ' ');
    }

    private static Style styleOfCounter(final String metric)
    {
        if (metric.contains("hot_errors") || metric.contains("equivocation") || metric.contains("mismatched") ||
            metric.contains("holes") || metric.contains("frames_lost") || metric.contains("missed"))
        {
            return Style.BAD;
        }

        return metric.contains("refused") || metric.contains("skipped") || metric.contains("missing") ?
            Style.WARN : Style.SOFT;
    }

    private static Style styleOf(final String phase)
    {
        return switch (phase)
        {
            case "MISMATCHED" -> Style.BAD;
            case "ABORTED", "SUPERSEDED" -> Style.WARN;
            default -> Style.GOOD;
        };
    }

    private TopLine label(final String text)
    {
        return line().add(Style.SOFT, text).to(LABEL_WIDTH);
    }

    private TopLine line()
    {
        return new TopLine(width, isColoured);
    }

    private void put(final TopLine line)
    {
        lines.add(line.toString());
    }
}
