package io.fragcast.agent;

import io.fragcast.protocol.leader.NextLeaders;
import com.sun.management.ThreadMXBean;
import io.fragcast.FragPublisher;
import io.fragcast.PublishResult;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.edge.ipc.PublishRing;
import io.fragcast.journal.JournalRing;
import io.fragcast.node.JournalTap;
import io.fragcast.protocol.block.BlockConsumer;
import io.fragcast.protocol.block.BlockLaneReceiver;
import io.fragcast.protocol.block.BlockLimits;
import io.fragcast.protocol.block.FragBroadcaster;
import io.fragcast.protocol.block.FrameForwarder;
import io.fragcast.protocol.block.FrameKind;
import io.fragcast.protocol.block.LeaderMemory;
import io.fragcast.protocol.block.MerkleTransactionsRoot;
import io.fragcast.protocol.block.MessageSigner;
import io.fragcast.protocol.block.ReceiverPorts;
import io.fragcast.protocol.block.SlowSink;
import io.fragcast.protocol.block.TestBlock;
import io.fragcast.protocol.block.TestFrame;
import io.fragcast.protocol.block.TransactionsRoot;
import io.fragcast.protocol.leader.LeaderTerm;
import io.fragcast.protocol.leader.Schedule;
import io.fragcast.transport.FrameSource;
import io.fragcast.transport.MemorySink;
import io.fragcast.watch.BlockBoard;
import io.fragcast.watch.LatencyStage;
import io.fragcast.watch.StageLatencies;
import io.fragcast.watch.WatchedConsumer;
import io.fragcast.watch.WatchedForwarder;
import io.fragcast.wire.BlockEventProxy;
import io.fragcast.wire.BlockLaneAdapter;
import io.fragcast.wire.BlockLaneProxy;
import io.fragcast.wire.FrameFanout;
import io.fragcast.wire.LeaderRig;
import io.fragcast.wire.PublishAdapter;
import io.fragcast.wire.PublishSource;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

/**
 * Counts what the hot agents allocate once they are warm: everything of theirs is real but the network, which is
 * memory. A round is some blocks with frags of every form; of many rounds the one with the least garbage counts, for
 * the JVM itself allocates now and then on any thread.
 */
@Timeout(120)
class HotPathAllocationTest
{
    private static final int FRAME_LENGTH = 1_376;
    /** One inline, one of some chunks, one of a header full of hashes, one of pages. */
    private static final int[] BODY_LENGTHS = {800, 32 << 10, 57 * 1_304, 100_000};
    private static final int BLOCKS_PER_ROUND = 4;
    private static final int WARMUP_ROUNDS = 30;
    private static final int ROUNDS = 15;
    private static final int SEND_TIME_OFFSET = 8;
    private static final int RECEIVE_TIME_OFFSET = 16;
    /** The array that JNI hands out for a signature. */
    private static final long SIGNATURE_BYTES = 80;
    /** JNI's own half a byte a verification, in the round with the least of it. */
    private static final double VERIFICATION_BYTES = 0.5;

    private static final BlockLimits LIMITS = BlockLimits.withSlab(32 << 20, 16 << 20);
    private static final MessageHandler DROP = (type, buffer, index, length) -> {};

    private final ThreadMXBean threads = (ThreadMXBean)ManagementFactory.getThreadMXBean();
    private final long threadId = Thread.currentThread().getId();
    private final Random random = new Random(9);
    private final Counters counters = Counters.inMemory();
    private final Schedule schedule = new Schedule(LeaderRig.CHAIN_ID, FRAME_LENGTH + 32, List.of(new LeaderTerm(
        1, 1, Long.MAX_VALUE, LeaderRig.CURVE.publicKey(LeaderRig.LEADER_KEY), null, List.of(), null)));
    private final MessageSigner signer = LeaderRig.CURVE.newSigner(LeaderRig.LEADER_KEY);
    private final JournalRing journal = new JournalRing(4 << 20, counters);
    private final MemorySource source = new MemorySource();
    private final MemorySink[] sinks = {
        MemorySink.overwriting(1, FRAME_LENGTH),
        MemorySink.overwriting(1, FRAME_LENGTH),
        MemorySink.overwriting(1, FRAME_LENGTH)};
    private final FrameFanout fanout =
        new FrameFanout(List.of(sinks), NextLeaders.NONE, SlowSink.SKIP, FRAME_LENGTH, () -> {}, counters);
    private final OneToOneRingBuffer events = BlockEventProxy.newRing(LIMITS, FRAME_LENGTH);
    private final StageLatencies latencies = new StageLatencies(counters);
    private final BlockBoard board = new BlockBoard();
    private long nowNs = 1_000_000;
    private long epochNs = 1_795_235_821_000_000_000L;
    private long nextBlock = 1;

