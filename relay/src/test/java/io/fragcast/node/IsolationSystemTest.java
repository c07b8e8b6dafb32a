package io.fragcast.node;

import io.fragcast.BlockEvent;
import io.fragcast.BlockListener;
import io.fragcast.cli.DeliveredLines;
import io.fragcast.cli.FragcastProcess;
import io.fragcast.cli.FragcastProcesses;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.crypto.Secp256k1;
import io.fragcast.protocol.block.BlockLimits;
import io.fragcast.protocol.block.SlowSink;
import io.fragcast.protocol.leader.LeaderTerm;
import io.fragcast.protocol.leader.Schedule;
import io.fragcast.wire.LeaderRig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * One of eight replicas stands still, as a process or as a consumer, also while it leads next, or loses a third of what
 * is sent to it: the sequencer leaves out frames for it alone, the seven others get each block as if nothing were, and
 * it has every block once it goes on.
 */
@Timeout(120)
class IsolationSystemTest
{
    private static final int OTHERS = 7;
    private static final int BLOCKS_BEFORE = 3;
    /** 45 KB each: more than two windows of 256 KiB, less than the 64 blocks that a replica may be behind. */
    private static final int BLOCKS_MEANWHILE = 16;
    private static final int FRAGS = 3;
    /** Some 12 datagrams a frag: hardly one comes whole. */
    private static final double LOSS_PERCENT = 30;
    /** A ring of 256 KiB and half a window of 16 blocks: a consumer that takes nothing is felt after some 20. */
    private static final BlockLimits SMALL = new BlockLimits(
        16 << 10,
        8 << 10,
        BlockLimits.MAX_TXS_PER_FRAG,
        BlockLimits.MAX_FRAGS_PER_BLOCK,
        16,
        4 << 20,
        1 << 20);

    @RegisterExtension
    private final FragcastProcesses processes = new FragcastProcesses();

    private final TestNetwork network = new TestNetwork();
    private final TestNetwork.Place leader = network.place("leader");
    private final List<TestNetwork.Place> places = new ArrayList<>();
    private final List<DeliveryLog> logs = new ArrayList<>();
    private final List<ReplicaNode> replicas = new ArrayList<>();
    private final Random random = new Random(33);
    private int published;

