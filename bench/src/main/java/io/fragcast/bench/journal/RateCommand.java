package io.fragcast.bench.journal;

import io.fragcast.bench.report.NoiseRule;
import io.fragcast.bench.report.Pairs;
import org.agrona.IoUtil;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;

/**
 * {@code fragcast bench journal}: what does a record cost to append and to read again, beside the same bytes by plain
 * Chronicle Queue? The difference is the port and the index. Runs by turns in one JVM, each in files of its own; a run
 * counts by its median slice, which is shorter than a scheduler's. Exit code 0 only if neither bound is missed.
 */
@Command(
    name = "journal",
    description = "Appends and replays records by the journal and by plain Chronicle Queue, by turns.",
    mixinStandardHelpOptions = true)
public final class RateCommand implements Callable<Integer>
{
    /** Most that appending may take of plain Chronicle Queue's time. */
    private static final double APPEND_BOUND = 1.1;
    /** Replay is at least 0.9 times as fast. */
    private static final double REPLAY_BOUND = 1 / 0.9;
    /** Until the compiler has done its work on both. */
    private static final int WARM_UP_RUNS = 4;

    @Option(names = "--bytes", defaultValue = "4096", paramLabel = "N", description = "Of a record; ${DEFAULT-VALUE}.")
    private int recordLength;

    @Option(names = "--records", defaultValue = "20000", paramLabel = "N", description = "A run; ${DEFAULT-VALUE}.")
    private int records;

    @Option(names = "--pairs", defaultValue = "7", paramLabel = "N", description = "Of runs; ${DEFAULT-VALUE}.")
    private int pairs;

    @Option(names = "--dir", paramLabel = "DIR", description = "For the files; a new one, deleted afterwards.")
    private @Nullable Path dir;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException
    {
        final PrintWriter out = spec.commandLine().getOut();
        final Path folder = null == dir ? Files.createTempDirectory("fragcast-rate-") : Files.createDirectories(dir);
        try
        {
            final RateRun run = new RateRun(folder, recordLength, records);
            for (int i = 0; i < WARM_UP_RUNS; i++)
            {
                run.plain("warm-a-" + i);
                run.journal("warm-b-" + i);
            }
            final Pairs<RateRun.Rates> results = Pairs.run(pairs, run::plain, run::journal);
            final NoiseRule.Verdict append = results.decide(RateRun.Rates::appendNs, APPEND_BOUND);
            final NoiseRule.Verdict replay = results.decide(RateRun.Rates::replayNs, REPLAY_BOUND);
            out.println(recordLength + " bytes a record, " + records + " records a run, ns by the median slice");
            out.println(results.medians("append ns", RateRun.Rates::appendNs));
            out.println(Pairs.line("append", append, APPEND_BOUND));
            out.println(results.medians("replay ns", RateRun.Rates::replayNs));
            out.println(Pairs.line("replay", replay, REPLAY_BOUND));

            return NoiseRule.Outcome.MISSED == append.outcome() || NoiseRule.Outcome.MISSED == replay.outcome() ? 1 : 0;
        }
        finally
        {
            out.flush();
            IoUtil.delete(folder.toFile(), true);
        }
    }
}
