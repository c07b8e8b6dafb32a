package io.fragcast.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The demo at full speed: it succeeds with every block, it fails with any that was tampered with, and it leaves nothing
 * behind.
 */
class DemoSystemTest
{
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int BLOCKS_OF_ALL_FILES = 119;

    @RegisterExtension
    private final FragcastProcesses processes = new FragcastProcesses();

    private record Outcome(int exitCode, String out, String err)
    {
    }

    @Test
    void shouldVerifyEveryBlockOfAllChainsAtEveryReplica() throws IOException
    {
        final List<String> lines = new ArrayList<>();
        for (final String file : RealBlocks.FILES)
        {
            lines.addAll(blockLines(file));
        }
        assertThat(lines).hasSize(BLOCKS_OF_ALL_FILES);

        final Outcome outcome = demo(lines, "--json");

        assertThat(outcome.exitCode).as(outcome.out + outcome.err).isZero();
        assertThat(outcome.out.lines()).as("nothing but the object on standard output").hasSize(1);
        final JsonNode report = MAPPER.readTree(outcome.out);
        assertThat(report.path("blocks").intValue()).isEqualTo(BLOCKS_OF_ALL_FILES);
        assertThat(report.path("failed")).isEmpty();
        assertThat(report.path("relays")).hasSize(2);
        assertThat(report.path("replicas")).hasSize(3);
        for (final JsonNode replica : report.path("replicas"))
        {
            assertThat(replica.path("verified").intValue()).isEqualTo(BLOCKS_OF_ALL_FILES);
            assertThat(replica.path("gapsOpen").intValue()).isZero();
            assertThat(replica.path("duplicatesDelivered").intValue()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"unicast", "multicast"})
    void shouldHandOverFromLeaderToLeader(final String mode) throws IOException
    {
        final List<String> lines = new ArrayList<>(blockLines("op-mainnet").subList(0, 5));
        lines.addAll(blockLines("unichain-sepolia"));

        final Outcome outcome = demo(lines, "--json", "--leaders", "3", "--blocks-per-term", "2", "--mode", mode);

        assertThat(outcome.exitCode).as(outcome.out + outcome.err).isZero();
        final JsonNode report = MAPPER.readTree(outcome.out);
        assertThat(report.path("failed")).isEmpty();
        assertThat(report.path("handOvers").intValue()).as(outcome.out).isGreaterThanOrEqualTo(2);
        assertThat(report.path("sequencers")).hasSize(3);
        int sealed = 0;
        for (final JsonNode sequencer : report.path("sequencers"))
        {
            sealed += sequencer.path("sealed").intValue();
            assertThat(sequencer.path("sealed").intValue()).as("each leads").isPositive();
        }
        assertThat(sealed).as("each block is led once").isEqualTo(lines.size());
        for (final JsonNode replica : report.path("replicas"))
        {
            assertThat(replica.path("verified").intValue()).isEqualTo(lines.size());
            assertThat(replica.path("gapsOpen").intValue()).isZero();
            assertThat(replica.path("duplicatesDelivered").intValue()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"unicast", "multicast"})
    void shouldSayWhatEachReplicaVerified(final String mode) throws IOException
    {
        final Outcome outcome = demo(blockLines("unichain-sepolia"), "--mode", mode);

        assertThat(outcome.exitCode).as(outcome.out + outcome.err).isZero();
        final int blocks = blockLines("unichain-sepolia").size();
        for (int i = 1; i <= 3; i++)
        {
            assertThat(outcome.out).containsPattern(
                "(?m)^replica-" + i + " +via relay-[12] +blocks " + blocks + "/" + blocks + " verified  frags " +
                10 * blocks + "  gaps 0  dup 0  publish->deliver p50 [0-9.]+ ms  p99 [0-9.]+ ms  max [0-9.]+ ms$");
        }
    }

    @Test
    void shouldFailWithAFlippedByteOfATransaction() throws IOException
    {
        final List<String> lines = blockLines("op-mainnet").subList(0, 3);
        final BlockRecord tampered = parse(lines).get(1);
        final byte[] tx = tampered.transactions().get(tampered.transactions().size() / 2);
        final List<String> flipped = new ArrayList<>(lines);
        flipped.set(1, flipLastDigit(lines.get(1), "0x" + HexFormat.of().formatHex(tx)));

        final Outcome outcome = demo(flipped);

        assertThat(outcome.exitCode).isEqualTo(ExitCodes.FAILED);
        final String sealRoot = HexFormat.of().formatHex(tampered.header().transactionsRoot());
        for (int i = 1; i <= 3; i++)
        {
            assertThat(outcome.out).containsPattern("(?m)^FAILED: replica-" + i + ", block " + tampered.number() +
                ": transactions root 0x[0-9a-f]{64} != seal 0x" + sealRoot + "$");
        }
        assertThat(outcome.out).contains("blocks 2/3 verified");
    }

    @Test
    void shouldFailWithAFlippedByteOfATransactionsRoot() throws IOException
    {
        final List<String> lines = blockLines("op-mainnet").subList(0, 3);
        final BlockRecord tampered = parse(lines).get(2);
        final String root = HexFormat.of().formatHex(tampered.header().transactionsRoot());
        final List<String> flipped = new ArrayList<>(lines);
        flipped.set(2, flipLastDigit(lines.get(2), "0x" + root));

        final Outcome outcome = demo(flipped, "--json");

        assertThat(outcome.exitCode).isEqualTo(ExitCodes.FAILED);
        final JsonNode failed = MAPPER.readTree(outcome.out).path("failed");
        assertThat(failed).hasSize(3);
        for (final JsonNode failure : failed)
        {
            assertThat(failure.path("block").longValue()).isEqualTo(tampered.number());
            assertThat(failure.path("chainId").longValue()).isEqualTo(10);
            assertThat(failure.path("reason").textValue()).startsWith("transactions root 0x" + root + " != seal 0x");
        }
    }

    @Test
    void shouldCloseCleanlyOnCtrlC()
    {
        final FragcastProcess demo = processes.start("demo", "demo");
        Awaitility.await("two blocks play").atMost(FragcastProcess.PATIENCE)
            .until(() -> demo.out().contains("block 2/") || !demo.isAlive());
        final Path driver = Path.of("/dev/shm/fragcast-demo-" + demo.pid());
        assertThat(driver).as(demo.out()).exists();

        demo.interrupt();

        assertThat(demo.awaitExit()).isEqualTo(128 + 2);
        assertThat(driver).doesNotExist();
        assertThat(demo.err()).isEmpty();
        assertThat(demo.out()).contains("stopped after ").doesNotContain("FAILED");
    }

    private Outcome demo(final List<String> blockLines, final String... more) throws IOException
    {
        final Path file = processes.folder().resolve("blocks.jsonl");
        Files.write(file, blockLines);
        final List<String> args = new ArrayList<>(List.of("demo", "--blocks", file.toString(), "--interval-ms", "0"));
        args.addAll(List.of(more));
        final StringWriter out = new StringWriter();
        final StringWriter err = new StringWriter();
        final int exitCode = Main.run(new PrintWriter(out), new PrintWriter(err), args.toArray(new String[0]));

        return new Outcome(exitCode, out.toString(), err.toString());
    }

    private List<BlockRecord> parse(final List<String> lines) throws IOException
    {
        final Path file = processes.folder().resolve("parsed.jsonl");
        Files.write(file, lines);

        return BlockFile.read(file);
    }

    private static List<String> blockLines(final String file) throws IOException
    {
        try (InputStream in = Objects.requireNonNull(
            DemoSystemTest.class.getResourceAsStream("/blocks/" + file + ".jsonl.gz"));
            GZIPInputStream unzipped = new GZIPInputStream(in))
        {
            return new String(unzipped.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
    }

    /** Another last hex digit, where the line has the value for the first time. */
    private static String flipLastDigit(final String line, final String value)
    {
        assertThat(line).contains(value);
        final int last = Character.digit(value.charAt(value.length() - 1), 16);
        final String flipped = value.substring(0, value.length() - 1) + Character.forDigit(last ^ 1, 16);

        return line.replaceFirst(Pattern.quote(value), flipped);
    }
}
