package io.fragcast.cli;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Three nodes in three processes, started as operators start them and fed as a builder feeds them: what the replica
 * writes gives back every block, and by either way of sending the same lines.
 */
class ThreeProcessSystemTest
{
    private static final AtomicReference<List<String>> OTHER_MODE = new AtomicReference<>();

    @RegisterExtension
    private final FragcastProcesses processes = new FragcastProcesses();

    @ParameterizedTest
    @ValueSource(strings = {"unicast", "multicast"})
    void shouldGiveBackEveryBlock(final String mode) throws Exception
    {
        final NodeFiles files = NodeFiles.write(processes, "multicast".equals(mode), "wait");
        final FragcastProcess replica = files.startReplica();
        final FragcastProcess relay = files.startRelay();
        final FragcastProcess sequencer = files.startSequencer();
        replica.awaitSaid("hears 1 of 1 upstream");
        relay.awaitSaid("hears 1 of 1 upstream, reaches 1 of 1 sinks");
        sequencer.awaitSaid("reaches 1 of 1 sinks");

        final FragcastProcess player = processes.start(
            "play", "play", "--to", "ipc:aeron:ipc", "--aeron-dir", files.sequencerDriver().toString(),
            "--blocks", files.blocks().toString(), "--rate", "500");
        assertThat(player.awaitExit()).isZero();
        assertThat(player.out()).startsWith("12 blocks of 10 frags published in ");
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

        final List<String> other = OTHER_MODE.getAndSet(lines.content());
        if (null != other)
        {
            assertThat(lines.content()).as(mode + " against the mode before").isEqualTo(other);
        }
    }
}
