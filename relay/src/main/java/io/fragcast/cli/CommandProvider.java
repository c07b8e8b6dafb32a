package io.fragcast.cli;

import picocli.CommandLine;

import java.util.List;

/**
 * Brings commands to the command line; found by {@link java.util.ServiceLoader}, so that what is not installed is not
 * there.
 */
public interface CommandProvider
{
    /**
     * The commands.
     *
     * @return made anew, each with its name.
     */
    List<CommandLine> commands();
}
