package io.fragcast.node;

import io.fragcast.BlockEvent.Kind;
import io.fragcast.cli.JournalTool;
import io.fragcast.codecs.JournalKind;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.journal.Journal;
import io.fragcast.journal.JournalConfig;
import io.fragcast.journal.RecordView;
import io.fragcast.journal.chronicle.ChronicleJournal;
import io.fragcast.protocol.leader.LeaderState;
import io.fragcast.protocol.leader.LeaderTerm;
import io.fragcast.protocol.leader.Schedule;
import io.fragcast.protocol.repair.FrameName;
import io.fragcast.protocol.repair.FramePart;
import io.fragcast.wire.FrameNames;
import io.fragcast.wire.LeaderRig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A sequencer that was down for longer than the window while another led, over real Aeron. It comes back right before
 * its own term: it leads all of it, with the hole in its journal, and asks nobody for anything; then, while the other
 * leads again, it has what it missed from there, and its journal is whole.
 */
class SequencerHolesSystemTest
{
    private static final int BEFORE = 5;
    /** Of these, repair brings the last ones: no more than the window of 64. */
    private static final int LAST_MISSED = 200;
    /** A turn of some 3 s: the journal says after 2 s what it lacks. */
    private static final int LAST_OF_TURN = 230;
    private static final int LAST = 235;
    private static final int BODY_LENGTH = 3_000;
    private static final int MAX_TX = 500;
    private static final long TURN_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(100);

    @TempDir
    private Path dir;

    private final Random random = new Random(5);
    private long publishedNs = System.nanoTime();

    @Test
    @Timeout(180)
    void shouldLeadAtOnceAndFillItsJournalWhenAnotherLeads()
    {
        try (TestNetwork network = new TestNetwork(schedule()))
        {
            final TestNetwork.Place placeA = network.place("fill-a");
            final TestNetwork.Place placeB = network.place("fill-b");
            final TestNetwork.Place replicaPlace = network.place("fill-replica");
            final NodeHost host = network.host("fill", false);
            final DeliveryLog log = new DeliveryLog();
            final ReplicaNode replica =
                ReplicaNode.launch(network.replica(host, replicaPlace, List.of(placeA, placeB), log));
            final SequencerNode a = SequencerNode.launch(network.sequencer(host, placeA, placeB, replicaPlace)
                .upstreams(List.of(placeB.peerName()))
                .requesters(List.of(placeB.peerName()))
                .journal(JournalConfig.small(dir.resolve("a"), JournalConfig.MIN_RING_LENGTH)));
            host.start();
            final TestBuilder builderA = new TestBuilder(a, 1);

            final NodeHost firstLife = network.host("fill-b-1", false);
            final SequencerNode before = follower(network, firstLife, placeB, placeA, replicaPlace);
            TestNetwork.await("the first life", () -> a.isConnected() && before.isConnected() &&
                replica.isConnected());
            builderA.blocks(BEFORE, this::txs);
            TestNetwork.await("the first blocks", () ->
                BEFORE == verified(before) && BEFORE == log.count(Kind.VERIFIED));
            firstLife.close();
            builderA.blocks(LAST_MISSED - BEFORE, this::txs);
            TestNetwork.await("what is missed", () -> LAST_MISSED == log.count(Kind.VERIFIED));
            final List<String> story = new ArrayList<>(builderA.story);

            final NodeHost secondLife = network.host("fill-b-2", false);
            final SequencerNode b = follower(network, secondLife, placeB, placeA, replicaPlace);
            TestNetwork.await("the second life", b::isConnected);
            final TestBuilder builderB = new TestBuilder(b, LAST_MISSED + 1);
            while (builderB.blockNumber() < LAST_OF_TURN - 1)
            {
                TestNetwork.await("its turn", () -> System.nanoTime() - publishedNs >= TURN_INTERVAL_NS);
                publishedNs = System.nanoTime();
                builderB.blocks(1, this::txs);
            }
            TestNetwork.await("its blocks", () -> LAST_OF_TURN - 1 == log.count(Kind.VERIFIED));
            TestNetwork.await("its run to be there", () ->
                LeaderState.LEADING.ordinal() == b.counters().value(FragcastCounter.LEADER_STATE));
            TestNetwork.await("the journal to say what it lacks", () -> 0 < lacking(b));
            assertThat(b.counters().value(FragcastCounter.HOLE_FRAMES_FETCHED)).as("while it leads").isZero();
            builderB.blocks(1, this::txs);
            story.addAll(builderB.story);

            TestNetwork.await("A to know the run", () -> LAST_OF_TURN == verified(a));
            builderA.goOnAfter(LAST_OF_TURN);
            builderA.story.clear();
            builderA.blocks(LAST - LAST_OF_TURN, this::txs);
            story.addAll(builderA.story);
            TestNetwork.await("every block", () -> LAST == log.count(Kind.VERIFIED));
            TestNetwork.await("what it lacked", () ->
                0 < b.counters().value(FragcastCounter.HOLE_FRAMES_FETCHED) && 0 == lacking(b));
            assertThat(log.story()).isEqualTo(story);
            assertThat(b.counters().value(FragcastCounter.HOLE_FETCHES_BROKEN)).isZero();
            assertThat(b.counters().value(FragcastCounter.CATCH_UP_BLOCKS)).as("by whole heights").isZero();
            assertThat(b.counters().value(FragcastCounter.EQUIVOCATIONS)).isZero();
            TestNetwork.await("the end of the run", () ->
                b.watch().board().read().ended().stream().anyMatch((block) -> LAST == block.number()));
            secondLife.close();
            assertWholeJournal();
            network.assertNoErrors();
        }
    }

