package io.fragcast.bench.compare;

import io.fragcast.bench.JvmOptions;
import io.fragcast.bench.report.ResultFolder;
import io.fragcast.transport.FreePorts;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;

import static java.util.Objects.requireNonNull;

/**
 * {@code fragcast bench compare}: each contender in turn over each workload, round after round, so that what the
 * machine does meanwhile hits all alike.
 */
@Command(
    name = "compare",
    mixinStandardHelpOptions = true,
    description = {
        "Fragcast beside plain UDP, plain Aeron, GossipSub and WebSocket: same messages, same rate, publisher and",
        "receivers in a process each. Writes histograms and a page."})
public final class CompareCommand implements Callable<Integer>
{
    private static final String WHAT = "publish to the last replica, from the intended send time, nanoseconds";
    private static final int QUICK_ROUNDS = 3;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--quick", description = "Two workloads, 3 rounds, under 10 minutes.")
    private boolean isQuick;

    @Option(names = "--bytes", split = ",", defaultValue = "1024,32768", description = "Message lengths (default: "
        + "${DEFAULT-VALUE}).")
    private List<Integer> bytes = List.of();

    @Option(names = "--replicas", split = ",", defaultValue = "2,8", description = "Receivers (default: "
        + "${DEFAULT-VALUE}).")
    private List<Integer> replicas = List.of();

    @Option(names = "--rate", defaultValue = "100", description = "Messages a second (default: ${DEFAULT-VALUE}).")
    private double rate = 100;

    @Option(names = "--seconds", defaultValue = "10", description = "Measured a run (default: ${DEFAULT-VALUE}).")
    private int seconds = 10;

    @Option(names = "--warmup-seconds", defaultValue = "10", description = "Before (default: ${DEFAULT-VALUE}).")
    private int warmupSeconds = 10;

    @Option(names = "--rounds", defaultValue = "5", description = "Runs of each (default: ${DEFAULT-VALUE}).")
    private int rounds = 5;

    @Option(names = "--only", split = ",", description = "Contenders, by name; default: all that can be built.")
    private Set<String> only = Set.of();

    @Option(names = "--out", description = "Output folder (default: bench-results/TIME).")
    private @Nullable Path out;

    @Override
    public Integer call() throws IOException, InterruptedException
    {
        final ResultFolder results =
            new ResultFolder(out, requireNonNull(spec, "picocli sets it").commandLine().getOut());
        final List<Contender> contenders = contenders(results);
        final List<Workload> workloads = workloads();
        final int wholeRounds = isQuick ? QUICK_ROUNDS : rounds;
        final Comparison comparison = new Comparison(contenders, workloads);
        final PairRun run = new PairRun(results.path());
        final int total = contenders.size() * workloads.size() * wholeRounds;
        final int ports = FreePorts.blocks(PeerOptions.MAX_REPLICAS + 1);
        int done = 0;
        for (int round = 0; round < wholeRounds; round++)
        {
            for (final Workload workload : workloads)
            {
                for (final Contender contender : contenders)
                {
                    final String name = contender.name() + "-" + workload.fileName() + "-" + round;
                    final Measured measured = run.run(contender, workload, ports, name);
                    comparison.add(contender, workload, measured);
                    if (!measured.isFailed())
                    {
                        results.keep(name, WHAT, measured.toAllNs());
                    }
                    done++;
                    results.print(String.format(Locale.ROOT, "%s %3d/%d  %-22s %-18s %s",
                        bar(done, total), done, total, workload.name(), contender.name(), measured.toRow()));
                }
            }
        }
        for (final String line : comparison.lines())
        {
            results.print(line);
        }
        Files.writeString(results.resolve("index.html"), new ComparePage(comparison, results.environment()).html());
        results.print("in " + results.path() + ": index.html, report.txt, environment.txt, a .hdr a run");

        return comparison.isFailed() ? CommandLine.ExitCode.SOFTWARE : CommandLine.ExitCode.OK;
    }

    private List<Contender> contenders(final ResultFolder results) throws IOException, InterruptedException
    {
        final List<Contender> all = new ArrayList<>();
        all.add(new Contender("fragcast", "signed, hashed, verified, in order", java("fragcast"), List.of()));
        all.add(new Contender("aeron", "plain Aeron, one publication a replica, nothing checked", java("aeron"),
            List.of()));
        final PeerPrograms programs = new PeerPrograms(PeerPrograms.besideClasses(), results);
        final Path udp = isWanted("udp") ? programs.udp() : null;
        if (null != udp)
        {
            all.add(new Contender("udp", "C, spinning, a datagram stream a replica: the floor",
                List.of(udp.toString()), List.of("--wait", "spin")));
            all.add(new Contender("udp-block", "the same, blocking", List.of(udp.toString()),
                List.of("--wait", "block")));
            all.add(new Contender("udp-multicast", "C, spinning, one group", List.of(udp.toString()),
                List.of("--wait", "spin", "--mode", "multicast")));
        }
        final Path gossipsub = isWanted("gossipsub") ? programs.gossipsub() : null;
        if (null != gossipsub)
        {
            all.add(new Contender("gossipsub", "go-libp2p GossipSub as op-node runs it, signatures checked",
                List.of(gossipsub.toString()), List.of()));
        }
        final Path websocket = isWanted("websocket") ? programs.websocket() : null;
        if (null != websocket)
        {
            all.add(new Contender("websocket-text", "WebSocket fan-out of JSON text",
                List.of(websocket.toString()), List.of("--encoding", "text")));
            all.add(new Contender("websocket-brotli", "the same, Brotli 5",
                List.of(websocket.toString()), List.of("--encoding", "brotli")));
        }
        all.removeIf((contender) -> !only.isEmpty() && !only.contains(contender.name()));

        return all;
    }

    private boolean isWanted(final String prefix)
    {
        return only.isEmpty() || only.stream().anyMatch((name) -> name.startsWith(prefix));
    }

    private List<Workload> workloads()
    {
        final List<Workload> workloads = new ArrayList<>();
        final int warmup = (int)(rate * warmupSeconds);
        for (final int length : isQuick ? List.of(32 << 10) : bytes)
        {
            for (final int count : isQuick ? List.of(2, 8) : new TreeSet<>(replicas))
            {
                workloads.add(new Workload(length, count, rate, warmup, warmup + (int)(rate * seconds)));
            }
        }

        return workloads;
    }

    private static List<String> java(final String peer) throws IOException
    {
        final List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JvmOptions.read());
        command.addAll(List.of(
            "-cp", System.getProperty("java.class.path"), "io.fragcast.cli.Main", "bench", "peer", peer));

        return command;
    }

    private static String bar(final int done, final int total)
    {
        final int width = 20;
        final int full = width * done / total;

        return "[" + "#".repeat(full) + ".".repeat(width - full) + "]";
    }
}