    @Test
    void shouldForwardWithoutGarbage()
    {
        final IngestAgent ingest =
            ingestAgent(watched(fanout, false), watched((delivery) -> true), null);
        final ForwardAgent agent = new ForwardAgent("relay", this::nowNs, ingest, fanout, counters);

        assertNoGarbage(agent, "forward");

        assertEquals(counters.value(FragcastCounter.FRAMES_ACCEPTED) * sinks.length,
            counters.value(FragcastCounter.FRAMES_FORWARDED));
        assertEquals(counters.value(FragcastCounter.FRAMES_ACCEPTED), sinks[0].total());
    }

    /** Whatever comes by a second path costs a look at its header: no signature, no copy of its bytes, no garbage. */
    @Test
    void shouldNeitherCheckNorCopyNorAllocateForADuplicate()
    {
        final ForwardAgent agent = new ForwardAgent(
            "relay",
            this::nowNs,
            ingestAgent(watched(fanout, false), watched((delivery) -> true), null),
            fanout,
            counters);

        long least = Long.MAX_VALUE;
        for (int round = 0; round < WARMUP_ROUNDS + ROUNDS; round++)
        {
            final UnsafeBuffer[] roundFrames = frames();
            source.load(roundFrames);
            allocated(agent, source::isEmpty);
            final long checked = counters.value(FragcastCounter.SIGNATURES_CHECKED);
            final long accepted = counters.value(FragcastCounter.FRAMES_ACCEPTED);
            final long duplicates = counters.value(FragcastCounter.FRAMES_DUPLICATE);

            source.load(roundFrames);
            final long bytes = allocated(agent, source::isEmpty);

            assertEquals(checked, counters.value(FragcastCounter.SIGNATURES_CHECKED));
            assertEquals(accepted, counters.value(FragcastCounter.FRAMES_ACCEPTED));
            // All but the Heartbeats, which are stale.
            assertEquals(
                duplicates + roundFrames.length - BLOCKS_PER_ROUND, counters.value(FragcastCounter.FRAMES_DUPLICATE));
            least = round >= WARMUP_ROUNDS ? Math.min(least, bytes) : least;
        }

        assertEquals(
            counters.value(FragcastCounter.FRAMES_ACCEPTED) * sinks.length,
            counters.value(FragcastCounter.FRAMES_FORWARDED));
        assertEquals(0, least);
    }

    @Test
    void shouldIngestAndDeliverWithoutGarbage()
    {
        final IngestAgent agent = ingestAgent(
            watched(null, false),
            watched(new BlockEventProxy(events, this::epochNs, counters)),
            new MerkleTransactionsRoot());

        assertNoGarbage(agent, "ingest");

        final List<StageLatencies.Reading> readings = latencies.read(nowNs);
        assertEquals(counters.value(FragcastCounter.FRAGS_DELIVERED),
            readings.get(LatencyStage.PUBLISH_DELIVER.ordinal()).total().getTotalCount());
        assertEquals(counters.value(FragcastCounter.FRAGS_DELIVERED),
            readings.get(LatencyStage.RECEIVE_DELIVER.ordinal()).total().getTotalCount());
        assertEquals(counters.value(FragcastCounter.FRAMES_ACCEPTED),
            readings.get(LatencyStage.HOP.ordinal()).total().getTotalCount());
        assertEquals(nextBlock - 1, board.read().number());
        assertEquals(board.read().bytesExpected(), board.read().bytesArrived());

        assertEquals(nextBlock - 1, counters.value(FragcastCounter.BLOCKS_VERIFIED));
    }

