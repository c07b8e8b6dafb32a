package io.fragcast.config;

import io.fragcast.crypto.KeyFile;
import io.fragcast.crypto.Secp256k1;
import io.fragcast.journal.Retention;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * What an operator says of the journal, of sealed blocks and of finality: each figure is taken at its limits and
 * refused one beyond, naming it.
 */
class KeepingAndSourcesTest
{
    @TempDir
    private Path dir;

    private final Secp256k1 curve = Secp256k1.load();
    private final Map<String, List<String>> flags = new HashMap<>();
    private String peer;

    @BeforeEach
    void makeKeysAndSchedule() throws IOException
    {
        final byte[] privateKey = new byte[32];
        Arrays.fill(privateKey, (byte)7);
        KeyFile.create(dir.resolve("node.hex"), privateKey);
        KeyFile.create(dir.resolve("leader.hex"), privateKey);
        final String publicKey = HexFormat.of().formatHex(Secp256k1.compress(curve.publicKey(privateKey)));
        peer = publicKey + "@127.0.0.1:14048";
        Files.write(dir.resolve("schedule.toml"), List.of("chain-id = 10", "mtu = 1408", "[[term]]", "number = 1",
            "first-block = 0", "key = \"" + publicKey + "\""));
    }

    @ParameterizedTest
    @CsvSource({
        "sealed.interval-ms, 50, 60000", "finality.interval-ms, 50, 60000", "journal.keep-blocks, 0, 2147483647",
        "journal.keep-megabytes, 0, 2147483647", "journal.keep-hours, 0, 1000000",
        "journal.ring-bytes, 1048576, 1073741824", "journal.block-bytes, 1048576, 1073741824"})
    void shouldTakeEachFigureAtItsLimitsAndNoneBeyond(final String key, final long least, final long most)
    {
        final String flag = "--" + key.replace('.', '-');
        for (final long value : new long[]{least, most})
        {
            flags.put(key, List.of(Long.toString(value)));
            assertThat(read(NodeRole.REPLICA)).as("%s = %d", key, value).isNotNull();
        }
        for (final long value : new long[]{least - 1, most + 1})
        {
            flags.put(key, List.of(Long.toString(value)));
            assertThatThrownBy(() -> read(NodeRole.REPLICA)).as("%s = %d", key, value)
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith(flag + ": " + key + " = " + value + ": ");
        }
    }

    @Test
    void shouldKeepWhatIsAskedFor()
    {
        assertThat(read(NodeRole.RELAY).journal().retention()).isEqualTo(Retention.ALL);
        flags.put("journal.keep-blocks", List.of("1"));
        flags.put("journal.keep-megabytes", List.of("2"));
        flags.put("journal.keep-hours", List.of("3"));
        for (final NodeRole role : NodeRole.values())
        {
            final Retention retention = read(role).journal().retention();
            assertThat(retention.keepBlocks()).isEqualTo(1);
            assertThat(retention.keepBytes()).isEqualTo(2L << 20);
            assertThat(retention.keepAgeMs()).isEqualTo(3 * 3_600_000L);
        }
        flags.put("journal.roll", List.of("week"));
        assertThatThrownBy(() -> read(NodeRole.RELAY))
            .hasMessage("--journal-roll: journal.roll = week: allowed five-minutes|hour|day");
    }

    @Test
    void shouldReadWhomToBelieveAboutTheChain() throws IOException
    {
        assertThat(read(NodeRole.REPLICA).chainSources())
            .isEqualTo(new ChainSourcesConfig(null, null, 1_000, false, null, 4_000));

        final Path blocks = Files.createFile(dir.resolve("blocks.jsonl"));
        flags.put("sealed.url", List.of("http://127.0.0.1:8545"));
        flags.put("sealed.file", List.of(blocks.toString()));
        flags.put("finality.url", List.of("http://127.0.0.1:8546"));
        for (final NodeRole role : NodeRole.values())
        {
            assertThat(read(role).chainSources()).isEqualTo(new ChainSourcesConfig(
                URI.create("http://127.0.0.1:8545"), blocks, 1_000, false, URI.create("http://127.0.0.1:8546"),
                4_000));
        }

        flags.put("sealed.file", List.of(dir.resolve("none").toString()));
        assertThatThrownBy(() -> read(NodeRole.REPLICA))
            .hasMessage("--sealed-file: sealed.file = " + dir.resolve("none") + ": the file cannot be read");
        flags.remove("sealed.file");
        for (final String key : List.of("sealed.url", "finality.url"))
        {
            flags.put(key, List.of("localhost:8545"));
            assertThatThrownBy(() -> read(NodeRole.REPLICA)).hasMessage("--" + key.replace('.', '-') + ": " + key +
                " = localhost:8545: not a URL such as http://127.0.0.1:8545");
            flags.remove(key);
        }
    }

    @Test
    void shouldAskHoldersForSealedBlocksWhereToldTo()
    {
        flags.put("sealed.holders", List.of("ask"));
        assertThat(read(NodeRole.REPLICA).chainSources().isFromHolders()).isTrue();
        flags.put("sealed.holders", List.of("maybe"));
        assertThatThrownBy(() -> read(NodeRole.REPLICA))
            .hasMessage("--sealed-holders: sealed.holders = maybe: allowed ask|ignore");
    }

    private NodeConfig read(final NodeRole role)
    {
        final List<String> lines = new ArrayList<>(List.of(
            "chain-id = 10",
            "identity.key-file = \"" + dir.resolve("node.hex") + '"',
            "schedule.file = \"" + dir.resolve("schedule.toml") + '"',
            "peers.upstream = [\"" + peer + "\"]"));
        if (NodeRole.SEQUENCER == role)
        {
            lines.add("leader.key-file = \"" + dir.resolve("leader.hex") + '"');
        }
        try
        {
            final TomlFile file = TomlFile.read(Files.write(dir.resolve(role.text() + ".toml"), lines));

            return new NodeConfigReader(
                role, new Settings(role, file, flags, Map.of(), 4), curve, Host.LOCAL).read();
        }
        catch (final IOException ex)
        {
            throw new AssertionError(ex);
        }
    }
}
