package io.fragcast.bench.catchup;

import io.fragcast.bench.report.NoiseRule;
import io.fragcast.bench.report.Pairs;
import org.agrona.IoUtil;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;

/**
 * {@code fragcast bench catchup}: how fast does a replica that is many blocks behind come back, with three holders and
 * with one of them killed in mid-way? Exit code 0 only if every run delivered every block once and in order.
 */
@Command(
    name = "catchup",
    mixinStandardHelpOptions = true,
    description = {
        "How fast a replica that is behind comes back from three holders, against with one killed in mid-way.",
        "Fresh nodes for each run, all in this process."})
public final class CatchUpCommand implements Callable<Integer>
{
    private static final double MEGABYTE = 1e6;

    @Option(names = "--blocks", defaultValue = "1000", paramLabel = "N", description = "Behind; ${DEFAULT-VALUE}.")
    private int blocks;

    @Option(names = "--pairs", defaultValue = "7", paramLabel = "N", description = "Pairs A/B, and as many A/A; "
        + "${DEFAULT-VALUE}, fewer decide nothing.")
    private int pairs = NoiseRule.MIN_PAIRS;

    @Option(names = "--bound", defaultValue = "2", paramLabel = "X", description = "Greatest ratio of B's time to A's "
        + "that is wanted; ${DEFAULT-VALUE}.")
    private double bound = 2;

    @Spec
    private CommandSpec spec;

    private boolean isAnyWrong;

    @Override
    public Integer call() throws IOException, InterruptedException
    {
        final PrintWriter out = spec.commandLine().getOut();
        out.println(
            "run             blocks/s     MB/s   fetched   signatures a block   in order   where the time goes");
        run(out, "warm-up", false);
        final Pairs<CatchUpRig.Result> results = Pairs.run(
            pairs, (name) -> run(out, name + " all", false), (name) -> run(out, name + " dies", true));
        out.println(results.medians("blocks/s", CatchUpRig.Result::blocksPerSecond));
        out.println(results.medians("MB/s", CatchUpCommand::megabytesPerSecond));
        out.println(results.medians("signatures a block", CatchUpRig.Result::signaturesPerBlock));
        out.println(Pairs.line("seconds", results.decide(CatchUpRig.Result::seconds, bound), bound));
        out.flush();

        return isAnyWrong ? CommandLine.ExitCode.SOFTWARE : CommandLine.ExitCode.OK;
    }

    private CatchUpRig.Result run(final PrintWriter out, final String name, final boolean isOneDying)
        throws IOException, InterruptedException
    {
        final Path folder = Files.createTempDirectory("fragcast-catchup-");
        try (CatchUpRig rig = new CatchUpRig(folder, blocks + 1); TimeShares shares = new TimeShares())
        {
            shares.start();
            final CatchUpRig.Result result = rig.run(isOneDying);
            shares.stop(folder);
            isAnyWrong |= 0 != result.gaps() || blocks != result.blocks();
            out.println(String.format(
                Locale.ROOT,
                "%-14s %9.0f %8.2f %9d %20.2f %10s   %s",
                name,
                result.blocksPerSecond(),
                megabytesPerSecond(result),
                result.fetched(),
                result.signaturesPerBlock(),
                0 == result.gaps() && blocks == result.blocks() ? "yes" : "NO",
                shares.line()));
            out.flush();

            return result;
        }
        finally
        {
            IoUtil.delete(folder.toFile(), true);
        }
    }

    private static double megabytesPerSecond(final CatchUpRig.Result result)
    {
        return result.bytes() / result.seconds() / MEGABYTE;
    }
}
