package io.fragcast.node;

import io.aeron.driver.ext.LossGenerator;
import io.aeron.protocol.DataHeaderFlyweight;
import io.fragcast.BlockEvent.Kind;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.transport.aeron.DriverConfig;
import io.fragcast.wire.LeaderRig;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

/**
 * Repair over real Aeron, from sequencer to relay to replicas: what the network lost, what an attacker wrote first, and
 * what was sent before a replica was there. The block lane's own retransmission is off, so every hole is the repair
 * lane's.
 */
class RepairSystemTest
{
    private static final int BLOCKS = 6;
    private static final int FRAGS = 10;
    /** Sixteen chunks. */
    private static final int BODY_LENGTH = 20_000;
    private static final int MAX_TX = 2_000;
    private static final int BLOCK_STREAM = Lane.BLOCK.streamId();
    private static final int HEADER_LENGTH = DataHeaderFlyweight.HEADER_LENGTH;

    private final Random random = new Random(11);

    @Test
    @Timeout(120)
    void shouldDeliverEverythingThoughDatagramsAreLost()
    {
        play(new Network((config) -> config.withStreamLoss(BLOCK_STREAM, 5, 1)), (network) ->
        {
            assertThat(network.sum(FragcastCounter.FRAGS_REPAIRED)).isPositive();
            assertEquals(0, network.sum(FragcastCounter.BLOCK_LANE_POISONED));
        });
    }

    /**
     * One frame in a hundred comes first from somebody who knows session, stream and position: its bytes are not what
     * the leader sent. Aeron keeps what came first, so only repair can bring the right ones.
     */
    @Test
    @Timeout(120)
    void shouldOutliveOneWhoWritesFramesFirst()
    {
        final AtomicLong spoofed = new AtomicLong();
        play(new Network((config) -> config.withDataLoss((endpoint) -> new Spoofer(spoofed, endpoint.hashCode()))),
            (network) ->
            {
                assertThat(spoofed.get()).isPositive();
                assertThat(network.sum(FragcastCounter.FRAGS_REPAIRED)).isPositive();
                assertThat(network.sum(FragcastCounter.BLOCK_LANE_POISONED)).isPositive();
                assertEquals(0, network.sum(FragcastCounter.SESSIONS_REJECTED));
            });
    }

    /**
     * A replica that starts in the middle of a block has the whole of it from its holders, though no live frame but the
     * Heartbeat comes any more.
     */
    @Test
    @Timeout(120)
    void shouldHaveTheWholeOpenBlockWhenJoiningLate()
    {
        try (Network network = new Network((config) -> config))
        {
            final TestBuilder builder = network.start();
            block(builder, FRAGS);
            builder.env();
            for (int seq = 0; seq < FRAGS - 1; seq++)
            {
                builder.frag(false, LeaderRig.txsOfBodyLength(random, BODY_LENGTH, MAX_TX));
            }
            builder.awaitReplies();
            TestNetwork.await("the first replica is as far", () ->
                builder.story.size() == network.logs.get(0).story().size());

            final NodeHost host = network.nodes.host("late", false);
            final DeliveryLog log = new DeliveryLog();
            final ReplicaNode late =
                ReplicaNode.launch(network.nodes.replica(host, network.latePlace, List.of(network.relayPlace), log));
            final long startNs = System.nanoTime();
            host.start();
            TestNetwork.await("a holder is ready", () ->
                0 < late.counters().value(FragcastCounter.REPAIR_HOLDERS_READY));
            final long readyNs = System.nanoTime();
            final List<String> open =
                List.copyOf(builder.story.subList(builder.story.size() - FRAGS, builder.story.size()));
            TestNetwork.await("the open block", () -> log.story().equals(open));
            System.out.printf("late join: ready after %.1f ms, open block whole %.1f ms after%n",
                millis(readyNs - startNs), millis(System.nanoTime() - readyNs));

            builder.frag(true, List.of());
            builder.seal();
            block(builder, 2);
            builder.awaitReplies();
            TestNetwork.await("both blocks at the late one", () -> 2 == log.count(Kind.VERIFIED));
            assertEquals(builder.story.subList(builder.story.indexOf(open.get(0)), builder.story.size()), log.story());
            network.nodes.assertNoErrors();
        }
    }

    private void play(final Network network, final Consumer<Network> check)
    {
        try (network)
        {
            final TestBuilder builder = network.start();
            for (int i = 0; i < BLOCKS; i++)
            {
                block(builder, FRAGS);
            }
            builder.awaitReplies();

            for (final DeliveryLog log : network.logs)
            {
                TestNetwork.await("all blocks", () -> BLOCKS == log.count(Kind.VERIFIED));
                assertEquals(builder.story, log.story());
            }
            check.accept(network);
            network.nodes.assertNoErrors();
        }
    }

