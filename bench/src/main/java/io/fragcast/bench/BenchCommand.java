package io.fragcast.bench;

import io.fragcast.bench.catchup.CatchUpCommand;
import io.fragcast.bench.compare.CompareCommand;
import io.fragcast.bench.compare.FanoutCommand;
import io.fragcast.bench.compare.FirstCommand;
import io.fragcast.bench.compare.IdleCommand;
import io.fragcast.bench.compare.PathCommand;
import io.fragcast.bench.compare.PeerCommand;
import io.fragcast.bench.compare.ProfileCommand;
import io.fragcast.bench.compare.RelayCommand;
import io.fragcast.bench.compare.RepairCommand;
import io.fragcast.bench.compare.ThroughputCommand;
import io.fragcast.bench.compare.TransportCommand;
import io.fragcast.bench.jmh.JmhRunner;
import io.fragcast.bench.jmh.StepsCommand;
import io.fragcast.bench.journal.OpenCommand;
import io.fragcast.bench.journal.RateCommand;
import io.fragcast.bench.kill.KillCommand;
import io.fragcast.bench.report.ReportCommand;
import io.fragcast.bench.rig.LatencyCommand;
import io.fragcast.bench.rig.NextLeaderCommand;
import io.fragcast.bench.rig.PostCommand;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * {@code fragcast bench}: what Fragcast costs on this machine.
 */
@Command(
    name = "bench",
    description = "What Fragcast costs on this machine.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel =
        "all|transport|relay|throughput|repair|compare|fanout|idle|first|steps|path|profile|report|jmh|latency|post|" +
        "kill|open|journal|catchup|next-leader",
    subcommands = {
        BenchCommand.Jmh.class, AllCommand.class,
        LatencyCommand.class, PostCommand.class, TransportCommand.class, RelayCommand.class,
        ThroughputCommand.class, RepairCommand.class, CompareCommand.class, FanoutCommand.class, IdleCommand.class,
        FirstCommand.class, ProfileCommand.class,
        StepsCommand.class, PathCommand.class, ReportCommand.class, KillCommand.class, OpenCommand.class,
        RateCommand.class, CatchUpCommand.class, NextLeaderCommand.class, PeerCommand.class})
public final class BenchCommand
{
    /**
     * {@code fragcast bench jmh}.
     */
    @Command(
        name = "jmh",
        description = {
            "Single steps against their floors: codec, forward, chunk hash, signature, trie root, assembly.",
            "Takes the options of JMH, for instance: fragcast bench jmh Codec -f 3"})
    static final class Jmh implements Callable<Integer>
    {
        @Spec
        private CommandSpec spec;

        @Unmatched
        private final List<String> args = new ArrayList<>();

        @Override
        public Integer call() throws RunnerException, IOException
        {
            try
            {
                JmhRunner.run(args.toArray(new String[0]), System.out);
            }
            catch (final CommandLineOptionException ex)
            {
                throw new CommandLine.ParameterException(spec.commandLine(), ex.getMessage(), ex);
            }

            return CommandLine.ExitCode.OK;
        }
    }
}
