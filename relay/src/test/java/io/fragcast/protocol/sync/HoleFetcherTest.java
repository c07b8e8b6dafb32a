package io.fragcast.protocol.sync;

import io.fragcast.agent.CatchUpRing;
import io.fragcast.agent.HoleFeed;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.journal.JournalConfig;
import io.fragcast.journal.JournalRing;
import io.fragcast.journal.OpenHoles;
import io.fragcast.journal.RecordView;
import io.fragcast.protocol.block.BlockLimits;
import io.fragcast.protocol.block.FrameKind;
import io.fragcast.protocol.block.FrameLane;
import io.fragcast.protocol.block.TestBlock;
import io.fragcast.protocol.block.TestFrame;
import io.fragcast.protocol.block.TestReceiver;
import io.fragcast.protocol.block.TestSigner;
import io.fragcast.protocol.repair.FrameArchive;
import io.fragcast.protocol.repair.FrameName;
import io.fragcast.protocol.repair.HeldFrames;
import io.fragcast.protocol.repair.HeldItems;
import io.fragcast.protocol.repair.RecentFrames;
import io.fragcast.transport.FrameLink;
import io.fragcast.wire.BulkAdapter;
import io.fragcast.wire.BulkAnswerAdapter;
import io.fragcast.wire.BulkProxy;
import io.fragcast.wire.ChunkProxy;
import io.fragcast.wire.FrameNames;
import org.agrona.DirectBuffer;
import org.agrona.collections.MutableLong;
import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Goal: what a journal lacks comes from whoever has it, checked, and nothing else is written. Method: two holders, and
 * a node with a hole of four heights, in virtual time: the product's machines, adapters and proxies on both sides.
 */
class HoleFetcherTest
{
    private static final long MS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long FIRST = 1_000;
    private static final long FROM = FIRST + 2;
    private static final long TO = FIRST + 5;
    private static final long LAST = FIRST + 7;
    /** Of one height more than a chunk holds. */
    private static final int LONG_BODY = 700_000;
    private static final int TX_LENGTH = 20_000;

    private final MutableLong nowNs = new MutableLong(1);
    private final Counters counters = Counters.inMemory();
    private final TestSigner leader = new TestSigner(1);
    private final JournalRing ring =
        new JournalRing(JournalConfig.MIN_RING_LENGTH, counters.get(FragcastCounter.JOURNAL_FRAMES_LOST));
    private final List<Holder> holders = List.of(new Holder(), new Holder());
    private final FrameLink[] links = holders.stream().map((holder) -> holder.pipe[0]).toArray(FrameLink[]::new);
    private final MutableLong ids = new MutableLong(500);
    private final BulkProxy requests = new BulkProxy(links, TestBlock.CHAIN_ID);
    private final HoleFetcher fetcher = new HoleFetcher(
        TestBlock.CHAIN_ID,
        requests,
        new HoleFeed(
            TestReceiver.schedule(TestReceiver.term(1, 0, Long.MAX_VALUE, leader, null)),
            BlockLimits.withSlab(32 << 20, 16 << 20),
            TestSigner::verifier,
            ring,
            nowNs::get,
            nowNs::get),
        new FrameNames()::tryName,
        ids::incrementAndGet,
        counters);
    private final CatchUp catchUp = new CatchUp(
        TestBlock.CHAIN_ID, requests, new CatchUpRing(), new FrameNames()::tryName, 64, 1_024,
        1 << 24, ids::incrementAndGet, counters);
    private final BulkAnswerAdapter[] answers = {answers(0), answers(1)};
    private final OpenHoles holes = new OpenHoles();
    private final RecordView record = new RecordView();
    private final FrameName name = new FrameName();
    private final Set<ByteBuffer> written = new HashSet<>();
    private final Set<ByteBuffer> honest = new HashSet<>();
    private long[] lacking = {};
    private boolean isAllowed = true;

