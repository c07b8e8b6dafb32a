package io.fragcast.agent;

import io.fragcast.codecs.JournalKind;
import io.fragcast.codecs.JournalRecordDecoder;
import io.fragcast.codecs.MessageHeaderDecoder;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.journal.DiskGuard;
import io.fragcast.journal.Journal;
import io.fragcast.journal.JournalConfig;
import io.fragcast.journal.JournalRing;
import io.fragcast.journal.RecordConsumer;
import io.fragcast.journal.chronicle.ChronicleJournal;
import io.fragcast.node.JournalTap;
import io.fragcast.protocol.block.BlockLaneReceiver;
import io.fragcast.protocol.block.BlockLimits;
import io.fragcast.protocol.block.MessageSigner;
import io.fragcast.protocol.block.ReceiverPorts;
import io.fragcast.protocol.block.SlowSink;
import io.fragcast.protocol.block.TestBlock;
import io.fragcast.protocol.leader.LeaderTerm;
import io.fragcast.protocol.leader.NextLeaders;
import io.fragcast.protocol.leader.Schedule;
import io.fragcast.transport.FrameSource;
import io.fragcast.transport.MemorySink;
import io.fragcast.wire.BlockLaneAdapter;
import io.fragcast.wire.FrameFanout;
import io.fragcast.wire.LeaderRig;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.AgentRunner;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.SystemEpochNanoClock;
import org.agrona.concurrent.SystemNanoClock;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * A relay whose journal thread hangs in an append for seconds: it relays every frame that comes meanwhile to every
 * sink at once, counts what its journal could not take, and the journal says so with a HOLE in its place.
 */
class StalledJournalSystemTest
{
    private static final int FRAME_LENGTH = 1_376;
    private static final int RING_LENGTH = 4 << 20;
    /** Two seconds, or with -Pslow a minute. */
    private static final long STALL_NS = TimeUnit.SECONDS.toNanos(Boolean.getBoolean("fragcast.slow") ? 60 : 2);
    /** 60 KB a block: some 6 MB in the stall, half as much again as the ring holds. */
    private static final long BLOCK_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final int FRAGS_PER_BLOCK = 3;
    private static final int BODY_LENGTH = 20_000;
    private static final long DEADLINE_NS = STALL_NS + TimeUnit.SECONDS.toNanos(30);

    @TempDir
    Path dir;

    private final Counters counters = Counters.inMemory();
    private final MessageSigner signer = LeaderRig.CURVE.newSigner(LeaderRig.LEADER_KEY);
    private final MemorySource source = new MemorySource();
    private final MemorySink[] sinks = {
        MemorySink.overwriting(1, FRAME_LENGTH), MemorySink.overwriting(1, FRAME_LENGTH)};
    private final JournalRing ring = new JournalRing(RING_LENGTH, counters);
    private final ForwardAgent relay = relay();
    private final CountDownLatch stall = new CountDownLatch(1);
    private final List<Throwable> errors = Collections.synchronizedList(new ArrayList<>());
    private long nextBlock = 1;
    private long offered;

    @Test
    @Timeout(150)
    void shouldRelayOnAndJournalAHole()
    {
        final JournalConfig config = JournalConfig.small(dir, RING_LENGTH);
        final JournalAgent agent = new JournalAgent(
            new JournalRing[]{ring},
            new StalledJournal(ChronicleJournal.open(config)),
            DiskGuard.of(config),
            SystemNanoClock.INSTANCE,
            counters);
        try (AgentRunner journalThread = new AgentRunner(
            new BackoffIdleStrategy(1, 1, 1_000, 1_000_000), errors::add, null, agent))
        {
            AgentRunner.startOnThread(journalThread);
            final long startNs = System.nanoTime();
            while (System.nanoTime() - startNs < STALL_NS ||
                0 == counters.value(FragcastCounter.JOURNAL_FRAMES_LOST))
            {
                relayBlock();
                assertTrue(System.nanoTime() - startNs < DEADLINE_NS, "the ring fills");
                LockSupport.parkNanos(BLOCK_INTERVAL_NS);
            }
            assertEquals(0, counters.value(FragcastCounter.JOURNAL_FRAMES), "the journal hangs");

            stall.countDown();
            final long resumedNs = System.nanoTime();
            while (offered > counters.value(FragcastCounter.JOURNAL_FRAMES) +
                counters.value(FragcastCounter.JOURNAL_FRAMES_LOST))
            {
                relayBlock();
                while (0 != ring.buffer().size() && System.nanoTime() - resumedNs < DEADLINE_NS)
                {
                    relay.doWork();
                }
                assertTrue(System.nanoTime() - resumedNs < DEADLINE_NS, "the journal catches up");
            }
        }

        final long lost = counters.value(FragcastCounter.JOURNAL_FRAMES_LOST);
        assertEquals(1, counters.value(FragcastCounter.JOURNAL_HOLES));
        assertThat(journaled()).containsExactly(offered - lost, lost);
        assertEquals(List.of(), errors);
        System.out.printf(
            "journal stalled: %d frames relayed, %d of them in the journal's hole%n", offered, lost);
    }

