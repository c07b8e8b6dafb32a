package io.fragcast.journal.chronicle;

import io.fragcast.journal.Journal;
import io.fragcast.journal.JournalConfig;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

/**
 * Kills a process that appends at full speed, again and again over the same files, and asks each time for every record
 * that it had appended.
 */
class JournalKillSystemTest
{
    private static final int ROUNDS = 3;
    private static final long RECORDS_A_ROUND = 20_000;

    @TempDir
    Path dir;

    @Test
    @Timeout(60)
    void shouldLoseNothingAndTearNothingWhenKilled() throws IOException, InterruptedException
    {
        final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(8_192));
        long nextNumber = 0;
        for (int round = 0; round < ROUNDS; round++)
        {
            final long reportedNumber = appendUntilKilled(nextNumber, nextNumber + RECORDS_A_ROUND);

            final long startNs = System.nanoTime();
            try (ChronicleJournal journal = ChronicleJournal.open(
                JournalConfig.small(dir, JournalConfig.MIN_RING_LENGTH)))
            {
                final long openedNs = System.nanoTime();
                assertThat(openedNs - startNs).as("open").isLessThan(TimeUnit.SECONDS.toNanos(2));

                nextNumber = assertWhole(journal);
                assertThat(nextNumber).isGreaterThan(reportedNumber);

                journal.append(buffer, 0, JournalAppender.write(buffer, nextNumber));
                nextNumber++;
                assertThat(System.nanoTime() - openedNs).as("replay and first append after")
                    .isLessThan(TimeUnit.SECONDS.toNanos(2));
                assertThat(assertWhole(journal)).isEqualTo(nextNumber);
            }
        }
    }

    private static long assertWhole(final Journal journal)
    {
        final long[] expected = { 0 };
        journal.replay(Journal.START, (index, record, offset, length) ->
        {
            final boolean isWhole = JournalAppender.isWhole(expected[0], record, offset, length);
            if (!isWhole)
            {
                fail("record " + expected[0] + " is not whole or not next");
            }
            expected[0]++;

            return true;
        });

        return expected[0];
    }

    private long appendUntilKilled(final long firstNumber, final long killNumber)
        throws IOException, InterruptedException
    {
        final Process process = new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "@" + Path.of("..", "tuning", "jvm", "jvm.options"),
            "-cp",
            System.getProperty("java.class.path"),
            JournalAppender.class.getName(),
            dir.toString(),
            Long.toString(firstNumber))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
        long reportedNumber = -1;
        try (BufferedReader reader = process.inputReader(UTF_8))
        {
            String line = reader.readLine();
            while (null != line && reportedNumber < killNumber)
            {
                reportedNumber = Long.parseLong(line);
                line = reader.readLine();
            }
        }
        finally
        {
            process.destroyForcibly().waitFor();
        }
        assertThat(reportedNumber).as("the process ran until it was killed").isGreaterThanOrEqualTo(killNumber);
        assertThat(process.exitValue()).as("SIGKILL").isEqualTo(128 + 9);

        return reportedNumber;
    }
}