    /** Somebody who serves. */
    private final class Holder
    {
        private final PipeLink[] pipe = PipeLink.pair(nowNs::get, MS / 2);
        private final RecentFrames memory = new RecentFrames(8 * RecentFrames.MIN_LENGTH, Counters.inMemory());
        private final Counters counters = Counters.inMemory();
        private final SpoiltItems held = new SpoiltItems(new HeldFrames(memory, FrameArchive.NONE));
        private final StreamSeeder seeder;
        private final BulkAdapter adapter;

        private Holder()
        {
            seeder = new StreamSeeder(
                TestBlock.CHAIN_ID,
                1,
                new HeldItems[]{held, null, null, null},
                new FrameNames()::tryName,
                new ChunkProxy(new FrameLink[]{pipe[1]}, TestBlock.CHAIN_ID, TestBlock.PAYLOAD_LENGTH),
                SeederLimits.DEFAULT,
                new MutableLong(9)::incrementAndGet,
                counters);
            adapter = new BulkAdapter(0, seeder, TestBlock.CHAIN_ID, counters);
        }

        private void hold(final Predicate<TestFrame> isHeld)
        {
            for (long number = FIRST; number <= LAST; number++)
            {
                for (final TestFrame frame : frames(number))
                {
                    if (isHeld.test(frame))
                    {
                        memory.onFrame(named(frame), frame.buffer(), 0, frame.buffer().capacity());
                    }
                }
            }
        }

        private long opened()
        {
            return counters.value(FragcastCounter.STREAMS_OPENED);
        }
    }

    @Test
    void shouldFillWhatOneHolderHas()
    {
        holders.forEach((holder) -> holder.hold((frame) -> true));
        lack();
        pass(500);

        assertThat(holes.lacking()).isEmpty();
        assertThat(holes.count()).isEqualTo(TO - FROM + 1);
        assertThat(honest).containsAll(written);
        assertThat(holders.get(0).opened()).isEqualTo(TO - FROM + 1);
        assertThat(holders.get(1).opened()).as("nobody asks twice for what is whole").isZero();
        assertThat(counters.value(FragcastCounter.HOLE_FRAMES_FETCHED)).isEqualTo(written.size());
        assertThat(counters.value(FragcastCounter.JOURNAL_FRAMES_LOST)).isZero();
        assertThat(counters.value(FragcastCounter.CATCH_UP_BLOCKS)).isZero();
    }

    @Test
    void shouldAskTheNextWhereOneLacksSomething()
    {
        holders.get(0).hold((frame) -> FROM != named(frame).blockNumber &&
            !(FROM + 1 == name.blockNumber && FrameKind.FRAG_CHUNK == frame.kind() && 3 == name.index));
        holders.get(1).hold((frame) -> true);
        lack();
        pass(500);

        assertThat(holes.lacking()).isEmpty();
        assertThat(honest).containsAll(written);
        assertThat(holders.get(1).opened()).isEqualTo(2);
        assertThat(counters.value(FragcastCounter.HOLE_FETCHES_BROKEN)).isZero();
    }

    @Test
    void shouldWriteNothingThatDoesNotHold()
    {
        holders.forEach((holder) -> holder.hold((frame) -> true));
        holders.get(0).held.isForging = true;
        lack();
        pass(500);

        assertThat(holes.lacking()).isEmpty();
        assertThat(honest).containsAll(written);
        assertThat(counters.value(FragcastCounter.HOLE_FETCHES_BROKEN)).isEqualTo(1);
        assertThat(holders.get(0).opened()).isEqualTo(1);
        assertThat(holders.get(1).opened()).isEqualTo(TO - FROM + 1);
    }

    @Test
    void shouldLeaveTheHoldersToWhoIsBehindAndGoOnAfterwards()
    {
        holders.get(0).hold((frame) -> true);
        isAllowed = false;
        lack();
        pass(500);
        assertThat(holders.get(0).opened()).isZero();

        isAllowed = true;
        while (written.isEmpty())
        {
            pass(1);
        }
        isAllowed = false;
        pass(500);
        assertThat(holes.lacking()).isNotEmpty();
        isAllowed = true;
        pass(500);
        assertThat(holes.lacking()).isEmpty();
    }

