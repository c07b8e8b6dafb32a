package io.fragcast.bench.report;

import org.HdrHistogram.EncodableHistogram;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogReader;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * What commands left in one results folder, read back: {@code environment.txt}, {@code bars.tsv}, {@code runs.tsv} and
 * the histograms.
 */
final class Results
{
    /**
     * A line of a table.
     *
     * @param cells by the names of their columns.
     */
    record Row(Map<String, String> cells)
    {
        String text(final String column)
        {
            return cells.getOrDefault(column, "");
        }

        double number(final String column)
        {
            final String text = text(column);

            return text.isEmpty() ? Double.NaN : Double.parseDouble(text);
        }
    }

    private static final long HIGHEST_NS = 60_000_000_000L;

    private final Path folder;
    private final Map<String, String> environment = new LinkedHashMap<>();
    private final List<Row> bars;
    private final List<Row> runs;
    private final List<String> lines;

    private Results(final Path folder, final List<Row> bars, final List<Row> runs, final List<String> lines)
    {
        this.folder = folder;
        this.bars = bars;
        this.runs = runs;
        this.lines = lines;
    }

    /**
     * Reads a folder.
     *
     * @param folder that a command of bench wrote.
     * @return what is in it.
     * @throws IOException if it is none, or cannot be read.
     */
    static Results read(final Path folder) throws IOException
    {
        final Path environment = folder.resolve("environment.txt");
        if (!Files.isReadable(environment))
        {
            throw new IOException(folder + ": no environment.txt, so no results of bench");
        }
        final Path report = folder.resolve("report.txt");
        final Results results = new Results(
            folder,
            table(folder.resolve("bars.tsv")),
            table(folder.resolve("runs.tsv")),
            Files.isReadable(report) ? Files.readAllLines(report) : List.of());
        for (final String line : Files.readAllLines(environment))
        {
            final int at = line.indexOf(" = ");
            if (0 < at)
            {
                results.environment.put(line.substring(0, at), line.substring(at + 3));
            }
        }

        return results;
    }

    String name()
    {
        return String.valueOf(folder.getFileName());
    }

    Map<String, String> environment()
    {
        return environment;
    }

    List<Row> bars()
    {
        return bars;
    }

    List<Row> runs()
    {
        return runs;
    }

    /** What the command said. */
    List<String> lines()
    {
        return lines;
    }

    /** Values of a column over the good runs, as text, in order. */
    List<String> distinct(final String column)
    {
        return List.copyOf(new TreeSet<>(runs.stream().map((run) -> run.text(column)).toList()));
    }

    /** Median of a column over good runs; NaN if there is none. */
    double median(final Predicate<Row> which, final String column)
    {
        final double[] sorted = runs.stream().filter((run) -> run.text("failure").isEmpty()).filter(which)
            .mapToDouble((run) -> run.number(column)).sorted().toArray();
        final int middle = sorted.length / 2;

        return 0 == sorted.length ? Double.NaN :
            0 == sorted.length % 2 ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle];
    }

    /** The histograms of some runs in one. */
    Histogram merged(final Predicate<Row> which) throws IOException
    {
        final Histogram merged = new Histogram(HIGHEST_NS, 3);
        for (final Row run : runs)
        {
            final Path file = folder.resolve(run.text("entry") + "-" + run.text("round") + ".hdr");
            if (run.text("failure").isEmpty() && which.test(run) && Files.isReadable(file))
            {
                try (HistogramLogReader reader = new HistogramLogReader(file.toFile()))
                {
                    final EncodableHistogram read = reader.nextIntervalHistogram();
                    if (read instanceof Histogram)
                    {
                        merged.add((Histogram)read);
                    }
                }
            }
        }

        return merged;
    }

    private static List<Row> table(final Path file) throws IOException
    {
        final List<Row> rows = new ArrayList<>();
        if (Files.isReadable(file))
        {
            final List<String> lines = Files.readAllLines(file);
            final String[] columns = lines.get(0).split("\t", -1);
            for (final String line : lines.subList(1, lines.size()))
            {
                final String[] cells = line.split("\t", -1);
                final Map<String, String> row = new LinkedHashMap<>();
                for (int i = 0; i < Math.min(columns.length, cells.length); i++)
                {
                    row.put(columns[i], cells[i]);
                }
                rows.add(new Row(row));
            }
        }

        return rows;
    }
}