    private void block(final TestBuilder builder, final int frags)
    {
        builder.env();
        for (int seq = 0; seq < frags; seq++)
        {
            builder.frag(frags - 1 == seq, LeaderRig.txsOfBodyLength(random, BODY_LENGTH, MAX_TX));
        }
        builder.seal();
    }

    private static double millis(final long nanos)
    {
        return nanos / (double)TimeUnit.MILLISECONDS.toNanos(1);
    }

    /**
     * Sequencer, relay and two replicas. The replicas ask the relay and the sequencer.
     */
    private static final class Network implements AutoCloseable
    {
        final TestNetwork nodes = new TestNetwork();
        final TestNetwork.Place sequencerPlace = nodes.place("repair-sequencer");
        final TestNetwork.Place relayPlace = nodes.place("repair-relay");
        final TestNetwork.Place latePlace = nodes.place("repair-late");
        final List<DeliveryLog> logs = new ArrayList<>();
        private final List<Counters> counters = new ArrayList<>();
        private final UnaryOperator<DriverConfig> fault;

        Network(final UnaryOperator<DriverConfig> fault)
        {
            this.fault = fault;
        }

        TestBuilder start()
        {
            final NodeHost host = nodes.host("repair", false, fault);
            final List<TestNetwork.Place> replicaPlaces =
                List.of(nodes.place("repair-replica-1"), nodes.place("repair-replica-2"));
            final List<TestNetwork.Place> requesters = new ArrayList<>(replicaPlaces);
            requesters.add(latePlace);
            for (final TestNetwork.Place place : replicaPlaces)
            {
                final DeliveryLog log = new DeliveryLog();
                logs.add(log);
                counters.add(ReplicaNode.launch(nodes.replica(host, place, List.of(relayPlace), log)
                    .reliable(false)
                    .holders(List.of(relayPlace.peerName(), sequencerPlace.peerName()))).counters());
            }
            final RelayNode relay = RelayNode.launch(nodes.relay(
                host, relayPlace, List.of(sequencerPlace), requesters.toArray(new TestNetwork.Place[0]))
                .reliable(false));
            counters.add(relay.counters());
            requesters.add(relayPlace);
            final SequencerNode sequencer = SequencerNode.launch(
                nodes.sequencer(host, sequencerPlace, relayPlace)
                    .requesters(requesters.stream().map(TestNetwork.Place::peerName).toList()));
            host.start();
            TestNetwork.await("connected", () -> sequencer.isConnected() &&
                counters.stream().allMatch((node) -> 0 < node.value(FragcastCounter.SOURCES_CONNECTED) &&
                0 < node.value(FragcastCounter.REPAIR_HOLDERS_READY)));

            return new TestBuilder(sequencer, 1);
        }

        long sum(final FragcastCounter counter)
        {
            return counters.stream().mapToLong((node) -> node.value(counter)).sum();
        }

        @Override
        public void close()
        {
            nodes.close();
        }
    }

    /**
     * Changes one byte of the payload in one of a hundred datagrams of the block lane, before Aeron sees it: as if
     * somebody's had come first.
     */
    private static final class Spoofer implements LossGenerator
    {
        private static final double SHARE = 0.01;
        private static final int STREAM_ID_OFFSET = 16;

        private final AtomicLong spoofed;
        private final Random random;

        Spoofer(final AtomicLong spoofed, final long seed)
        {
            this.spoofed = spoofed;
            random = new Random(seed);
        }

        @Override
        public boolean shouldDropFrame(final InetSocketAddress address, final UnsafeBuffer buffer, final int length)
        {
            if (length > HEADER_LENGTH &&
                DataHeaderFlyweight.HDR_TYPE_DATA == (buffer.getShort(6, LITTLE_ENDIAN) & 0xFFFF) &&
                BLOCK_STREAM == buffer.getInt(STREAM_ID_OFFSET, LITTLE_ENDIAN) &&
                random.nextDouble() < SHARE)
            {
                final int last = HEADER_LENGTH + Math.min(
                    buffer.getInt(0, LITTLE_ENDIAN) - HEADER_LENGTH, length - HEADER_LENGTH) - 1;
                buffer.putByte(last, (byte)~buffer.getByte(last));
                spoofed.incrementAndGet();
            }

            return false;
        }
    }
}
