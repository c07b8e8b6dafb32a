package io.fragcast.bench.rig;

import io.fragcast.bench.report.NoiseRule;
import io.fragcast.bench.report.Pairs;
import io.fragcast.bench.report.ResultFolder;
import org.HdrHistogram.Histogram;
import org.agrona.IoUtil;
import org.agrona.collections.MutableInteger;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;

/**
 * {@code fragcast bench next-leader}: what it costs the others that a next leader is sent each frag before them, as the
 * ratio of what they wait with one (B) and without (A), in interleaved pairs of fresh nodes under the noise rule; and
 * whether every frag left for it whole before anyone else. Or what it costs them that it, or any other node, stands
 * still (B) instead of taking what it is sent (A).
 */
@Command(
    name = "next-leader",
    mixinStandardHelpOptions = true,
    description = {
        "What the others wait for a frag when one of four replicas leads next, against when none does;",
        "with --stopped when one of eight stands still, against when it takes what it is sent.",
        "Fresh nodes for each run, in this process; 300 frags of 32 KB measured, one each 10 ms.",
        "With --bulk the leader's bulk lane is at full rate meanwhile."})
public final class NextLeaderCommand implements Callable<Integer>
{
    /** Who stands still in B. */
    enum Stopped
    {
        /** The next leader. */
        NEXT_LEADER,
        /** A replica that does not lead next. */
        REPLICA
    }

    private static final NextLeaderRig.Variant NONE_NEXT = new NextLeaderRig.Variant(4, false, false);
    private static final NextLeaderRig.Variant ONE_NEXT = new NextLeaderRig.Variant(4, true, false);
    private static final int BESIDE_STOPPED = 8;
    /** A machine that does other things leaves a sink out of window now and then. */
    private static final int MAX_TRIES = 4;

    @Spec
    private CommandSpec spec;

    @Option(names = "--pairs", defaultValue = "7", description = "Pairs A/B, and as many A/A (default: "
        + "${DEFAULT-VALUE}; fewer decide nothing).")
    private int pairs = NoiseRule.MIN_PAIRS;

    @Option(names = "--bound", defaultValue = "1.05", description = "Greatest ratio of B to A that is wanted, for p50 "
        + "(default: ${DEFAULT-VALUE}).")
    private double bound = 1.05;

    @Option(names = "--bulk", description = "A node far behind catches up from the leader, again and again.")
    private boolean isBulk;

    @Option(names = "--stopped", description = "Who stands still in B: ${COMPLETION-CANDIDATES}.")
    private Stopped stopped;

    @Option(names = "--out", description = "Output folder (default: bench-results/TIME).")
    private Path out;

    private ResultFolder results;
    private final MutableInteger frags = new MutableInteger();
    private final MutableInteger wholeFirst = new MutableInteger();

    @Override
    public Integer call() throws IOException, InterruptedException
    {
        results = new ResultFolder(out, spec.commandLine());
        results.print("run            p50 us     p99 us   bulk MB   whole first");
        final NextLeaderRig.Variant a = null == stopped ? NONE_NEXT :
            new NextLeaderRig.Variant(BESIDE_STOPPED, Stopped.NEXT_LEADER == stopped, false);
        final NextLeaderRig.Variant b = null == stopped ? ONE_NEXT :
            new NextLeaderRig.Variant(BESIDE_STOPPED, Stopped.NEXT_LEADER == stopped, true);
        run("warm-up", b);
        frags.set(0);
        wholeFirst.set(0);
        final Pairs<Histogram> compared = Pairs.run(pairs, (name) -> run(name, a), (name) -> run(name, b));

        final NoiseRule.Verdict p50 = compared.decide((others) -> others.getValueAtPercentile(50), bound);
        results.print(Pairs.line("p50", p50, bound));
        results.print(Pairs.line(
            "p99", compared.decide((others) -> others.getValueAtPercentile(99), bound), bound));
        if (Stopped.REPLICA != stopped)
        {
            results.print(String.format(
                Locale.ROOT,
                "%d of %d frags left for a next leader that takes them whole before anyone else",
                wholeFirst.get(),
                frags.get()));
        }
        results.print("in " + results.path());

        return NoiseRule.Outcome.HOLDS == p50.outcome() && frags.get() == wholeFirst.get() ?
            CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }

    private Histogram run(final String name, final NextLeaderRig.Variant variant)
        throws IOException, InterruptedException
    {
        final boolean isOrdered = variant.leadsNext() && !variant.stops();
        for (int tries = 1;; tries++)
        {
            final Path dir = Files.createTempDirectory("fragcast-bench-next-leader-");
            final NextLeaderRig.Result result;
            try (NextLeaderRig rig = new NextLeaderRig(variant, isBulk, dir))
            {
                result = rig.run(isBulk);
            }
            finally
            {
                IoUtil.delete(dir.toFile(), true);
            }
            results.print(String.format(
                Locale.ROOT,
                "%-10s %10.1f %10.1f %9.1f %13s%s",
                name,
                result.othersNs().getValueAtPercentile(50) / 1e3,
                result.othersNs().getValueAtPercentile(99) / 1e3,
                result.bulkBytes() / 1e6,
                isOrdered ? result.wholeFirstCount() + "/" + result.fragCount() : "-",
                result.trouble().isEmpty() ? "" : "  taken again: " + result.trouble()));
            if (result.trouble().isEmpty())
            {
                results.keep(name, "from signature to delivery at the others, nanoseconds", result.othersNs());
                frags.addAndGet(isOrdered ? result.fragCount() : 0);
                wholeFirst.addAndGet(isOrdered ? result.wholeFirstCount() : 0);
                return result.othersNs();
            }
            if (MAX_TRIES == tries)
            {
                throw new IllegalStateException(name + ": " + result.trouble() + " in " + tries + " runs");
            }
        }
    }
}
