package io.fragcast.node;

import io.fragcast.BlockEvent.Kind;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.edge.Edge;
import io.fragcast.edge.ListenerEdge;
import io.fragcast.journal.JournalConfig;
import io.fragcast.protocol.sync.SyncMode;
import io.fragcast.wire.LeaderRig;
import org.agrona.DirectBuffer;
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
 * A replica that was away for longer than its window, over real Aeron: it asks a sequencer and two relays for what it
 * missed, of which one dies in mid-way, while the sequencer goes on. With {@code -Dfragcast.catchup.blocks=1000} it was
 * away for as many.
 */
class CatchUpSystemTest
{
    private static final int BLOCKS = Integer.getInteger("fragcast.catchup.blocks", 150);
    /** The last block of the replica's life before. */
    private static final int LAST = 5;
    /** Where deliveries stop until a holder is dead. */
    private static final int MIDWAY = BLOCKS / 2;
    private static final int BODY_LENGTH = 3_000;
    private static final int MAX_TX = 500;
    private static final int LIVE_BLOCKS = 5;

    @TempDir
    Path dir;

    private final Random random = new Random(5);

    @Test
    @Timeout(120)
    void shouldDeliverEveryMissedBlockOnceThoughAHolderDies()
    {
        try (TestNetwork network = new TestNetwork())
        {
            final TestNetwork.Place sequencerPlace = network.place("sync-sequencer");
            final TestNetwork.Place relayPlace = network.place("sync-relay");
            final TestNetwork.Place dyingPlace = network.place("sync-dying");
            final TestNetwork.Place replicaPlace = network.place("sync-replica");
            final NodeHost host = network.host("sync", false);
            final NodeHost dyingHost = network.host("sync-dying", false);
            final SequencerNode sequencer = SequencerNode.launch(
                network.sequencer(host, sequencerPlace, relayPlace, dyingPlace)
                    .requesters(List.of(replicaPlace.peerName(), relayPlace.peerName(), dyingPlace.peerName()))
                    .journal(JournalConfig.small(dir.resolve("sequencer"), JournalConfig.MIN_RING_LENGTH)));
            final RelayNode relay = relay(network, host, relayPlace, sequencerPlace, replicaPlace);
            final RelayNode dying = relay(network, dyingHost, dyingPlace, sequencerPlace, replicaPlace);
            host.start();
            dyingHost.start();
            TestNetwork.await("the relays to hear", () ->
                0 < relay.counters().value(FragcastCounter.SOURCES_CONNECTED) &&
                0 < dying.counters().value(FragcastCounter.SOURCES_CONNECTED));

            final TestBuilder builder = new TestBuilder(sequencer, 1);
            builder.blocks(BLOCKS, this::txs);

            final NodeHost replicaHost = network.host("sync-replica", false);
            final ResumingEdge edge = new ResumingEdge();
            final ReplicaNode replica = ReplicaNode.launch(network
                .replica(replicaHost, replicaPlace, List.of(relayPlace, dyingPlace), edge.log)
                .holders(List.of(sequencerPlace.peerName(), relayPlace.peerName(), dyingPlace.peerName()))
                .edge(edge));
            final long startNs = System.nanoTime();
            replicaHost.start();
            final Counters counters = replica.counters();
            TestNetwork.await("half of it", () -> edge.isHeld);
            dyingHost.close();
            edge.isReleased = true;
            builder.blocks(LIVE_BLOCKS, this::txs);
            TestNetwork.await("every block", () -> edge.own.count(Kind.VERIFIED) == BLOCKS + LIVE_BLOCKS - LAST);
            final double seconds = (System.nanoTime() - startNs) / (double)TimeUnit.SECONDS.toNanos(1);
            TestNetwork.await("live", () ->
            {
                builder.blocks(1, this::txs);
                return SyncMode.LIVE.ordinal() == counters.value(FragcastCounter.CATCH_UP_MODE);
            });
            final int end = (int)builder.blockNumber();
            TestNetwork.await("the last", () -> edge.own.count(Kind.VERIFIED) == end - LAST);

            assertEquals(builder.story.subList(4 * LAST, builder.story.size()), edge.own.story());
            final long fetched = counters.value(FragcastCounter.CATCH_UP_BLOCKS);
            // What lies within the window may come by repair before the first answer of the bulk lane.
            assertThat(fetched).isPositive();
            assertThat(counters.value(FragcastCounter.CATCH_UP_GIVEN_UP)).isZero();
            assertThat(counters.value(FragcastCounter.CATCH_UP_BROKEN)).isZero();
            System.out.printf("catch-up: %d of %d blocks in %.2f s, %d KB, %d signatures in all, %d reassigned%n",
                fetched, end - LAST, seconds, counters.value(FragcastCounter.CATCH_UP_BYTES) / 1_024,
                counters.value(FragcastCounter.SIGNATURES_CHECKED),
                counters.value(FragcastCounter.CATCH_UP_REASSIGNED));
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

    private List<byte[]> txs()
    {
        return LeaderRig.txsOfBodyLength(random, BODY_LENGTH, MAX_TX);
    }

    /** Has seen the first blocks in an earlier life, and stops half-way until it is let go on. */
    private static final class ResumingEdge implements Edge
    {
        /** For the listener that a replica must have. */
        final DeliveryLog log = new DeliveryLog();
        final DeliveryLog own = new DeliveryLog();
        volatile boolean isHeld;
        volatile boolean isReleased;
        private final ListenerEdge listener = new ListenerEdge(own);

        @Override
        public boolean onEvent(final DirectBuffer buffer, final int offset, final int length)
        {
            if (!isReleased && own.count(Kind.VERIFIED) >= MIDWAY)
            {
                isHeld = true;
                return false;
            }

            return listener.onEvent(buffer, offset, length);
        }

        @Override
        public void flush()
        {
            listener.flush();
        }

        @Override
        public long lastBlock(final long chainId)
        {
            return LAST;
        }

        @Override
        public String name()
        {
            return "resuming";
        }

        @Override
        public void close()
        {
            listener.close();
        }
    }
}
