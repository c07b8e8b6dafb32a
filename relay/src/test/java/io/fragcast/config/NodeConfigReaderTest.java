package io.fragcast.config;

import io.fragcast.crypto.KeyFile;
import io.fragcast.crypto.Secp256k1;
import io.fragcast.ethereum.Hex;
import io.fragcast.protocol.block.SlowSink;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class NodeConfigReaderTest
{
    private static final int CORES = 4;

    @TempDir
    private Path dir;

    private final Secp256k1 curve = Secp256k1.load();
    private final Map<String, List<String>> flags = new HashMap<>();
    private final Map<String, String> environment = new HashMap<>();
    private String whyNotBound;
    private LocalInterface link = new LocalInterface("lo", 65_536);
    private String peer;

    @BeforeEach
    void makeKeysAndSchedule() throws IOException
    {
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

    @Test
    void shouldReadRelay()
    {
        final NodeConfig config = read(NodeRole.RELAY, relayFile());

        assertThat(config.name()).isEqualTo("relay");
        assertThat(config.chainId()).isEqualTo(10);
        assertThat(config.profile()).isEqualTo("laptop");
        assertThat(config.schedule().termCount()).isEqualTo(1);
        assertThat(config.block().listen()).hasToString("127.0.0.1:14040");
        assertThat(config.block().slowSink()).isEqualTo(SlowSink.SKIP);
        assertThat(config.upstream()).singleElement().hasToString(peer);
        assertThat(config.deliver()).isNull();
        assertThat(config.publishChannel()).isNull();
        assertThat(config.leaderKeyFile()).isNull();
        assertThat(config.aeron().isExternal()).isFalse();
    }

    @Test
    void shouldTakeFlagOverEnvironmentOverFileOverProfileOverDefault()
    {
        final List<String> file = relayFile();
        assertThat(read(NodeRole.RELAY, file).block().limits().slabBytes()).isEqualTo(64 << 20);

        file.add("[block]");
        file.add("body-slab = \"32m\"");
        assertThat(read(NodeRole.RELAY, file).block().limits().slabBytes()).isEqualTo(32 << 20);

        environment.put("FRAGCAST_BLOCK_BODY_SLAB", "48m");
        assertThat(read(NodeRole.RELAY, file).block().limits().slabBytes()).isEqualTo(48 << 20);

        flags.put("block.body-slab", List.of("20000000"));
        assertThat(read(NodeRole.RELAY, file).block().limits().slabBytes()).isEqualTo(20_000_000);

        assertThat(read(NodeRole.RELAY, file).block().limits().maxTxLength()).isEqualTo(128 << 10);
    }

    @Test
    void shouldNameInterfaceThatCannotCarryMtu()
    {
        link = new LocalInterface("eth0", 1500);

        assertRefused(NodeRole.RELAY, relayFile("[block]", "mtu = 9000"),
            "relay.toml:7: block.mtu = 9000: the interface eth0 has 1500; allowed 1408..1500");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value =
        {
            "1400 | relay.toml:7: block.mtu = 1400: the interface eth0 has 1500; allowed 1408..1500",
            "1501 | relay.toml:7: block.mtu = 1501: the interface eth0 has 1500; allowed 1408..1500",
            "1473 | relay.toml:7: block.mtu = 1473: the interface eth0 has 1500, of which 28 are IP and UDP headers; " +
                "the largest multiple of 32 that fits is 1472",
            "1410 | relay.toml:7: block.mtu = 1410: not a multiple of 32; the next lower is 1408",
            "1472 | relay.toml:7: block.mtu = 1472: the schedule says 1408 for the whole network",
        })
    void shouldRefuseMtu(final int mtu, final String line)
    {
        link = new LocalInterface("eth0", 1500);

        assertRefused(NodeRole.RELAY, relayFile("[block]", "mtu = " + mtu), line);
    }

    @Test
    void shouldCheckMtuOfScheduleToo() throws IOException
    {
        link = new LocalInterface("eth0", 1500);
        final List<String> lines = Files.readAllLines(dir.resolve("schedule.toml"));
        lines.set(1, "mtu = 8192");
        schedule(lines.toArray(new String[0]));

        assertRefused(NodeRole.RELAY, relayFile(),
            dir.resolve("schedule.toml") +
                ":2: mtu = 8192: the interface eth0 has 1500; allowed 1408..1500");
    }

    @Test
    void shouldKnowInterfacesOfThisHost() throws Exception
    {
        for (final NetworkInterface candidate : Collections.list(NetworkInterface.getNetworkInterfaces()))
        {
            for (final var address : Collections.list(candidate.getInetAddresses()))
            {
                final LocalInterface found = LocalInterface.of(address);

                assertThat(found).isEqualTo(new LocalInterface(candidate.getName(), candidate.getMTU()));
            }
        }
        assertThat(LocalInterface.of(InetAddress.getByName("203.0.113.7"))).isNull();
    }

    @Test
    void shouldSuggestNearestKey()
    {
        final List<String> file = List.of("chain-id = 10", "profile = \"laptop\"", "shedule = \"schedule.toml\"");

        assertRefused(NodeRole.REPLICA, file, "replica.toml:3: unknown key \"shedule\", did you mean \"schedule\"?");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', value =
        {
            "[shedule]            ~ relay.toml:7: unknown key \"shedule\", did you mean \"schedule\"?",
            "[block.mtu2]         ~ relay.toml:7: unknown key \"block.mtu2\", did you mean \"block.mtu\"?",
            "block.mtuu = 3       ~ relay.toml:7: unknown key \"block.mtuu\", did you mean \"block.mtu\"?",
            "mtu = 1408           ~ relay.toml:7: unknown key \"mtu\", did you mean \"block.mtu\"?",
            "zzzzzz = 1           ~ relay.toml:7: unknown key \"zzzzzz\"; fragcast relay --help lists them",
            "block = 1            ~ relay.toml:7: block is a table; write [block]",
            "deliver.to = \"x\"   ~ relay.toml:7: deliver.to is no key of a relay",
            "http.port = 65536    ~ relay.toml:7: http.port = 65536: allowed 0..65535",
            "threads.idle = \"a\" ~ relay.toml:7: threads.idle = a: allowed spin|backoff",
            "block.window = \"x\" ~ relay.toml:7: block.window = x: not a number of bytes, rounded up to a power of " +
                "two; allowed 32768..67108864",
            "block.rtt-us = 0     ~ relay.toml:7: block.rtt-us = 0: allowed 1..1000000",
            "block.sinks = [\"a\"] ~ relay.toml:7: block.sinks = a: not PUBKEY@HOST:PORT",
            "block.listen = \"a\" ~ relay.toml:7: block.listen = a: \"a\" is not HOST:PORT",
            "journal.ring-bytes = \"3m\" ~ relay.toml:7: journal.ring-bytes = 3m: not a power of two; " +
                "the next is 4194304",
            "threads.affinity.forward = 4 ~ relay.toml:7: threads.affinity.forward = 4: this host has 4 " +
                "cores; allowed -1..3",
            "block.multicast = \"224.0.1.2:1\" ~ relay.toml:7: block.multicast = 224.0.1.2:1: the group's " +
                "last number is even; Aeron answers on the next one: allowed odd ones",
            "block.mode = \"multicast\" ~ relay.toml:7: block.mode = multicast: block.multicast = GROUP:PORT " +
                "is not set",
            "profile = \"none\"   ~ relay.toml:7: profile = none: no such profile; allowed laptop|ci|two-core|" +
                "balanced|low-latency",
            "a b                  ~ relay.toml:7: Unexpected 'b', expected . or =",
        })
    void shouldRefuseLine(final String line, final String expected)
    {
        final List<String> file = new ArrayList<>(relayFile());
        file.add(6, line);

        assertRefused(NodeRole.RELAY, file, expected);
    }

    @Test
    void shouldRefuseKeyFileThatOthersRead() throws IOException
    {
        Files.setPosixFilePermissions(dir.resolve("leader.hex"), PosixFilePermissions.fromString("rw-r--r--"));
        final List<String> file = relayFile("[leader]", "key-file = \"" + dir.resolve("leader.hex") + '"');
        file.removeIf((line) -> line.startsWith("peers."));

        assertRefused(NodeRole.SEQUENCER, file, "sequencer: key file " + dir.resolve("leader.hex") +
            " is readable by others (0644); chmod 600 it");
    }

    @ParameterizedTest
    @ValueSource(strings = {"chain-id", "identity.key-file", "schedule.file", "peers.upstream"})
    void shouldRefuseWhatIsNotSet(final String key)
    {
        final List<String> file = relayFile();
        assertThat(file.removeIf((line) -> line.startsWith(key))).isTrue();

        assertThatThrownBy(() -> read(NodeRole.RELAY, file))
            .isInstanceOf(ConfigException.class)
            .hasMessageStartingWith(dir.resolve("relay.toml") + ": " + key + " is not set: ");
    }

    @Test
    void shouldRefuseSequencerWithoutRelayKey()
    {
        assertThatThrownBy(() -> read(NodeRole.SEQUENCER, relayFile()))
            .isInstanceOf(ConfigException.class)
            .hasMessageContaining("leader.key-file is not set");
    }

    @Test
    void shouldRefuseChainZero()
    {
        final List<String> file = relayFile();
        file.set(0, "chain-id = 0");

        assertRefused(NodeRole.RELAY, file, "relay.toml:1: chain-id = 0: a chain id is never 0");
    }

    @Test
    void shouldRefuseScheduleOfOtherChain()
    {
        final List<String> file = relayFile();
        file.set(0, "chain-id = 11");

        assertThatThrownBy(() -> read(NodeRole.RELAY, file))
            .isInstanceOf(ConfigException.class)
            .hasMessageEndingWith("it is for chain 10, the node for 11");
    }

    @Test
    void shouldRefuseMoreSpinningThreadsThanCores()
    {
        assertThatThrownBy(() -> new NodeConfigReader(
            NodeRole.RELAY,
            new Settings(NodeRole.RELAY, file(NodeRole.RELAY, relayFile("profile = \"low-latency\"")), flags,
                environment, 2),
            curve,
            new TestHost(2)).read())
            .isInstanceOf(ConfigException.class)
            .hasMessage("profile low-latency: threads.idle = spin: 3 threads of mode dedicated would spin; " +
                "this host has 2 cores");
    }

    @Test
    void shouldNameFlagAndVariable()
    {
        environment.put("FRAGCAST_BLOCK_RTT_US", "x");
        assertRefused(NodeRole.RELAY, relayFile(),
            "FRAGCAST_BLOCK_RTT_US: block.rtt-us = x: not a number of microseconds; allowed 1..1000000");

        flags.put("block.rtt-us", List.of("0"));
        assertRefused(NodeRole.RELAY, relayFile(), "--block-rtt-us: block.rtt-us = 0: allowed 1..1000000");

        flags.clear();
        environment.clear();
        environment.put("FRAGCAST_BLOK_MTU", "1408");
        assertRefused(NodeRole.RELAY, relayFile(),
            "FRAGCAST_BLOK_MTU: unknown variable, did you mean \"FRAGCAST_BLOCK_MTU\"?");
    }

    @Test
    void shouldPassAeronKeysThrough()
    {
        final NodeConfig config = read(NodeRole.RELAY, relayFile(
            "[aeron]", "dir = \"/dev/shm/x\"", "term.buffer.length = \"128k\"", "socket.so_rcvbuf = 65536"));

        assertThat(config.aeron().dir()).isEqualTo(Path.of("/dev/shm/x"));
        assertThat(config.aeron().isExternal()).isFalse();
        assertThat(config.aeron().properties()).containsOnly(
            Map.entry("aeron.term.buffer.length", "128k"), Map.entry("aeron.socket.so_rcvbuf", "65536"));
    }

    @Test
    void shouldUseRunningDriverThatFlagNames()
    {
        flags.put("aeron.dir", List.of("/dev/shm/y"));

        final AeronConfig aeron = read(NodeRole.RELAY, relayFile()).aeron();

        assertThat(aeron.isExternal()).isTrue();
        assertThat(aeron.dir()).isEqualTo(Path.of("/dev/shm/y"));
    }

    @Test
    void shouldReadPeerKeyFromFile()
    {
        flags.put("block.sinks", List.of('@' + dir.resolve("node.pub").toString() + "@127.0.0.1:14048", peer));

        final NodeConfig config = read(NodeRole.RELAY, relayFile());

        assertThat(config.block().sinks()).hasSize(2).allSatisfy((sink) -> assertThat(sink).hasToString(peer));
    }

    @Test
    void shouldServeHttpOnLoopbackOnlyIfAskedTo()
    {
        assertThat(read(NodeRole.RELAY, relayFile()).http()).isNull();
        assertThat(read(NodeRole.RELAY, relayFile("[http]", "port = 9090")).http())
            .isEqualTo(new Endpoint("127.0.0.1", 9090));
        assertThat(read(NodeRole.RELAY, relayFile("[http]", "host = \"0.0.0.0\"", "port = 9090")).http())
            .isEqualTo(new Endpoint("0.0.0.0", 9090));
    }

    @Test
    void shouldReadGatewaysOfSequencer()
    {
        final String gateway = "0x" + "1f".repeat(20);
        flags.put("leader.key-file", List.of(dir.resolve("node.hex").toString()));
        flags.put("rpc.signers", List.of(gateway, gateway.substring(2)));
        flags.put("http.port", List.of("8547"));
        final List<String> file = relayFile();
        file.removeIf((line) -> line.startsWith("peers."));

        assertThat(read(NodeRole.SEQUENCER, file).rpcSigners())
            .hasSize(2).allSatisfy((signer) -> assertThat(Hex.toHex(signer)).isEqualTo(gateway));

        flags.remove("http.port");
        assertRefused(NodeRole.SEQUENCER, file,
            "--rpc-signers: rpc.signers = " + gateway + ": nothing is served: http.port is not set");
        flags.put("http.port", List.of("8547"));
        flags.put("rpc.signers", List.of("0x1f"));
        assertRefused(NodeRole.SEQUENCER, file,
            "--rpc-signers: rpc.signers = 0x1f: an address is 20 bytes in hex");
    }

    @ParameterizedTest
    @CsvSource({"jsonl:-, JsonLinesToStdout[]", "jsonl:a/b, JsonLinesToFile[file=a/b]",
        "ipc:aeron:ipc, Ipc[channel=aeron:ipc]"})
    void shouldReadDelivery(final String to, final String expected)
    {
        flags.put("deliver.to", List.of(to));

        assertThat(read(NodeRole.REPLICA, relayFile()).deliver()).hasToString(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ws:9000", "jsonl:", "ipc:", "engine:", ""})
    void shouldRefuseDelivery(final String to)
    {
        flags.put("deliver.to", List.of(to));

        assertRefused(NodeRole.REPLICA, relayFile(), "--deliver: deliver.to = " + to +
            ": this version delivers to jsonl:-, jsonl:FILE, ipc:CHANNEL or engine:URL");
    }

    @Test
    void shouldReadExecutionClient() throws IOException
    {
        final Path secret = dir.resolve("jwt.hex");
        Files.writeString(secret, "0x" + "1f".repeat(32));
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
        flags.put("deliver.to", List.of("engine:http://127.0.0.1:8551"));
        assertRefused(NodeRole.REPLICA, relayFile(), "--deliver: deliver.to = engine:http://127.0.0.1:8551" +
            ": the Engine API wants a secret: set deliver.jwt-secret-file");

        flags.put("deliver.jwt-secret-file", List.of(secret.toString()));
        assertThat(read(NodeRole.REPLICA, relayFile()).deliver())
            .isEqualTo(new DeliverConfig.Engine(URI.create("http://127.0.0.1:8551"), secret, 4_000));
        for (final String url : List.of("ftp://127.0.0.1", "http:/x", "localhost:8551", "http://me:secret@127.0.0.1"))
        {
            flags.put("deliver.to", List.of("engine:" + url));
            assertRefused(NodeRole.REPLICA, relayFile(), "--deliver: deliver.to = engine:" + url +
                ": not a URL such as http://127.0.0.1:8551");
        }

        flags.put("deliver.to", List.of("engine:http://127.0.0.1:8551"));
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-r--r--"));
        assertRefused(NodeRole.REPLICA, relayFile(),
            "replica: JWT secret file " + secret + " is readable by others (0644); chmod 600 it");
    }

    @Test
    void shouldReadEachProfile()
    {
        for (final String profile : Profiles.names())
        {
            flags.put("profile", List.of(profile));
            assertThat(read(NodeRole.SEQUENCER, sequencerFile()).profile()).isEqualTo(profile);
        }
        assertThat(List.of(1, 2, 3, 7, 8, 64).stream().map(Profiles::forCores))
            .containsExactly("two-core", "two-core", "laptop", "laptop", "balanced", "balanced");
    }

    @Test
    void shouldRefusePortThatIsTaken()
    {
        whyNotBound = "Address already in use";

        assertRefused(NodeRole.RELAY, relayFile("[block]", "listen = \"127.0.0.1:14040\""),
            "relay.toml:7: block.listen = 127.0.0.1:14040: Address already in use; every node on a host has its own " +
                "8 ports");
    }

    @Test
    void shouldKnowWhichPortsOfThisHostAreTaken() throws Exception
    {
        final InetSocketAddress taken;
        try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)))
        {
            taken = new InetSocketAddress(InetAddress.getLoopbackAddress(), socket.getLocalPort());
            assertThat(Host.LOCAL.whyNotBound(taken)).isEqualTo("Address already in use");
        }
        assertThat(Host.LOCAL.whyNotBound(taken)).isNull();
    }

    private List<String> sequencerFile()
    {
        return relayFile("[leader]", "key-file = \"" + dir.resolve("leader.hex") + '"');
    }

    /** Five lines, an empty one, and more from line 6 on. */
    private List<String> relayFile(final String... more)
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

    private void schedule(final String... lines) throws IOException
    {
        Files.write(dir.resolve("schedule.toml"), List.of(lines));
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

    private NodeConfig read(final NodeRole role, final List<String> lines)
    {
        final Settings settings = new Settings(role, file(role, lines), flags, environment, CORES);

        return new NodeConfigReader(role, settings, curve, new TestHost(CORES)).read();
    }

    /** The file is named with its folder, as the operator named it; a line that starts with its name is that line. */
    private void assertRefused(final NodeRole role, final List<String> lines, final String expected)
    {
        final String fileName = role.text() + ".toml";
        final String line = expected.startsWith(fileName) ? dir + "/" + expected : expected;

        assertThatThrownBy(() -> read(role, lines)).isInstanceOf(ConfigException.class).hasMessage(line);
    }

    /** A host with the interface, and the ports, that the test says. */
    private final class TestHost implements Host
    {
        private final int cores;

        private TestHost(final int cores)
        {
            this.cores = cores;
        }

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
