package io.fragcast.cli;

import io.aeron.Aeron;
import io.fragcast.config.ScheduleFile;
import io.fragcast.crypto.Secp256k1;
import io.fragcast.edge.Edge;
import io.fragcast.edge.OnceEdge;
import io.fragcast.edge.ipc.IpcEventEdge;
import io.fragcast.edge.jsonl.JsonLinesEdge;
import io.fragcast.journal.EventReplay;
import io.fragcast.journal.chronicle.ChronicleJournal;
import io.fragcast.protocol.block.BlockLimits;
import io.fragcast.protocol.leader.Schedule;
import io.fragcast.wire.BlockEventProxy;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * {@code fragcast journal}: looks at the journal of a node, which may be running meanwhile. Exit code 0: done and
 * nothing wrong, 1: something is wrong with the journal, 2: there is no journal where it was said to be.
 */
@Command(
    name = "journal",
    description = "Looks at the journal of a node, which may be running meanwhile.",
    synopsisSubcommandLabel = "ls|dump|verify|replay|diff")
public final class JournalCommand
{
    private static final String DIR_DESCRIPTION = "Folder of the journal.";

    private static final String JSON_LINES_PREFIX = "jsonl:";
    private static final String IPC_PREFIX = "ipc:";
    /** Of the largest datagram. */
    private static final int MAX_FRAME_LENGTH = 65_504;

    @Spec
    @SuppressWarnings("NullAway.Init") // Picocli sets it before a subcommand runs.
    private CommandSpec spec;

    /**
     * Lists the files of a journal with what is in them.
     *
     * @param dir of the journal.
     * @return exit code.
     */
    @Command(name = "ls", description = "Lists its files with what is in them.")
    public int ls(@Parameters(paramLabel = "DIR", description = DIR_DESCRIPTION) final Path dir)
    {
        return withJournal(dir, (journal, out) ->
        {
            final JournalListing listing = new JournalListing(dir, journal);
            listing.scan();
            listing.print(out);

            return ExitCodes.DONE;
        });
    }

    /**
     * Prints the records of a journal.
     *
     * @param dir    of the journal.
     * @param isJson one object a record.
     * @return exit code.
     */
    @Command(name = "dump", description = "Prints one line a record.")
    public int dump(
        @Parameters(paramLabel = "DIR", description = DIR_DESCRIPTION) final Path dir,
        @Option(names = "--json", description = "One JSON object a line.") final boolean isJson)
    {
        return withJournal(dir, (journal, out) -> new JournalDump(journal, isJson, out).run());
    }

    /**
     * Checks every record of a journal.
     *
     * @param dir          of the journal.
     * @param scheduleFile whose keys signatures are checked against; null: they are not checked.
     * @return exit code.
     */
    @Command(
        name = "verify",
        description = "Checks that every record decodes, that frames have a legal layout and that digests chain.")
    public int verify(
        @Parameters(paramLabel = "DIR", description = DIR_DESCRIPTION) final Path dir,
        @Option(
            names = "--schedule",
            paramLabel = "FILE",
            description = "Schedule, TOML: checks signatures as well.") final @Nullable Path scheduleFile)
    {
        final Secp256k1 curve = Secp256k1.load();
        final Schedule schedule = null == scheduleFile ? null : ScheduleFile.read(scheduleFile, curve);

        return withJournal(dir, (journal, out) ->
        {
            final JournalVerifier verifier = new JournalVerifier(
                out, null == schedule ? null : new JournalSignatures(schedule, curve.newVerifier()));
            verifier.verify(journal);
            verifier.printSummary();

            return verifier.problemCount() > 0 ? ExitCodes.FAILED : ExitCodes.DONE;
        });
    }

