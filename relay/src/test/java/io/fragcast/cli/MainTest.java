package io.fragcast.cli;

import io.fragcast.crypto.KeyFile;
import io.fragcast.crypto.Secp256k1;
import io.fragcast.wire.TakeoverAdapter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

class MainTest
{
    private static final String KEY = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";

    @TempDir
    private Path dir;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void shouldNameVersionCommitJdkAeronAndSchema()
    {
        assertThat(run("--version")).isEqualTo(ExitCodes.DONE);

        assertThat(out.toString().strip()).matches(
            "fragcast \\d+\\.\\d+\\.\\d+ {2}commit ([0-9a-f]{12}|unknown) {2}JDK " +
                "\\Q" + Runtime.version() + "\\E {2}Aeron 1\\.\\d+\\.\\d+ {2}schema 4670/1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"bench", "sim"})
    void shouldSayWhereBenchIs(final String command)
    {
        assertThat(run(command, "latency")).isEqualTo(ExitCodes.REFUSED);

        assertThat(err.toString()).isEqualTo("fragcast " + command +
            ": is not in this install; it is in the module bench of the source tree, run by its ./fragcast\n");
    }

    @Test
    void shouldAnswerWrongUsageInOneLine()
    {
        assertThat(run("schedul", "check")).isEqualTo(ExitCodes.REFUSED);
        assertThat(run()).isEqualTo(ExitCodes.REFUSED);
        assertThat(run("schedule", "check")).isEqualTo(ExitCodes.REFUSED);

        assertThat(out.toString()).isEmpty();
        assertThat(err.toString().lines()).hasSize(3).satisfiesExactly(
            (line) -> assertThat(line).contains("schedul").contains("did you mean \"schedule\"?"),
            (line) -> assertThat(line).isEqualTo("fragcast: no command given; fragcast --help lists them"),
            (line) -> assertThat(line).startsWith("fragcast schedule check: ").contains("FILE"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"demo", "play"})
    void shouldRefuseBlocksThatAreNoneInOneLine(final String command) throws IOException
    {
        final Path absent = dir.resolve("absent.jsonl");
        final Path broken = Files.writeString(dir.resolve("broken.jsonl"), "{broken");
        final Path empty = Files.writeString(dir.resolve("empty.jsonl"), "");
        for (final Path file : List.of(absent, dir, broken, empty))
        {
            assertThat(run(command, "--blocks", file.toString())).as(file.toString()).isEqualTo(ExitCodes.REFUSED);
        }

        assertThat(out.toString()).isEmpty();
        assertThat(err.toString().lines()).satisfiesExactly(
            (line) -> assertThat(line).isEqualTo(absent + ": no such file"),
            (line) -> assertThat(line).isEqualTo(dir + ": a folder, not a file of blocks"),
            (line) -> assertThat(line).startsWith(broken + ":1: Unexpected character"),
            (line) -> assertThat(line).isEqualTo(empty + ": no blocks"));
    }

    @Test
    void shouldNameTheOptionThatIsOutOfRangeInOneLine()
    {
        assertThat(run("demo", "--relays", "x")).isEqualTo(ExitCodes.REFUSED);
        assertThat(run("demo", "--replicas", "0")).isEqualTo(ExitCodes.REFUSED);
        assertThat(run("demo", "--mode", "broadcast")).isEqualTo(ExitCodes.REFUSED);
        assertThat(run("play", "--rate", "-1")).isEqualTo(ExitCodes.REFUSED);
        assertThat(run("play", "--to", "http://127.0.0.1")).isEqualTo(ExitCodes.REFUSED);
        assertThat(run("play", "--to", "http://127.0.0.1:1")).isEqualTo(ExitCodes.REFUSED);
        assertThat(run("play", "--key", "x.hex")).isEqualTo(ExitCodes.REFUSED);
        assertThat(run("relay", "--config", dir.resolve("absent.toml").toString())).isEqualTo(ExitCodes.REFUSED);

        assertThat(err.toString().lines()).containsExactly(
            "fragcast demo: Invalid value for option '--relays': 'x' is not an int",
            "fragcast demo: --replicas = 0: allowed 1..16",
            "fragcast demo: --mode = broadcast: allowed unicast, multicast",
            "fragcast play: --rate = -1.0: allowed 0 and more",
            "fragcast play: --to = http://127.0.0.1: allowed ipc:CHANNEL, http://HOST:PORT",
            "fragcast play: --key FILE is not set: a gateway signs what it posts",
            "fragcast play: --key = x.hex: only with --to http://",
            dir.resolve("absent.toml") + ": no such file");
    }

    @Test
    void shouldPrintTermsAndLimits() throws IOException
    {
        final Path file = Files.writeString(dir.resolve("schedule.toml"), """
            chain-id = 10
            mtu = 1408
            [[term]]
            number = 1
            first-block = 0
            last-block = 99
            key = "%s"
            [[term]]
            number = 2
            first-block = 100
            key = "%s"
            endpoints = ["127.0.0.1:14040"]
            """.formatted(KEY, KEY));

        assertThat(run("schedule", "check", file.toString())).isEqualTo(ExitCodes.DONE);

        assertThat(out.toString().lines()).containsExactly(
            "chain 10  mtu 1408  terms 2",
            "a frag is at most 4194304 bytes; this mtu could carry 4831320: 57 hashes a header x 65 hashes a page x " +
                "1304 bytes a chunk",
            "term 1  blocks 0..99  key " + KEY,
            "term 2  blocks 100..  key " + KEY + "  at 127.0.0.1:14040");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void shouldRefuseScheduleInOneLine() throws IOException
    {
        final Path file = Files.writeString(dir.resolve("schedule.toml"), "chain-id = 0\n");

        assertThat(run("schedule", "check", file.toString())).isEqualTo(ExitCodes.REFUSED);

        assertThat(err.toString()).isEqualTo(file + ":1: chain-id = 0: a chain id is never 0\n");
    }

    @Test
    void shouldPrintATakeoverThatTheAuthoritySigned() throws IOException
    {
        final byte[] privateKey = new byte[32];
        privateKey[31] = 5;
        final Path key = dir.resolve("authority.hex");
        KeyFile.create(key, privateKey);
        final Path file = Files.writeString(dir.resolve("schedule.toml"), """
            chain-id = 10
            [[term]]
            number = 1
            first-block = 0
            last-block = 99
            key = "%1$s"
            [[term]]
            number = 2
            first-block = 100
            key = "%1$s"
            """.formatted(KEY));

        assertThat(run(takeover(file, 2, 50, key))).isEqualTo(ExitCodes.DONE);
        final Secp256k1 curve = Secp256k1.load();
        final byte[] statement = HexFormat.of().parseHex(out.toString().strip());
        assertThat(TakeoverAdapter.isByAuthority(statement, curve.publicKey(privateKey), curve.newVerifier())).isTrue();
        statement[statement.length - 1] ^= 1;
        assertThat(TakeoverAdapter.isByAuthority(statement, curve.publicKey(privateKey), curve.newVerifier()))
            .isFalse();

        assertThat(run(takeover(file, 2, 100, key))).isEqualTo(ExitCodes.REFUSED);
        assertThat(err.toString()).isEqualTo(
            "--first-block = 100: term 2 begins at 100 anyway; allowed 1..99\n");
        assertThat(run(takeover(file, 3, 100, key))).isEqualTo(ExitCodes.REFUSED);
        assertThat(err.toString()).endsWith("schedule.toml: there is no term 3\n");
    }

    private static String[] takeover(final Path schedule, final int term, final long firstBlock, final Path key)
    {
        return new String[]{
            "schedule", "takeover", schedule.toString(), "--term", Integer.toString(term),
            "--first-block", Long.toString(firstBlock), "--key", key.toString()};
    }

    @Test
    void shouldRefuseMtuThatInterfaceCannotCarry() throws Exception
    {
        final int mtu = NetworkInterface.getByInetAddress(InetAddress.getLoopbackAddress()).getMTU();

        assertRefused("relay", "relay.toml:7: block.mtu = 70000: the interface lo has " + mtu + "; allowed 1408.." +
            Math.min(mtu, 65_504), node("[block]", "mtu = 70000"));
    }

    @Test
    void shouldRefuseUnknownKey() throws IOException
    {
        assertRefused("replica", "replica.toml:3: unknown key \"shedule\", did you mean \"schedule\"?",
            "chain-id = 10", "", "shedule = \"schedule.toml\"");
    }

    @Test
    void shouldRefuseKeyFileThatOthersRead() throws IOException
    {
        final Path key = dir.resolve("leader.hex");
        final String[] lines = node("[leader]", "key-file = \"" + key + '"');
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));

        assertRefused("sequencer", "sequencer: key file " + key + " is readable by others (0644); chmod 600 it", lines);
    }

    @Test
    void shouldTakeFlagsOverFile() throws IOException
    {
        final Path file = Files.write(dir.resolve("relay.toml"), List.of(node("")));

        assertThat(run("relay", "--config", file.toString(), "--block-rtt-us", "0")).isEqualTo(ExitCodes.REFUSED);
        assertThat(run("relay", "--config", file.toString(), "--block-sinks", "a,b")).isEqualTo(ExitCodes.REFUSED);
        assertThat(run("relay", "--config", file.toString(), "--deliver", "jsonl:-")).isEqualTo(ExitCodes.REFUSED);
        assertThat(run("relay", "--config", dir.resolve("none.toml").toString())).isEqualTo(ExitCodes.REFUSED);

        assertThat(err.toString().lines()).satisfiesExactly(
            (line) -> assertThat(line).isEqualTo("--block-rtt-us: block.rtt-us = 0: allowed 1..1000000"),
            (line) -> assertThat(line).isEqualTo("--block-sinks: block.sinks = a: not PUBKEY@HOST:PORT"),
            (line) -> assertThat(line).isEqualTo("fragcast relay: Unknown options: '--deliver', 'jsonl:-'"),
            (line) -> assertThat(line).isEqualTo(dir.resolve("none.toml") + ": no such file"));
    }

    private void assertRefused(final String role, final String expected, final String... lines) throws IOException
    {
        final Path file = Files.write(dir.resolve(role + ".toml"), List.of(lines));

        assertThat(run(role, "--config", file.toString())).isEqualTo(ExitCodes.REFUSED);

        assertThat(out.toString()).isEmpty();
        assertThat(err.toString())
            .isEqualTo((expected.startsWith(role + ".toml") ? dir + "/" : "") + expected + '\n');
    }

    /** Five lines, and more from the sixth on. */
    private String[] node(final String... more) throws IOException
    {
        final Path key = dir.resolve("leader.hex");
        final byte[] privateKey = new byte[32];
        privateKey[31] = 1;
        KeyFile.create(key, privateKey);
        final Path schedule = Files.writeString(dir.resolve("schedule.toml"),
            "chain-id = 10\n[[term]]\nnumber = 1\nfirst-block = 0\nkey = \"" + KEY + "\"\n");
        final List<String> lines = new ArrayList<>(List.of(
            "chain-id = 10",
            "identity.key-file = \"" + key + '"',
            "schedule.file = \"" + schedule + '"',
            "peers.upstream = [\"" + KEY + "@127.0.0.1:14048\"]",
            ""));
        lines.addAll(List.of(more));

        return lines.toArray(new String[0]);
    }

    private int run(final String... args)
    {
        return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
    }
}
