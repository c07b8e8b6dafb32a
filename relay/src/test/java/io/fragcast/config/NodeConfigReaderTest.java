package io.fragcast.config;

import io.fragcast.ethereum.Hex;
import io.fragcast.protocol.block.SlowSink;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collections;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a node is told by flags, environment, file and profile; what is refused is in {@link NodeConfigRefusalTest}.
 */
class NodeConfigReaderTest
{
    @TempDir
    private Path dir;

    private ConfigRig rig;

    @BeforeEach
    void makeRig() throws IOException
    {
        rig = new ConfigRig(dir);
    }

    @Test
    void shouldReadRelay()
    {
        final NodeConfig config = rig.read(NodeRole.RELAY, rig.relayFile());

        assertThat(config.name()).isEqualTo("relay");
        assertThat(config.chainId()).isEqualTo(10);
        assertThat(config.profile()).isEqualTo("laptop");
        assertThat(config.schedule().termCount()).isEqualTo(1);
        assertThat(config.block().listen()).hasToString("127.0.0.1:14040");
        assertThat(config.block().slowSink()).isEqualTo(SlowSink.SKIP);
        assertThat(config.upstream()).singleElement().hasToString(rig.peer);
        assertThat(config.deliver()).isNull();
        assertThat(config.publishChannel()).isNull();
        assertThat(config.leaderKeyFile()).isNull();
        assertThat(config.aeron().isExternal()).isFalse();
    }

