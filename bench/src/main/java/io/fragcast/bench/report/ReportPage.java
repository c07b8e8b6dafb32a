package io.fragcast.bench.report;

import io.fragcast.bench.report.Results.Row;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Writes results for a browser, with the pictures in the page, and for a repository.
 */
final class ReportPage
{
    /** As a run is marked. */
    private static final double NOISY = 0.02;

    private static final List<String> MACHINE =
        List.of("commit", "cpu", "cpus", "memory", "kernel", "jvm", "jvm.options", "rmem.max", "wmem.max");

    private final List<Results> all;
    private final BarTable bars;

    ReportPage(final List<Results> all, final BarTable bars)
    {
        this.all = all;
        this.bars = bars;
    }

    private String summary()
    {
        return bars.lines().size() + " bars: " + bars.count("PASS") + " hold, " + bars.count("MISS") + " are missed, " +
            bars.count("NOISY") + " the machine was too noisy for, " + bars.count("FAIL") + " failed to run, " +
            bars.count("NOT MEASURED") + " not measured.";
    }

    /**
     * The page.
     *
     * @param pictures of each folder, titles to PNG in base 64.
     * @return HTML without scripts or outside files.
     */
    String html(final List<Map<String, String>> pictures)
    {
        final StringBuilder page = new StringBuilder(1 << 20);
        page.append("<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">")
            .append("<meta name=\"viewport\" content=\"width=device-width\"><title>Fragcast measured</title><style>")
            .append("body{font:15px/1.5 system-ui,sans-serif;max-width:980px;margin:2rem auto;padding:0 1rem;")
            .append("color:#222;background:#fff}table{border-collapse:collapse;width:100%;")
            .append("font-variant-numeric:tabular-nums;margin:1rem 0}")
            .append("td,th{text-align:right;padding:.25rem .6rem;border-bottom:1px solid #ddd}")
            .append("td:first-child,th:first-child{text-align:left}img{width:100%;height:auto;margin:.5rem 0}")
            .append(".PASS{color:#2d6a2d;font-weight:600}.MISS,.FAIL{color:#b3263b;font-weight:600}")
            .append(".NOISY,.NOT-MEASURED{color:#9a6700;font-weight:600}")
            .append("td[class]{white-space:nowrap}td.text{text-align:left;white-space:normal}")
            .append(".wide{overflow-x:auto}details pre{overflow-x:auto}code{font-size:13px}</style>")
            .append("<h1>Fragcast measured</h1><p>A bar holds (PASS) if the median ratio of interleaved pairs is ")
            .append("within it, or within what two equal runs differ by (A/A, 90th percentile).</p>")
            .append("<p>").append(summary());
        page.append("<div class=\"wide\"><table><tr><th>bar<th>figure<th>wanted<th>medians<th><th>note");
        for (final BarTable.Line line : bars.lines())
        {
            page.append("<tr><td>").append(text(line.title())).append("<td>").append(text(line.figure()))
                .append("<td>").append(text(line.bar())).append("<td>").append(text(line.medians()))
                .append("<td class=\"").append(line.style()).append("\">").append(line.verdict())
                .append("<td class=\"text\">").append(text(line.note()));
        }
        page.append("</table></div><h2>Machine</h2><table>");
        for (final String name : MACHINE)
        {
            page.append("<tr><td>").append(name).append("<td class=\"text\">")
                .append(text(all.get(0).environment().getOrDefault(name, "")));
        }
        page.append("</table>");
        for (int i = 0; i < all.size(); i++)
        {
            final Results results = all.get(i);
            page.append("<h2><code>").append(text(command(results))).append("</code></h2>");
            pictures.get(i).forEach((title, png) -> page.append("<img alt=\"").append(text(title))
                .append("\" src=\"data:image/png;base64,").append(png).append("\">"));
            page.append("<details><summary>Machine and what was said</summary><table>");
            results.environment().forEach((name, value) ->
                page.append("<tr><td>").append(text(name)).append("<td>").append(text(value)));
            page.append("</table><pre>").append(text(String.join("\n", results.lines()))).append("</pre></details>");
        }

        return page.append("</html>\n").toString();
    }

    /**
     * The same tables as Markdown.
     *
     * @return text.
     */
    String markdown()
    {
        final StringBuilder page = new StringBuilder(1 << 14);
        page.append("# Results\n\nWritten by `fragcast bench report`; each table names the command that took it. ")
            .append("A bar holds (PASS) if the\nmedian ratio of interleaved pairs is within it, or within what two ")
            .append("equal runs differ by (A/A, 90th percentile).\n");
        page.append('\n').append(summary()).append("\n\n| bar | figure | wanted | medians | | note |\n")
            .append("|---|---|---|---|---|---|\n");
        for (final BarTable.Line line : bars.lines())
        {
            page.append("| ").append(line.title()).append(" | ").append(line.figure()).append(" | ").append(line.bar())
                .append(" | ").append(line.medians()).append(" | ").append(line.verdict()).append(" | ")
                .append(line.note()).append(" |\n");
        }
        page.append("\nMedians are microseconds, ours of the other's, but where a unit is named.\n")
            .append("\n| machine | |\n|---|---|\n");
        for (final String name : MACHINE)
        {
            page.append("| ").append(name).append(" | ").append(all.get(0).environment().getOrDefault(name, ""))
                .append(" |\n");
        }
        for (final Results results : all)
        {
            page.append("\n## `").append(command(results)).append("`\n\n").append(results.environment().get("time"))
                .append(", commit ").append(results.environment().get("commit")).append(", load before ")
                .append(results.environment().get("load")).append('\n');
            if (!results.bars().isEmpty())
            {
                page.append("\n| comparison | figure | ratio | bar | aim | A/A | A | B | pairs | |\n")
                    .append("|---|---|---|---|---|---|---|---|---|---|\n");
                for (final Row bar : results.bars())
                {
                    page.append("| ").append(bar.text("name")).append(" | ").append(bar.text("figure"));
                    for (final String column : List.of("ratio", "bound", "aim", "noise", "a", "b", "pairs"))
                    {
                        page.append(" | ").append(short4(bar.text(column)));
                    }
                    page.append(" | ").append(bar.text("outcome")).append(" |\n");
                }
            }
            runs(page, results);
        }

        return page.toString();
    }

    private static void runs(final StringBuilder page, final Results results)
    {
        if (results.runs().isEmpty())
        {
            return;
        }
        page.append("\nMedians over the rounds:\n\n| entry | p50 us | p99 us | a second | CPU ms a frag | ")
            .append("wire KB a frag | missing | failed | noisy |\n|---|---|---|---|---|---|---|---|---|\n");
        for (final String entry : results.runs().stream().map((run) -> run.text("entry")).distinct().toList())
        {
            final List<Row> rows = results.runs().stream().filter((run) -> entry.equals(run.text("entry"))).toList();
            final String medians = Stream.of(
                    median(results, entry, "p50Us"),
                    median(results, entry, "p99Us"),
                    median(results, entry, "perSecond"),
                    1e3 * median(results, entry, "cpuSeconds") / median(results, entry, "sent"),
                    1e-3 * median(results, entry, "wireBytes") / median(results, entry, "sent"),
                    median(results, entry, "missing"))
                .map((value) -> Double.isNaN(value) ? "" : Chart.number(value))
                .collect(Collectors.joining(" | "));
            page.append("| ").append(entry).append(" | ").append(medians).append(" | ")
                .append(rows.stream().filter((run) -> !run.text("failure").isEmpty()).count()).append(" of ")
                .append(rows.size()).append(" | ")
                .append(rows.stream().filter((run) -> run.number("foreign") > NOISY).count()).append(" |\n");
        }
    }

    private static double median(final Results results, final String entry, final String column)
    {
        return results.median((run) -> entry.equals(run.text("entry")), column);
    }

    private static String command(final Results results)
    {
        return results.environment().getOrDefault("command", results.name()).replaceAll(" --out \\S+", "");
    }

    private static String short4(final String number)
    {
        if (number.isEmpty() || "NaN".equals(number))
        {
            return "";
        }
        final double value = Double.parseDouble(number);

        return value == Math.rint(value) ? String.format(Locale.ROOT, "%.0f", value) :
            value >= 100 ? String.format(Locale.ROOT, "%,.0f", value) : String.format(Locale.ROOT, "%.3g", value);
    }

    private static String text(final String value)
    {
        return value.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
    }
}
