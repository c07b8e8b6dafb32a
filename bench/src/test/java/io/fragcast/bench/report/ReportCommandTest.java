package io.fragcast.bench.report;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

import javax.imageio.ImageIO;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A folder as a command of bench leaves it, and what the report makes of it.
 */
class ReportCommandTest
{
    private static final String BARS = "name\tfigure\tratio\tbound\taim\tnoise\ta\tb\tpairs\toutcome\n";
    private static final String RUNS = "entry\tround\tcontender\tbytes\treplicas\trate\tp50Us\tp90Us\tp99Us\tp999Us\t" +
        "maxUs\tcount\tmissing\tlate\tcpuSeconds\twireBytes\tforeign\tperSecond\tverifyUs\tsent\tfailure\n";

    @TempDir
    Path dir;
    private Path folder;
    private Path out;

    @BeforeEach
    void makeFolders() throws IOException
    {
        folder = Files.createDirectories(dir.resolve("compare"));
        out = dir.resolve("report");
        Files.writeString(
            folder.resolve("environment.txt"), "commit = abc\ncpu = of <ours>\ncommand = fragcast bench x\n");
    }

    @Test
    void shouldSayOfEveryBarWhatCameOfIt() throws IOException
    {
        Files.writeString(folder.resolve("bars.tsv"), BARS +
            "32 KB x 2 at 100/s, of gossipsub\tp50\t0.1250\t0.25\t0.1\t1.1\t4000\t500\t7\tPASS\n" +
            "32 KB x 2 at 100/s, of websocket-text\tp99\t0.5\t0.3333\t0.2\t1.1\t4000\t2000\t7\tMISS\n" +
            "4 KB frags at MTU 1408, checks off, of plain Aeron\ttime a message\t2\t1.1765\t1.0526\t1.1\t10\t20\t7\t" +
            "MISS\n" +
            "1 KB, hashes and signatures off, of plain Aeron\tp50\t1.9\t1.15\t1.05\t3\t7\t13.3\t7\tPASS\n" +
            "5 % lost, frags missing\tmissing\t0\t0\t0\tNaN\t7000\t0\t7\tPASS\n" +
            "5 % lost, of loss-free\tp50\t1.9\t1.5\t1.5\t2.5\t300\t570\t7\tINCONCLUSIVE\n");

        report();

        final List<String> lines = Files.readAllLines(out.resolve("RESULTS.md"));
        assertThat(line(lines, "publish to all of 2 replicas, 32 KB, verified, against GossipSub, p50"))
            .endsWith("| 8x faster | \u2265 4x faster, aim 10x faster | 500 of 4,000 | PASS |  |");
        assertThat(line(lines, "publish to all of 2 replicas, 32 KB, verified, against WebSocket text, p99"))
            .contains("| 2x faster | \u2265 3x faster, aim 5x faster | 2,000 of 4,000 | MISS | ")
            .doesNotEndWith("|  |");
        assertThat(line(lines, "sustained 4 KB frags/s, checks off, of raw Aeron"))
            .contains("| 0.500x | \u2265 0.850x, aim 0.950x | 50,000/s of 100,000/s | MISS | ");
        assertThat(line(lines, "publisher to replica, 1 KB, hashing and signing off, of raw Aeron"))
            .endsWith("| PASS | beyond the bar, but two equal runs differ by up to 3x |");
        assertThat(line(lines, "5 % loss, missing")).endsWith("| 0 | \u2264 0 | of 7,000 | PASS |  |");
        assertThat(line(lines, "5 % loss, 32 KB, p50 of loss-free"))
            .contains("| NOISY | beyond the bar, but two equal runs differ by up to 2.50x, or others took");
        assertThat(line(lines, "encode, of plain SBE")).contains("| NOT MEASURED | fragcast bench steps |");
        assertThat(out.resolve("report.html")).content()
            .contains("<td class=\"PASS\">PASS", "<td class=\"NOT-MEASURED\">", "of &lt;ours>")
            .doesNotContain("<script");
    }

    @Test
    void shouldDrawAndTellWhatAFragCosts() throws IOException
    {
        final String run =
            "\tfragcast\t32768\t%d\t100.0\t%d\t600\t900\t990\t999\t250\t0\t0\t2.0\t5000000\t0.01\t0\t0\t500\t\n";
        Files.writeString(folder.resolve("runs.tsv"), RUNS +
            "fragcast-2r\t0" + run.formatted(2, 500) + "fragcast-8r\t0" + run.formatted(8, 900));

        report();

        assertThat(out.resolve("RESULTS.md")).content()
            .contains("| fragcast-2r | 500 | 900 | 0 | 4 | 10 | 0 | 0 of 1 | 0 |");
        for (final String picture : List.of("replicas-32768", "cpu-32-KB-to-8-at-100-a-second"))
        {
            assertThat(ImageIO.read(out.resolve("compare-" + picture + ".png").toFile()).getWidth()).isPositive();
        }
        assertThat(out.resolve("report.html")).content().contains("<img alt=", "src=\"data:image/png;base64,");
    }

    private void report()
    {
        final StringWriter said = new StringWriter();
        final int exitCode = new CommandLine(new ReportCommand()).setOut(new PrintWriter(said)).setErr(
            new PrintWriter(said)).execute(folder.toString(), "--out", out.toString());

        assertThat(exitCode).as(said.toString()).isZero();
    }

    private static String line(final List<String> lines, final String bar)
    {
        return lines.stream().filter((line) -> line.startsWith("| " + bar + " |")).findFirst().orElseThrow();
    }
}
