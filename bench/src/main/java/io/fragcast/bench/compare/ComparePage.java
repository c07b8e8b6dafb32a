package io.fragcast.bench.compare;

import org.HdrHistogram.Histogram;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * One page without scripts or outside files: for each workload a chart of latency by percentile, both axes logarithmic,
 * and the table behind it.
 */
final class ComparePage
{
    private static final int WIDTH = 860;
    private static final int HEIGHT = 360;
    private static final int LEFT = 70;
    private static final int RIGHT = 150;
    private static final int TOP = 16;
    private static final int BOTTOM = 40;
    /** 1 - percentile from 1 down to this: 99.9 % at the right edge. */
    private static final double LEAST_TAIL = 1e-3;
    private static final double[] PERCENTILES = {0, 50, 75, 90, 95, 97.5, 99, 99.5, 99.75, 99.9};
    private static final List<String> COLOURS = List.of(
        "#d1495b", "#00798c", "#8d99ae", "#adb5bd", "#cfd4da", "#edae49", "#6a994e", "#9c6644");

    private final Comparison comparison;
    private final Map<String, String> environment;

    ComparePage(final Comparison comparison, final Map<String, String> environment)
    {
        this.comparison = comparison;
        this.environment = environment;
    }

    String html()
    {
        final StringBuilder page = new StringBuilder(1 << 16);
        page.append("<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">")
            .append("<meta name=\"viewport\" content=\"width=device-width\"><title>Fragcast compared</title><style>")
            .append(":root{color-scheme:light dark;--line:#8884;--soft:#8889}")
            .append("body{font:15px/1.5 system-ui,sans-serif;max-width:920px;margin:2rem auto;padding:0 1rem}")
            .append("table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}")
            .append("td,th{text-align:right;padding:.25rem .6rem;border-bottom:1px solid var(--line)}")
            .append("td:first-child,th:first-child{text-align:left}svg{width:100%;height:auto}")
            .append("svg text{font:12px system-ui,sans-serif;fill:currentColor}.soft{color:var(--soft)}")
            .append("</style><h1>Fragcast compared</h1><p>Latency from the intended send time to the last replica. ")
            .append("Publisher in one process on the first core, all receivers in another on the last.</p>");
        for (final Workload workload : comparison.workloads())
        {
            page.append("<h2>").append(text(workload.name())).append("</h2>");
            chart(page, workload);
            table(page, workload);
        }
        page.append("<h2>Contenders</h2><ul>");
        for (final Contender contender : comparison.contenders())
        {
            page.append("<li><b>").append(text(contender.name())).append("</b>: ").append(text(contender.meaning()));
        }
        page.append("</ul><h2>Machine</h2><table>");
        environment.forEach((name, value) -> page.append("<tr><td>").append(text(name)).append("<td>")
            .append(text(value)));

        return page.append("</table></html>\n").toString();
    }

    private void chart(final StringBuilder page, final Workload workload)
    {
        double least = Double.MAX_VALUE;
        double most = 0;
        for (final Contender contender : comparison.contenders())
        {
            final Histogram histogram = comparison.merged(contender, workload);
            if (0 < histogram.getTotalCount())
            {
                least = Math.min(least, histogram.getValueAtPercentile(1));
                most = Math.max(most, histogram.getValueAtPercentile(PERCENTILES[PERCENTILES.length - 1]));
            }
        }
        if (0 == most)
        {
            page.append("<p>No run came through.</p>");
            return;
        }
        final double low = Math.floor(Math.log10(Math.max(1_000, least)));
        final double high = Math.ceil(Math.log10(most));
        page.append("<svg viewBox=\"0 0 ").append(WIDTH).append(' ').append(HEIGHT).append("\" role=\"img\">");
        grid(page, low, high);
        int index = 0;
        for (final Contender contender : comparison.contenders())
        {
            curve(page, contender, comparison.merged(contender, workload), COLOURS.get(index % COLOURS.size()),
                TOP + 14 + 18 * index, low, high);
            index++;
        }
        page.append("</svg>");
    }

    private static void grid(final StringBuilder page, final double low, final double high)
    {
        for (double decade = low; decade <= high; decade++)
        {
            final double y = y(Math.pow(10, decade), low, high);
            page.append(String.format(Locale.ROOT,
                "<path d=\"M%d %.1fH%d\" stroke=\"#8884\"/><text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>",
                LEFT, y, WIDTH - RIGHT, LEFT - 8, y + 4, nanos(Math.pow(10, decade))));
        }
        for (final double percentile : new double[]{0, 50, 90, 99, 99.9})
        {
            final double x = x(percentile);
            page.append(String.format(Locale.ROOT,
                "<path d=\"M%.1f %dV%d\" stroke=\"#8884\"/><text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>",
                x, TOP, HEIGHT - BOTTOM, x, HEIGHT - BOTTOM + 18,
                0 == percentile ? "min" : (99.9 == percentile ? "p99.9" : "p" + (int)percentile)));
        }
    }

    private static void curve(
        final StringBuilder page,
        final Contender contender,
        final Histogram histogram,
        final String colour,
        final int legendY,
        final double low,
        final double high)
    {
        if (0 == histogram.getTotalCount())
        {
            return;
        }
        page.append("<polyline fill=\"none\" stroke-width=\"2\" stroke=\"").append(colour).append("\" points=\"");
        for (final double percentile : PERCENTILES)
        {
            page.append(String.format(Locale.ROOT, "%.1f,%.1f ", x(percentile),
                y(Math.max(1, histogram.getValueAtPercentile(percentile)), low, high)));
        }
        page.append(String.format(Locale.ROOT,
            "\"/><rect x=\"%d\" y=\"%d\" width=\"12\" height=\"4\" fill=\"%s\"/><text x=\"%d\" y=\"%d\">%s</text>",
            WIDTH - RIGHT + 10, legendY - 7, colour, WIDTH - RIGHT + 28, legendY, text(contender.name())));
    }

    private void table(final StringBuilder page, final Workload workload)
    {
        page.append("<table><tr><th>contender<th>p50 &micro;s<th>&times; ours<th>p99 &micro;s<th>&times; ours")
            .append("<th>CPU s<th>wire MB<th>missing<th>runs");
        for (final Contender contender : comparison.contenders())
        {
            final List<Measured> all = comparison.all(contender, workload);
            final long noisy = all.stream().filter(Measured::isNoisy).count();
            page.append(String.format(Locale.ROOT,
                "<tr><td>%s<td>%.1f<td class=\"soft\">%.2f<td>%.1f<td class=\"soft\">%.2f<td>%.2f<td>%.1f<td>%.0f" +
                "<td>%d of %d good%s",
                text(contender.name()),
                comparison.median(contender, workload, Measured::p50Us),
                comparison.ratio(contender, workload, Measured::p50Us),
                comparison.median(contender, workload, Measured::p99Us),
                comparison.ratio(contender, workload, Measured::p99Us),
                comparison.median(contender, workload, Measured::cpuSeconds),
                comparison.median(contender, workload, (measured) -> measured.wireBytes() / 1e6),
                comparison.median(contender, workload, Measured::missing),
                comparison.good(contender, workload).size(),
                all.size(),
                0 == noisy ? "" : ", " + noisy + " noisy"));
        }
        page.append("</table>");
    }

    private static double x(final double percentile)
    {
        final double tail = Math.max(LEAST_TAIL, 1 - percentile / 100);

        return LEFT + (WIDTH - LEFT - RIGHT) * Math.log(tail) / Math.log(LEAST_TAIL);
    }

    private static double y(final double nanos, final double low, final double high)
    {
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (Math.log10(nanos) - low) / Math.max(1, high - low);
    }

    private static String nanos(final double nanos)
    {
        return nanos >= 1e9 ? (long)(nanos / 1e9) + " s" :
            nanos >= 1e6 ? (long)(nanos / 1e6) + " ms" :
            nanos >= 1e3 ? (long)(nanos / 1e3) + " \u00b5s" : (long)nanos + " ns";
    }

    private static String text(final String value)
    {
        return value.replace("&", "&amp;").replace("<", "&lt;");
    }
}
