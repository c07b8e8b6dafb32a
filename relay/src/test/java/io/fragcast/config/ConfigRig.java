package io.fragcast.config;

import io.fragcast.crypto.KeyFile;
import io.fragcast.crypto.Secp256k1;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * A folder with keys, a schedule and the files of nodes; flags, environment and a host with four cores, all as the test
 * says.
 */
final class ConfigRig
{
    final Map<String, List<String>> flags = new HashMap<>();
    final Map<String, String> environment = new HashMap<>();
    /** Why a port cannot be had; null: it can. */
    String whyNotBound;
    int cores = 4;
    LocalInterface link = new LocalInterface("lo", 65_536);
    /** A peer that the file names. */
    final String peer;
    private final Secp256k1 curve = Secp256k1.load();
    private final Path dir;

    ConfigRig(final Path dir) throws IOException
    {
        this.dir = dir;
        final byte[] privateKey = new byte[32];
        Arrays.fill(privateKey, (byte)7);
        KeyFile.create(dir.resolve("node.hex"), privateKey);
        KeyFile.create(dir.resolve("leader.hex"), privateKey);
        final String publicKey = HexFormat.of().formatHex(Secp256k1.compress(curve.publicKey(privateKey)));
        Files.writeString(dir.resolve("node.pub"), publicKey + "\n");
        peer = publicKey + "@127.0.0.1:14048";
        schedule("chain-id = 10", "mtu = 1408", "[[term]]", "number = 1", "first-block = 0",
            "key = \"" + publicKey + "\"");
    }

    List<String> sequencerFile()
    {
        return relayFile("[leader]", "key-file = \"" + dir.resolve("leader.hex") + '"');
    }

    /** Five lines, an empty one, and more from line 6 on. */
    List<String> relayFile(final String... more)
    {
        final List<String> lines = new ArrayList<>(List.of(
            "chain-id = 10",
            "identity.key-file = \"" + dir.resolve("node.hex") + '"',
            "schedule.file = \"" + dir.resolve("schedule.toml") + '"',
            "peers.upstream = [\"" + peer + "\"]",
            "# more"));
        lines.addAll(List.of(more));
        while (lines.size() < 6)
        {
            lines.add("");
        }

        return lines;
    }

    void schedule(final String... lines) throws IOException
    {
        Files.write(dir.resolve("schedule.toml"), List.of(lines));
    }

    NodeConfig read(final NodeRole role, final List<String> lines)
    {
        final Settings settings = new Settings(role, file(role, lines), flags, environment, cores);

        return new NodeConfigReader(role, settings, curve, new TestHost()).read();
    }

    /** The file is named with its folder, as the operator named it; a line that starts with its name is that line. */
    void assertRefused(final NodeRole role, final List<String> lines, final String expected)
    {
        final String fileName = role.text() + ".toml";
        final String line = expected.startsWith(fileName) ? dir + "/" + expected : expected;

        assertThatThrownBy(() -> read(role, lines)).isInstanceOf(ConfigException.class).hasMessage(line);
    }

    private TomlFile file(final NodeRole role, final List<String> lines)
    {
        try
        {
            return TomlFile.read(Files.write(dir.resolve(role.text() + ".toml"), lines));
        }
        catch (final IOException ex)
        {
            throw new AssertionError(ex);
        }
    }

    /** A host with the interface, and the ports, that the test says. */
    private final class TestHost implements Host
    {
        @Override
        public int cores()
        {
            return cores;
        }

        @Override
        public LocalInterface interfaceOf(final InetAddress address)
        {
            return link;
        }

        @Override
        public String whyNotBound(final InetSocketAddress address)
        {
            return whyNotBound;
        }
    }
}
