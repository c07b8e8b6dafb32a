package io.fragcast.node;

import io.aeron.driver.status.SystemCounterDescriptor;
import io.fragcast.BlockEvent;
import io.fragcast.config.Endpoint;
import io.fragcast.config.PeerName;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.block.SlowSink;
import io.fragcast.protocol.repair.FrameName;
import io.fragcast.transport.SendTap;
import io.fragcast.transport.aeron.DriverConfig;
import io.fragcast.transport.aeron.DriverThreading;
import io.fragcast.transport.aeron.LinkBudget;
import io.fragcast.wire.FrameNames;
import io.fragcast.wire.LeaderRig;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.status.CountersReader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * One of four replicas is 100 ms of round trip away, and the others are near: each has every frag and block, in order,
 * the far one its own delay later; what is sent to the others, what they lack and what is left out for them is as if it
 * were not there, also when it loses frames on its way. Between it and the leader is a {@link DelayLine}, for the
 * driver of one as for that of the other. All that is compared is counted.
 */
@Timeout(120)
class FarPeerSystemTest
{
    private static final int OTHERS = 3;
    private static final int BLOCKS = 24;
    private static final int FRAGS = 3;
    private static final long DELAY_NS = TimeUnit.MILLISECONDS.toNanos(50);
    /** What the operators at its ends say of the path; its window is 512 KiB, the others' is 256. */
    private static final LinkBudget FAR = new LinkBudget(
        2 * DELAY_NS, 1, LinkBudget.LAN.cadenceNs(), 5_000_000, LinkBudget.LAN.burstBytes());
    /** 45 KB each: not more than the smallest window of a kernel that grants little. */
    private static final int BLOCKS_ON_THE_WAY = 2;
    /** A block has 41 frames: it hardly comes whole. */
    private static final int LOSS_ONE_IN = 30;
    private static final long LOSS_SEED = 6;

    private final TestNetwork network = new TestNetwork();
    private final DelayLine line = new DelayLine(DELAY_NS, network.errors::add);
    private final TestNetwork.Place leader = network.place("leader");
    private final TestNetwork.Place far = network.place("far");
    private final TestNetwork.Place leaderFromAfar = through(leader);
    private final TestNetwork.Place farFromLeader = through(far);
    private final List<TestNetwork.Place> places = new ArrayList<>();
    private final List<DeliveryLog> logs = new ArrayList<>();
    private final List<ReplicaNode> replicas = new ArrayList<>();
    private final DeliveryLog farLog = new DeliveryLog();
    private final FramesSent sent = new FramesSent();
    private final Random random = new Random(61);
    private ReplicaNode farReplica;
    private SequencerNode sequencer;
    private CountersReader leaderDriver;
    private CountersReader othersDriver;
    private TestBuilder builder;
    private int published;

    @AfterEach
    void close()
    {
        network.close();
        line.close();
    }