    @AfterEach
    void close()
    {
        network.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldLeaveOutAStoppedReplicaAlone(final boolean isNextLeader) throws IOException
    {
        final Schedule schedule = launchOthers(isNextLeader);
        final TestNetwork.Place victim = places.get(OTHERS);
        final FragcastProcess process = startReplica(victim, isNextLeader);
        final SequencerNode sequencer = launchSequencer(schedule);
        final TestBuilder builder = new TestBuilder(sequencer, 1);

        publish(builder, BLOCKS_BEFORE);
        TestNetwork.await("the first blocks there", () -> BLOCKS_BEFORE == delivered().count("verified"));
        assertThat(skipped(sequencer, OTHERS)).isZero();

        process.signal("STOP");
        publish(builder, BLOCKS_MEANWHILE);
        assertThat(skipped(sequencer, OTHERS)).as("frames for who stands still").isPositive();
        assertOthersUndisturbed(sequencer);
        assertThat(sequencer.counters().value(FragcastCounter.NEXT_LEADER_STALLS))
            .as("waited for once, until it is drained").isLessThanOrEqualTo(isNextLeader ? 1 : 0);

        process.signal("CONT");
        TestNetwork.await("every block there", () -> published == delivered().count("verified"));
        delivered().assertNothingLostSilently();
        assertThat(delivered().count("gap") + delivered().count("superseded")).isZero();
        publish(builder, 1);
        TestNetwork.await("live again", () -> published == delivered().count("verified"));
        assertOthersUndisturbed(sequencer);
        network.assertNoErrors();
    }

    @Test
    void shouldLeaveOutAReplicaWhoseConsumerTakesNothing()
    {
        final Schedule schedule = launchOthers(false);
        final CountDownLatch isTaking = new CountDownLatch(1);
        final DeliveryLog log = new DeliveryLog();
        final NodeHost host = network.host("slow", false);
        final ReplicaNode slow = ReplicaNode.launch(
            network.replica(host, places.get(OTHERS), List.of(leader), log).limits(SMALL).listener(waiting(isTaking)));
        host.start();
        final SequencerNode sequencer = launchSequencer(schedule);
        final TestBuilder builder = new TestBuilder(sequencer, 1);

        // Its ring, its receiver and its window hold some; then it is out of window like any other slow one.
        while (0 == skipped(sequencer, OTHERS))
        {
            publish(builder, 1);
            assertThat(published).as("blocks until a consumer that takes nothing is felt").isLessThan(400);
        }
        assertThat(slow.counters().value(FragcastCounter.DELIVERY_BACK_PRESSURED)).isPositive();
        assertOthersUndisturbed(sequencer);
        final long heard = slow.peers().get(0).receivedCount();
        TestNetwork.await("it hears what its peers say all the same", () ->
            slow.peers().get(0).receivedCount() >= heard + 3);

        TestNetwork.await("it is told what it was not sent", () ->
            published == slow.peers().get(0).sealedBlock());

        isTaking.countDown();
        TestNetwork.await("every block there", () -> published == log.count(BlockEvent.Kind.VERIFIED));
        publish(builder, 1);
        TestNetwork.await("live again", () -> published == log.count(BlockEvent.Kind.VERIFIED));
        assertOthersUndisturbed(sequencer);
        network.assertNoErrors();
    }

    /** What is behind a relay may take its time to execute: the relay looks at a signature, and sends on. */
    @Test
    void shouldRelayToOthersWhileAConsumerTakesNothing()
    {
        final TestNetwork.Place relayPlace = network.place("relay");
        final TestNetwork.Place quickPlace = network.place("quick");
        final TestNetwork.Place slowPlace = network.place("slow");
        places.add(relayPlace);
        final CountDownLatch isTaking = new CountDownLatch(1);
        final DeliveryLog quickLog = new DeliveryLog();
        final DeliveryLog slowLog = new DeliveryLog();
        logs.add(quickLog);
        final NodeHost host = network.host("relayed", false);
        final RelayNode relay = RelayNode.launch(network
            .relay(host, relayPlace, List.of(leader), slowPlace, quickPlace)
            .slowSink(SlowSink.SKIP));
        final ReplicaNode quick =
            ReplicaNode.launch(network.replica(host, quickPlace, List.of(relayPlace), quickLog));
        final ReplicaNode slow = ReplicaNode.launch(network
            .replica(host, slowPlace, List.of(relayPlace), slowLog)
            .limits(SMALL)
            .listener(waiting(isTaking)));
        host.start();
        final SequencerNode sequencer = launchSequencer(network.schedule);
        TestNetwork.await("streams", relay::isConnected);
        final TestBuilder builder = new TestBuilder(sequencer, 1);

        while (0 == relay.watch().sinks().peers().skipped(0))
        {
            publish(builder, 1);
            assertThat(published).as("blocks until a consumer that takes nothing is felt").isLessThan(400);
        }
        publish(builder, BLOCKS_BEFORE);
        assertThat(slow.counters().value(FragcastCounter.DELIVERY_BACK_PRESSURED)).isPositive();
        assertThat(relay.watch().sinks().peers().skipped(1)).as("frames left out for the quick one").isZero();
        assertThat(quick.counters().value(FragcastCounter.FRAGS_REPAIRED)).isZero();
        assertThat(skipped(sequencer, 0)).as("frames left out for the relay").isZero();

        isTaking.countDown();
        TestNetwork.await("every block there", () -> published == slowLog.count(BlockEvent.Kind.VERIFIED));
        network.assertNoErrors();
    }

    @Test
    void shouldServeAReplicaThatLosesBesidesTheOthers()
    {
        final Schedule schedule = launchOthers(false);
        final DeliveryLog log = new DeliveryLog();
        final NodeHost host = network.host(
            "lossy", false, (config) -> config.withStreamLoss(Lane.BLOCK.streamId(), LOSS_PERCENT, 34));
        final ReplicaNode lossy =
            ReplicaNode.launch(network.replica(host, places.get(OTHERS), List.of(leader), log));
        host.start();
        final SequencerNode sequencer = launchSequencer(schedule);
        final TestBuilder builder = new TestBuilder(sequencer, 1);

        publish(builder, BLOCKS_MEANWHILE);
        TestNetwork.await("every block there", () -> published == log.count(BlockEvent.Kind.VERIFIED));
        assertThat(lossy.counters().value(FragcastCounter.BLOCKS_MISSED)).isZero();
        assertThat(lossy.counters().value(FragcastCounter.FRAGS_REPAIRED)).as("it loses").isPositive();
        for (final ReplicaNode replica : replicas)
        {
            assertThat(replica.counters().value(FragcastCounter.FRAGS_REPAIRED)).as("others lose").isZero();
        }
        assertOthersUndisturbed(sequencer);
        network.assertNoErrors();
    }

    private void assertOthersUndisturbed(final SequencerNode sequencer)
    {
        for (int i = 0; i < OTHERS; i++)
        {
            final Counters counters = replicas.get(i).counters();
            assertThat(skipped(sequencer, i)).as("frames left out for " + i).isZero();
            assertThat(counters.value(FragcastCounter.BLOCKS_VERIFIED)).isEqualTo(published);
            assertThat(counters.value(FragcastCounter.BLOCKS_MISSED)).isZero();
            assertThat(counters.value(FragcastCounter.DELIVERY_BACK_PRESSURED)).isZero();
        }
    }

    /** The others are waited for after each block, so that none of them is out of window on a busy machine. */
    private void publish(final TestBuilder builder, final int blocks)
    {
        for (int block = 0; block < blocks; block++)
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
        }
    }

