package io.fragcast.cli;

import picocli.CommandLine;

import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * What {@code fragcast message verify-proof} says of a line, for tests of who wrote it.
 *
 * @param exitCode of the command.
 * @param result   its line.
 */
public record VerifiedProof(int exitCode, String result)
{
    /**
     * Runs the command.
     *
     * @param line     a proof, as a node keeps it.
     * @param schedule file that names the leader.
     * @return what it says.
     */
    public static VerifiedProof of(final String line, final Path schedule)
    {
        final StringWriter out = new StringWriter();
        final int exitCode = new CommandLine(new MessageCommand(
            new ByteArrayInputStream(line.getBytes(StandardCharsets.UTF_8))))
            .setOut(new PrintWriter(out))
            .execute("verify-proof", "--schedule", schedule.toString());

        return new VerifiedProof(exitCode, out.toString());
    }

    /**
     * Does it condemn the leader?
     *
     * @return true if the proof holds.
     */
    public boolean isValid()
    {
        return ExitCodes.DONE == exitCode && result.contains("\"valid\":true");
    }
}
