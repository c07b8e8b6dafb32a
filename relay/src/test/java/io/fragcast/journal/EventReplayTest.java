package io.fragcast.journal;

import io.fragcast.agent.JournalAgent;
import io.fragcast.codecs.JournalKind;
import io.fragcast.codecs.SignalKind;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.journal.chronicle.ChronicleJournal;
import io.fragcast.node.JournalTap;
import io.fragcast.protocol.block.BlockLaneReceiver;
import io.fragcast.protocol.block.BlockLimits;
import io.fragcast.protocol.block.MerkleTransactionsRoot;
import io.fragcast.protocol.block.ReceiverPorts;
import io.fragcast.protocol.block.RecordingSignals;
import io.fragcast.protocol.block.TestBlock;
import io.fragcast.protocol.block.TestFrame;
import io.fragcast.protocol.block.TestReceiver;
import io.fragcast.protocol.block.TestSigner;
import io.fragcast.wire.BlockEventProxy;
import io.fragcast.wire.BlockLaneAdapter;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a node delivered live, and what it signalled, is what its journal alone tells, byte for byte: received, forked,
 * given up, mismatched, missed, with a hole that was filled later.
 */
class EventReplayTest
{
    private static final byte[] TX = {2, 1, 2, 3};
    private static final int FRAME_LENGTH = TestBlock.PAYLOAD_LENGTH;
    private static final int SESSION = 7;

    @TempDir
    private Path dir;

    private final TestSigner leader = new TestSigner(1);
    private final Counters counters = Counters.inMemory();
    private final RecordingSignals signals = new RecordingSignals();
    private final List<byte[]> delivered = new ArrayList<>();
    private final List<String> lost = new ArrayList<>();
    private Node node = new Node();
    private long epochNs = 1_795_235_821_000_000_000L;

    /** One life of a node over the journal of the test. */
    private final class Node
    {
        private final OneToOneRingBuffer events =
            BlockEventProxy.newRing(BlockLimits.withSlab(16 << 20, 12 << 20), FRAME_LENGTH);
        private final JournalRing ring = new JournalRing(JournalConfig.MIN_RING_LENGTH, counters);
        private final JournalTap tap = new JournalTap(ring, () -> epochNs++, null);
        private final BlockLaneReceiver receiver;
        private final BlockLaneAdapter adapter;
        private JournalAgent agent;
        private long nowNs = 1_000_000_000L;

        private Node()
        {
            ring.onStarted(TestBlock.CHAIN_ID, epochNs++);
            final BlockEventProxy proxy = new BlockEventProxy(events, () -> epochNs++, counters);
            receiver = new BlockLaneReceiver(
                TestReceiver.schedule(TestReceiver.term(1, 0, Long.MAX_VALUE, leader, null)),
                BlockLimits.withSlab(16 << 20, 12 << 20),
                new ReceiverPorts(
                    TestSigner.verifier(),
                    tap,
                    proxy,
                    new MerkleTransactionsRoot(),
                    (first, firstOffset, firstLength, digest, second, secondOffset, secondLength) -> true,
                    (sessionId) ->
                    {
                        throw new AssertionError("session " + sessionId + " is honest");
                    }),
                counters);
            final JournalSignals journaled =
                new JournalSignals(ring, TestBlock.CHAIN_ID, () -> epochNs++, proxy::deliverTimeNs);
            receiver.signals((signal, leaderTerm, blockNumber, incarnation, seq, reason, missing, hash) ->
            {
                signals.onSignal(signal, leaderTerm, blockNumber, incarnation, seq, reason, missing, hash);
                journaled.onSignal(signal, leaderTerm, blockNumber, incarnation, seq, reason, missing, hash);
            });
            receiver.lanes(tap::lane);
            adapter = new BlockLaneAdapter(receiver, () -> nowNs, counters);
        }

        private void offer(final TestFrame frame)
        {
            // Sent through one relay, as its first byte behind the stamps says.
            frame.buffer().putByte(24, (byte)1);
            assertThat(adapter.onFrame(frame.buffer(), 0, frame.buffer().capacity(), SESSION)).isTrue();
            takeEvents();
        }

        private void offerAll(final List<TestFrame> frames)
        {
            frames.forEach(this::offer);
        }

        private void pass(final long ns)
        {
            nowNs += ns;
            receiver.doWork(nowNs);
            takeEvents();
        }

