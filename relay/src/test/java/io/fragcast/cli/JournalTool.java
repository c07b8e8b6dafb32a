package io.fragcast.cli;

import picocli.CommandLine;

import java.io.PrintWriter;
import java.io.Writer;

/**
 * {@code fragcast journal} in this process, for tests of other packages.
 */
public final class JournalTool
{
    private JournalTool()
    {
    }

    /**
     * Runs it.
     *
     * @param out  receives what it prints.
     * @param err  receives what it complains of.
     * @param args after {@code journal}.
     * @return exit code.
     */
    public static int run(final Writer out, final Writer err, final String... args)
    {
        return new CommandLine(new JournalCommand())
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true))
            .execute(args);
    }
}
