package io.fragcast.bench.compare;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Compares for two seconds at a rate that any machine carries: every contender must deliver every message to both
 * receivers. A machine that has others to serve may begin messages late; that is said, and fails no contender here.
 */
class CompareSystemTest
{
    /** One second of warm-up at 800 a second, one at 50. */
    private static final int SENT = 800 + 50;
    private static final int REPLICAS = 2;

    @TempDir
    Path dir;

    @Test
    @Timeout(120)
    void shouldPutTwoContendersSideBySide() throws IOException
    {
        final StringWriter out = new StringWriter();
        new CommandLine(new CompareCommand()).setOut(new PrintWriter(out)).execute(
            "--only", "fragcast,aeron", "--bytes", "1024", "--replicas", Integer.toString(REPLICAS), "--rate", "50",
            "--warmup-seconds", "1", "--seconds", "1", "--rounds", "1", "--out", dir.toString());

        for (final String contender : List.of("fragcast", "aeron"))
        {
            final String run = contender + "-1024B-" + REPLICAS + "r-0";
            assertThat(dir.resolve(run + ".receive.log")).as(out.toString()).content()
                .contains("{\"received\":" + SENT * REPLICAS + ",\"duplicates\":0,\"bad\":0,");
            assertThat(dir.resolve(run + ".send.log")).content().contains("{\"sent\":" + SENT + ",");
            assertThat(dir.resolve("index.html")).content().contains(">" + contender + "<");
        }
        assertThat(out.toString().lines().filter((line) -> line.contains("FAIL:")))
            .allMatch((line) -> line.contains("FAIL: rate not reached: "));
        assertThat(Files.readString(dir.resolve("report.txt"))).isEqualTo(out.toString());
        assertThat(dir.resolve("environment.txt")).content().contains("commit = ").doesNotContain("commit = unknown");
    }
}