    @Test
    void shouldBroadcastWithTheGarbageOfSigningAlone()
    {
        final FragBroadcaster broadcaster = new FragBroadcaster(
            schedule,
            signer,
            new BlockLaneProxy(fanout, watched(null, true), FRAME_LENGTH),
            LIMITS,
            counters,
            new LeaderMemory(
                new UnsafeBuffer(ByteBuffer.allocateDirect(LeaderMemory.LENGTH)), LeaderRig.CHAIN_ID));
        final PublishAdapter adapter = new PublishAdapter(broadcaster, counters);
        final PublishRing ring = new PublishRing(LIMITS, () -> {});
        final BroadcastAgent agent = new BroadcastAgent(
            "sequencer",
            this::nowNs,
            this::epochNs,
            new PublishSource[]{ring},
            adapter,
            broadcaster,
            fanout,
            journal::doWork,
            counters);
        final int[] replies = {0};
        final FragPublisher publisher = ring.publisher((request, block, seq, result) ->
        {
            assertEquals(PublishResult.OK, result);
            replies[0]++;
        });

        long least = Long.MAX_VALUE;
        long signatures = 0;
        for (int round = 0; round < WARMUP_ROUNDS + ROUNDS; round++)
        {
            final int due = replies[0] + publishRound(publisher);
            final long signaturesBefore = signatures();
            long bytes = 0;
            while (replies[0] < due)
            {
                bytes += allocated(agent, broadcaster::isIdle);
                publisher.poll();
            }
            if (round >= WARMUP_ROUNDS && bytes - SIGNATURE_BYTES * (signatures() - signaturesBefore) < least)
            {
                signatures = signatures() - signaturesBefore;
                least = bytes - SIGNATURE_BYTES * signatures;
            }
        }

        System.out.printf("broadcast: %d B a round of %d signatures of %d B each and %d frames%n",
            least + SIGNATURE_BYTES * signatures, signatures, SIGNATURE_BYTES,
            sinks[0].total() / (WARMUP_ROUNDS + ROUNDS));
        assertThat(signatures).isGreaterThanOrEqualTo(BLOCKS_PER_ROUND * (2 + BODY_LENGTHS.length));
        assertThat(least).as("bytes beyond those of signing").isLessThanOrEqualTo(0);
    }

    /** As a node wires it: to the sinks, to the journal, under the eyes of those who watch. */
    private FrameForwarder watched(final @Nullable FrameForwarder sinks, final boolean isPublisher)
    {
        return new WatchedForwarder(
            new JournalTap(journal, this::epochNs, sinks), this::epochNs, latencies, board, isPublisher);
    }

    private BlockConsumer watched(final BlockConsumer consumer)
    {
        return new WatchedConsumer(consumer, this::epochNs, latencies, board);
    }

    private IngestAgent ingestAgent(
        final FrameForwarder forwarder, final BlockConsumer consumer, final @Nullable TransactionsRoot root)
    {
        final BlockLaneReceiver receiver = new BlockLaneReceiver(
            schedule,
            LIMITS,
            new ReceiverPorts(
                LeaderRig.CURVE.newVerifier(),
                forwarder,
                consumer,
                root,
                (first, firstOffset, firstLength, firstDigest, second, secondOffset, secondLength) -> true,
                (sessionId) -> {}),
            counters);

        return new IngestAgent(
            "node",
            this::nowNs,
            new FrameSource[]{source},
            new BlockLaneAdapter(receiver, this::nowNs, counters),
            receiver,
            journal::doWork,
            counters);
    }

    private void assertNoGarbage(final Agent agent, final String name)
    {
        long least = Long.MAX_VALUE;
        long verifications = 0;
        int frames = 0;
        for (int round = 0; round < WARMUP_ROUNDS + ROUNDS; round++)
        {
            final UnsafeBuffer[] roundFrames = frames();
            frames = roundFrames.length;
            source.load(roundFrames);
            final long checkedBefore = counters.value(FragcastCounter.SIGNATURES_CHECKED);
            final long bytes = allocated(agent, source::isEmpty);
            verifications = counters.value(FragcastCounter.SIGNATURES_CHECKED) - checkedBefore;
            if (round >= WARMUP_ROUNDS)
            {
                least = Math.min(least, bytes);
            }
        }

        System.out.printf("%s: %d B a round of %d frames, %d of them verified%n", name, least, frames, verifications);
        assertEquals((long)BLOCKS_PER_ROUND * (3 + BODY_LENGTHS.length), verifications);
        assertEquals(counters.value(FragcastCounter.FRAMES_RECEIVED), counters.value(FragcastCounter.FRAMES_ACCEPTED));
        assertThat(least / (double)verifications).as("bytes a verification").isLessThanOrEqualTo(VERIFICATION_BYTES);
    }

