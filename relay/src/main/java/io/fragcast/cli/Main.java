package io.fragcast.cli;

import io.aeron.exceptions.AeronException;
import io.fragcast.config.ConfigException;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.ServiceLoader;

/**
 * The program. Exit codes: 0 done, 1 the work failed, 2 wrong usage or configuration, one line on standard error.
 */
public final class Main
{
    /** Commands of the module bench, and where they are. */
    private static final List<String> BENCH_COMMANDS = List.of("bench", "sim");

    private Main()
    {
    }

    /**
     * Runs a command and ends the process with its exit code.
     *
     * @param args command and options.
     */
    public static void main(final String[] args)
    {
        final int exitCode = run(
            new PrintWriter(System.out, true, StandardCharsets.UTF_8),
            new PrintWriter(System.err, true, StandardCharsets.UTF_8),
            args);
        System.exit(exitCode);
    }

    /**
     * Runs a command.
     *
     * @param out  for results.
     * @param err  for everything else.
     * @param args command and options.
     * @return exit code.
     */
    static int run(final PrintWriter out, final PrintWriter err, final String... args)
    {
        final CommandLine root = root();
        if (args.length > 0 && BENCH_COMMANDS.contains(args[0]) && !root.getSubcommands().containsKey(args[0]))
        {
            err.println("fragcast " + args[0] +
                ": is not in this install; it is in the module bench of the source tree, run by its ./fragcast");

            return ExitCodes.REFUSED;
        }

        final int exitCode = root
            .setOut(out)
            .setErr(err)
            .setParameterExceptionHandler(Main::refuse)
            .setExecutionExceptionHandler(Main::fail)
            .execute(args);
        out.flush();
        err.flush();

        return exitCode;
    }

    private static CommandLine root()
    {
        final CommandSpec spec = CommandSpec.create()
            .name("fragcast")
            .mixinStandardHelpOptions(true)
            .versionProvider(new Version());
        spec.usageMessage().description("Carries the fragments of an L2 block to every replica while it is built.");
        final CommandLine root = new CommandLine(spec);
        for (final CommandProvider provider : ServiceLoader.load(CommandProvider.class))
        {
            for (final CommandLine command : provider.commands())
            {
                root.addSubcommand(command.getCommandName(), command);
            }
        }
        spec.usageMessage().synopsisSubcommandLabel("COMMAND");
        root.setExecutionStrategy((parsed) -> execute(root, parsed));

        return root;
    }

    private static int execute(final CommandLine root, final ParseResult parsed)
    {
        if (!parsed.hasSubcommand() && !parsed.isUsageHelpRequested() && !parsed.isVersionHelpRequested())
        {
            throw new ParameterException(root, "no command given; fragcast --help lists them");
        }

        return new CommandLine.RunLast().execute(parsed);
    }

    private static int refuse(final ParameterException ex, final String[] args)
    {
        final CommandLine command = ex.getCommandLine();
        final StringBuilder line = new StringBuilder(command.getCommandSpec().qualifiedName(" "))
            .append(": ")
            .append(firstLine(ex));
        if (ex instanceof UnmatchedArgumentException unmatched && !unmatched.getSuggestions().isEmpty())
        {
            line.append(", did you mean \"").append(unmatched.getSuggestions().get(0)).append("\"?");
        }
        command.getErr().println(line);

        return ExitCodes.REFUSED;
    }

    private static int fail(final Exception ex, final CommandLine command, final ParseResult parsed)
    {
        if (ex instanceof ConfigException)
        {
            command.getErr().println(ex.getMessage());

            return ExitCodes.REFUSED;
        }

        command.getErr().println(command.getCommandSpec().qualifiedName(" ") + ": failed: " + reasons(ex));
        if (!isOfTheHost(ex))
        {
            printTrace(command.getErr(), ex);
        }

        return ExitCodes.FAILED;
    }

    /** What a disk, a port or a media driver did: the reasons say it all. Anything else is our fault, and is traced. */
    private static boolean isOfTheHost(final Exception ex)
    {
        return ex instanceof IOException || ex instanceof UncheckedIOException || ex instanceof AeronException ||
            ex instanceof IllegalStateException;
    }

    private static String reasons(final Exception ex)
    {
        final StringBuilder reasons = new StringBuilder();
        for (Throwable cause = ex; null != cause; cause = cause.getCause())
        {
            final String reason = null == cause.getMessage() ? cause.toString() : cause.getMessage();
            if (reasons.indexOf(reason) < 0)
            {
                reasons.append(reasons.isEmpty() ? "" : ": ").append(reason.lines().findFirst().orElse(""));
            }
        }

        return reasons.toString();
    }

    private static void printTrace(final PrintWriter err, final Exception ex)
    {
        for (Throwable cause = ex; null != cause; cause = cause.getCause())
        {
            err.println(cause);
            for (final StackTraceElement element : cause.getStackTrace())
            {
                err.println("    at " + element);
            }
        }
    }

    private static String firstLine(final Exception ex)
    {
        return Objects.requireNonNullElse(ex.getMessage(), ex.toString()).lines().findFirst().orElse("");
    }
}
