package io.fragcast.bench.compare;

import io.fragcast.bench.report.ResultFolder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

import static java.util.Objects.requireNonNull;

/**
 * {@code fragcast bench relay}: what one relay adds, as a part of the direct path. A hop is what lies between the
 * publisher's last datagram of a frag and the relay's; the direct path is publisher to replica with the same sinks.
 */
@Command(
    name = "relay",
    mixinStandardHelpOptions = true,
    description = {
        "What a relay adds to a frag's way, verified, at MTU 1408: behind a publisher with three interleaved sinks,",
        "behind one that sends to the relay alone, and for a frag of one datagram."})
public final class RelayCommand implements Callable<Integer>
{
    private static final double RATE = 400;
    /** Three sinks, two of which share the publisher's core and check everything too. */
    private static final double FANNED_RATE = 100;
    private static final int KIB = 1 << 10;

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private final MeasureOptions options = new MeasureOptions();

    @Override
    public Integer call() throws IOException, InterruptedException
    {
        final ResultFolder results =
            new ResultFolder(options.out, requireNonNull(spec, "picocli sets it").commandLine());
        final List<Entry> entries = new ArrayList<>();
        add(entries, "fanned", options.workload(32 * KIB, 1, FANNED_RATE), "--near", "2");
        add(entries, "burst", options.workload(32 * KIB, 1, RATE));
        add(entries, "small", options.workload(KIB, 1, RATE));
        final List<Bar> bars = List.of(
            bar("hop of 32 KB behind 3 interleaved sinks, of the direct path", "fanned", Bar.Figure.P50, 0.2, 0.1),
            bar("hop of 32 KB behind a burst to one sink, of the direct path", "burst", Bar.Figure.P50, 0.9, 0.5),
            bar("hop of 1 KB less a signature check, of the direct path", "small", new Bar.Figure(
                "p50 - check", Measured::p50Us, (measured) -> measured.p50Us() - measured.verifyUs()), 0.3, 0.2));

        final Runs runs = new Runs(results, entries, options.rounds);
        runs.run();
        final boolean isPassed = runs.decide(bars);
        results.print("in " + results.path());

        return isPassed ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }

    private static void add(
        final List<Entry> entries, final String name, final Workload workload, final String... settings)
        throws IOException
    {
        final Contender direct = Contenders.fragcast("direct", settings);
        final List<String> hopSettings = new ArrayList<>(List.of(settings));
        hopSettings.add("--hop");
        entries.add(new Entry(name + "-direct", direct, workload));
        entries.add(new Entry(
            name + "-hop", Contenders.fragcast("hop", hopSettings.toArray(new String[0])), workload));
        entries.add(new Entry(name + "-direct-again", direct, workload));
    }

    private static Bar bar(
        final String title, final String name, final Bar.Figure figure, final double bound, final double aim)
    {
        return new Bar(
            title, name + "-direct", name + "-hop", name + "-direct", name + "-direct-again", figure, bound, aim);
    }
}
