package io.fragcast.sim;

import io.fragcast.cli.CommandProvider;
import picocli.CommandLine;

import java.util.List;

/**
 * Brings {@code fragcast sim}.
 */
public final class SimCommandProvider implements CommandProvider
{
    @Override
    public List<CommandLine> commands()
    {
        return List.of(new CommandLine(new SimCommand()));
    }
}
