package io.fragcast.bench.kill;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two kills of real processes; a hundred by {@code fragcast bench kill}.
 */
class KillSystemTest
{
    @TempDir
    private Path dir;

    @Test
    @Timeout(240)
    void shouldLoseAndRepeatNothingWhenNodesAreKilled()
    {
        final StringWriter out = new StringWriter();
        final PrintWriter writer = new PrintWriter(out);
        final int exitCode = new CommandLine(new KillCommand()).setOut(writer).setErr(writer)
            .execute("--times", "2", "--dir", dir.toString());

        assertThat(exitCode).as(out.toString()).isZero();
        assertThat(out.toString()).contains("ok: 2 kills, no gap, no repeat");
    }
}
