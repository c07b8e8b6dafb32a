package io.fragcast.bench.compare;

import io.fragcast.bench.report.NoiseRule;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;

import java.nio.file.Path;

/**
 * What all commands that run contenders in rounds take.
 */
public final class MeasureOptions
{
    /** What plain Aeron and programs without a JIT get at most. */
    public static final double SOON_WARM_SECONDS = 4;

    /** Largest of loopback: TCP's segments there are as long, so programs on TCP are compared with it. */
    static final int LOOPBACK_MTU = 65_504;

    @Option(names = "--rounds", defaultValue = "7", description = "Runs of each; fewer than 7 decide nothing (default: "
        + "${DEFAULT-VALUE}).")
    int rounds = NoiseRule.MIN_PAIRS;

    @Option(names = "--seconds", defaultValue = "2.5", description = "Measured a run (default: ${DEFAULT-VALUE}).")
    double seconds = 2.5;

    @Option(names = "--warmup-seconds", defaultValue = "5", description = "Before: the JIT shares the core "
        + "with what it compiles until some 2,500 frags went (default: ${DEFAULT-VALUE}).")
    double warmupSeconds = 5;

    @Option(names = "--rate", defaultValue = "0", description = "Messages a second; default: the command's own.")
    double rate;

    @Option(names = "--out", description = "Output folder (default: bench-results/TIME).")
    @Nullable Path out;

    /** Other defaults than those above. */
    void shorten(final CommandLine.ParseResult parsed, final double ownWarmupSeconds, final double ownSeconds)
    {
        warmupSeconds = parsed.hasMatchedOption("--warmup-seconds") ? warmupSeconds : ownWarmupSeconds;
        seconds = parsed.hasMatchedOption("--seconds") ? seconds : ownSeconds;
    }

    /** At the rate asked for, or else at the command's own, for what needs the JIT. */
    Workload workload(final int bytes, final int replicas, final double ownRate)
    {
        return Workload.warmedFaster(bytes, replicas, rateOr(ownRate), warmupSeconds, seconds);
    }

    /** The same for a contender: what is compiled before it starts, or is small, is warm sooner. */
    Workload workload(final Contender contender, final int bytes, final int replicas, final double ownRate)
    {
        final double ownWarmupSeconds =
            contender.isSoonWarm() ? Math.min(SOON_WARM_SECONDS, warmupSeconds) : warmupSeconds;

        return contender.isJava() ?
            Workload.warmedFaster(bytes, replicas, rateOr(ownRate), ownWarmupSeconds, seconds) :
            Workload.steady(bytes, replicas, rateOr(ownRate), ownWarmupSeconds, seconds);
    }

    private double rateOr(final double ownRate)
    {
        return 0 == rate ? ownRate : rate;
    }
}
