package io.fragcast.node;

import io.fragcast.BlockEvent;
import io.fragcast.config.ScheduleConfig;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.block.MessageSigner;
import io.fragcast.protocol.block.SlowSink;
import io.fragcast.protocol.leader.LeaderState;
import io.fragcast.protocol.leader.LeaderTerm;
import io.fragcast.protocol.leader.Schedule;
import io.fragcast.wire.LeaderRig;
import io.fragcast.wire.StatementSigner;
import io.fragcast.wire.TakeoverAdapter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
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
    private static final byte[] AUTHORITY_KEY = key(77);

    private final Random random = new Random(6);

    @TempDir
    private Path dir;

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

    /**
     * B never hears A, and A is well: the authority has B lead from block 2 on, where A has published 3. A gives way,
     * the replica says which blocks are taken back, and goes on with B's.
     */
    @Test
    @Timeout(120)
    void shouldTakeBackWhatCameFromWhomTheAuthorityDeposed() throws IOException
    {
        final Schedule schedule = new Schedule(
            LeaderRig.CHAIN_ID,
            TestNetwork.MTU,
            List.of(term(1, 1, 10, LeaderRig.LEADER_KEY), term(2, 11, Long.MAX_VALUE, LeaderRig.OTHER_KEY)));
        final MessageSigner authority = LeaderRig.CURVE.newSigner(AUTHORITY_KEY);
        final Path takeovers = dir.resolve("takeovers");
        try (TestNetwork network = new TestNetwork(schedule))
        {
            final TestNetwork.Place placeA = network.place("depose-a");
            final TestNetwork.Place placeB = network.place("depose-b");
            final TestNetwork.Place replicaPlace = network.place("depose-replica");
            final NodeHost host = network.host("depose", false);
            final DeliveryLog log = new DeliveryLog();
            final SequencerNode a = SequencerNode.launch(network.sequencer(host, placeA, replicaPlace)
                .scheduleAuthority(authority.publicKey())
                .upstreams(List.of(placeB.peerName())));
            final SequencerNode b = SequencerNode.launch(network.sequencer(host, placeB, placeA, replicaPlace)
                .scheduleSource(new ScheduleConfig(
                    dir.resolve("schedule.toml"), authority.publicKey(), null, 1, takeovers))
                .signer(LeaderRig.CURVE.newSigner(LeaderRig.OTHER_KEY))
                .statementSigner(LeaderRig.CURVE.newSigner(LeaderRig.OTHER_KEY)));
            final ReplicaNode replica = ReplicaNode.launch(
                network.replica(host, replicaPlace, List.of(placeA, placeB), log)
                    .scheduleAuthority(authority.publicKey()));
            Files.writeString(dir.resolve("schedule.toml"), "read by nobody: the authority did not sign it");
            host.start();
            TestNetwork.await("streams", () -> a.isConnected() && b.isConnected() && replica.isConnected());
            TestNetwork.await("peers", () -> 2 == replica.counters().value(FragcastCounter.PEERS_READY));

            final TestBuilder builderA = new TestBuilder(a, 1);
            for (int i = 1; i <= 3; i++)
            {
                block(builderA);
            }
            builderA.awaitReplies();
            TestNetwork.await("A's blocks", () -> 3 == log.count(BlockEvent.Kind.VERIFIED));

            // A stranger would have B lead from block 1 on.
            Files.writeString(
                takeovers, line(1, LeaderRig.CURVE.newSigner(LeaderRig.LEADER_KEY)) + line(2, authority));
            for (final Counters each : List.of(a.counters(), b.counters(), replica.counters()))
            {
                TestNetwork.await("all know", () -> 1 == each.value(FragcastCounter.TAKEOVERS));
            }
            assertThat(b.watch().schedule().get().termOfBlock(1)).extracting(LeaderTerm::number).isEqualTo(1);
            assertThat(b.watch().schedule().get().termOfBlock(2)).extracting(LeaderTerm::number).isEqualTo(2);
            TestNetwork.await("A to give way", () -> LeaderState.LEADING.ordinal() != state(a));

            final TestBuilder builderB = new TestBuilder(b, 2).branchAt(2);
            for (int i = 2; i <= 4; i++)
            {
                block(builderB);
            }
            builderB.awaitReplies();
            TestNetwork.await("B's blocks", () -> 6 == log.count(BlockEvent.Kind.VERIFIED));
            final List<String> story = new ArrayList<>(builderA.story);
            story.add("REORG@2");
            story.addAll(builderB.story);
            assertThat(log.story()).isEqualTo(story);
            assertThat(replica.counters().value(FragcastCounter.BLOCKS_TAKEN_BACK)).isEqualTo(2);
            network.assertNoErrors();
        }
    }

    private static String line(final long firstBlock, final MessageSigner signer)
    {
        return HexFormat.of().formatHex(TakeoverAdapter.byAuthority(
            LeaderRig.CHAIN_ID, 2, firstBlock, new StatementSigner(signer), 1)) + '\n';
    }

    private void block(final TestBuilder builder)
    {
        builder.env();
        builder.frag(false, LeaderRig.txsOfBodyLength(random, 6_000, 300));
        builder.frag(true, LeaderRig.txsOfBodyLength(random, 600, 300));
        builder.seal();
    }

    private static byte[] key(final int scalar)
    {
        final byte[] key = new byte[32];
        key[31] = (byte)scalar;

        return key;
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
