package io.fragcast.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Shows what a running node does, again and again until it is stopped; on anything but a terminal without colours and
 * without going back.
 */
@Command(
    name = "top",
    description = "Shows in a terminal what a running node does: its block, leaders, latency, peers, counters.",
    mixinStandardHelpOptions = true)
public final class TopCommand implements Callable<Integer>
{
    private static final int DEFAULT_WIDTH = 80;
    /** Home, then each line cleared to its end and at last everything below: nothing flickers. */
    private static final String HOME = "\u001b[H";
    private static final String CLEAR_LINE = "\u001b[K\n";
    private static final String CLEAR_BELOW = "\u001b[J";
    private static final String CLEAR_ALL = "\u001b[2J";

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--url", paramLabel = "URL", description = "the node's HTTP server, such as http://127.0.0.1:8080")
    private @Nullable URI url;

    @Option(names = "--aeron-dir", paramLabel = "DIR",
        description = "instead: the folder of a media driver, whose counters are shown")
    private @Nullable Path aeronDir;

    @Option(names = "--node", paramLabel = "NAME", description = "which node, where one process runs several")
    private @Nullable String node;

    @Option(names = "--interval-ms", defaultValue = "1000",
        description = "between two looks (default ${DEFAULT-VALUE})")
    private int intervalMs;

    @Option(names = "--width", paramLabel = "N", description = "columns; the terminal's unless given")
    private @Nullable Integer width;

    @Option(names = "--once", description = "look once, print plain text, end")
    private boolean isOnce;

    @Override
    public Integer call() throws IOException, InterruptedException
    {
        final CommandSpec command = Objects.requireNonNull(spec, "picocli sets it");
        if ((null == url) == (null == aeronDir))
        {
            throw new ParameterException(command.commandLine(), "give either --url or --aeron-dir");
        }
        if (intervalMs < 50 || intervalMs > 60_000)
        {
            throw new ParameterException(command.commandLine(),
                "--interval-ms = " + intervalMs + ": allowed 50..60000");
        }

        final PrintWriter out = command.commandLine().getOut();
        final boolean isTerminal = !isOnce && isTerminal();
        if (null == aeronDir)
        {
            final NodeStatus status = new NodeStatus(Objects.requireNonNull(url, "checked"));
            show(out, isTerminal,
                () -> TopScreen.draw(status.read(), node, columns(isTerminal), isTerminal));
        }
        else
        {
            try (TopCounters counters = new TopCounters(aeronDir))
            {
                show(out, isTerminal, () -> counters.draw(columns(isTerminal), isTerminal));
            }
        }

        return ExitCodes.DONE;
    }

    /** What is looked at. */
    @FunctionalInterface
    private interface Look
    {
        List<String> lines() throws IOException, InterruptedException;
    }

    private void show(final PrintWriter out, final boolean isTerminal, final Look look)
        throws IOException, InterruptedException
    {
        if (!isTerminal)
        {
            do
            {
                look.lines().forEach(out::println);
                out.flush();
            }
            while (!isOnce && isNextDue());
            return;
        }

        out.print(CLEAR_ALL);
        do
        {
            final StringBuilder screen = new StringBuilder(HOME);
            look.lines().forEach((line) -> screen.append(line).append(CLEAR_LINE));
            out.print(screen.append(CLEAR_BELOW));
            out.flush();
        }
        while (isNextDue());
    }

    /** Waits for the next look; the process ends by a signal. */
    private boolean isNextDue() throws InterruptedException
    {
        return !new CountDownLatch(1).await(intervalMs, TimeUnit.MILLISECONDS);
    }

    private int columns(final boolean isTerminal) throws IOException, InterruptedException
    {
        if (null != width)
        {
            return width;
        }

        return isTerminal ? terminalWidth() : DEFAULT_WIDTH;
    }

    /** Whether standard output is one: of the JDK's own answer later versions say another thing than earlier ones. */
    private static boolean isTerminal() throws IOException, InterruptedException
    {
        return 0 == new ProcessBuilder("test", "-t", "1").inheritIO().start().waitFor();
    }

    /** As stty says: the JDK does not know it, and it changes while the window does. */
    private static int terminalWidth() throws IOException, InterruptedException
    {
        final Process stty = new ProcessBuilder("stty", "size")
            .redirectInput(ProcessBuilder.Redirect.INHERIT)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
        final String size = new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).trim();
        final int blank = size.indexOf(' ');

        return 0 == stty.waitFor() && blank > 0 ? Integer.parseInt(size.substring(blank + 1)) : DEFAULT_WIDTH;
    }
}