    /**
     * Hands what a node delivered to an edge again.
     *
     * @param dir      of the journal.
     * @param to       edge that takes it.
     * @param speed    how fast.
     * @param aeronDir folder of the media driver for ipc:CHANNEL.
     * @return exit code.
     */
    @Command(
        name = "replay",
        description = "Delivers again what the node delivered, from the journal alone: each event once.")
    public int replay(
        @Parameters(paramLabel = "DIR", description = DIR_DESCRIPTION) final Path dir,
        @Option(
            names = "--to",
            defaultValue = "jsonl:-",
            paramLabel = "EDGE",
            description = "jsonl:-, jsonl:FILE (a new one) or ipc:CHANNEL; ${DEFAULT-VALUE}.") final String to,
        @Option(
            names = "--speed",
            defaultValue = "full",
            paramLabel = "SPEED",
            description = "full, or how many times as fast as it was: 1x, 10x; ${DEFAULT-VALUE}.") final String speed,
        @Option(
            names = "--aeron-dir",
            paramLabel = "DIR",
            description = "Media driver for ipc:CHANNEL.") final @Nullable Path aeronDir)
    {
        return withJournal(dir, (journal, out) ->
        {
            final double factor = speed(speed);
            try (Aeron aeron = isIpc(to) ? connect(aeronDir) : null;
                Edge edge = new OnceEdge(edge(to, aeron)))
            {
                final JournalReplay replay =
                    new JournalReplay(edge, factor, System::nanoTime, spec.commandLine().getErr());
                new EventReplay(journal, replay).run();
                edge.flush();

                return 0 == replay.lostCount() ? ExitCodes.DONE : ExitCodes.FAILED;
            }
        });
    }

    /**
     * Compares the journals of two nodes.
     *
     * @param first  of one.
     * @param second of the other.
     * @return exit code.
     */
    @Command(
        name = "diff",
        description = "Compares what two nodes accepted, and how each attempt ended, in the heights that both hold.")
    public int diff(
        @Parameters(paramLabel = "A", description = DIR_DESCRIPTION) final Path first,
        @Parameters(paramLabel = "B", description = DIR_DESCRIPTION) final Path second)
    {
        return withJournal(first, (journal, out) ->
        {
            try (ChronicleJournal other = ChronicleJournal.openReadOnly(second))
            {
                return new JournalDiff(out).run(journal, other);
            }
        });
    }

    private static double speed(final String text)
    {
        if ("full".equals(text))
        {
            return JournalReplay.FULL_SPEED;
        }
        try
        {
            final double factor = Double.parseDouble(text.endsWith("x") ? text.substring(0, text.length() - 1) : text);
            if (0 < factor && factor < Double.POSITIVE_INFINITY)
            {
                return factor;
            }
        }
        catch (final NumberFormatException ex)
        {
            throw new IllegalArgumentException("--speed " + text + ": full, or a number such as 1x or 10x", ex);
        }
        throw new IllegalArgumentException("--speed " + text + ": full, or a number such as 1x or 10x");
    }

    private static boolean isIpc(final String to)
    {
        return to.startsWith(IPC_PREFIX);
    }

    private static Aeron connect(final @Nullable Path aeronDir)
    {
        if (null == aeronDir)
        {
            throw new IllegalArgumentException("--to ipc: needs --aeron-dir DIR, the folder of a media driver");
        }

        return Aeron.connect(new Aeron.Context().aeronDirectoryName(aeronDir.toString()));
    }

    private static Edge edge(final String to, final @Nullable Aeron aeron) throws IOException
    {
        if (null != aeron)
        {
            return new IpcEventEdge(
                aeron,
                to.substring(IPC_PREFIX.length()),
                BlockEventProxy.maxEventLength(BlockLimits.production(), MAX_FRAME_LENGTH));
        }
        if ("jsonl:-".equals(to))
        {
            return JsonLinesEdge.toStandardOutput();
        }
        if (!to.startsWith(JSON_LINES_PREFIX))
        {
            throw new IllegalArgumentException("--to " + to + ": jsonl:-, jsonl:FILE or ipc:CHANNEL");
        }
        final Path file = Path.of(to.substring(JSON_LINES_PREFIX.length()));
        if (Files.exists(file) && 0 < Files.size(file))
        {
            throw new IllegalArgumentException(file + " is there already; a replay begins a new file");
        }

        return JsonLinesEdge.toFile(file);
    }

    private int withJournal(final Path dir, final JournalTask task)
    {
        final PrintWriter out = spec.commandLine().getOut();
        try (ChronicleJournal journal = ChronicleJournal.openReadOnly(dir))
        {
            return task.run(journal, out);
        }
        catch (final IllegalArgumentException ex)
        {
            spec.commandLine().getErr().println("journal: " + ex.getMessage());

            return ExitCodes.REFUSED;
        }
        catch (final IOException ex)
        {
            spec.commandLine().getErr().println("journal: " + dir + ": " + ex);

            return ExitCodes.FAILED;
        }
        finally
        {
            out.flush();
        }
    }

    @FunctionalInterface
    private interface JournalTask
    {
        int run(ChronicleJournal journal, PrintWriter out) throws IOException;
    }
}