        private void takeEvents()
        {
            events.read((type, buffer, offset, length) -> delivered.add(copy(buffer, offset, length)));
        }

        /** The journal's thread has its turn. */
        private void journal()
        {
            if (null == agent)
            {
                agent = new JournalAgent(
                    new JournalRing[]{ring},
                    ChronicleJournal.open(JournalConfig.small(dir, JournalConfig.MIN_RING_LENGTH)),
                    new DiskGuard(() -> Long.MAX_VALUE, 0),
                    () -> 0,
                    counters);
            }
            while (0 < agent.doWork())
            {
                ring.doWork();
            }
        }

        private void close()
        {
            if (null != agent)
            {
                agent.onClose();
                agent = null;
            }
        }
    }

    @AfterEach
    void closeNode()
    {
        node.close();
    }

    @Test
    void shouldReplayWhatWasReceived()
    {
        final TestBlock block = new TestBlock(leader, 1, 10, 1_000);
        final List<TestFrame> frames = new ArrayList<>(List.of(block.env()));
        frames.addAll(block.frag(false, TX));
        frames.addAll(block.frag(false, TestBlock.bodyOfLength(100_000), 1));
        frames.addAll(block.frag(true, TestBlock.bodyOfLength(3_000), 1));
        frames.add(block.seal());
        node.offerAll(frames);

        assertReplayed(List.of(
            "ENV_OPENED@10#0",
            "FRAG_VERIFIED@10#0", "FRAG_DELIVERED@10#0",
            "FRAG_VERIFIED@10#1", "FRAG_DELIVERED@10#1",
            "FRAG_VERIFIED@10#2", "FRAG_DELIVERED@10#2", "LAST_FRAG@10#2",
            "SEALED@10#3", "VERIFIED@10#3"));
    }

    @Test
    void shouldReplayAFork()
    {
        final TestBlock first = new TestBlock(leader, 1, 10, 1_000);
        node.offer(first.env());
        node.offerAll(first.frag(false, TX));
        final TestBlock second = new TestBlock(leader, 1, 10, 2_000);
        node.offer(second.env());
        node.offerAll(second.frag(false, TX));
        node.offer(second.abort());
        final TestBlock third = new TestBlock(leader, 1, 10, 3_000);
        node.offer(third.env());
        node.offerAll(third.frag(true, TX));
        node.offer(third.seal(1, new byte[32]));

        assertReplayed(List.of(
            "ENV_OPENED@10#0", "FRAG_VERIFIED@10#0", "FRAG_DELIVERED@10#0", "SUPERSEDED@10#1",
            "ENV_OPENED@10#0", "FRAG_VERIFIED@10#0", "FRAG_DELIVERED@10#0", "ABORTED@10#1 reason 2",
            "ENV_OPENED@10#0", "FRAG_VERIFIED@10#0", "FRAG_DELIVERED@10#0", "LAST_FRAG@10#0", "SEALED@10#1",
            "MISMATCHED@10#1 reason 2"));
    }

    @Test
    void shouldReplayWhatWasMissed()
    {
        final TestBlock first = new TestBlock(leader, 1, 10, 1_000);
        node.offer(first.env());
        node.offerAll(first.frag(true, TX));
        node.offer(first.seal());
        final TestBlock later = new TestBlock(leader, 1, 13, 2_000);
        node.offer(later.env());
        node.pass(2_000_000_000L);
        node.pass(2_000_000_000L);

        assertReplayed(List.of(
            "ENV_OPENED@10#0", "FRAG_VERIFIED@10#0", "FRAG_DELIVERED@10#0", "LAST_FRAG@10#0", "SEALED@10#1",
            "VERIFIED@10#1", "MISSED@13#0 missing 2", "ENV_OPENED@13#0"));
    }

