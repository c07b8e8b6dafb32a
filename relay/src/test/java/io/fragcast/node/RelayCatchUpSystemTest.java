package io.fragcast.node;

import io.fragcast.BlockEvent.Kind;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.journal.JournalConfig;
import io.fragcast.protocol.sync.SyncMode;
import io.fragcast.wire.LeaderRig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

/**
 * A relay that was down for longer than the window, over real Aeron: it comes back with its journal whole, and a
 * replica that has nobody else gets every block from it, none given up, none twice.
 */
class RelayCatchUpSystemTest
{
    private static final int BEFORE = 5;
    /** More than the window of 64. */
    private static final int MISSED = 90;
    private static final int LIVE_BLOCKS = 5;
    private static final int BODY_LENGTH = 3_000;
    private static final int MAX_TX = 500;
    private static final long BLOCK_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(50);

    @TempDir
    Path dir;

    private final Random random = new Random(5);
    private long publishedNs = System.nanoTime();

    @Test
    @Timeout(120)
    void shouldComeBackWithAWholeJournalAndServeIt()
    {
        try (TestNetwork network = new TestNetwork())
        {
            final TestNetwork.Place sequencerPlace = network.place("back-sequencer");
            final TestNetwork.Place relayPlace = network.place("back-relay");
            final TestNetwork.Place replicaPlace = network.place("back-replica");
            // With nobody left to send to, a sequencer that takes its time is told that it is not connected.
            final TestNetwork.Place witnessPlace = network.place("back-witness");
            final NodeHost host = network.host("back", false);
            ReplicaNode.launch(network.replica(host, witnessPlace, List.of(sequencerPlace), new DeliveryLog()));
            final SequencerNode sequencer = SequencerNode.launch(network
                .sequencer(host, sequencerPlace, relayPlace, witnessPlace)
                .requesters(List.of(relayPlace.peerName()))
                .journal(JournalConfig.small(dir.resolve("sequencer"), JournalConfig.MIN_RING_LENGTH)));
            final DeliveryLog log = new DeliveryLog();
            final ReplicaNode replica = ReplicaNode.launch(
                network.replica(host, replicaPlace, List.of(relayPlace), log)
                .holders(List.of(relayPlace.peerName())));
            host.start();
            final TestBuilder builder = new TestBuilder(sequencer, 1);

            final NodeHost firstLife = network.host("back-relay-1", false);
            final RelayNode before = relay(network, firstLife, relayPlace, sequencerPlace, replicaPlace);
            firstLife.start();
            TestNetwork.await("the row", () -> sequencer.isConnected() && before.isConnected() &&
                replica.isConnected());
            builder.blocks(BEFORE, this::txs);
            TestNetwork.await("the first blocks", () -> BEFORE == log.count(Kind.VERIFIED));
            firstLife.close();
            builder.blocks(MISSED, this::txs);

            final NodeHost secondLife = network.host("back-relay-2", false);
            final RelayNode relay = relay(network, secondLife, relayPlace, sequencerPlace, replicaPlace);
            secondLife.start();
            TestNetwork.await("the row again", () -> sequencer.isConnected() && relay.isConnected());
            TestNetwork.await("the relay to be live", () ->
            {
                publishOne(builder);
                return 0 < relay.counters().value(FragcastCounter.CATCH_UP_BLOCKS) &&
                    SyncMode.LIVE.ordinal() == relay.counters().value(FragcastCounter.CATCH_UP_MODE);
            });
            builder.blocks(LIVE_BLOCKS, this::txs);
            final long all = builder.blockNumber();
            TestNetwork.await("every block", () -> all == log.count(Kind.VERIFIED));

            assertEquals(builder.story, log.story());
            assertThat(relay.counters().value(FragcastCounter.CATCH_UP_GIVEN_UP)).isZero();
            assertThat(relay.counters().value(FragcastCounter.BLOCKS_MISSED)).isZero();
            assertThat(replica.counters().value(FragcastCounter.BLOCKS_MISSED)).isZero();
            System.out.printf("relay: %d blocks by catch-up, replica: %d%n",
                relay.counters().value(FragcastCounter.CATCH_UP_BLOCKS),
                replica.counters().value(FragcastCounter.CATCH_UP_BLOCKS));
            network.assertNoErrors();
        }
    }

    private RelayNode relay(
        final TestNetwork network,
        final NodeHost host,
        final TestNetwork.Place self,
        final TestNetwork.Place upstream,
        final TestNetwork.Place replica)
    {
        return RelayNode.launch(network.relay(host, self, List.of(upstream), replica)
            .holders(List.of(upstream.peerName()))
            .requesters(List.of(replica.peerName()))
            .journal(JournalConfig.small(dir.resolve(self.name()), JournalConfig.MIN_RING_LENGTH)));
    }

    /** At a rate that a loaded machine keeps up with. */
    private void publishOne(final TestBuilder builder)
    {
        if (System.nanoTime() - publishedNs >= BLOCK_INTERVAL_NS)
        {
            publishedNs = System.nanoTime();
            builder.blocks(1, this::txs);
        }
    }

    private List<byte[]> txs()
    {
        return LeaderRig.txsOfBodyLength(random, BODY_LENGTH, MAX_TX);
    }
}
