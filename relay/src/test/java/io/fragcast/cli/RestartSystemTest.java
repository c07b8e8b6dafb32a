package io.fragcast.cli;

import com.fasterxml.jackson.databind.JsonNode;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * One of three nodes is killed by SIGKILL in the middle of a stream that goes on, and started again: the stream flows
 * through it again, and what went by meanwhile is told of. The time from the node's being up to the first delivery of
 * something new is printed; it is below 1 s on an idle machine, and asserted with room for a loaded one.
 */
class RestartSystemTest
{
    private static final long MAX_RECOVERY_NS = TimeUnit.SECONDS.toNanos(10);
    /** Blocks before and after, enough to see the stream run. */
    private static final int STEADY_BLOCKS = 8;

    @RegisterExtension
    private final FragcastProcesses processes = new FragcastProcesses();

    @ParameterizedTest
    @ValueSource(strings = {"sequencer", "relay", "replica"})
    void shouldFlowAgainAndLoseNothingSilently(final String killed)
    {
        final NodeFiles files = NodeFiles.write(processes, false, "skip");
        final FragcastProcess replica = files.startReplica();
        final FragcastProcess relay = files.startRelay();
        final FragcastProcess sequencer = files.startSequencer();
        replica.awaitSaid("hears 1 of 1 upstream");
        relay.awaitSaid("hears 1 of 1 upstream, reaches 1 of 1 sinks");
        sequencer.awaitSaid("reaches 1 of 1 sinks");

        final FragcastProcess successor;
        try (ChainPlayer player = new ChainPlayer(files.sequencerDriver(), readBlocks(files), sequencer))
        {
            awaitVerified(files, player, STEADY_BLOCKS);

            successor = switch (killed)
            {
                case "sequencer" -> restart(sequencer, files::startSequencer);
                case "relay" -> restart(relay, files::startRelay);
                default -> restart(replica, files::startReplica);
            };
            if ("sequencer".equals(killed))
            {
                player.sequencer(successor);
            }
            successor.awaitSaid("running");
            final long upNs = System.nanoTime();
            final long upEpochNs = TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
            final JsonNode first = awaitPublishedAfter(files, player, upEpochNs);
            final long recoveryNs = System.nanoTime() - upNs;
            System.out.printf("%s killed and restarted: up after %d ms, first new delivery %d ms later (%s of %s)%n",
                killed,
                TimeUnit.NANOSECONDS.toMillis(upNs - successor.startNs()),
                TimeUnit.NANOSECONDS.toMillis(recoveryNs),
                DeliveredLines.kind(first),
                DeliveredLines.blockNumber(first));
            assertThat(recoveryNs).isLessThan(MAX_RECOVERY_NS);

            final long verified = DeliveredLines.read(files.delivered()).count("verified");
            awaitVerified(files, player, verified + STEADY_BLOCKS);
        }

        final DeliveredLines lines = DeliveredLines.read(files.delivered());
        lines.assertNothingLostSilently();
        assertThat(lines.count("mismatched")).isZero();
        // What a relay or replica missed while it was dead, its holders had; nobody has what a sequencer never sent.
        if ("sequencer".equals(killed))
        {
            assertThat(lines.count("superseded") + lines.count("aborted")).isPositive();
        }
        for (final FragcastProcess node : List.of(sequencer, relay, replica, successor))
        {
            assertThat(node.err()).as(node.name()).doesNotContain("Exception");
        }
    }

    private interface Start
    {
        FragcastProcess start();
    }

    private static FragcastProcess restart(final FragcastProcess victim, final Start start)
    {
        victim.kill();

        return start.start();
    }

    private static List<BlockRecord> readBlocks(final NodeFiles files)
    {
        try
        {
            return BlockFile.read(files.blocks());
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    private static void awaitVerified(final NodeFiles files, final ChainPlayer player, final long count)
    {
        Awaitility.await(count + " blocks verified").atMost(FragcastProcess.PATIENCE).until(() ->
            count <= DeliveredLines.read(files.delivered()).count("verified") || !player.failures().isEmpty());
        assertThat(player.failures()).isEmpty();
    }

    private static JsonNode awaitPublishedAfter(
        final NodeFiles files, final ChainPlayer player, final long epochNs)
    {
        final Optional<JsonNode> first = Awaitility.await("something new")
            .atMost(FragcastProcess.PATIENCE)
            .pollInterval(Duration.ofMillis(5))
            .until(
                () -> DeliveredLines.read(files.delivered()).events().stream()
                    .filter((event) -> event.path("publishTimeNs").longValue() > epochNs)
                    .findFirst(),
                (found) -> found.isPresent() || !player.failures().isEmpty());
        assertThat(player.failures()).isEmpty();

        return first.orElseThrow();
    }
}