    @Test
    void shouldServeAFarReplicaBesidesTheOthers()
    {
        launch(true);
        publish();

        assertEverythingDelivered();
        assertOthersUndisturbed();
        assertThat(skipped(OTHERS)).as("frames left out for the far one").isZero();
        assertThat(value(leaderDriver, SystemCounterDescriptor.NAK_MESSAGES_RECEIVED)).isZero();
        assertThat(value(leaderDriver, SystemCounterDescriptor.RETRANSMITS_SENT)).isZero();
        assertThat(sent.to(farFromLeader)).as("frames sent to the far one").isEqualTo(sent.to(places.get(0)));
        network.assertNoErrors();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldRepairWhatAFarReplicaLosesAtNoCostToTheOthers(final boolean isReliable)
    {
        line.loseOneIn(LOSS_ONE_IN, farFromLeader.peerName().endpoint().port(), LOSS_SEED);
        launch(isReliable);
        publish();

        assertEverythingDelivered();
        assertOthersUndisturbed();
        assertThat(line.lost()).as("frames lost on the way").isPositive();
        if (isReliable)
        {
            assertThat(value(leaderDriver, SystemCounterDescriptor.RETRANSMITS_SENT)).isPositive();
            assertThat(sent.to(farFromLeader) + skipped(OTHERS)).as("frames sent to the far one, or left out")
                .isGreaterThan(sent.to(places.get(0)));
        }
        else
        {
            assertThat(value(leaderDriver, SystemCounterDescriptor.RETRANSMITS_SENT)).isZero();
            assertThat(sent.to(farFromLeader)).as("frames sent to the far one")
                .isLessThanOrEqualTo(sent.to(places.get(0)));
            assertThat(farReplica.counters().value(FragcastCounter.FRAGS_REPAIRED)).isPositive();
        }
        network.assertNoErrors();
    }

    private void assertEverythingDelivered()
    {
        TestNetwork.await("every block there", () -> published == farLog.count(BlockEvent.Kind.VERIFIED));
        assertThat(farLog.story()).isEqualTo(builder.story);
        for (final DeliveryLog log : logs)
        {
            assertThat(log.story()).isEqualTo(builder.story);
        }
    }

    /** Who is slow to be given the processor may ask for what is on its way: not counted here. */
    private void assertOthersUndisturbed()
    {
        for (int i = 0; i < OTHERS; i++)
        {
            final Counters counters = replicas.get(i).counters();
            assertThat(skipped(i)).as("frames left out for " + i).isZero();
            assertThat(sent.to(places.get(i))).as("frames sent to " + i).isEqualTo(sent.to(places.get(0)));
            assertThat(counters.value(FragcastCounter.BLOCKS_MISSED)).isZero();
            assertThat(counters.value(FragcastCounter.DELIVERY_BACK_PRESSURED)).isZero();
        }
        assertThat(value(othersDriver, SystemCounterDescriptor.NAK_MESSAGES_SENT)).isZero();
        assertThat(sequencer.counters().value(FragcastCounter.PUBLISH_BACK_PRESSURED)).isZero();
        assertThat(sequencer.counters().value(FragcastCounter.SINK_WAITED)).isZero();
    }

    /** The others are waited for after each block; the far one only so that it is not out of window. */
    private void publish()
    {
        boolean isFarBehind = false;
        for (int block = 0; block < BLOCKS; block++)
        {
            builder.env();
            for (int i = 1; i <= FRAGS; i++)
            {
                builder.frag(i == FRAGS, LeaderRig.txsOfBodyLength(random, 15_000, 2_000));
            }
            builder.seal();
            builder.awaitReplies();
            published++;
            for (final DeliveryLog log : logs)
            {
                TestNetwork.await("block " + published, () -> published == log.count(BlockEvent.Kind.VERIFIED));
            }
            isFarBehind |= published > farLog.count(BlockEvent.Kind.VERIFIED);
            TestNetwork.await("a window for the far one", () ->
                published - BLOCKS_ON_THE_WAY < farLog.count(BlockEvent.Kind.VERIFIED));
        }
        assertThat(isFarBehind).as("the others had a block before the far one").isTrue();
        assertThat(line.forwarded()).as("datagrams through the line").isPositive();
    }

    private void launch(final boolean isFarReliable)
    {
        final NodeHost others = network.host("others", false);
        final NodeHost farHost = network.host("far", false, (config) -> driver("far"));
        final NodeHost leaderHost = network.host("leader", false, (config) -> driver("leader").withSendTap(sent));
        leaderDriver = leaderHost.connect("leader's counters").countersReader();
        othersDriver = others.connect("others' counters").countersReader();
        for (int i = 0; i < OTHERS; i++)
        {
            places.add(network.place("replica-" + i));
            logs.add(new DeliveryLog());
            replicas.add(ReplicaNode.launch(network.replica(others, places.get(i), List.of(leader), logs.get(i))));
        }
        farReplica = ReplicaNode.launch(
            network.replica(farHost, far, List.of(leaderFromAfar), farLog).budget(FAR).reliable(isFarReliable));
        final List<TestNetwork.Place> sinks = new ArrayList<>(places);
        sinks.add(farFromLeader);
        sequencer = SequencerNode.launch(
            network.sequencer(leaderHost, leader, sinks.toArray(new TestNetwork.Place[0]))
                .budget(FAR)
                .slowSink(SlowSink.SKIP));
        builder = new TestBuilder(sequencer, 1);
        line.start();
        others.start();
        farHost.start();
        leaderHost.start();
        TestNetwork.await("streams", () -> sequencer.isConnected() && farReplica.isConnected() &&
            replicas.stream().allMatch(Node::isConnected));
        TestNetwork.await("holders", () ->
            1 == farReplica.counters().value(FragcastCounter.REPAIR_HOLDERS_READY));
    }

    private static DriverConfig driver(final String name)
    {
        return DriverConfig.embedded("far-peer-" + name, DriverThreading.INVOKER, FAR);
    }

    /** The same node, as who is on the other side of the line knows it. */
    private TestNetwork.Place through(final TestNetwork.Place place)
    {
        final PeerName name = place.peerName();

        return new TestNetwork.Place(place.name(), place.identity(), new PeerName(
            name.publicKey(), new Endpoint(TestNetwork.ADDRESS, line.portsTo(name.endpoint().port()))));
    }

    private long skipped(final int sink)
    {
        return sequencer.watch().sinks().peers().skipped(sink);
    }

    private static long value(final CountersReader counters, final SystemCounterDescriptor counter)
    {
        return counters.getCounterValue(counter.id());
    }

    /** Counts the frames of blocks that leave, again if they leave again, by where they go. */
    private static final class FramesSent implements SendTap
    {
        private final FrameNames names = new FrameNames();
        private final FrameName name = new FrameName();
        private final Map<Integer, Long> counts = new ConcurrentHashMap<>();

        @Override
        public void onFrameSent(
            final InetSocketAddress destination,
            final int streamId,
            final DirectBuffer buffer,
            final int offset,
            final int length)
        {
            if (Lane.BLOCK.streamId() == streamId && names.tryName(buffer, offset, length, name))
            {
                counts.merge(destination.getPort(), 1L, Long::sum);
            }
        }

        long to(final TestNetwork.Place place)
        {
            return counts.getOrDefault(place.peerName().endpoint().port(), 0L);
        }
    }
}
