package io.fragcast.node;

import io.aeron.Aeron;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.fragcast.BlockEvent.Kind;
import io.fragcast.cli.BlockRecord;
import io.fragcast.cli.JournalTool;
import io.fragcast.cli.RealBlocks;
import io.fragcast.config.PeerName;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.edge.ipc.IpcBlockSubscriber;
import io.fragcast.journal.JournalConfig;
import io.fragcast.protocol.block.SlowSink;
import io.fragcast.protocol.leader.LeaderState;
import io.fragcast.protocol.leader.LeaderTerm;
import io.fragcast.protocol.leader.Schedule;
import io.fragcast.wire.LeaderRig;
import org.agrona.concurrent.YieldingIdleStrategy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A leader is cut off from the next one, goes on, and is gone: the next takes over below what replicas have VERIFIED.
 * Real blocks, real drivers.
 * <pre>
 *   A ──1──▶ B        A leads 1-10, B from 11 on; B hears 1 alone, A is gone after 3, so B leads from 2 on
 *    \      /
 *   1,2,3  2',3',4'
 *      ▼  ▼
 *    two replicas     VERIFIED 1, 2, 3, REORG 2' (two taken back), VERIFIED 2', 3', 4'
 * </pre>
 * Goal: subscribers see the REORG before the new block; the journal alone delivers the same again, over IPC; and the
 * two replicas' journals do not differ.
 */
class ReorgSystemTest
{
    private static final int FRAGS = 2;
    private static final long LAST_OF_A = 3;

    @TempDir
    private Path dir;

    private final DeliveryLog log = new DeliveryLog();
    private final DeliveryLog otherLog = new DeliveryLog();
    private final StringWriter err = new StringWriter();

    @Test
    @Timeout(120)
    void shouldTellOfAReorgAndReplayItFromTheJournal()
    {
        final List<String> story = new ArrayList<>();
        try (TestNetwork network = new TestNetwork(new Schedule(
            LeaderRig.CHAIN_ID,
            TestNetwork.MTU,
            List.of(term(1, 1, 10, LeaderRig.LEADER_KEY), term(2, 11, Long.MAX_VALUE, LeaderRig.OTHER_KEY)),
            1,
            3)))
        {
            reorganise(network, story);
            network.assertNoErrors();
        }
        assertThat(log.story()).isEqualTo(story);
        assertThat(otherLog.story()).isEqualTo(story);

        assertThat(replayed(story.size()).story()).isEqualTo(story);
        final StringWriter out = new StringWriter();
        final int exitCode =
            JournalTool.run(out, err, "diff", dir.resolve("one").toString(), dir.resolve("other").toString());
        assertThat(exitCode).as(out + "" + err).isZero();
    }

    private void reorganise(final TestNetwork network, final List<String> story)
    {
        final TestNetwork.Place placeA = network.place("reorg-a");
        final TestNetwork.Place placeB = network.place("reorg-b");
        final TestNetwork.Place onePlace = network.place("reorg-one");
        final TestNetwork.Place otherPlace = network.place("reorg-other");
        final NodeHost hostA = network.host("reorg-first", false);
        final NodeHost host = network.host("reorg", false);
        final SequencerNode a = SequencerNode.launch(network.sequencer(hostA, placeA, placeB, onePlace, otherPlace)
            .slowSink(SlowSink.SKIP));
        final SequencerNode b = SequencerNode.launch(network.sequencer(host, placeB, onePlace, otherPlace)
            .slowSink(SlowSink.SKIP)
            .signer(LeaderRig.CURVE.newSigner(LeaderRig.OTHER_KEY))
            .statementSigner(LeaderRig.CURVE.newSigner(LeaderRig.OTHER_KEY))
            .upstreams(List.of(placeA.peerName())));
        final ReplicaNode one = replica(network, host, onePlace, "one", log, placeA, placeB);
        final ReplicaNode other = replica(network, host, otherPlace, "other", otherLog, placeA, placeB);
        hostA.start();
        host.start();
        TestNetwork.await("streams", () ->
            a.isConnected() && b.isConnected() && one.isConnected() && other.isConnected());

        final List<BlockRecord> real = RealBlocks.read("op-mainnet");
        final List<BlockRecord> ofA = RealBuilder.chain(real.subList(0, (int)LAST_OF_A), 1, new byte[32]);
        final List<BlockRecord> ofB = RealBuilder.chain(real.subList(4, 7), 2, ofA.get(0).hash());
        final RealBuilder builderA = new RealBuilder(a, FRAGS);
        builderA.publish(ofA.get(0));
        TestNetwork.await("B to be next", () -> LeaderState.NEXT.ordinal() == state(b) &&
            1 == log.count(Kind.VERIFIED) && 1 == otherLog.count(Kind.VERIFIED));
        cutOff(network, a, placeA, onePlace, otherPlace);
        builderA.publish(ofA.get(1));
        builderA.publish(ofA.get(2));
        TestNetwork.await("what A sealed", () ->
            LAST_OF_A == log.count(Kind.VERIFIED) && LAST_OF_A == otherLog.count(Kind.VERIFIED));
        hostA.close();

        TestNetwork.await("B to lead", () -> LeaderState.LEADING.ordinal() == state(b));
        TestNetwork.await("the replicas to know", () ->
            1 == one.counters().value(FragcastCounter.TAKEOVERS) &&
            1 == other.counters().value(FragcastCounter.TAKEOVERS));
        final RealBuilder builderB = new RealBuilder(b, FRAGS);
        ofB.forEach(builderB::publish);
        TestNetwork.await("what B sealed", () ->
            LAST_OF_A + ofB.size() == log.count(Kind.VERIFIED) &&
            LAST_OF_A + ofB.size() == otherLog.count(Kind.VERIFIED));
        assertThat(one.counters().value(FragcastCounter.REORGS)).isEqualTo(1);

        story.addAll(builderA.story);
        story.add("REORG@2");
        story.addAll(builderB.story);
    }

