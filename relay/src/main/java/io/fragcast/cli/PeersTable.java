package io.fragcast.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.List;

/**
 * The peers of one node's status as text: a row a peer, columns as wide as what stands in them. Pure.
 */
final class PeersTable
{
    private static final String UNKNOWN = "–";
    private static final String[] HEAD = {"way", "state", "RTT", "clock", "sealed", "open", "asked", "peer"};

    private PeersTable()
    {
    }

    /**
     * For people.
     *
     * @param node as in {@code /status.json}.
     * @return the node's name with the count of its peers, and if there are any, a head and a row each.
     */
    static List<String> lines(final JsonNode node)
    {
        final List<String[]> rows = new ArrayList<>();
        rows.add(HEAD);
        int readyCount = 0;
        for (final JsonNode peer : node.path("peers"))
        {
            rows.add(row(peer));
            readyCount += "READY".equals(peer.path("state").asText()) ? 1 : 0;
        }
        final int peerCount = rows.size() - 1;
        final List<String> lines = new ArrayList<>();
        lines.add(node.path("name").asText() + ": " + readyCount + " of " + peerCount + " peers ready");
        if (0 < peerCount)
        {
            rows.forEach((row) -> lines.add(line(row, widths(rows))));
        }

        return lines;
    }

    /**
     * For programs.
     *
     * @param node as in {@code /status.json}.
     * @return a line of JSON a peer.
     */
    static List<String> json(final JsonNode node)
    {
        final List<String> lines = new ArrayList<>();
        for (final JsonNode peer : node.path("peers"))
        {
            final ObjectNode line = peer.deepCopy();
            lines.add(line.put("node", node.path("name").asText()).toString());
        }

        return lines;
    }

    private static String[] row(final JsonNode peer)
    {
        final JsonNode has = peer.path("has");
        final JsonNode asked = peer.path("asked");
        final String failure = peer.path("failure").asText();
        final boolean isReady = "READY".equals(peer.path("state").asText());

        return new String[]{
            peer.path("dialled").asBoolean() ? "dialled" : "dials",
            peer.path("state").asText() + (isReady || "NONE".equals(failure) ? "" : " after " + failure),
            micros(peer.path("rttUs"), ""),
            micros(peer.path("clockOffsetUs"), "") + micros(peer.path("clockErrorUs"), " ± "),
            has.isObject() ? TopFormat.number(has.path("sealedBlock").asLong()) : UNKNOWN,
            has.isObject() && 0 != has.path("openBlock").asLong() ?
                TopFormat.number(has.path("openBlock").asLong()) + " +" + has.path("openFrags").asInt() : UNKNOWN,
            asked.isObject() ? TopFormat.number(asked.path("requests").asLong()) : UNKNOWN,
            peer.path("name").asText()};
    }

    private static String micros(final JsonNode us, final String before)
    {
        if (!us.isNumber())
        {
            return before.isEmpty() ? UNKNOWN : "";
        }
        final double value = us.asDouble();

        return before + (value < 0 ? "-" : "") + TopFormat.micros(Math.abs(value));
    }

    private static int[] widths(final List<String[]> rows)
    {
        final int[] widths = new int[HEAD.length];
        for (final String[] row : rows)
        {
            for (int i = 0; i < row.length; i++)
            {
                widths[i] = Math.max(widths[i], row[i].length());
            }
        }

        return widths;
    }

    private static String line(final String[] row, final int[] widths)
    {
        final StringBuilder line = new StringBuilder();
        for (int i = 0; i < row.length; i++)
        {
            line.append(row[i]);
            if (i < row.length - 1)
            {
                line.append(" ".repeat(widths[i] - row[i].length() + 2));
            }
        }

        return line.toString();
    }
}