    private SequencerNode follower(
        final TestNetwork network,
        final NodeHost host,
        final TestNetwork.Place self,
        final TestNetwork.Place other,
        final TestNetwork.Place replica)
    {
        final SequencerNode node = SequencerNode.launch(network.sequencer(host, self, other, replica)
            .signer(LeaderRig.CURVE.newSigner(LeaderRig.OTHER_KEY))
            .statementSigner(LeaderRig.CURVE.newSigner(LeaderRig.OTHER_KEY))
            .upstreams(List.of(other.peerName()))
            .holders(List.of(other.peerName()))
            .journal(JournalConfig.small(dir.resolve("b"), JournalConfig.MIN_RING_LENGTH)));
        host.start();

        return node;
    }

    private List<byte[]> txs()
    {
        return LeaderRig.txsOfBodyLength(random, BODY_LENGTH, MAX_TX);
    }

    private void assertWholeJournal()
    {
        final StringWriter said = new StringWriter();
        assertThat(JournalTool.run(said, said, "verify", dir.resolve("b").toString())).as(said.toString()).isZero();
        assertThat(said.toString())
            .containsPattern("heights in holes ([1-9][0-9]*)  whole again \\1  problems 0")
            .doesNotContain("not whole");

        final RecordView record = new RecordView();
        final FrameNames names = new FrameNames();
        final FrameName name = new FrameName();
        final TreeSet<Long> sealed = new TreeSet<>();
        try (ChronicleJournal journal = ChronicleJournal.openReadOnly(dir.resolve("b")))
        {
            journal.replay(Journal.START, (index, buffer, offset, length) ->
            {
                assertThat(record.tryWrap(buffer, offset, length)).isTrue();
                if (JournalKind.FRAME == record.kind() &&
                    names.tryName(buffer, record.frameOffset(), record.frameLength(), name) &&
                    FramePart.END == name.part && name.isSeal)
                {
                    sealed.add(name.blockNumber);
                }

                return true;
            });
        }
        assertThat(sealed).isEqualTo(
            LongStream.rangeClosed(1, LAST).boxed().collect(Collectors.toCollection(TreeSet::new)));
    }

    private static long verified(final SequencerNode node)
    {
        return node.counters().value(FragcastCounter.BLOCKS_VERIFIED);
    }

    private static long lacking(final SequencerNode node)
    {
        return node.counters().value(FragcastCounter.JOURNAL_HEIGHTS_LACKING);
    }

    private static Schedule schedule()
    {
        return new Schedule(LeaderRig.CHAIN_ID, TestNetwork.MTU, List.of(
            term(1, 1, LAST_MISSED, LeaderRig.LEADER_KEY),
            term(2, LAST_MISSED + 1, LAST_OF_TURN, LeaderRig.OTHER_KEY),
            term(3, LAST_OF_TURN + 1, Long.MAX_VALUE, LeaderRig.LEADER_KEY)));
    }

    private static LeaderTerm term(final int number, final long firstBlock, final long lastBlock, final byte[] key)
    {
        return new LeaderTerm(
            number, firstBlock, lastBlock, LeaderRig.CURVE.publicKey(key), null, List.of(), null);
    }
}
