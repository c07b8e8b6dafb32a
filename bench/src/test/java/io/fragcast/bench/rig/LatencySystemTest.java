package io.fragcast.bench.rig;

import org.HdrHistogram.EncodableHistogram;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Runs the rig for a second at a rate that any machine keeps: what it measures must be every frag that was due after
 * the warm-up, through real nodes, and nothing may have gone wrong on the way.
 */
class LatencySystemTest
{
    private static final int RATE = 50;

    @TempDir
    Path dir;

    @ParameterizedTest
    @CsvSource({"0, 5", "2, 100"})
    @Timeout(60)
    void shouldMeasureEveryFragAfterTheWarmUp(final int relays, final int txs) throws IOException
    {
        measure("run", relays, txs);

        final RunResult result = result("run");
        assertThat(result.failure()).isEmpty();
        assertThat(result.count()).isEqualTo(RATE);
        assertThat(result.p50Ns()).isPositive().isLessThanOrEqualTo(result.p99Ns());

        try (HistogramLogReader reader = new HistogramLogReader(dir.resolve("run.hdr").toFile()))
        {
            final EncodableHistogram histogram = reader.nextIntervalHistogram();
            assertThat(((Histogram)histogram).getTotalCount()).isEqualTo(RATE);
            assertThat(((Histogram)histogram).getValueAtPercentile(50)).isEqualTo(result.p50Ns());
        }
    }

    @Test
    @Timeout(60)
    void shouldMeasureAgainInTheSameFolder() throws IOException
    {
        measure("a-0", 0, 5);
        measure("a-1", 0, 5);

        assertThat(result("a-1").failure()).isEmpty();
        assertThat(result("a-1").count()).isEqualTo(RATE);
    }

    private void measure(final String name, final int relays, final int txs)
    {
        final int exitCode = LatencyRun.commandLine().execute(
            "--dir", dir.toString(),
            "--name", name,
            "--relays", Integer.toString(relays),
            "--txs", Integer.toString(txs),
            "--rate", Integer.toString(RATE),
            "--frags", "10",
            "--warmup-seconds", "1",
            "--seconds", "1",
            "--no-spin",
            "--journal");

        assertThat(exitCode).isZero();
    }

    private RunResult result(final String name) throws IOException
    {
        final Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(dir.resolve(name + ".properties")))
        {
            properties.load(reader);
        }

        return RunResult.of(properties);
    }
}
