package io.fragcast.protocol.sync;

import io.fragcast.agent.CatchUpRing;
import io.fragcast.cli.BlockRecord;
import io.fragcast.cli.RealBlocks;
import io.fragcast.codecs.MessageHeaderEncoder;
import io.fragcast.codecs.SealedBlockEncoder;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.block.SealedBlock;
import io.fragcast.protocol.block.SealedBodyWriter;
import io.fragcast.protocol.block.SealedHeader;
import io.fragcast.protocol.block.TestBlock;
import io.fragcast.protocol.block.TestFrame;
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
import io.fragcast.wire.ItemNames;
import io.fragcast.wire.SealedBodies;
import org.agrona.DirectBuffer;
import org.agrona.collections.MutableLong;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Goal: whoever has a signed header gets the body of the block, from whoever has it, and no other. Method: two holders
 * with real transactions in real frags, and a node that wants whole blocks, in virtual time: the product's machines,
 * adapters and proxies on both sides.
 */
class BodyFollowerTest
{
    private static final long MS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final int TERM = 1;
    private static final long INCARNATION = 5;
    private static final int FRAGS = 3;

    private final MutableLong nowNs = new MutableLong(1);
    private final Counters counters = Counters.inMemory();
    private final List<Holder> holders = List.of(new Holder(0), new Holder(1));
    private final List<Long> taken = new ArrayList<>();
    private final List<byte[]> bodies = new ArrayList<>();
    private final MutableLong ids = new MutableLong(500);
    private final FrameLink[] links = holders.stream().map((holder) -> holder.pipe[0]).toArray(FrameLink[]::new);
    private final BulkProxy requests = new BulkProxy(links, TestBlock.CHAIN_ID);
    private final BodyFollower follower = new BodyFollower(
        TestBlock.CHAIN_ID, requests, this::onWholeBlock, ids::incrementAndGet, counters);
    private final CatchUp catchUp = new CatchUp(
        TestBlock.CHAIN_ID, requests, new CatchUpRing(), new FrameNames()::tryName, 64, 1_024,
        1 << 24, ids::incrementAndGet, counters);
    private final BulkAnswerAdapter[] answers = {answers(0), answers(1)};
    private final List<BlockRecord> chain = RealBlocks.read("ethereum-mainnet").stream()
        .filter((block) -> block.transactions().size() >= FRAGS && 0 == ommers(block)).toList();

    /** Somebody who serves. */
    private final class Holder
    {
        private final PipeLink[] pipe = PipeLink.pair(nowNs::get, MS / 2);
        private final SealedBlockShelf shelf = new SealedBlockShelf(TestBlock.PAYLOAD_LENGTH);
        private final Counters counters = Counters.inMemory();
        private final RecentFrames memory = new RecentFrames(8 * RecentFrames.MIN_LENGTH, Counters.inMemory());
        private final SealedBodies bodies;
        private final StreamSeeder seeder;
        private final BulkAdapter adapter;
        private final List<Long> ofClient = new ArrayList<>();
        private final SpoiltItems given;

        private Holder(final int number)
        {
            final HeldFrames held = new HeldFrames(memory, FrameArchive.NONE);
            bodies = new SealedBodies(
                TestBlock.CHAIN_ID, shelf, held, 1_024, 1 << 20, TestBlock.PAYLOAD_LENGTH, ofClient::add, counters);
            given = new SpoiltItems(bodies);
            final MutableLong token = new MutableLong(1_000L * (number + 1));
            seeder = new StreamSeeder(
                TestBlock.CHAIN_ID,
                1,
                new HeldItems[]{held, held, shelf, null, given},
                new ItemNames()::tryName,
                new ChunkProxy(new FrameLink[]{pipe[1]}, TestBlock.CHAIN_ID, TestBlock.PAYLOAD_LENGTH),
                SeederLimits.DEFAULT,
                token::incrementAndGet,
                counters);
            adapter = new BulkAdapter(0, seeder, TestBlock.CHAIN_ID, counters);
        }

