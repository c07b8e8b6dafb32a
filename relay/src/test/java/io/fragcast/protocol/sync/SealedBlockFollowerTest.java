package io.fragcast.protocol.sync;

import io.fragcast.agent.CatchUpRing;
import io.fragcast.codecs.MessageHeaderEncoder;
import io.fragcast.codecs.SealedBlockEncoder;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.block.SealedBlock;
import io.fragcast.protocol.block.TestBlock;
import io.fragcast.protocol.repair.FrameArchive;
import io.fragcast.protocol.repair.HeldFrames;
import io.fragcast.protocol.repair.HeldItems;
import io.fragcast.protocol.repair.RecentFrames;
import io.fragcast.transport.FrameLink;
import io.fragcast.wire.BulkAdapter;
import io.fragcast.wire.BulkAnswerAdapter;
import io.fragcast.wire.BulkProxy;
import io.fragcast.wire.ChunkProxy;
import io.fragcast.wire.FrameNames;
import io.fragcast.wire.ItemNames;
import org.agrona.DirectBuffer;
import org.agrona.collections.MutableLong;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two holders that serve sealed blocks and a node that follows them, in virtual time: the product's machines, adapters
 * and proxies on both sides; what a message says is read, whether it is signed is told.
 */
class SealedBlockFollowerTest
{
    private static final long MS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final int WINDOW = SealedBlockFollower.WINDOW_BLOCKS;

    private final MutableLong nowNs = new MutableLong(1);
    private final Counters counters = Counters.inMemory();
    private final List<Holder> holders = List.of(new Holder(0), new Holder(1));
    private final List<Long> taken = new ArrayList<>();
    private final MutableLong ids = new MutableLong(500);
    private final FrameLink[] links = holders.stream().map((holder) -> holder.pipe[0]).toArray(FrameLink[]::new);
    private final BulkProxy requests = new BulkProxy(links, TestBlock.CHAIN_ID);
    private final SealedBlockFollower follower = new SealedBlockFollower(
        TestBlock.CHAIN_ID, requests, this::isRead, this::isTaken, ids::incrementAndGet, counters);
    private final CatchUp catchUp = new CatchUp(
        TestBlock.CHAIN_ID, requests, new CatchUpRing(), new FrameNames()::tryName, WINDOW, 1_024,
        1 << 24, ids::incrementAndGet, counters);
    private final BulkAnswerAdapter[] answers = {
        new BulkAnswerAdapter(0, catchUp, follower, nowNs::get, TestBlock.CHAIN_ID, counters),
        new BulkAnswerAdapter(1, catchUp, follower, nowNs::get, TestBlock.CHAIN_ID, counters)};
    private boolean isSigned = true;
    private boolean isRoom = true;
    private long cursor;

    /** Somebody who serves. */
    private final class Holder
    {
        private final PipeLink[] pipe = PipeLink.pair(nowNs::get, MS / 2);
        private final SealedBlockShelf shelf = new SealedBlockShelf(TestBlock.PAYLOAD_LENGTH);
        private final Counters counters = Counters.inMemory();
        private final StreamSeeder seeder;
        private final BulkAdapter adapter;

        private Holder(final int number)
        {
            final HeldFrames none = new HeldFrames(
                new RecentFrames(RecentFrames.MIN_LENGTH, Counters.inMemory()), FrameArchive.NONE);
            final MutableLong token = new MutableLong(1_000L * (number + 1));
            seeder = new StreamSeeder(
                TestBlock.CHAIN_ID,
                1,
                new HeldItems[]{none, none, shelf, null},
                new ItemNames()::tryName,
                new ChunkProxy(new FrameLink[]{pipe[1]}, TestBlock.CHAIN_ID, TestBlock.PAYLOAD_LENGTH),
                SeederLimits.DEFAULT,
                token::incrementAndGet,
                counters);
            adapter = new BulkAdapter(0, seeder, TestBlock.CHAIN_ID, counters);
        }

        private void hold(final long... heights)
        {
            for (final long height : heights)
            {
                final UnsafeBuffer message = new UnsafeBuffer(new byte[TestBlock.PAYLOAD_LENGTH]);
                final SealedBlockEncoder encoder = new SealedBlockEncoder();
                encoder.wrapAndApplyHeader(message, 0, new MessageHeaderEncoder())
                    .blockNumber(height).putHeader(new byte[600], 0, 600);
                assertThat(shelf.put(height, message, 0, 8 + encoder.encodedLength())).isTrue();
            }
        }
    }

