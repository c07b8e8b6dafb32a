package io.fragcast.cli;

import io.fragcast.config.ScheduleFile;
import io.fragcast.crypto.Secp256k1;
import io.fragcast.journal.chronicle.ChronicleJournal;
import io.fragcast.protocol.leader.Schedule;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;

/**
 * {@code fragcast journal}: looks at the journal of a node, which may be running meanwhile. Exit code 0: done and
 * nothing wrong, 1: something is wrong with the journal, 2: there is no journal where it was said to be.
 */
@Command(
    name = "journal",
    description = "Looks at the journal of a node, which may be running meanwhile.",
    synopsisSubcommandLabel = "ls|dump|verify")
public final class JournalCommand
{
    private static final String DIR_DESCRIPTION = "Folder of the journal.";

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