        /** The header, as if it had been heard of the leader. */
        private void head(final BlockRecord block)
        {
            final byte[] rlp = block.header().rlp();
            final UnsafeBuffer message = new UnsafeBuffer(new byte[TestBlock.PAYLOAD_LENGTH]);
            final SealedBlockEncoder encoder = new SealedBlockEncoder();
            encoder.wrapAndApplyHeader(message, 0, new MessageHeaderEncoder())
                .blockNumber(block.number())
                .leaderTerm(TERM)
                .incarnation(INCARNATION)
                .seq(FRAGS)
                .putBlockHash(block.header().hash(), 0, 32)
                .putHeader(rlp, 0, rlp.length);
            assertThat(shelf.put(block.number(), message, 0, 8 + encoder.encodedLength())).isTrue();
        }

        /** Frames of an attempt with these transactions; pieces first, as they may come. */
        private void frags(final long number, final List<byte[]> txs)
        {
            final TestBlock block = new TestBlock(new TestSigner(1), TERM, number, INCARNATION);
            final List<TestFrame> frames = new ArrayList<>(List.of(block.env()));
            for (int i = 0; i < FRAGS; i++)
            {
                frames.addAll(0, block.frag(i == FRAGS - 1, txs.subList(
                    i * txs.size() / FRAGS, (i + 1) * txs.size() / FRAGS).toArray(new byte[0][])));
            }
            frames.add(block.seal());
            final FrameName name = new FrameName();
            for (final TestFrame frame : frames)
            {
                final int length = frame.buffer().capacity();
                assertThat(new FrameNames().tryName(frame.buffer(), 0, length, name)).isTrue();
                memory.onFrame(name, frame.buffer(), 0, length);
            }
        }
    }

    @Test
    void shouldGiveBodiesThatAreRebuiltFromFrags()
    {
        final List<BlockRecord> wanted = chain.stream()
            .sorted((a, b) -> Integer.compare(body(b).length, body(a).length)).limit(4).toList();
        int bytes = 0;
        for (final BlockRecord block : wanted)
        {
            holders.get(0).head(block);
            holders.get(0).frags(block.number(), block.transactions());
            follower.onWanted(sealed(block));
            follower.onWanted(sealed(block));
            bytes += body(block).length;
        }
        assertThat(bytes).as("more than one window and one chunk").isGreaterThan(SeederLimits.MAX_BYTES / 2);
        pass(3_000);

        assertThat(taken).containsExactlyInAnyOrderElementsOf(wanted.stream().map(BlockRecord::number).toList());
        for (int i = 0; i < taken.size(); i++)
        {
            final long number = taken.get(i);
            assertThat(bodies.get(i)).isEqualTo(
                body(wanted.stream().filter((block) -> block.number() == number).findFirst().orElseThrow()));
        }
        assertThat(holders.get(0).counters.value(FragcastCounter.BODIES_REBUILT)).isEqualTo(4);
        assertThat(counters.value(FragcastCounter.BODIES_WANTED)).isEqualTo(4);
        assertThat(follower.isBusy()).isFalse();
    }

    @Test
    void shouldAskTheNextWhereOneDoesNotHaveIt()
    {
        final BlockRecord block = chain.get(0);
        holders.get(0).head(block);
        holders.get(1).head(block);
        holders.get(1).frags(block.number(), block.transactions());
        follower.onWanted(sealed(block));
        pass(500);

        assertThat(taken).containsExactly(block.number());
        assertThat(holders.get(0).counters.value(FragcastCounter.BODIES_NOT_HAD)).isEqualTo(1);
        assertThat(counters.value(FragcastCounter.BODIES_FORGED)).isZero();
    }

    @Test
    void shouldGiveWhatTheClientOfTheLeaderToldWhereTheFragsHaveOthers()
    {
        final BlockRecord block = chain.get(0);
        holders.get(0).head(block);
        holders.get(0).frags(block.number(), chain.get(1).transactions());
        follower.onWanted(sealed(block));
        pass(500);
        assertThat(taken).isEmpty();
        assertThat(holders.get(0).counters.value(FragcastCounter.BODIES_NOT_HAD)).isPositive();
        assertThat(holders.get(0).ofClient).containsOnly(block.number()).isNotEmpty();

        assertThat(holders.get(0).bodies.put(block.number(), body(chain.get(1)), nowNs.get())).isFalse();
        assertThat(holders.get(0).bodies.put(block.number(), body(block), nowNs.get())).isTrue();
        assertThat(holders.get(0).bodies.put(block.number() + 1, body(block), nowNs.get())).isFalse();
        pass(TimeUnit.NANOSECONDS.toMillis(BodyFollower.ROUND_NS) + 100);
        assertThat(taken).containsExactly(block.number());
        assertThat(bodies.get(0)).isEqualTo(body(block));
    }

