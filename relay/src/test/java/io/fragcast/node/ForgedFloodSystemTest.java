package io.fragcast.node;

import io.fragcast.BlockEvent.Kind;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.block.SlowSink;
import io.fragcast.protocol.block.TestBlock;
import io.fragcast.protocol.block.TestFrame;
import io.fragcast.transport.FrameSink;
import io.fragcast.wire.LeaderRig;
import org.HdrHistogram.Histogram;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * A peer that the relay admits sends it 50,000 headers a second for three seconds, each well formed, for the block that
 * is open, and signed by nobody. The honest stream beside it, with sinks that are skipped rather than waited for, loses
 * nothing.
 */
class ForgedFloodSystemTest
{
    private static final long FLOOD_RATE = 50_000;
    private static final long FLOOD_SECONDS = 3;
    private static final long FLOOD_FRAMES = FLOOD_RATE * FLOOD_SECONDS;
    /** Failing checks until a session is rejected. */
    private static final int MAX_FAILURES = 8;
    /** Frames a turn: 1 ms worth, and at most as many when behind. */
    private static final int BURST = 50;
    private static final int FRAGS_PER_BLOCK = 10;
    private static final long FRAG_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final int QUIET_BLOCKS = 15;
    private static final int BODY_LENGTH = 4_000;
    private static final int SEQ_OFFSET = 124;
    private static final int BLOCK_OFFSET = 104;
    private static final int INCARNATION_OFFSET = 112;

    private final Random random = new Random(5);
    private final AtomicBoolean isFlooding = new AtomicBoolean(true);
    private double floodSeconds;

    @Test
    @Timeout(180)
    void shouldLoseNothingOfTheHonestStream() throws Exception
    {
        final ExecutorService executor = Executors.newSingleThreadExecutor();
        try (TestNetwork network = new TestNetwork())
        {
            final NodeHost host = network.host("flood", false);
            final TestNetwork.Place sequencerPlace = network.place("flood-sequencer");
            final TestNetwork.Place relayPlace = network.place("flood-relay");
            final TestNetwork.Place replicaPlace = network.place("flood-replica");
            final TestNetwork.Place peerPlace = network.place("flood-peer");
            final DeliveryLog log = new DeliveryLog();
            final ReplicaNode replica = ReplicaNode.launch(
                network.replica(host, replicaPlace, List.of(relayPlace), log));
            final RelayNode relay = RelayNode.launch(network
                .relay(host, relayPlace, List.of(sequencerPlace, peerPlace), replicaPlace)
                .slowSink(SlowSink.SKIP));
            final SequencerNode sequencer = SequencerNode.launch(
                network.sequencer(host, sequencerPlace, relayPlace).slowSink(SlowSink.SKIP));
            host.start();
            final RawPeer peer = network.rawPeer(peerPlace);
            final FrameSink toRelay = peer.sinkTo(relayPlace);
            peer.awaitConnected();
            TestNetwork.await("all connected", () -> sequencer.isConnected() && relay.isConnected(), peer::doWork);
            final TestBuilder builder = new TestBuilder(sequencer, 1);

            publish(builder, QUIET_BLOCKS, peer::doWork);
            TestNetwork.await("quiet blocks", () -> QUIET_BLOCKS == log.count(Kind.VERIFIED), peer::doWork);
            // The first blocks run code that is still compiled; what is compared comes after them.
            log.takeLatencyNs();
            publish(builder, QUIET_BLOCKS, peer::doWork);
            TestNetwork.await("quiet blocks", () -> 2 * QUIET_BLOCKS == log.count(Kind.VERIFIED), peer::doWork);
            final Histogram quiet = log.takeLatencyNs();

            final long signaturesBefore = relay.counters().value(FragcastCounter.SIGNATURES_CHECKED);
            final long acceptedBefore = relay.counters().value(FragcastCounter.FRAMES_ACCEPTED);
            final Future<?> flood = executor.submit(() -> flood(peer, toRelay));
            int blocks = 2 * QUIET_BLOCKS;
            while (isFlooding.get())
            {
                publish(builder, 1, ForgedFloodSystemTest::rest);
                blocks++;
            }
            flood.get();
            final int floodedBlocks = blocks;
            TestNetwork.await("blocks of the flood", () -> floodedBlocks == log.count(Kind.VERIFIED), peer::doWork);
            final Histogram flooded = log.takeLatencyNs();

            assertEquals(builder.story, log.story());
            assertEquals(1, relay.counters().value(FragcastCounter.SESSIONS_REJECTED));
            TestNetwork.await(
                "all forged frames but eight dropped unread",
                () -> FLOOD_FRAMES - MAX_FAILURES == relay.counters().value(FragcastCounter.FRAMES_OVER_BUDGET),
                peer::doWork);
            assertEquals(MAX_FAILURES, relay.counters().value(FragcastCounter.FRAMES_BAD_SIGNATURE));
            assertTrue(
                relay.counters().value(FragcastCounter.SIGNATURES_CHECKED) - signaturesBefore <=
                relay.counters().value(FragcastCounter.FRAMES_ACCEPTED) - acceptedBefore + MAX_FAILURES,
                "no signature beyond the eighth was looked at");
            assertEquals(0, replica.counters().value(FragcastCounter.FRAMES_BAD_SIGNATURE));
            for (final FragcastCounter lossless : List.of(
                FragcastCounter.SINK_SKIPPED_WINDOW,
                FragcastCounter.SINK_SKIPPED_UNCONNECTED,
                FragcastCounter.SOURCES_REMADE))
            {
                assertEquals(0, sequencer.counters().value(lossless), "sequencer " + lossless.label());
                assertEquals(0, relay.counters().value(lossless), "relay " + lossless.label());
            }
            network.assertNoErrors();
            System.out.printf(
                "publish->deliver p50: quiet %.3f ms (%d frags), under %.0f forged headers/s %.3f ms (%d frags)%n",
                quiet.getValueAtPercentile(50) / 1e6,
                quiet.getTotalCount(),
                FLOOD_FRAMES / floodSeconds,
                flooded.getValueAtPercentile(50) / 1e6,
                flooded.getTotalCount());
        }
        finally
        {
            executor.shutdownNow();
        }
    }

