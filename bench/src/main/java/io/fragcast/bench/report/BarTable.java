package io.fragcast.bench.report;

import io.fragcast.bench.report.Results.Row;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

import static java.util.Objects.requireNonNull;

/**
 * Every bar that there is, in the order of {@code bars.tsv} beside this class, with what came of it: a bar that nobody
 * measured has its line as well.
 */
final class BarTable
{
    /**
     * How a figure is written.
     */
    private enum Form
    {
        /** B as a multiple of A, at most the bar. */
        RATIO,
        /** The times that B is faster, at least the bar. */
        FASTER,
        /** B a second as a multiple of A, at least the bar. */
        RATE,
        /** Of a core. */
        PERCENT,
        /** A number of things. */
        COUNT
    }

    /**
     * What came of a bar.
     *
     * @param title   of the bar.
     * @param figure  as it was measured; empty: it was not.
     * @param bar     as it was wanted.
     * @param medians A and B behind it.
     * @param verdict PASS, MISS, NOISY, FAIL or NOT MEASURED.
     * @param note    what stands in the way, if it does not hold; what it holds by, if not by its figure.
     */
    record Line(String title, String figure, String bar, String medians, String verdict, String note)
    {
        /** A name for the verdict that a style sheet takes. */
        String style()
        {
            return verdict.replace(' ', '-');
        }
    }

    private static final String RESOURCE = "bars.tsv";
    private static final String PASS = "PASS";
    private static final int TITLE = 0;
    private static final int COMMAND = 1;
    private static final int NAME = 2;
    private static final int FIGURE = 3;
    private static final int FORM = 4;
    private static final int OBSTACLE = 5;

    private final List<Line> lines = new ArrayList<>();

    private BarTable()
    {
    }

    static BarTable of(final List<Results> all) throws IOException
    {
        final BarTable table = new BarTable();
        try (InputStream stream = requireNonNull(BarTable.class.getResourceAsStream(RESOURCE), RESOURCE);
            BufferedReader reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8)))
        {
            reader.lines().skip(1).map((line) -> line.split("\t", -1)).forEach((bar) -> table.add(bar, all));
        }

        return table;
    }

    List<Line> lines()
    {
        return lines;
    }

    long count(final String verdict)
    {
        return lines.stream().filter((line) -> verdict.equals(line.verdict)).count();
    }

    private void add(final String[] bar, final List<Results> all)
    {
        final Pattern name = Pattern.compile(bar[NAME]);
        final Form form = Form.valueOf(bar[FORM].toUpperCase(Locale.ROOT));
        // The last folder has the last word.
        Row found = null;
        for (final Results results : all)
        {
            for (final Row row : results.bars())
            {
                if (name.matcher(row.text("name")).matches() && bar[FIGURE].equals(row.text("figure")))
                {
                    found = row;
                }
            }
        }
        if (null == found)
        {
            lines.add(new Line(bar[TITLE], "", "", "", "NOT MEASURED", "fragcast bench " + bar[COMMAND]));
            return;
        }
        final String outcome = found.text("outcome");
        final String verdict = "INCONCLUSIVE".equals(outcome) ? "NOISY" : outcome;
        lines.add(new Line(
            bar[TITLE],
            figure(form, found.number("ratio")),
            bar(form, found),
            medians(form, found),
            verdict,
            note(verdict, found, bar[OBSTACLE])));
    }

    /** What the verdict alone does not say. */
    private static String note(final String verdict, final Row row, final String obstacle)
    {
        final boolean isBeyond = row.number("ratio") > row.number("bound");
        final String noise = (isBeyond ? "beyond the bar, but " : "") +
            "two equal runs differ by up to " + number(row.number("noise")) + 'x';

        return switch (verdict)
        {
            // The noise rule lets B be as far from A as A is from itself.
            case PASS -> isBeyond ? noise : "";
            case "NOISY" -> noise + ", or others took the processor" + (isBeyond ? ". " + obstacle : "");
            default -> obstacle;
        };
    }

    private static String bar(final Form form, final Row row)
    {
        final String bound = figure(form, row.number("bound"));
        final String aim = figure(form, row.number("aim"));
        final String relation = Form.FASTER == form || Form.RATE == form ? "\u2265 " : "\u2264 ";

        return relation + bound + (bound.equals(aim) ? "" : ", aim " + aim);
    }

    private static String medians(final Form form, final Row row)
    {
        return switch (form)
        {
            case RATIO, FASTER -> number(row.number("b")) + " of " + number(row.number("a"));
            // Times a message, in microseconds.
            case RATE -> number(1e6 / row.number("b")) + "/s of " + number(1e6 / row.number("a")) + "/s";
            case PERCENT -> "";
            case COUNT -> "of " + number(row.number("a"));
        };
    }

    private static String figure(final Form form, final double ratio)
    {
        return switch (form)
        {
            case RATIO -> number(ratio) + "x";
            case FASTER -> number(1 / ratio) + "x faster";
            case RATE -> number(1 / ratio) + "x";
            case PERCENT -> number(ratio) + " %";
            case COUNT -> number(ratio);
        };
    }

    private static String number(final double value)
    {
        return Double.isNaN(value) ? "" : Chart.number(Math.rint(value * 1_000) / 1_000);
    }
}
