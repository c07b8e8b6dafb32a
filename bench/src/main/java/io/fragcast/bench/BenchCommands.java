package io.fragcast.bench;

import io.fragcast.cli.CommandProvider;
import picocli.CommandLine;

import java.util.List;

/**
 * The commands that this module adds.
 */
public final class BenchCommands implements CommandProvider
{
    @Override
    public List<CommandLine> commands()
    {
        return List.of(new CommandLine(new BenchCommand()));
    }
}