    /** Nobody has them; then somebody does. */
    @Test
    void shouldAskEverMoreSeldom()
    {
        holders.get(0).hold((frame) -> FROM > named(frame).blockNumber || name.blockNumber > TO);
        lack();
        pass(TimeUnit.MINUTES.toMillis(5));
        assertThat(holes.lacking()).hasSize((int)(TO - FROM + 1));
        assertThat(holders.get(0).opened()).as("after 0, 5, 15, 35, 75, 155 s").isEqualTo(6 * (TO - FROM + 1));
        assertThat(fetcher.isBusy(nowNs.get())).isFalse();

        holders.get(0).hold((frame) -> true);
        pass(TimeUnit.MINUTES.toMillis(3));
        assertThat(holes.lacking()).isEmpty();
        pass(TimeUnit.NANOSECONDS.toMillis(HoleFetcher.MAX_PAUSE_NS));
        assertThat(holders.get(0).opened()).isEqualTo(7 * (TO - FROM + 1));
    }

    private BulkAnswerAdapter answers(final int holder)
    {
        final BulkAnswerAdapter adapter =
            new BulkAnswerAdapter(holder, catchUp, null, nowNs::get, TestBlock.CHAIN_ID, counters);
        adapter.holes(fetcher);

        return adapter;
    }

    private List<TestFrame> frames(final long number)
    {
        final TestBlock block =
            new TestBlock(leader, 1, number, 1).parentHash(TestBlock.blockHash(number - 1, 1));
        final List<TestFrame> frames = new ArrayList<>(List.of(block.env()));
        final byte[][] txs = new byte[TO - 1 == number ? LONG_BODY / TX_LENGTH : 1][TX_LENGTH];
        frames.addAll(block.frag(false, txs));
        frames.addAll(block.frag(true, TestBlock.bodyOfLength(500), 1));
        frames.add(block.seal());

        return frames;
    }

    private FrameName named(final TestFrame frame)
    {
        assertThat(new FrameNames().tryName(frame.buffer(), 0, frame.buffer().capacity(), name)).isTrue();

        return name;
    }

    /** The journal has a hole of four heights. */
    private void lack()
    {
        for (long number = FROM; number <= TO; number++)
        {
            frames(number).forEach((frame) -> honest.add(bytes(frame.buffer(), 0, frame.buffer().capacity())));
        }
        holes.onHole(FROM);
        holes.onFrame(named(frames(TO).get(0)));
        lacking = holes.lacking();
        assertThat(lacking).hasSize((int)(TO - FROM + 1));
    }

    private void pass(final long ms)
    {
        for (long i = 0; i < ms; i++)
        {
            nowNs.addAndGet(MS);
            for (int h = 0; h < links.length; h++)
            {
                holders.get(h).pipe[1].poll(holders.get(h).adapter, 8);
                holders.get(h).seeder.doWork(nowNs.get());
                links[h].source().poll(answers[h], 128);
            }
            if (lacking.length != holes.lackingCount())
            {
                lacking = holes.lacking();
            }
            fetcher.onLacking(lacking);
            fetcher.doWork(isAllowed, nowNs.get());
            ring.buffer().read((type, buffer, offset, length) -> onRecord(buffer, offset, length));
        }
    }

    private void onRecord(final DirectBuffer buffer, final int offset, final int length)
    {
        assertThat(record.tryWrap(buffer, offset, length)).isTrue();
        assertThat(record.lane()).isEqualTo(FrameLane.REPAIR.offset());
        assertThat(new FrameNames().tryName(buffer, record.frameOffset(), record.frameLength(), name)).isTrue();
        assertThat(written.add(bytes(buffer, record.frameOffset(), record.frameLength()))).as("once").isTrue();
        holes.onFrame(name);
    }

    private static ByteBuffer bytes(final DirectBuffer buffer, final int offset, final int length)
    {
        final byte[] bytes = new byte[length];
        buffer.getBytes(offset, bytes);

        return ByteBuffer.wrap(bytes);
    }
}
