package io.fragcast.bench.report;

import io.fragcast.bench.JvmOptions;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;

/**
 * What a command of {@code bench} leaves behind: {@code environment.txt}, {@code report.txt} with the lines that it
 * printed, and a {@code .hdr} a run. One thread.
 */
public final class ResultFolder
{
    private static final String BARS = "bars.tsv";
    private static final String BAR_COLUMNS = "name\tfigure\tratio\tbound\taim\tnoise\ta\tb\tpairs\toutcome";
    private static final DateTimeFormatter NAME =
        DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final Path path;
    private final PrintWriter terminal;
    private final Map<String, String> environment;
    private final Map<String, PastRun> past;

    /**
     * Makes the folder and writes down where it is that figures are taken.
     *
     * @param path        of the folder; null for {@code bench-results/TIME}.
     * @param commandLine that asks for it: its words are kept, and its output gets the lines of the report.
     * @throws IOException if it cannot be written.
     */
    public ResultFolder(final @Nullable Path path, final CommandLine commandLine) throws IOException
    {
        this.path = null == path ? Path.of("bench-results", NAME.format(Instant.now())) : path;
        terminal = commandLine.getOut();
        environment = Environment.collect(JvmOptions.read());
        environment.put("command", command(commandLine));
        Files.createDirectories(this.path);
        past = PastRun.read(this.path, environment);
        Files.deleteIfExists(resolve(BARS));
        Environment.write(environment, resolve("environment.txt"));
    }

    private static String command(final CommandLine commandLine)
    {
        CommandLine root = commandLine;
        while (null != root.getParent())
        {
            root = root.getParent();
        }
        final CommandLine.ParseResult parsed = root.getParseResult();

        return root.getCommandName() + (null == parsed ? "" : ' ' + String.join(" ", parsed.originalArgs()));
    }

    /**
     * A run that the same build left here before, for a command that goes on where it was stopped.
     *
     * @param entry that ran.
     * @param round of it.
     * @param sent  messages of a run: fewer or more, and it is another one.
     * @return what it left; null: it is to be run.
     */
    public @Nullable PastRun past(final String entry, final int round, final int sent)
    {
        return past.get(PastRun.key(entry, round, sent));
    }

    /**
     * The folder.
     *
     * @return its path.
     */
    public Path path()
    {
        return path;
    }

    /**
     * Where and with what figures are taken.
     *
     * @return name to value, in order.
     */
    public Map<String, String> environment()
    {
        return environment;
    }

    /**
     * A file in the folder.
     *
     * @param name of the file.
     * @return its path.
     */
    public Path resolve(final String name)
    {
        return path.resolve(name);
    }

    /**
     * Says a line on the terminal and in the report.
     *
     * @param line to say.
     * @throws IOException if the report cannot be written.
     */
    public void print(final String line) throws IOException
    {
        terminal.println(line);
        terminal.flush();
        Files.writeString(
            resolve("report.txt"), line + '\n', StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /**
     * Writes down what came of a bar, in {@code bars.tsv}.
     *
     * @param name    of the bar, and what is compared.
     * @param figure  that is bounded.
     * @param numbers ratio, bound, aim, noise, a, b: as the columns say; NaN where there is none.
     * @param pairs   that decided.
     * @param outcome PASS, MISS, INCONCLUSIVE, NOISY or FAIL.
     * @throws IOException if it cannot be written.
     */
    public void bar(
        final String name, final String figure, final double[] numbers, final int pairs, final String outcome)
        throws IOException
    {
        final Path file = resolve(BARS);
        final StringBuilder row = new StringBuilder(Files.exists(file) ? "" : BAR_COLUMNS + '\n')
            .append(name).append('\t').append(figure);
        for (final double number : numbers)
        {
            row.append('\t').append(String.format(Locale.ROOT, "%.4f", number));
        }
        Files.writeString(
            file,
            row.append('\t').append(pairs).append('\t').append(outcome).append('\n'),
            StandardOpenOption.CREATE,
            StandardOpenOption.APPEND);
    }

    /**
     * Keeps a histogram as {@code NAME.hdr}, in HdrHistogram's log format.
     *
     * @param name    of the run.
     * @param comment what was measured, and the unit.
     * @param values  what was recorded.
     * @throws IOException if it cannot be written.
     */
    public void keep(final String name, final String comment, final Histogram values) throws IOException
    {
        try (PrintStream stream = new PrintStream(
            Files.newOutputStream(resolve(name + ".hdr")), false, StandardCharsets.UTF_8))
        {
            final HistogramLogWriter log = new HistogramLogWriter(stream);
            log.outputComment(comment);
            log.outputLogFormatVersion();
            log.outputLegend();
            log.outputIntervalHistogram(values);
            if (stream.checkError())
            {
                throw new IOException(name + ".hdr could not be written");
            }
        }
    }
}
