package io.fragcast.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fragcast.codecs.EnvDecoder;
import io.fragcast.crypto.Secp256k1;
import io.fragcast.protocol.block.BlockLimits;
import io.fragcast.protocol.block.SlowSink;
import io.fragcast.wire.LeaderRig;
import io.fragcast.wire.MemoryLink;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@code fragcast message verify-proof} on what two leaders with one key said, and on what condemns nobody.
 */
class VerifyProofTest
{
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final HexFormat HEX = HexFormat.of();
    private static final BlockLimits LIMITS = BlockLimits.withSlab(64 << 20, 16 << 20);
    private static final String KEY =
        HEX.formatHex(Secp256k1.compress(LeaderRig.CURVE.publicKey(LeaderRig.LEADER_KEY)));
    private static final String OTHER_KEY =
        HEX.formatHex(Secp256k1.compress(LeaderRig.CURVE.publicKey(LeaderRig.OTHER_KEY)));

    @TempDir
    private Path dir;

    private final StringWriter out = new StringWriter();
    private final String first = env(1);
    private final String second = env(2);

    @Test
    void shouldCondemnTheLeaderThatSignedBoth() throws IOException
    {
        assertThat(run(List.of(line(first, second)), "--key", "0x" + KEY)).isEqualTo(ExitCodes.DONE);
        final JsonNode result = MAPPER.readTree(out.toString());
        assertThat(result.get("valid").asBoolean()).isTrue();
        assertThat(result.get("kind").asText()).isEqualTo("ENV");
        assertThat(result.get("blockNumber").asLong()).isEqualTo(1);
        assertThat(result.get("leaderTerm").asInt()).isEqualTo(1);
        assertThat(result.has("error")).isFalse();
    }

    @Test
    void shouldTakeTheKeyFromASchedule() throws IOException
    {
        assertThat(run(List.of(line(first, second)), "--schedule", schedule(KEY))).isEqualTo(ExitCodes.DONE);
        assertThat(run(List.of(line(first, second)), "--schedule", schedule(OTHER_KEY))).isEqualTo(ExitCodes.FAILED);
    }

    @Test
    void shouldSayWhyALineCondemnsNobody()
    {
        final int code = run(
            List.of(line(first, first), line(first, second), line("00", second), "{\"first\":\"" + first + "\"}"),
            "--key", "0x" + KEY);
        assertThat(code).isEqualTo(ExitCodes.FAILED);
        assertThat(out.toString().lines().toList()).satisfiesExactly(
            (line) -> assertThat(line).contains("\"valid\":false", "one message twice"),
            (line) -> assertThat(line).contains("\"valid\":true").doesNotContain("error"),
            (line) -> assertThat(line).contains("not two signed messages"),
            (line) -> assertThat(line).contains("error", "second"));
        assertThat(run(List.of(line(first, second)), "--key", "0x" + OTHER_KEY)).isEqualTo(ExitCodes.FAILED);
        assertThat(out.toString()).contains("the leader did not sign both");
    }

    @Test
    void shouldWantAKeyOrASchedule()
    {
        assertThat(run(List.of())).isEqualTo(ExitCodes.REFUSED);
        assertThat(run(List.of(), "--key", "0x1234")).isEqualTo(ExitCodes.REFUSED);
    }

    private int run(final List<String> lines, final String... arguments)
    {
        final String[] words = new String[1 + arguments.length];
        words[0] = "verify-proof";
        System.arraycopy(arguments, 0, words, 1, arguments.length);

        return new CommandLine(new MessageCommand(
            new ByteArrayInputStream(String.join("\n", lines).getBytes(StandardCharsets.UTF_8))))
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(new StringWriter()))
            .execute(words);
    }

    private String schedule(final String key) throws IOException
    {
        return Files.writeString(dir.resolve("schedule.toml"), """
            chain-id = %d
            [[term]]
            number = 1
            first-block = 1
            key = "%s"
            """.formatted(LeaderRig.CHAIN_ID, key)).toString();
    }

    private static String line(final String first, final String second)
    {
        return "{\"first\":\"" + first + "\",\"second\":\"" + second + "\"}";
    }

    private static String env(final int parent)
    {
        final MemoryLink sink = new MemoryLink();
        final LeaderRig rig = new LeaderRig(SlowSink.SKIP, LIMITS, List.of(), List.of(sink));
        rig.publisher.env(LeaderRig.env(1, LeaderRig.hash(100L + parent)));
        rig.settle();

        return HEX.formatHex(
            sink.sent.stream().filter((frame) -> EnvDecoder.TEMPLATE_ID == frame[2]).findFirst().orElseThrow());
    }
}