    @Test
    void shouldTakeEachOfTheWindowOnceFromWhoeverHasIt()
    {
        cursor = 1_100;
        holders.get(0).hold(LongStream.range(1_000, 1_070).toArray());
        holders.get(1).hold(LongStream.range(1_060, 1_100).toArray());
        pass(100);

        assertThat(taken).containsExactlyInAnyOrderElementsOf(
            LongStream.range(1_100 - WINDOW, 1_100).boxed().toList());
        assertThat(counters.value(FragcastCounter.SEALED_BLOCKS_FETCHED)).isEqualTo(WINDOW);
    }

    @Test
    void shouldTakeWhatIsSealedLaterAndNothingThatIsNotVerified()
    {
        cursor = 1_002;
        holders.get(0).hold(1_000);
        pass(50);
        assertThat(taken).containsExactly(1_000L);

        holders.get(0).hold(1_001, 1_002);
        pass(450);
        assertThat(taken).containsExactly(1_000L, 1_001L);
        cursor = 1_003;
        pass(450);
        assertThat(taken).containsExactly(1_000L, 1_001L, 1_002L);
        final long sent = holders.get(0).counters.value(FragcastCounter.STREAMS_OPENED);
        pass(1_000);
        assertThat(holders.get(0).counters.value(FragcastCounter.STREAMS_OPENED)).as("it has all").isEqualTo(sent);
    }

    @Test
    void shouldAskAgainForWhatThereWasNoRoomFor()
    {
        cursor = 1_010;
        holders.get(0).hold(1_008, 1_009);
        isRoom = false;
        pass(500);
        assertThat(counters.value(FragcastCounter.SEALED_BLOCKS_FETCHED)).isZero();

        isRoom = true;
        pass(450);
        assertThat(taken).containsExactly(1_008L, 1_009L);
    }

    @Test
    void shouldLeaveAHolderAloneThatGivesWhatNobodySigned()
    {
        cursor = 1_010;
        holders.get(0).hold(1_008);
        isSigned = false;
        pass(2_000);
        assertThat(counters.value(FragcastCounter.SEALED_BLOCKS_FORGED)).isEqualTo(1);
        assertThat(taken).isEmpty();

        isSigned = true;
        holders.get(1).hold(1_008);
        pass(500);
        assertThat(taken).containsExactly(1_008L);
        pass(TimeUnit.NANOSECONDS.toMillis(SealedBlockFollower.PENALTY_NS));
        assertThat(counters.value(FragcastCounter.SEALED_BLOCKS_FORGED)).isEqualTo(1);
    }

    @Test
    void shouldGoOnWithAHolderThatWasAway()
    {
        cursor = 1_010;
        holders.get(0).pipe[0].cut();
        holders.get(0).hold(1_008);
        pass(500);
        assertThat(taken).isEmpty();

        holders.get(0).pipe[0].isConnected = true;
        holders.get(0).pipe[1].isConnected = true;
        holders.get(0).seeder.onDisconnected(0);
        pass(500);
        assertThat(taken).containsExactly(1_008L);
    }

    @Test
    void shouldKeepTheNewestAndOneOfAHeight()
    {
        final SealedBlockShelf shelf = holders.get(0).shelf;
        assertThat(shelf.oldestBlock()).isEqualTo(FrameArchive.NO_BLOCK);
        assertThat(shelf.newestBlock()).isEqualTo(FrameArchive.NO_BLOCK);
        for (long height = 1; height <= SealedBlockShelf.CAPACITY; height++)
        {
            holders.get(0).hold(height);
        }
        assertThat(shelf.oldestBlock()).isEqualTo(1);
        final UnsafeBuffer other = new UnsafeBuffer(new byte[10]);
        assertThat(shelf.put(1, other, 0, 10)).as("one a height").isFalse();

        assertThat(shelf.put(1 + SealedBlockShelf.CAPACITY, other, 0, 10)).isTrue();
        assertThat(shelf.oldestBlock()).isEqualTo(2);
        assertThat(shelf.newestBlock()).isEqualTo(1 + SealedBlockShelf.CAPACITY);
        assertThat(shelf.put(1, other, 0, 10)).as("it would take the place of a newer").isFalse();
    }

    private boolean isRead(
        final DirectBuffer buffer, final int offset, final int length, final SealedBlock block)
    {
        block.number = buffer.getLong(offset + 104, ByteOrder.LITTLE_ENDIAN);

        return isSigned;
    }

    private boolean isTaken(final SealedBlock block)
    {
        if (isRoom)
        {
            taken.add(block.number);
        }

        return isRoom;
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
            follower.doWork(cursor, nowNs.get());
        }
    }
}