    /** The peer lives on meanwhile: whoever is silent for two seconds is let go, and what it then sends is lost. */
    private void publish(final TestBuilder builder, final int blocks, final Runnable meanwhile)
    {
        for (int i = 0; i < blocks; i++)
        {
            builder.env();
            for (int seq = 0; seq < FRAGS_PER_BLOCK; seq++)
            {
                builder.frag(
                    FRAGS_PER_BLOCK - 1 == seq, LeaderRig.txsOfBodyLength(random, BODY_LENGTH, 400));
                final long nextNs = System.nanoTime() + FRAG_INTERVAL_NS;
                TestNetwork.await("the next frag's time", () -> System.nanoTime() - nextNs >= 0, () ->
                {
                    rest();
                    meanwhile.run();
                });
            }
            builder.seal();
        }
        builder.awaitReplies();
    }

    /** By the clock from the start, so that what a busy machine holds up is caught up with. */
    private void flood(final RawPeer peer, final FrameSink sink)
    {
        final UnsafeBuffer frame = forgery();
        final long startNs = System.nanoTime();
        long sent = 0;
        while (sent < FLOOD_FRAMES)
        {
            final long due =
                Math.min(FLOOD_FRAMES, (System.nanoTime() - startNs) * FLOOD_RATE / TimeUnit.SECONDS.toNanos(1));
            for (int i = 0; i < BURST && sent < due; i++)
            {
                // Each a place of its own, in one of the blocks to come.
                frame.putLong(BLOCK_OFFSET, 2 * QUIET_BLOCKS + 1 + sent % 50);
                frame.putLong(INCARNATION_OFFSET, Long.MAX_VALUE - sent);
                frame.putInt(SEQ_OFFSET, (int)(sent % 1_000));
                if (!peer.trySend(sink, frame, frame.capacity()))
                {
                    break;
                }
                sent++;
            }
            peer.doWork();
            if (sent == due)
            {
                rest();
            }
        }
        floodSeconds = (System.nanoTime() - startNs) / 1e9;
        TestNetwork.await("the last of the flood sent", sink::isDrained, peer::doWork);
        isFlooding.set(false);
    }

    private static void rest()
    {
        LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(200));
    }

    private static UnsafeBuffer forgery()
    {
        final TestBlock block = new TestBlock(LeaderRig.CURVE.newSigner(LeaderRig.OTHER_KEY), 1, 1, 1);
        final TestFrame header = block.frag(false, TestBlock.bodyOfLength(BODY_LENGTH), 1).get(0);

        return header.buffer();
    }
}
