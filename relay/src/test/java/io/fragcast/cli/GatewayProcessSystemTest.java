package io.fragcast.cli;

import io.fragcast.crypto.KeyFile;
import io.fragcast.crypto.Secp256k1;
import io.fragcast.ethereum.Hex;
import io.fragcast.ethereum.Keccak;
import io.fragcast.transport.FreePorts;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A gateway in a process of its own posts to a sequencer's HTTP server, as operators start both.
 */
class GatewayProcessSystemTest
{
    @RegisterExtension
    private final FragcastProcesses processes = new FragcastProcesses();

    @Test
    void shouldGiveBackEveryBlockThatTheGatewayPosted() throws Exception
    {
        final NodeFiles files = NodeFiles.write(processes, false, "wait");
        final Path key = processes.folder().resolve("keys/relay.hex");
        final Path strangersKey = processes.folder().resolve("keys/replica.hex");
        final int port = FreePorts.block();
        final FragcastProcess replica = files.startReplica();
        final FragcastProcess relay = files.startRelay();
        final FragcastProcess sequencer = files.startSequencer(port, address(key));
        relay.awaitSaid("hears 1 of 1 upstream, reaches 1 of 1 sinks");
        sequencer.awaitSaid("reaches 1 of 1 sinks");
        final String to = "http://127.0.0.1:" + port;

        final FragcastProcess stranger = processes.start(
            "stranger", "play", "--to", to, "--key", strangersKey.toString(), "--blocks", files.blocks().toString());
        assertThat(stranger.awaitExit()).isEqualTo(ExitCodes.FAILED);
        assertThat(stranger.err()).startsWith("play: " + to + " refuses: signature: over root 0x")
            .endsWith(" it is of " + address(strangersKey) + ", which is no allowed gateway\n");

        final FragcastProcess gateway = processes.start("gateway", "play", "--to", to, "--key", key.toString(),
            "--blocks", files.blocks().toString(), "--rate", "0");
        assertThat(gateway.awaitExit()).as(gateway.err()).isZero();
        assertThat(gateway.out()).startsWith("12 blocks of 10 frags published in ");
        Awaitility.await("every block ends").atMost(FragcastProcess.PATIENCE)
            .until(() -> NodeFiles.BLOCK_COUNT == DeliveredLines.read(files.delivered()).count("verified"));

        for (final FragcastProcess node : List.of(sequencer, relay, replica))
        {
            node.interrupt();
            assertThat(node.awaitExit()).as(node.name()).isEqualTo(128 + 2);
            assertThat(node.err()).as(node.name()).endsWith("closing\n").doesNotContain("Exception");
        }
        final DeliveredLines lines = DeliveredLines.read(files.delivered());
        for (final BlockRecord block : BlockFile.read(files.blocks()))
        {
            assertThat(lines.transactions(block.number())).as("block " + block.number()).isEqualTo(
                block.transactions().stream().map((tx) -> "0x" + HexFormat.of().formatHex(tx)).toList());
        }
        lines.assertNothingLostSilently();
        assertThat(lines.events()).hasSize(NodeFiles.BLOCK_COUNT * (1 + 10 + 1 + 1));
    }

    private static String address(final Path keyFile) throws IOException
    {
        return Hex.toHex(Keccak.address(Secp256k1.load().publicKey(KeyFile.read(keyFile))));
    }
}
