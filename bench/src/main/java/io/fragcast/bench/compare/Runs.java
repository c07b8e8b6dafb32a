package io.fragcast.bench.compare;

import io.fragcast.bench.report.PastRun;
import io.fragcast.bench.report.ResultFolder;
import io.fragcast.transport.FreePorts;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Entries, each run once a round, in turn and every other round in reverse, so that what the machine does meanwhile
 * hits all alike; and what came of it, in {@code runs.tsv} and {@code bars.tsv} of the results folder. Runs that came
 * through there before, of the same build and length, are not run again.
 */
final class Runs
{
    private static final String WHAT = "publish to the last replica, from the intended send time, nanoseconds";
    private static final String HOP = "last datagram out of the publisher to last out of the relay, nanoseconds";
    /** A run that failed is run again this often, for a scheduler's whim. */
    private static final int RETRIES = 1;
    private static final int BAR_WIDTH = 20;
    /** Sequencer, relay, and those near the sequencer. */
    private static final int MORE_NODES = 5;
    private static final double NS_PER_US = 1_000.0;

    private final ResultFolder results;
    private final List<Entry> entries;
    private final int rounds;
    private final Wire wire;
    private final Map<String, List<Measured>> measured = new LinkedHashMap<>();

    Runs(final ResultFolder results, final List<Entry> entries, final int rounds)
    {
        this(results, entries, rounds, Wire.LOOPBACK);
    }

    Runs(final ResultFolder results, final List<Entry> entries, final int rounds, final Wire wire)
    {
        this.wire = wire;
        this.results = results;
        this.entries = List.copyOf(entries);
        this.rounds = rounds;
        for (final Entry entry : entries)
        {
            if (null != measured.put(entry.name(), new ArrayList<>()))
            {
                throw new IllegalArgumentException("two entries are named " + entry.name());
            }
        }
    }

    int rounds()
    {
        return rounds;
    }

    List<Entry> entries()
    {
        return entries;
    }

    Measured get(final String entry, final int round)
    {
        return measured.getOrDefault(entry, List.of()).get(round);
    }

    List<Measured> all(final Entry entry)
    {
        return measured.getOrDefault(entry.name(), List.of());
    }

    /** Runs all rounds, with progress on the terminal. */
    void run() throws IOException, InterruptedException
    {
        final PairRun run = new PairRun(results.path(), wire);
        final int ports = FreePorts.blocks(MORE_NODES + entries.stream()
            .mapToInt((entry) -> entry.workload().replicas()).max().orElse(0));
        final int total = entries.size() * rounds;
        final StringBuilder table = new StringBuilder(
            "entry\tround\tcontender\tbytes\treplicas\trate\tp50Us\tp90Us\tp99Us\tp999Us\tmaxUs\tcount\tmissing\t" +
            "late\tcpuSeconds\twireBytes\tforeign\tperSecond\tverifyUs\tsent\tfailure\n");
        final long startNs = System.nanoTime();
        int done = 0;
        int ran = 0;
        for (int round = 0; round < rounds; round++)
        {
            for (int i = 0; i < entries.size(); i++)
            {
                final Entry entry = entries.get(0 == round % 2 ? i : entries.size() - 1 - i);
                final String name = entry.name() + "-" + round;
                final PastRun past = results.past(entry.name(), round, entry.workload().count());
                final Measured result = null == past ? run(run, entry, ports, name) : Measured.again(past);
                measured.getOrDefault(entry.name(), List.of()).add(result);
                if (null == past && !result.isFailed())
                {
                    results.keep(name, entry.contender().isHop() ? HOP : WHAT, result.toAllNs());
                }
                done++;
                table.append(row(entry, round, result));
                Files.writeString(results.resolve("runs.tsv"), table, StandardCharsets.UTF_8);
                ran += null == past ? 1 : 0;
                final long leftS =
                    (System.nanoTime() - startNs) / Math.max(1, ran) * (total - done) / 1_000_000_000L;
                results.print(String.format(Locale.ROOT, "%s %3d/%d %3d:%02d left  %-30s %s%s",
                    progress(done, total), done, total, leftS / 60, leftS % 60, name, result.toRow(),
                    null == past ? "" : "  from before"));
            }
        }
    }

    /** Once, and again if that failed. */
    private Measured run(final PairRun run, final Entry entry, final int ports, final String name)
        throws IOException, InterruptedException
    {
        wire.lose(entry.loss());
        Measured result = run.run(entry.contender(), entry.workload(), ports, name);
        for (int retry = 0; retry < RETRIES && result.isFailed(); retry++)
        {
            results.print("again, for " + name + " failed: " + result.failure());
            result = run.run(entry.contender(), entry.workload(), ports, name);
        }

        return result;
    }

    /**
     * Decides bars and writes them down.
     *
     * @param bars to decide.
     * @return true if every one holds.
     * @throws IOException if they cannot be written.
     */
    boolean decide(final List<Bar> bars) throws IOException
    {
        boolean isPassed = true;
        results.print("");
        for (final Bar bar : bars)
        {
            final Bar.Result result = bar.decide(this);
            isPassed &= result.isPassed();
            results.print(result.toLine());
            results.bar(
                bar.name(),
                bar.figure().name(),
                new double[]{result.ratio(), bar.bound(), bar.aim(), result.noise(), result.a(), result.b()},
                result.pairs(),
                result.outcome());
        }

        return isPassed;
    }

    private static String row(final Entry entry, final int round, final Measured result)
    {
        return String.format(Locale.ROOT,
            "%s\t%d\t%s\t%d\t%d\t%.1f\t%.2f\t%.2f\t%.2f\t%.2f\t%.2f\t%d\t%d\t%d\t%.3f\t%d\t%.4f\t%.1f\t%.2f\t%d\t%s%n",
            entry.name(), round, entry.contender().name(), entry.workload().bytes(), entry.workload().replicas(),
            entry.workload().rate(), result.p50Us(), result.toAllNs().getValueAtPercentile(90) / NS_PER_US,
            result.p99Us(), result.toAllNs().getValueAtPercentile(99.9) / NS_PER_US,
            result.toAllNs().getMaxValue() / NS_PER_US, result.toAllNs().getTotalCount(), result.missing(),
            result.late(), result.cpuSeconds(), result.wireBytes(), result.foreign(), result.perSecond(),
            result.verifyUs(), entry.workload().count(), result.failure());
    }

    private static String progress(final int done, final int total)
    {
        final int full = BAR_WIDTH * done / total;

        return "[" + "#".repeat(full) + ".".repeat(BAR_WIDTH - full) + "]";
    }
}
