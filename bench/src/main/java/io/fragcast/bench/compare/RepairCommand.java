package io.fragcast.bench.compare;

import io.fragcast.bench.report.ResultFolder;
import org.agrona.CloseHelper;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;

import static java.util.Objects.requireNonNull;

/**
 * {@code fragcast bench repair}: 32 KB frags while a share of what comes to the receiver is lost, by iptables in a
 * network namespace, for Fragcast and plain Aeron alike. Plain Aeron repairs by NAKs alone, with its defaults and with
 * Fragcast's settings. Where there are no namespaces, Aeron's own loss generator takes their place for all, and the
 * report says so.
 */
@Command(
    name = "repair",
    mixinStandardHelpOptions = true,
    description = {
        "32 KB frags at 0, 0.1, 1 and 5 %% of datagrams lost before the receiver, by iptables in namespaces (root);",
        "beside them plain Aeron with its own NAK settings and with Fragcast's."})
public final class RepairCommand implements Callable<Integer>
{
    private static final String LOSS = "loss-";
    private static final double RATE = 400;
    private static final int LENGTH = 32 << 10;
    private static final int ROUND_TRIPS = 3;

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private final MeasureOptions options = new MeasureOptions();

    @Option(names = "--loss", split = ",", defaultValue = "1,5", description = "Percent of datagrams (default: "
        + "${DEFAULT-VALUE}); there are bars for 1 and 5.")
    private List<String> losses = List.of();

    @Option(names = "--no-rivals", description = "Fragcast alone, without plain Aeron's NAKs.")
    private boolean isAlone;

    @Option(names = "--generator", description = "Let Aeron's own loss generator lose, on loopback.")
    private boolean isGenerator;

    @Override
    public Integer call() throws IOException, InterruptedException
    {
        final ResultFolder results =
            new ResultFolder(options.out, requireNonNull(spec, "picocli sets it").commandLine());
        final LossyNetwork network = isGenerator ? null : tryOpen(results);
        try
        {
            return measure(results, network);
        }
        finally
        {
            CloseHelper.close(network);
        }
    }

    private static @Nullable LossyNetwork tryOpen(final ResultFolder results) throws IOException, InterruptedException
    {
        try
        {
            return LossyNetwork.open();
        }
        catch (final IOException ex)
        {
            results.print("NO NAMESPACES HERE, so Aeron's own generator loses, of data alone: " + ex.getMessage());
            return null;
        }
    }

    private int measure(final ResultFolder results, final @Nullable LossyNetwork network)
        throws IOException, InterruptedException
    {
        final Wire wire = null == network ? Wire.LOOPBACK : network;
        results.print("between sender and receiver: " + wire);
        final Workload workload = options.workload(LENGTH, 1, RATE);
        final List<Entry> entries = new ArrayList<>();
        final Contender aeron = Contenders.aeron("aeron");
        final Workload soon = options.workload(aeron, LENGTH, 1, RATE);
        entries.add(new Entry("small", aeron, options.workload(aeron, 1 << 10, 1, RATE)));
        entries.add(new Entry("whole", Contenders.fragcast("fragcast"), workload));
        for (final String percent : losses)
        {
            entries.add(lossy(LOSS + percent, null != network, true, percent, workload));
        }
        entries.add(new Entry("whole-again", Contenders.fragcast("fragcast"), workload));
        for (final String percent : isAlone ? List.<String>of() : losses)
        {
            for (final String repair : List.of("aeron", "fragcast"))
            {
                entries.add(lossy("aeron-nak-" + repair + "-" + percent, null != network, false, percent, soon,
                    "--repair", repair));
            }
        }

        final Runs runs = new Runs(results, entries, options.rounds, wire);
        runs.run();
        boolean isPassed = runs.decide(bars(roundTripUs(entries, runs)));
        for (final Entry entry : entries)
        {
            isPassed &= isWhole(results, runs, entry);
        }
        results.print("in " + results.path());

        return isPassed ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }

    private static Entry lossy(
        final String name,
        final boolean isByWire,
        final boolean isOurs,
        final String percent,
        final Workload workload,
        final String... settings) throws IOException
    {
        final List<String> all = new ArrayList<>(List.of(settings));
        if (!isByWire)
        {
            all.addAll(List.of("--loss", percent));
        }
        final String[] options = all.toArray(new String[0]);

        return new Entry(
            name,
            isOurs ? Contenders.fragcast("fragcast", options) : Contenders.aeron("aeron", options),
            workload,
            isByWire ? Double.parseDouble(percent) : 0);
    }

    /** Twice the way of one datagram. */
    private static double roundTripUs(final List<Entry> entries, final Runs runs)
    {
        return 2 * entries.stream()
            .filter((entry) -> "small".equals(entry.name()))
            .flatMap((entry) -> runs.all(entry).stream())
            .filter((measured) -> !measured.isFailed())
            .mapToDouble(Measured::p50Us)
            .min()
            .orElse(0);
    }

    private List<Bar> bars(final double rttUs)
    {
        final List<Bar> bars = new ArrayList<>();
        if (losses.contains("1"))
        {
            bars.add(bar("1 % lost, of loss-free", "loss-1", Bar.Figure.P50, 1.1));
            bars.add(bar(String.format(Locale.ROOT, "1 %% lost, less 3 RTT of %.0f us, of loss-free", rttUs), "loss-1",
                new Bar.Figure("p99 - 3 RTT", Measured::p99Us, (measured) -> measured.p99Us() - ROUND_TRIPS * rttUs),
                1.0));
        }
        if (losses.contains("5"))
        {
            bars.add(bar("5 % lost, of loss-free", "loss-5", Bar.Figure.P50, 1.5));
        }

        return bars;
    }

    private static Bar bar(final String title, final String lossy, final Bar.Figure figure, final double bound)
    {
        return new Bar(title, "whole", lossy, "whole", "whole-again", figure, bound, bound);
    }

    private static boolean isWhole(final ResultFolder results, final Runs runs, final Entry entry) throws IOException
    {
        final List<Measured> good = runs.all(entry).stream().filter((measured) -> !measured.isFailed()).toList();
        final long missing = good.stream().mapToLong(Measured::missing).sum();
        final long sent = (long)entry.workload().count() * good.size();
        final String outcome = good.isEmpty() ? "FAIL" : 0 == missing ? "PASS" : "MISS";
        results.print(String.format(
            Locale.ROOT, "%-24s missing %6d of %8d  %s", entry.name(), missing, sent, outcome));
        if (entry.name().startsWith(LOSS))
        {
            results.bar(
                entry.name().substring(LOSS.length()) + " % lost, frags missing",
                "missing",
                new double[]{missing, 0, 0, Double.NaN, sent, missing},
                good.size(),
                outcome);
        }

        // What plain Aeron loses is its own affair.
        return "PASS".equals(outcome) || entry.name().startsWith("aeron");
    }
}