    @Test
    void shouldTakeFlagOverEnvironmentOverFileOverProfileOverDefault()
    {
        final List<String> file = rig.relayFile();
        assertThat(rig.read(NodeRole.RELAY, file).block().limits().slabBytes()).isEqualTo(64 << 20);

        file.add("[block]");
        file.add("body-slab = \"32m\"");
        assertThat(rig.read(NodeRole.RELAY, file).block().limits().slabBytes()).isEqualTo(32 << 20);

        rig.environment.put("FRAGCAST_BLOCK_BODY_SLAB", "48m");
        assertThat(rig.read(NodeRole.RELAY, file).block().limits().slabBytes()).isEqualTo(48 << 20);

        rig.flags.put("block.body-slab", List.of("20000000"));
        assertThat(rig.read(NodeRole.RELAY, file).block().limits().slabBytes()).isEqualTo(20_000_000);

        assertThat(rig.read(NodeRole.RELAY, file).block().limits().maxTxLength()).isEqualTo(128 << 10);
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
    void shouldPassAeronKeysThrough()
    {
        final NodeConfig config = rig.read(NodeRole.RELAY, rig.relayFile(
            "[aeron]", "dir = \"/dev/shm/x\"", "term.buffer.length = \"128k\"", "socket.so_rcvbuf = 65536"));

        assertThat(config.aeron().dir()).isEqualTo(Path.of("/dev/shm/x"));
        assertThat(config.aeron().isExternal()).isFalse();
        assertThat(config.aeron().properties()).containsOnly(
            Map.entry("aeron.term.buffer.length", "128k"), Map.entry("aeron.socket.so_rcvbuf", "65536"));
    }

    @Test
    void shouldUseRunningDriverThatFlagNames()
    {
        rig.flags.put("aeron.dir", List.of("/dev/shm/y"));

        final AeronConfig aeron = rig.read(NodeRole.RELAY, rig.relayFile()).aeron();

        assertThat(aeron.isExternal()).isTrue();
        assertThat(aeron.dir()).isEqualTo(Path.of("/dev/shm/y"));
    }

    @Test
    void shouldReadPeerKeyFromFile()
    {
        rig.flags.put("block.sinks", List.of('@' + dir.resolve("node.pub").toString() + "@127.0.0.1:14048", rig.peer));

        final NodeConfig config = rig.read(NodeRole.RELAY, rig.relayFile());

        assertThat(config.block().sinks()).hasSize(2).allSatisfy((sink) -> assertThat(sink).hasToString(rig.peer));
    }

    @Test
    void shouldServeHttpOnLoopbackOnlyIfAskedTo()
    {
        assertThat(rig.read(NodeRole.RELAY, rig.relayFile()).http()).isNull();
        assertThat(rig.read(NodeRole.RELAY, rig.relayFile("[http]", "port = 9090")).http())
            .isEqualTo(new Endpoint("127.0.0.1", 9090));
        assertThat(rig.read(NodeRole.RELAY, rig.relayFile("[http]", "host = \"0.0.0.0\"", "port = 9090")).http())
            .isEqualTo(new Endpoint("0.0.0.0", 9090));
    }

    @Test
    void shouldReadGatewaysOfSequencer()
    {
        final String gateway = "0x" + "1f".repeat(20);
        rig.flags.put("leader.key-file", List.of(dir.resolve("node.hex").toString()));
        rig.flags.put("rpc.signers", List.of(gateway, gateway.substring(2)));
        rig.flags.put("http.port", List.of("8547"));
        final List<String> file = rig.relayFile();
        file.removeIf((line) -> line.startsWith("peers."));

        assertThat(rig.read(NodeRole.SEQUENCER, file).rpcSigners())
            .hasSize(2).allSatisfy((signer) -> assertThat(Hex.toHex(signer)).isEqualTo(gateway));

        rig.flags.remove("http.port");
        rig.assertRefused(NodeRole.SEQUENCER, file,
            "--rpc-signers: rpc.signers = " + gateway + ": nothing is served: http.port is not set");
        rig.flags.put("http.port", List.of("8547"));
        rig.flags.put("rpc.signers", List.of("0x1f"));
        rig.assertRefused(NodeRole.SEQUENCER, file,
            "--rpc-signers: rpc.signers = 0x1f: an address is 20 bytes in hex");
    }

    @ParameterizedTest
    @CsvSource({"jsonl:-, JsonLinesToStdout[]", "jsonl:a/b, JsonLinesToFile[file=a/b]",
        "ipc:aeron:ipc, Ipc[channel=aeron:ipc]"})
    void shouldReadDelivery(final String to, final String expected)
    {
        rig.flags.put("deliver.to", List.of(to));

        assertThat(rig.read(NodeRole.REPLICA, rig.relayFile()).deliver()).hasToString(expected);
    }

    @Test
    void shouldReadExecutionClient() throws IOException
    {
        final Path secret = dir.resolve("jwt.hex");
        Files.writeString(secret, "0x" + "1f".repeat(32));
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
        rig.flags.put("deliver.to", List.of("engine:http://127.0.0.1:8551"));
        rig.assertRefused(NodeRole.REPLICA, rig.relayFile(), "--deliver: deliver.to = engine:http://127.0.0.1:8551" +
            ": the Engine API wants a secret: set deliver.jwt-secret-file");

        rig.flags.put("deliver.jwt-secret-file", List.of(secret.toString()));
        assertThat(rig.read(NodeRole.REPLICA, rig.relayFile()).deliver())
            .isEqualTo(new DeliverConfig.Engine(URI.create("http://127.0.0.1:8551"), secret, 4_000));
        for (final String url : List.of("ftp://127.0.0.1", "http:/x", "localhost:8551", "http://me:secret@127.0.0.1"))
        {
            rig.flags.put("deliver.to", List.of("engine:" + url));
            rig.assertRefused(NodeRole.REPLICA, rig.relayFile(), "--deliver: deliver.to = engine:" + url +
                ": not a URL such as http://127.0.0.1:8551");
        }

        rig.flags.put("deliver.to", List.of("engine:http://127.0.0.1:8551"));
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-r--r--"));
        rig.assertRefused(NodeRole.REPLICA, rig.relayFile(),
            "replica: JWT secret file " + secret + " is readable by others (0644); chmod 600 it");
    }

    @Test
    void shouldReadEachProfile()
    {
        for (final String profile : Profiles.names())
        {
            rig.flags.put("profile", List.of(profile));
            assertThat(rig.read(NodeRole.SEQUENCER, rig.sequencerFile()).profile()).isEqualTo(profile);
        }
        assertThat(List.of(1, 2, 3, 7, 8, 64).stream().map(Profiles::forCores))
            .containsExactly("two-core", "two-core", "laptop", "laptop", "balanced", "balanced");
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
}