    @Test
    void shouldChargeWhoeverGivesAnotherAndTakeItElsewhere()
    {
        final BlockRecord block = chain.get(0);
        for (final Holder holder : holders)
        {
            holder.head(block);
            holder.frags(block.number(), block.transactions());
        }
        holders.get(0).given.isForging = true;
        follower.onWanted(sealed(block));
        pass(500);
        assertThat(counters.value(FragcastCounter.BODIES_FORGED)).isEqualTo(1);
        assertThat(taken).containsExactly(block.number());
        assertThat(bodies.get(0)).isEqualTo(body(block));

        holders.get(1).given.isForging = true;
        final BlockRecord next = chain.get(1);
        for (final Holder holder : holders)
        {
            holder.head(next);
            holder.frags(next.number(), next.transactions());
        }
        follower.onWanted(sealed(next));
        pass(5_000);
        assertThat(counters.value(FragcastCounter.BODIES_FORGED)).as("both are left alone").isEqualTo(2);
        assertThat(taken).hasSize(1);
    }

    @Test
    void shouldGoOnElsewhereWhenALinkIsLost()
    {
        final BlockRecord block = chain.stream()
            .max((a, b) -> Integer.compare(body(a).length, body(b).length)).orElseThrow();
        for (final Holder holder : holders)
        {
            holder.head(block);
            holder.frags(block.number(), block.transactions());
        }
        follower.onWanted(sealed(block));
        while (0 == holders.get(0).counters.value(FragcastCounter.STREAM_BYTES_SENT))
        {
            pass(1);
        }
        assertThat(taken).isEmpty();
        holders.get(0).pipe[0].cut();
        pass(2_500);

        assertThat(taken).containsExactly(block.number());
        assertThat(bodies.get(0)).isEqualTo(body(block));
    }

    @Test
    void shouldGiveUpWhatNobodyHasAndWhatThereIsNoRoomFor()
    {
        for (int i = 0; i <= BodyFollower.MAX_WANTED; i++)
        {
            follower.onWanted(sealed(chain.get(i)));
        }
        assertThat(counters.value(FragcastCounter.BODIES_GIVEN_UP)).isEqualTo(1);
        pass(TimeUnit.NANOSECONDS.toMillis(BodyFollower.PATIENCE_NS) + 100);

        assertThat(counters.value(FragcastCounter.BODIES_GIVEN_UP)).isEqualTo(1 + BodyFollower.MAX_WANTED);
        assertThat(follower.isBusy()).isFalse();
        assertThat(holders.get(0).counters.value(FragcastCounter.STREAMS_OPENED))
            .as("a round a second").isLessThanOrEqualTo(61L * BodyFollower.MAX_WANTED);
    }

    private BulkAnswerAdapter answers(final int holder)
    {
        final BulkAnswerAdapter adapter =
            new BulkAnswerAdapter(holder, catchUp, null, nowNs::get, TestBlock.CHAIN_ID, counters);
        adapter.bodies(follower);

        return adapter;
    }

    private void onWholeBlock(final SealedBlock block, final DirectBuffer body, final int offset, final int length)
    {
        taken.add(block.number);
        final byte[] bytes = new byte[length];
        body.getBytes(offset, bytes);
        bodies.add(bytes);
    }

    private static SealedBlock sealed(final BlockRecord record)
    {
        final byte[] rlp = record.header().rlp();
        final SealedBlock block = new SealedBlock();
        assertThat(new SealedHeader().tryRead(new UnsafeBuffer(rlp), 0, rlp.length, block)).isTrue();

        return block;
    }

    /** 1 if the block has ommers: their hash is not that of an empty list. */
    private static int ommers(final BlockRecord block)
    {
        return 0x1D == block.header().sha3Uncles()[0] && (byte)0xCC == block.header().sha3Uncles()[1] ? 0 : 1;
    }

    private static byte[] body(final BlockRecord block)
    {
        final SealedBodyWriter writer = new SealedBodyWriter();
        writer.clear();
        block.transactions().forEach((tx) -> writer.add(new UnsafeBuffer(tx), 0, tx.length));
        writer.finish(null != block.header().withdrawalsRoot());
        final byte[] body = new byte[writer.length()];
        writer.buffer().getBytes(writer.offset(), body);

        return body;
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
            follower.doWork(nowNs.get());
        }
    }
}
