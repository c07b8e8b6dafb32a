package io.fragcast.node;

import io.fragcast.BlockEvent;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.block.SlowSink;
import io.fragcast.protocol.leader.LeaderState;
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
 * A leader is gone in the middle of a block, over real drivers: the next one takes over, and the replica goes on.
 * <pre>
 *   A ◀──▶ B        A leads 1-4, B from 5 on; A is gone in 2, so B leads from 2 on
 *    \     /
 *     ▼   ▼
 *    replica
 * </pre>
 */
class TakeoverSystemTest
{
    private final Random random = new Random(6);

    @Test
    @Timeout(120)
    void shouldTakeOverFromALeaderThatIsGone()
    {
        final Schedule schedule = new Schedule(
            LeaderRig.CHAIN_ID,
            TestNetwork.MTU,
            List.of(term(1, 1, 4, LeaderRig.LEADER_KEY), term(2, 5, Long.MAX_VALUE, LeaderRig.OTHER_KEY)),
            1,
            3);
        try (TestNetwork network = new TestNetwork(schedule))
        {
            final TestNetwork.Place placeA = network.place("take-a");
            final TestNetwork.Place placeB = network.place("take-b");
            final TestNetwork.Place replicaPlace = network.place("take-replica");
            final NodeHost hostA = network.host("take-first", false);
            final NodeHost host = network.host("take-over", false);
            final DeliveryLog log = new DeliveryLog();
            final SequencerNode a = SequencerNode.launch(network.sequencer(hostA, placeA, placeB, replicaPlace)
                .slowSink(SlowSink.SKIP)
                .upstreams(List.of(placeB.peerName())));
            final SequencerNode b = SequencerNode.launch(network.sequencer(host, placeB, placeA, replicaPlace)
                .slowSink(SlowSink.SKIP)
                .signer(LeaderRig.CURVE.newSigner(LeaderRig.OTHER_KEY))
                .statementSigner(LeaderRig.CURVE.newSigner(LeaderRig.OTHER_KEY))
                .upstreams(List.of(placeA.peerName())));
            final ReplicaNode replica =
                ReplicaNode.launch(network.replica(host, replicaPlace, List.of(placeA, placeB), log));
            hostA.start();
            host.start();
            TestNetwork.await("streams", () -> a.isConnected() && b.isConnected() && replica.isConnected());
            TestNetwork.await("peers", () -> 2 == replica.counters().value(FragcastCounter.PEERS_READY));

            final TestBuilder builderA = new TestBuilder(a, 1);
            block(builderA);
            builderA.env();
            builderA.frag(false, LeaderRig.txsOfBodyLength(random, 600, 300));
            builderA.awaitReplies();
            TestNetwork.await("the open block", () -> 2 == log.count(BlockEvent.Kind.ENV));
            TestNetwork.await("B to be next", () -> LeaderState.NEXT.ordinal() == state(b));
            hostA.close();

            TestNetwork.await("B to lead", () -> LeaderState.LEADING.ordinal() == state(b));
            TestNetwork.await("the replica to know", () -> 1 == replica.counters().value(FragcastCounter.TAKEOVERS));
            final TestBuilder builderB = new TestBuilder(b, 2);
            for (int i = 2; i <= 6; i++)
            {
                block(builderB);
            }
            builderB.awaitReplies();
            TestNetwork.await("every block", () -> 6 == log.count(BlockEvent.Kind.VERIFIED));
            final List<String> story = new ArrayList<>(builderA.story);
            story.add("SUPERSEDED@2");
            story.addAll(builderB.story);
            assertThat(log.story()).isEqualTo(story);
            network.assertNoErrors();
        }
    }

    private void block(final TestBuilder builder)
    {
        builder.env();
        builder.frag(false, LeaderRig.txsOfBodyLength(random, 6_000, 300));
        builder.frag(true, LeaderRig.txsOfBodyLength(random, 600, 300));
        builder.seal();
    }

    private static LeaderTerm term(final int number, final long first, final long last, final byte[] key)
    {
        return new LeaderTerm(number, first, last, LeaderRig.CURVE.publicKey(key), null, List.of(), null);
    }

    private static long state(final SequencerNode sequencer)
    {
        return sequencer.counters().value(FragcastCounter.LEADER_STATE);
    }
}
