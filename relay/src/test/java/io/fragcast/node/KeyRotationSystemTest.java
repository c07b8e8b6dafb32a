package io.fragcast.node;

import io.fragcast.BlockEvent;
import io.fragcast.PublishResult;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.leader.EarlierKey;
import io.fragcast.protocol.leader.LeaderTerm;
import io.fragcast.protocol.leader.Schedule;
import io.fragcast.wire.LeaderRig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A leader gets another relay key: from block 4 on its term has the new one, and the old one until 6. Its operator
 * starts it anew with the new key when it suits, here after 5; no node but the leader is touched, and no block is lost.
 */
class KeyRotationSystemTest
{
    private static final byte[] OLD_KEY = LeaderRig.LEADER_KEY;
    private static final byte[] NEW_KEY = LeaderRig.OTHER_KEY;
    private static final long FIRST_OF_NEW = 4;
    private static final long LAST_OF_OLD = 6;

    private final Random random = new Random(4);

    @Test
    @Timeout(90)
    void shouldChangeOverWithinTheOverlap()
    {
        try (TestNetwork network = new TestNetwork(schedule()))
        {
            final TestNetwork.Place place = network.place("rotate-leader");
            final TestNetwork.Place replicaPlace = network.place("rotate-replica");
            final NodeHost replicaHost = network.host("rotate-replica", false);
            final NodeHost oldHost = network.host("rotate-old", false);
            final DeliveryLog log = new DeliveryLog();
            final ReplicaNode replica =
                ReplicaNode.launch(network.replica(replicaHost, replicaPlace, List.of(place), log));
            replicaHost.start();
            final SequencerNode before = launch(network, oldHost, place, replicaPlace, OLD_KEY);
            final List<String> story = publish(before, 1, 5);
            TestNetwork.await("the old key's blocks", () -> 5 == log.count(BlockEvent.Kind.VERIFIED));
            oldHost.close();

            final NodeHost newHost = network.host("rotate-new", false);
            final SequencerNode after = launch(network, newHost, place, replicaPlace, NEW_KEY);
            story.addAll(publish(after, 6, 8));
            TestNetwork.await("the new key's blocks", () -> 8 == log.count(BlockEvent.Kind.VERIFIED));
            assertThat(log.story()).isEqualTo(story);
            assertThat(replica.counters().value(FragcastCounter.FRAMES_BAD_SIGNATURE)).isZero();
            assertThat(replica.counters().value(FragcastCounter.EQUIVOCATIONS)).isZero();
            network.assertNoErrors();
        }
    }

    @Test
    @Timeout(90)
    void shouldRefuseToPublishWithTheOldKeyAfterTheOverlap()
    {
        try (TestNetwork network = new TestNetwork(schedule()))
        {
            final TestNetwork.Place place = network.place("late-leader");
            final TestNetwork.Place replicaPlace = network.place("late-replica");
            final NodeHost host = network.host("late", false);
            final DeliveryLog log = new DeliveryLog();
            ReplicaNode.launch(network.replica(host, replicaPlace, List.of(place), log));
            final SequencerNode late = launch(network, host, place, replicaPlace, OLD_KEY);
            publish(late, 1, LAST_OF_OLD);
            TestNetwork.await("the old key's blocks", () -> LAST_OF_OLD == log.count(BlockEvent.Kind.VERIFIED));

            final TestBuilder builder = new TestBuilder(late, LAST_OF_OLD + 1);
            builder.env();
            builder.awaitRefusal(PublishResult.NOT_LEADER);
            network.assertNoErrors();
        }
    }

    private static SequencerNode launch(
        final TestNetwork network,
        final NodeHost host,
        final TestNetwork.Place self,
        final TestNetwork.Place replica,
        final byte[] key)
    {
        final SequencerNode sequencer = SequencerNode.launch(network.sequencer(host, self, replica)
            .signer(LeaderRig.CURVE.newSigner(key))
            .statementSigner(LeaderRig.CURVE.newSigner(key)));
        host.start();
        TestNetwork.await("streams", sequencer::isConnected);

        return sequencer;
    }

    private List<String> publish(final SequencerNode sequencer, final long first, final long last)
    {
        final TestBuilder builder = new TestBuilder(sequencer, first);
        for (long block = first; block <= last; block++)
        {
            builder.env();
            builder.frag(true, LeaderRig.txsOfBodyLength(random, 3_000, 300));
            builder.seal();
        }
        builder.awaitReplies();

        return new ArrayList<>(builder.story);
    }

    private static Schedule schedule()
    {
        return new Schedule(LeaderRig.CHAIN_ID, TestNetwork.MTU, List.of(
            new LeaderTerm(
                1, 1, FIRST_OF_NEW - 1, LeaderRig.CURVE.publicKey(OLD_KEY), null, List.of(), null),
            new LeaderTerm(
                2,
                FIRST_OF_NEW,
                Long.MAX_VALUE,
                LeaderRig.CURVE.publicKey(NEW_KEY),
                null,
                List.of(),
                null,
                new EarlierKey(LeaderRig.CURVE.publicKey(OLD_KEY), LAST_OF_OLD))));
    }
}
