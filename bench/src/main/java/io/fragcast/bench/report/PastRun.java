package io.fragcast.bench.report;

import org.HdrHistogram.Histogram;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * A run that came through before its command was stopped: its line of {@code runs.tsv} and its histogram.
 *
 * @param cells   of its line, by the names of their columns.
 * @param toAllNs what it recorded.
 */
public record PastRun(Map<String, String> cells, Histogram toAllNs)
{
    private static final String COMMIT = "commit";

    /** Those of one build, by {@link #key}; figures of two builds are never mixed. */
    static Map<String, PastRun> read(final Path folder, final Map<String, String> environment) throws IOException
    {
        final Map<String, PastRun> runs = new HashMap<>();
        if (Files.isReadable(folder.resolve("environment.txt")))
        {
            final Results results = Results.read(folder);
            final boolean isSame =
                environment.getOrDefault(COMMIT, "").equals(results.environment().getOrDefault(COMMIT, ""));
            for (final Results.Row run : results.runs())
            {
                if (isSame && run.text("failure").isEmpty() && !run.text("sent").isEmpty())
                {
                    final Histogram values = results.merged(run::equals);
                    if (0 < values.getTotalCount())
                    {
                        runs.put(
                            key(run.text("entry"), (int)run.number("round"), (int)run.number("sent")),
                            new PastRun(run.cells(), values));
                    }
                }
            }
        }

        return runs;
    }

    static String key(final String entry, final int round, final int sent)
    {
        return entry + ' ' + round + ' ' + sent;
    }

    /**
     * A figure of the run.
     *
     * @param column of it.
     * @return the figure; 0 if it has none.
     */
    public double number(final String column)
    {
        final String text = cells.getOrDefault(column, "");

        return text.isEmpty() ? 0 : Double.parseDouble(text);
    }
}