    /** Every frame of a block is taken by the relay in a few cycles, and is with every sink when they end. */
    private void relayBlock()
    {
        final long number = nextBlock++;
        final TestBlock block =
            new TestBlock(signer, 1, number, number).parentHash(TestBlock.blockHash(number - 1, number - 1));
        final UnsafeBuffer[] frames = block.frames(FRAGS_PER_BLOCK, 1, BODY_LENGTH).stream()
            .map((frame) -> frame.buffer())
            .toArray(UnsafeBuffer[]::new);
        source.load(frames);
        offered += frames.length;
        for (int cycle = 0; cycle < frames.length && !source.isEmpty(); cycle++)
        {
            relay.doWork();
        }

        for (final MemorySink sink : sinks)
        {
            assertEquals(offered, sink.total());
        }
        for (final FragcastCounter pressure : List.of(
            FragcastCounter.SINK_WAITED,
            FragcastCounter.SINK_SKIPPED_WINDOW,
            FragcastCounter.DELIVERY_BACK_PRESSURED,
            FragcastCounter.EDGE_BACK_PRESSURED))
        {
            assertEquals(0, counters.value(pressure), pressure.label());
        }
    }

    /** Frames in the journal, and frames that its holes stand for. */
    private List<Long> journaled()
    {
        final MessageHeaderDecoder header = new MessageHeaderDecoder();
        final JournalRecordDecoder decoder = new JournalRecordDecoder();
        final long[] counts = new long[2];
        try (ChronicleJournal journal = ChronicleJournal.openReadOnly(dir))
        {
            journal.replay(Journal.START, (index, buffer, offset, length) ->
            {
                decoder.wrapAndApplyHeader(buffer, offset, header);
                decoder.receiveTimeNs();
                decoder.sourceId();
                decoder.lane();
                final boolean isHole = JournalKind.HOLE == decoder.kind();
                final long count = decoder.count();
                counts[isHole ? 1 : 0] += isHole ? count : 1;
                return true;
            });
        }

        return List.of(counts[0], counts[1]);
    }

    private ForwardAgent relay()
    {
        final FrameFanout fanout =
            new FrameFanout(List.of(sinks), NextLeaders.NONE, SlowSink.WAIT, FRAME_LENGTH, () -> {}, counters);
        final BlockLaneReceiver receiver = new BlockLaneReceiver(
            new Schedule(LeaderRig.CHAIN_ID, FRAME_LENGTH + 32, List.of(new LeaderTerm(
                1, 1, Long.MAX_VALUE, signer.publicKey(), null, List.of(), null))),
            BlockLimits.withSlab(32 << 20, 16 << 20),
            new ReceiverPorts(
                LeaderRig.CURVE.newVerifier(),
                new JournalTap(ring, SystemEpochNanoClock.INSTANCE, fanout),
                (delivery) -> true,
                null,
                (first, firstOffset, firstLength, firstDigest, second, secondOffset, secondLength) -> true,
                (sessionId) -> {}),
            counters);
        final IngestAgent ingest = new IngestAgent(
            "relay",
            SystemNanoClock.INSTANCE,
            new FrameSource[]{source},
            new BlockLaneAdapter(receiver, SystemNanoClock.INSTANCE, counters),
            receiver,
            ring::doWork,
            counters);

        return new ForwardAgent("relay", SystemNanoClock.INSTANCE, ingest, fanout, counters);
    }

    /** Hangs in the first append until it is let go. */
    private final class StalledJournal implements Journal
    {
        private final Journal journal;

        StalledJournal(final Journal journal)
        {
            this.journal = journal;
        }

        @Override
        public long append(final DirectBuffer buffer, final int offset, final int length)
        {
            try
            {
                if (!stall.await(DEADLINE_NS, TimeUnit.NANOSECONDS))
                {
                    throw new IllegalStateException("never let go");
                }
            }
            catch (final InterruptedException ex)
            {
                throw new IllegalStateException(ex);
            }

            return journal.append(buffer, offset, length);
        }

        @Override
        public long replay(final long fromIndex, final RecordConsumer consumer)
        {
            return journal.replay(fromIndex, consumer);
        }

        @Override
        public void close()
        {
            journal.close();
        }
    }
}