    /** Runs duty cycles, some idle ones at the end, and empties the rings behind the agent. */
    private long allocated(final Agent agent, final BooleanSupplier isDone)
    {
        final long before = threads.getThreadAllocatedBytes(threadId);
        for (int idle = 0; idle < 10; idle += isDone.getAsBoolean() ? 1 : 0)
        {
            doWork(agent);
            journal.buffer().read(DROP);
            events.read(DROP);
        }

        return threads.getThreadAllocatedBytes(threadId) - before;
    }

    private static void doWork(final Agent agent)
    {
        try
        {
            agent.doWork();
        }
        catch (final Exception ex)
        {
            throw new IllegalStateException(ex);
        }
    }

    private UnsafeBuffer[] frames()
    {
        final List<UnsafeBuffer> frames = new ArrayList<>();
        for (int i = 0; i < BLOCKS_PER_ROUND; i++)
        {
            final long number = nextBlock++;
            final TestBlock block = new TestBlock(signer, 1, number, number)
                .parentHash(TestBlock.blockHash(number - 1, number - 1));
            final List<TestFrame> all = new ArrayList<>(List.of(block.env()));
            for (int seq = 0; seq < BODY_LENGTHS.length; seq++)
            {
                all.addAll(block.frag(
                    BODY_LENGTHS.length - 1 == seq,
                    LeaderRig.txsOfBodyLength(random, BODY_LENGTHS[seq], 1_000).toArray(new byte[0][])));
            }
            all.add(block.heartbeat(number, FrameKind.FRAG, BODY_LENGTHS.length - 1));
            all.add(block.seal());
            all.forEach((frame) -> frames.add(stamped(frame.buffer())));
        }

        return frames.toArray(new UnsafeBuffer[0]);
    }

    /** As the transport stamps a datagram on its way. */
    private UnsafeBuffer stamped(final UnsafeBuffer frame)
    {
        frame.putLong(SEND_TIME_OFFSET, epochNs - 50_000, ByteOrder.LITTLE_ENDIAN);
        frame.putLong(RECEIVE_TIME_OFFSET, epochNs - 20_000, ByteOrder.LITTLE_ENDIAN);

        return frame;
    }

    /** Queues a round of requests; answers how many. */
    private int publishRound(final FragPublisher publisher)
    {
        for (int i = 0; i < BLOCKS_PER_ROUND; i++)
        {
            final long number = nextBlock++;
            final List<byte[]> all = new ArrayList<>();
            assertEquals(PublishResult.OK, publisher.env(LeaderRig.env(number, LeaderRig.hash(number - 1))));
            for (int seq = 0; seq < BODY_LENGTHS.length; seq++)
            {
                final List<byte[]> txs = LeaderRig.txsOfBodyLength(random, BODY_LENGTHS[seq], 1_000);
                all.addAll(txs);
                assertEquals(
                    PublishResult.OK, publisher.frag(number, seq, BODY_LENGTHS.length - 1 == seq, txs));
            }
            assertEquals(PublishResult.OK, publisher.seal(
                LeaderRig.seal(number, LeaderRig.hash(number - 1), BODY_LENGTHS.length, all)));
        }

        return BLOCKS_PER_ROUND * (2 + BODY_LENGTHS.length);
    }

    private long signatures()
    {
        return counters.value(FragcastCounter.PUBLISHED_ENVS) + counters.value(FragcastCounter.PUBLISHED_FRAGS) +
            counters.value(FragcastCounter.PUBLISHED_SEALS) + counters.value(FragcastCounter.PUBLISHED_HEARTBEATS);
    }

    private long nowNs()
    {
        nowNs += 1_000;

        return nowNs;
    }

    private long epochNs()
    {
        epochNs += 1_000;

        return epochNs;
    }
}
