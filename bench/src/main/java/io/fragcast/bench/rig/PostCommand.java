package io.fragcast.bench.rig;

import io.fragcast.bench.report.NoiseRule;
import io.fragcast.bench.report.Pairs;
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
    public Integer call() throws IOException, InterruptedException
    {
        final PrintWriter out = spec.commandLine().getOut();
        out.println("run               p50 us      p99 us");
        run(out, "warm-up", true);
        run(out, "warm-up", false);
        final Pairs<Double> compared = Pairs.run(
            pairs, (name) -> run(out, name + " up", true), (name) -> run(out, name + " down", false));

        final NoiseRule.Verdict verdict = compared.decide(Double::doubleValue, bound);
        out.println(Pairs.line("p50", verdict, bound));
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
