package io.fragcast.config;

import io.fragcast.crypto.Secp256k1;
import io.fragcast.protocol.leader.LeaderTerm;
import io.fragcast.protocol.leader.Schedule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ScheduleFileTest
{
    /** The generator of the curve: a public key that anybody can check. */
    private static final String KEY = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";

    private static final String OLD_KEY = "02c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5";

    @TempDir
    private Path dir;

    private final Secp256k1 curve = Secp256k1.load();

    @Test
    void shouldReadTerms() throws IOException
    {
        Files.writeString(dir.resolve("leader.pub"), KEY + "\n");
        final Schedule schedule = read("""
            chain-id = 10
            mtu = 8192
            [[term]]
            number = 1
            first-block = 100
            last-block = 199
            key = "%s"
            identity = "0x%s"
            endpoints = ["127.0.0.1:14040", "localhost:14048"]
            anchor = "0x%s"
            [[term]]
            number = 5
            first-block = 300
            key = "@%s"
            """.formatted(KEY, KEY, "ab".repeat(32), dir.resolve("leader.pub")));

        assertThat(schedule.chainId()).isEqualTo(10);
        assertThat(schedule.mtu()).isEqualTo(8192);
        assertThat(schedule.termCount()).isEqualTo(2);
        assertThat(schedule.term(0).publicKey()).hasSize(65).startsWith(4);
        assertThat(schedule.term(1).publicKey()).isEqualTo(schedule.term(0).publicKey());
        assertThat(schedule.term(0).identity()).isEqualTo(HexFormat.of().parseHex(KEY));
        assertThat(schedule.term(0).endpoints()).containsExactly("127.0.0.1:14040", "127.0.0.1:14048");
        assertThat(schedule.term(0).anchor()).hasSize(32).containsOnly(0xAB);
        assertThat(schedule.term(1).lastBlock()).isEqualTo(Long.MAX_VALUE);
        assertThat(schedule.term(1).anchor()).isNull();
        assertThat(schedule.termOfBlock(250)).isNull();
    }

    @Test
    void shouldWriteARotationOut() throws IOException
    {
        final String other = "02c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5";
        final Schedule schedule = read("""
            chain-id = 10
            version = 7
            auto-takeover = 3
            [[term]]
            number = 4
            first-block = 0
            last-block = 9
            key = "%s"
            [[rotation]]
            first-block = 10
            last-block = 20
            blocks-per-term = 4
            leader = [
              { key = "%s", endpoints = ["127.0.0.1:14040"] },
              { key = "%s" }
            ]
            [[rotation]]
            first-block = 30
            blocks-per-term = 100
            first-number = 100
            leader = [ { key = "%s" } ]
            """.formatted(KEY, KEY, other, other));

        assertThat(schedule.version()).isEqualTo(7);
        assertThat(schedule.autoTakeover()).isEqualTo(3);
        assertThat(schedule.term(1).number()).isEqualTo(5);
        assertThat(schedule.term(1).endpoints()).containsExactly("127.0.0.1:14040");
        assertThat(schedule.termOfBlock(13)).isSameAs(schedule.term(1));
        assertThat(schedule.termOfBlock(14)).isSameAs(schedule.term(2));
        assertThat(schedule.term(2).publicKey()).isEqualTo(curve.expand(HexFormat.of().parseHex(other)));
        assertThat(schedule.term(3).firstBlock()).isEqualTo(18);
        assertThat(schedule.term(3).lastBlock()).as("the last is cut").isEqualTo(20);
        assertThat(schedule.term(3).publicKey()).isEqualTo(schedule.term(1).publicKey());
        assertThat(schedule.termOfBlock(25)).isNull();
        assertThat(schedule.term(4).number()).isEqualTo(100);
        assertThat(schedule.termCount()).isEqualTo(4 + 16_384);
        assertThat(schedule.termNumbered(100 + 16_383)).isSameAs(schedule.term(4 + 16_383));
        assertThat(schedule.termNumbered(99)).isNull();
    }

    @Test
    void shouldBelieveASignatureOverEveryByte() throws IOException
    {
        final byte[] privateKey = new byte[32];
        privateKey[31] = 9;
        final byte[] author = curve.publicKey(privateKey);
        final String text = """
            chain-id = 10
            version = 2
            [[term]]
            number = 1
            first-block = 0
            key = "%s"
            """.formatted(KEY);
        final String signed = SignedText.sign(text, curve.newSigner(privateKey));

        assertThat(signed).startsWith(text);
        assertThat(SignedText.isSigned(signed, author, curve)).isTrue();
        assertThat(ScheduleFile.parse("signed", signed, curve).version()).isEqualTo(2);
        assertThat(SignedText.sign(signed, curve.newSigner(privateKey))).as("signed again").isEqualTo(signed);
        assertThat(SignedText.isSigned(text, author, curve)).isFalse();
        assertThat(SignedText.isSigned(signed, curve.expand(HexFormat.of().parseHex(KEY)), curve)).isFalse();
        for (int i = 0; i < signed.length() - 1; i++)
        {
            final char[] changed = signed.toCharArray();
            changed[i] = '7' == changed[i] ? '8' : '7';
            assertThat(SignedText.isSigned(new String(changed), author, curve)).as("character %d", i).isFalse();
        }
        assertThat(SignedText.isSigned(signed + "version = 3\n", author, curve)).as("more after it").isFalse();
    }

    @Test
    void shouldReadNoFilesForOthers()
    {
        assertThatThrownBy(() -> ScheduleFile.parse("pushed", """
            chain-id = 10
            [[term]]
            number = 1
            first-block = 0
            key = "@/etc/hostname"
            """, curve)).isInstanceOf(ConfigException.class).hasMessageContaining("in hex");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value =
        {
            "chain-id = 10  | chain-id = 0       | :1: chain-id = 0: a chain id is never 0",
            "mtu = 1408     | mtu = 1400         | :2: mtu = 1400: allowed 1408..65504",
            "mtu = 1408     | mtu = 1410         | :2: mtu = 1410: not a multiple of 32; the next lower is 1408",
            "mtu = 1408     | mtuu = 1408        | :2: unknown key \"mtuu\", did you mean \"mtu\"?",
            "number = 1     | number = 0         | :4: number = 0: allowed 1..2147483647",
            "number = 1     | first = 1          | :4: unknown key \"first\"; known: number, first-block, " +
                "last-block, key, identity, endpoints, anchor, old-key, old-key-until",
            "number = 1     | #                  | :3: number is not set",
            "last-block = 9 | last-block = -1    | :6: last-block = -1: allowed 0..9223372036854775807",
            "last-block = 9 | #                  | :10: first-block = 10: term 1 leads it: its end is open",
            "last-block = 9 | last-block = 10    | :10: first-block = 10: term 1 leads it: it ends at 10",
            "number = 2     | number = 1         | :9: number = 1: terms ascend; allowed 2 or more",
            "KEY1           | 0279               | :7: key = 0279: a public key is 33 bytes in hex and " +
                "begins with 02 or 03",
            "KEY1           | xyz                | :7: key = xyz: \"xyz\" is not hex",
        })
    void shouldRefuse(final String good, final String bad, final String expected)
    {
        final String text = """
            chain-id = 10
            mtu = 1408
            [[term]]
            number = 1
            first-block = 0
            last-block = 9
            key = "KEY1"
            [[term]]
            number = 2
            first-block = 10
            key = "%s"
            """.formatted(KEY);
        assertThat(text).contains(good);

        assertThatThrownBy(() -> read(text.replaceFirst(good, bad).replace("KEY1", KEY)))
            .isInstanceOf(ConfigException.class)
            .hasMessage(dir.resolve("schedule.toml") + expected);
    }

    @Test
    void shouldReadAnOldKeyThatOverlaps() throws IOException
    {
        final String text = "chain-id = 10\n[[term]]\nnumber = 1\nfirst-block = 5\nkey = \"" + KEY +
            "\"\nold-key = \"" + OLD_KEY + "\"\n";
        final LeaderTerm term = read(text + "old-key-until = 8\n").term(0);

        assertThat(Secp256k1.compress(term.earlierKey(8))).isEqualTo(HexFormat.of().parseHex(OLD_KEY));
        assertThat(term.earlierKey(9)).isNull();
        assertThat(term.isKey(curve.expand(HexFormat.of().parseHex(OLD_KEY)), 8)).isTrue();
        assertThat(term.isKey(curve.expand(HexFormat.of().parseHex(OLD_KEY)), 9)).isFalse();
        assertThatThrownBy(() -> read(text)).isInstanceOf(ConfigException.class)
            .hasMessageEndingWith("old-key and old-key-until go together");
        assertThatThrownBy(() -> read(text + "old-key-until = 4\n")).isInstanceOf(ConfigException.class)
            .hasMessageContaining("old-key-until = 4: allowed 5..");
    }

    @Test
    void shouldRefuseKeyThatIsNoPoint()
    {
        final String noPoint = "02" + "ff".repeat(32);

        assertThatThrownBy(() -> read(
            "chain-id = 10\n[[term]]\nnumber = 1\nfirst-block = 0\nkey = \"" + noPoint + "\"\n"))
            .isInstanceOf(ConfigException.class)
            .hasMessageStartingWith(dir.resolve("schedule.toml") + ":5: key = " + noPoint + ": ");
    }

    @Test
    void shouldRefuseEmptySchedule()
    {
        assertThatThrownBy(() -> read("chain-id = 10\n"))
            .isInstanceOf(ConfigException.class)
            .hasMessage(
                dir.resolve("schedule.toml") + ": the schedule is empty: it needs a [[term]] or a [[rotation]]");
    }

    private Schedule read(final String text) throws IOException
    {
        return ScheduleFile.read(Files.writeString(dir.resolve("schedule.toml"), text), curve);
    }
}
