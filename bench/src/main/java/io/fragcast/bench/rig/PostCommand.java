package io.fragcast.bench.rig;

import io.fragcast.bench.report.NoiseRule;
import org.HdrHistogram.Histogram;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;

/**
 * {@code fragcast bench post}: what a gateway waits for the answer to a post, with the sequencer's peer up (A) and with
 * every peer down (B), in interleaved pairs of fresh nodes under the noise rule. Signing is in it, in both.
 */
@Command(
    name = "post",
    mixinStandardHelpOptions = true,
    description = {
        "What a gateway waits for its answer while all peers are down, against while they are up.",
        "Fresh nodes for each run, in this process; 4,080 posts a run, 2,400 of them measured."})
public final class PostCommand implements Callable<Integer>
{
    @Spec
    private CommandSpec spec;

    @Option(names = "--pairs", defaultValue = "7", description = "Pairs A/B, and as many A/A (default: "
        + "${DEFAULT-VALUE}; fewer decide nothing).")
    private int pairs = NoiseRule.MIN_PAIRS;

    @Option(names = "--bound", defaultValue = "1.05", description = "Greatest ratio of B to A that is wanted, for p50 "
        + "(default: ${DEFAULT-VALUE}).")
    private double bound = 1.05;

    @Override
    public Integer call() throws IOException
    {
        final PrintWriter out = spec.commandLine().getOut();
        out.println("run               p50 us      p99 us");
        run(out, "warm-up", true);
        run(out, "warm-up", false);
        final double[][] ab = new double[pairs][2];
        final double[][] aa = new double[pairs][2];
        for (int i = 0; i < pairs; i++)
        {
            final boolean isAFirst = 0 == i % 2;
            if (isAFirst)
            {
                ab[i][0] = run(out, "a-" + i + " up", true);
            }
            ab[i][1] = run(out, "b-" + i + " down", false);
            if (!isAFirst)
            {
                ab[i][0] = run(out, "a-" + i + " up", true);
            }
            aa[i][0] = run(out, "aa1-" + i + " up", true);
            aa[i][1] = run(out, "aa2-" + i + " up", true);
        }

        final NoiseRule.Verdict verdict = NoiseRule.decide(ab, aa, bound);
        out.println(String.format(
            Locale.ROOT,
            "p50  B/A %.3f  bound %.3f  A/A p90 %.3f, greatest %.3f  %s",
            verdict.medianRatio(),
            bound,
            verdict.noiseRatio(),
            verdict.spreadRatio(),
            verdict.outcome()));
        out.flush();

        return NoiseRule.Outcome.HOLDS == verdict.outcome() ?
            CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }

    private static double run(final PrintWriter out, final String name, final boolean isReplicaUp) throws IOException
    {
        try (PostRig rig = new PostRig(isReplicaUp))
        {
            final Histogram answerNs = rig.run();
            out.println(String.format(
                Locale.ROOT,
                "%-12s %11.1f %11.1f",
                name,
                answerNs.getValueAtPercentile(50) / 1e3,
                answerNs.getValueAtPercentile(99) / 1e3));
            out.flush();

            return answerNs.getValueAtPercentile(50);
        }
    }
}
