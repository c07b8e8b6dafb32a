package io.fragcast.cli;

import io.fragcast.cli.doctor.DoctorCommand;
import io.fragcast.config.NodeRole;
import picocli.CommandLine;

import java.util.List;

/**
 * The commands of every install.
 */
public final class RelayCommands implements CommandProvider
{
    @Override
    public List<CommandLine> commands()
    {
        return List.of(
            new CommandLine(new DemoCommand()),
            NodeCommand.of(NodeRole.SEQUENCER, NodeRunner::sequencer,
                "Runs a sequencer: takes blocks from a builder, signs them, sends them to its sinks."),
            NodeCommand.of(NodeRole.RELAY, NodeRunner::relay,
                "Runs a relay: verifies what it hears, forwards it at once, journals it."),
            NodeCommand.of(NodeRole.REPLICA, NodeRunner::replica,
                "Runs a replica: verifies, assembles and delivers blocks in order."),
            new CommandLine(new PlayCommand()),
            new CommandLine(new KeygenCommand()),
            new CommandLine(new ScheduleCommand()),
            new CommandLine(new MessageCommand()),
            new CommandLine(new JournalCommand()),
            new CommandLine(new PeersCommand()),
            new CommandLine(new TopCommand()),
            new CommandLine(new DoctorCommand()));
    }
}