    private Schedule launchOthers(final boolean isLastNextLeader)
    {
        final NodeHost host = network.host("others", false);
        for (int i = 0; i <= OTHERS; i++)
        {
            places.add(network.place("replica-" + i));
        }
        final Schedule schedule = schedule(isLastNextLeader);
        for (int i = 0; i < OTHERS; i++)
        {
            final DeliveryLog log = new DeliveryLog();
            logs.add(log);
            replicas.add(ReplicaNode.launch(
                network.replica(host, places.get(i), List.of(leader), log).schedule(schedule)));
        }
        host.start();

        return schedule;
    }

    private SequencerNode launchSequencer(final Schedule schedule)
    {
        final NodeHost host = network.host("leader", false);
        final SequencerNode sequencer = SequencerNode.launch(
            network.sequencer(host, leader, places.toArray(new TestNetwork.Place[0]))
                .schedule(schedule)
                .slowSink(SlowSink.SKIP));
        host.start();
        TestNetwork.await("streams", sequencer::isConnected);

        return sequencer;
    }

    private Schedule schedule(final boolean isLastNextLeader)
    {
        final List<LeaderTerm> terms = new ArrayList<>();
        terms.add(new LeaderTerm(
            1, 1, 1_000, LeaderRig.CURVE.publicKey(LeaderRig.LEADER_KEY), null, List.of(), null));
        if (isLastNextLeader)
        {
            terms.add(new LeaderTerm(
                2,
                1_001,
                2_000,
                LeaderRig.CURVE.publicKey(LeaderRig.OTHER_KEY),
                places.get(OTHERS).peerName().publicKey(),
                List.of(),
                null));
        }

        return new Schedule(LeaderRig.CHAIN_ID, TestNetwork.MTU, terms);
    }

    private FragcastProcess startReplica(final TestNetwork.Place place, final boolean isNextLeader) throws IOException
    {
        final Path folder = processes.folder();
        final Path key = folder.resolve("victim.hex");
        Files.createFile(key, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(key, network.lastKeyHex() + "\n");
        Files.writeString(folder.resolve("schedule.toml"), """
            chain-id = %d
            mtu = %d
            [[term]]
            number = 1
            first-block = 1
            key = "%s"
            """.formatted(LeaderRig.CHAIN_ID, TestNetwork.MTU, hex(compressed(LeaderRig.LEADER_KEY))));
        Files.writeString(folder.resolve("victim.toml"), """
            chain-id = %d
            name = "victim"
            profile = "ci"
            [identity]
            key-file = "victim.hex"
            [schedule]
            file = "schedule.toml"
            [peers]
            upstream = ["%s"]
            [block]
            listen = "%s"
            [journal]
            dir = "journal"
            [aeron]
            dir = "%s"
            """.formatted(
                LeaderRig.CHAIN_ID,
                leader.peerName(),
                place.peerName().endpoint(),
                processes.newDriverFolder("victim-" + isNextLeader)));

        return processes.start("victim", "replica", "--config", "victim.toml", "--deliver", "jsonl:" + lines())
            .awaitSaid("running");
    }

    private DeliveredLines delivered()
    {
        return DeliveredLines.read(lines());
    }

    private Path lines()
    {
        return processes.folder().resolve("delivered.jsonl");
    }

    private long skipped(final SequencerNode sequencer, final int sink)
    {
        return sequencer.watch().sinks().peers().skipped(sink);
    }

    private static BlockListener waiting(final CountDownLatch isTaking)
    {
        return (event) ->
        {
            try
            {
                isTaking.await();
            }
            catch (final InterruptedException ex)
            {
                Thread.currentThread().interrupt();
            }
        };
    }

    private static byte[] compressed(final byte[] privateKey)
    {
        return Secp256k1.compress(LeaderRig.CURVE.publicKey(privateKey));
    }

    private static String hex(final byte[] bytes)
    {
        return HexFormat.of().formatHex(bytes);
    }
}