    private ReplicaNode replica(
        final TestNetwork network,
        final NodeHost host,
        final TestNetwork.Place place,
        final String folder,
        final DeliveryLog taker,
        final TestNetwork.Place... leaders)
    {
        return ReplicaNode.launch(network.replica(host, place, List.of(leaders), taker)
            .journal(JournalConfig.small(dir.resolve(folder), JournalConfig.MIN_RING_LENGTH)));
    }

    /** B is not told of anything any more, nor answered. */
    private static void cutOff(
        final TestNetwork network,
        final SequencerNode a,
        final TestNetwork.Place placeA,
        final TestNetwork.Place... replicas)
    {
        final List<PeerName> names = new ArrayList<>();
        for (final TestNetwork.Place each : replicas)
        {
            names.add(each.peerName());
        }
        a.reload(new NodeUpdate(
            network.schedule,
            new PeerLists(List.of(), names, List.of(), names),
            placeA.identity().publicKey(),
            LeaderRig.CURVE.publicKey(LeaderRig.LEADER_KEY),
            List.of(),
            null));
        TestNetwork.await("B to be cut off", () ->
            replicas.length == a.counters().value(FragcastCounter.SINKS_CONNECTED));
    }

    /** What a subscriber hears from {@code journal replay --to ipc}. */
    private DeliveryLog replayed(final int events)
    {
        final DeliveryLog heard = new DeliveryLog();
        final String aeronDir = dir.resolve("driver").toString();
        try (
            MediaDriver driver = MediaDriver.launch(new MediaDriver.Context()
                .aeronDirectoryName(aeronDir)
                .threadingMode(ThreadingMode.SHARED)
                .sharedIdleStrategy(new YieldingIdleStrategy())
                .dirDeleteOnStart(true)
                .dirDeleteOnShutdown(true));
            Aeron aeron = Aeron.connect(new Aeron.Context().aeronDirectoryName(driver.aeronDirectoryName()));
            IpcBlockSubscriber subscriber = new IpcBlockSubscriber(aeron, "aeron:ipc", heard))
        {
            final CompletableFuture<Integer> exitCode = CompletableFuture.supplyAsync(() -> JournalTool.run(
                new StringWriter(), err, "replay", dir.resolve("one").toString(), "--to", "ipc:aeron:ipc",
                "--aeron-dir", aeronDir));
            TestNetwork.await("the replay", () ->
            {
                subscriber.poll(10);
                return exitCode.isDone() && heard.events().size() >= events;
            });
            TestNetwork.await("its end", () -> 0 == subscriber.poll(10) && !subscriber.isConnected());
            assertThat(exitCode.join()).as(err.toString()).isZero();
        }

        return heard;
    }

    private static long state(final SequencerNode sequencer)
    {
        return sequencer.counters().value(FragcastCounter.LEADER_STATE);
    }

    private static LeaderTerm term(final int number, final long first, final long last, final byte[] key)
    {
        return new LeaderTerm(number, first, last, LeaderRig.CURVE.publicKey(key), null, List.of(), null);
    }
}
