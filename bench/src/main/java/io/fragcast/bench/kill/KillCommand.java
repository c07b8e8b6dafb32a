package io.fragcast.bench.kill;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.Callable;

/**
 * {@code fragcast bench kill}: a sequencer, a relay, a replica with {@code jsonl:FILE} and one with {@code jsonl:-},
 * each in a process of its own, are killed in turn, at any moment, while blocks flow. Exit code 0 only if no consumer
 * has a gap, the first no repeat, the second none but of its last event before a kill, every journal verifies, and the
 * journal tells again what was delivered.
 */
@Command(
    name = "kill",
    description = "Kills nodes in turn while blocks flow (kill -9), and checks what consumers and journals have.",
    mixinStandardHelpOptions = true)
public final class KillCommand implements Callable<Integer>
{
    @Option(names = "--times", defaultValue = "100", paramLabel = "N", description = "Kills; ${DEFAULT-VALUE}.")
    private int times;

    @Option(names = "--seed", defaultValue = "1", paramLabel = "N", description = "When to kill; ${DEFAULT-VALUE}.")
    private long seed;

    @Option(names = "--dir", paramLabel = "DIR", description = "For files of the nodes; a new one, kept on failure.")
    private @Nullable Path dir;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException
    {
        final PrintWriter out = spec.commandLine().getOut();
        final Path folder = null == dir ? Files.createTempDirectory("fragcast-kill-") : Files.createDirectories(dir);
        try (KillNetwork network = KillNetwork.write(folder))
        {
            final KillRun run = new KillRun(network, new Random(seed), out);
            final long problems = run.run(times);
            out.println(0 == problems ? "ok: " + times + " kills, no gap, no repeat" :
                "FAILED: " + problems + " problems, files in " + folder);
            out.flush();
            if (0 == problems && null == dir)
            {
                network.deleteFolder();
            }

            return 0 == problems ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
        }
    }
}