    @Test
    void shouldFindBehindAnEventWhatFilledAHole()
    {
        final TestBlock block = new TestBlock(leader, 1, 10, 1_000);
        final TestFrame env = block.env();
        final List<TestFrame> large = block.frag(false, TestBlock.bodyOfLength(2_000_000), 20);
        final List<TestFrame> last = block.frag(true, TX);
        final TestFrame seal = block.seal();
        node.offer(env);
        node.offerAll(large);
        node.offerAll(last);
        node.offer(seal);
        assertThat(counters.value(FragcastCounter.JOURNAL_FRAMES_LOST)).isPositive();
        assertThat(counters.value(FragcastCounter.JOURNAL_EVENTS_LOST)).isZero();
        node.journal();
        node.ring.doWork();
        node.journal();
        assertThat(replay()).hasSizeLessThan(delivered.size());
        assertThat(lost).anyMatch((what) -> what.startsWith("FRAG_DELIVERED of 10/1000/1 seq 0"));

        node.tap.lane(2);
        for (final List<TestFrame> frames : List.of(List.of(env), large, last, List.of(seal)))
        {
            for (final TestFrame frame : frames)
            {
                frame.buffer().putByte(24, (byte)1);
                node.tap.onAccepted(frame.buffer(), 0, frame.buffer().capacity(), SESSION);
                node.journal();
            }
        }

        assertThat(replay()).usingElementComparator(Arrays::compare).isEqualTo(delivered);
        assertThat(lost).isEmpty();
    }

    @Test
    void shouldReplayWhatEachProcessTookWhereTheLeaderSignedTwoMessages()
    {
        final TestBlock first = new TestBlock(leader, 1, 10, 1_000);
        node.offer(first.env());
        node.offerAll(first.frag(false, TestBlock.bodyOfLength(3_000), 1));
        node.offer(first.seal(1, new byte[32]));
        node.journal();
        node.close();

        node = new Node();
        final TestBlock second = new TestBlock(leader, 1, 10, 1_000).parentHash(TestBlock.blockHash(9, 2));
        node.offer(second.env());
        node.offerAll(second.frag(false, TX));
        node.offerAll(second.frag(true, TestBlock.bodyOfLength(2_000), 1));
        node.offer(second.seal());

        assertReplayed(List.of(
            "ENV_OPENED@10#0", "FRAG_VERIFIED@10#0", "FRAG_DELIVERED@10#0", "SEALED@10#1", "MISMATCHED@10#1 reason 1",
            "ENV_OPENED@10#0", "FRAG_VERIFIED@10#0", "FRAG_DELIVERED@10#0",
            "FRAG_VERIFIED@10#1", "FRAG_DELIVERED@10#1", "LAST_FRAG@10#1", "SEALED@10#2", "VERIFIED@10#2"));
    }

    private void assertReplayed(final List<String> golden)
    {
        assertThat(signals.words).isEqualTo(golden);
        node.journal();

        assertThat(replay()).usingElementComparator(Arrays::compare).isEqualTo(delivered);
        assertThat(lost).isEmpty();
        assertThat(journaledSignals()).isEqualTo(golden);
    }

    private List<byte[]> replay()
    {
        final List<byte[]> replayed = new ArrayList<>();
        lost.clear();
        try (ChronicleJournal journal = ChronicleJournal.openReadOnly(dir))
        {
            final long count = new EventReplay(journal, new EventReplay.Consumer()
            {
                @Override
                public boolean onEvent(
                    final DirectBuffer buffer, final int offset, final int length, final long deliverTimeNs)
                {
                    return replayed.add(copy(buffer, offset, length));
                }

                @Override
                public void onLost(final String what)
                {
                    lost.add(what);
                }
            }).run();
            assertThat(count).isEqualTo(replayed.size());
        }

        return replayed;
    }

    private List<String> journaledSignals()
    {
        final List<String> words = new ArrayList<>();
        final RecordView record = new RecordView();
        final SignalView signal = new SignalView();
        try (ChronicleJournal journal = ChronicleJournal.openReadOnly(dir))
        {
            journal.replay(Journal.START, (index, buffer, offset, length) ->
            {
                assertThat(record.tryWrap(buffer, offset, length)).isTrue();
                if (JournalKind.EVENT == record.kind())
                {
                    assertThat(signal.tryWrap(buffer, record)).isTrue();
                    if (SignalKind.STARTED != signal.kind())
                    {
                        words.add(RecordingSignals.word(
                            signal.kind().name(),
                            signal.blockNumber(),
                            signal.seq(),
                            signal.reason(),
                            signal.missing()));
                    }
                }

                return true;
            });
        }

        return words;
    }

    private static byte[] copy(final DirectBuffer buffer, final int offset, final int length)
    {
        final byte[] bytes = new byte[length];
        buffer.getBytes(offset, bytes);

        return bytes;
    }
}
