package io.fragcast.cli;

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
            new CommandLine(new KeygenCommand()),
            new CommandLine(new ScheduleCommand()),
            new CommandLine(new MessageCommand()),
            new CommandLine(new JournalCommand()));
    }
}
