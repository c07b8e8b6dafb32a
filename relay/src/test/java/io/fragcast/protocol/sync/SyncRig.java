package io.fragcast.protocol.sync;

import io.fragcast.agent.CatchUpFeed;
import io.fragcast.agent.CatchUpRing;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.block.BlockLimits;
import io.fragcast.protocol.block.Delivery;
import io.fragcast.protocol.block.FrameForwarder;
import io.fragcast.protocol.block.FrameKind;
import io.fragcast.protocol.block.TestBlock;
import io.fragcast.protocol.block.TestFrame;
import io.fragcast.protocol.block.TestReceiver;
import io.fragcast.protocol.block.TestSigner;
import io.fragcast.protocol.repair.FrameArchive;
import io.fragcast.protocol.repair.FrameName;
import io.fragcast.protocol.repair.HeldFrames;
import io.fragcast.protocol.repair.RecentFrames;
import io.fragcast.transport.FrameLink;
import io.fragcast.wire.BulkAdapter;
import io.fragcast.wire.BulkAnswerAdapter;
import io.fragcast.wire.BulkProxy;
import io.fragcast.wire.ChunkProxy;
import io.fragcast.wire.FrameNames;
import org.agrona.DirectBuffer;
import org.agrona.collections.MutableLong;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A node that is behind, holders that have what it lacks, and the links between them, in virtual time: the product's
 * machines on both sides, with adapters and proxies.
 */
final class SyncRig
{
    /** First block of all plays. */
    static final long FIRST = 1_000;
    static final int WINDOW = 64;
    static final int FRAGS = 2;
    private static final long CYCLE_NS = 100_000;

    /** Somebody who has blocks. */
    final class Holder
    {
        private final RecentFrames memory = new RecentFrames(8 * RecentFrames.MIN_LENGTH, Counters.inMemory());
        private final PipeLink[] pipe;
        private final FrameName name = new FrameName();
        private final BulkAdapter adapter;
        final Counters counters = Counters.inMemory();
        final StreamSeeder seeder;
        final PipeLink link;
        boolean isAlive = true;
        /** It sends chunks and nothing in them. */
        boolean isKeepingFrames;
        /** What it makes of the ends of its chunks. */
        Consumer<StreamChunk> lie = (chunk) -> {};

        Holder(final int number, final long delayNs)
        {
            pipe = PipeLink.pair(node.nowNs::get, delayNs);
            link = pipe[0];
            final HeldFrames held = new HeldFrames(memory, FrameArchive.NONE);
            final MutableLong token = new MutableLong(1_000L * (number + 1));
            seeder = new StreamSeeder(
                TestBlock.CHAIN_ID,
                1,
                new HeldFrames[]{held, held, null, null},
                new FrameNames()::tryName,
                lying(new ChunkProxy(new FrameLink[]{pipe[1]}, TestBlock.CHAIN_ID, TestBlock.PAYLOAD_LENGTH)),
                SeederLimits.DEFAULT,
                token::incrementAndGet,
                counters);
            adapter = new BulkAdapter(0, seeder, TestBlock.CHAIN_ID, counters);
        }

        private ChunkSender lying(final ChunkSender honest)
        {
            return new ChunkSender()
            {
                @Override
                public boolean sendFrame(
                    final int requester, final DirectBuffer buffer, final int offset, final int length)
                {
                    return isKeepingFrames || honest.sendFrame(requester, buffer, offset, length);
                }

                @Override
                public boolean sendChunk(final int requester, final StreamChunk chunk)
                {
                    lie.accept(chunk);

                    return honest.sendChunk(requester, chunk);
                }
            };
        }

        void hold(final TestFrame frame)
        {
            if (!new FrameNames().tryName(frame.buffer(), 0, frame.buffer().capacity(), name))
            {
                throw new AssertionError(frame + " has no name");
            }
            memory.onFrame(name, frame.buffer(), 0, frame.buffer().capacity());
        }

        void die()
        {
            isAlive = false;
            link.cut();
        }

        private void doWork(final long nowNs)
        {
            if (isAlive)
            {
                pipe[1].poll(adapter, 8);
                seeder.doWork(nowNs);
            }
        }
    }

    final TestSigner leader = new TestSigner(1);
    final TestReceiver node;
    final List<Holder> holders = new ArrayList<>();
    final List<SyncMode> modes = new ArrayList<>();
    final List<byte[]> caughtUp = new ArrayList<>();
    final CatchUp catchUp;
    final CatchUpRing ring = new CatchUpRing();
    final CatchUpFeed feed;
    private final BulkAnswerAdapter[] answers;
    private final FrameLink[] links;
    private long controlSeq;

    SyncRig(final int holderCount)
    {
        this(holderCount, 32 << 20);
    }

    SyncRig(final int holderCount, final long budgetBytes)
    {
        node = new TestReceiver(
            TestReceiver.schedule(TestReceiver.term(1, 0, Long.MAX_VALUE, leader, null)),
            BlockLimits.withSlab(64 << 20, 32 << 20),
            TestSigner.verifier());
        for (int i = 0; i < holderCount; i++)
        {
            holders.add(new Holder(i, 500_000));
        }
        links = holders.stream().map((holder) -> holder.link).toArray(FrameLink[]::new);
        final MutableLong ids = new MutableLong(77);
        catchUp = new CatchUp(
            TestBlock.CHAIN_ID,
            new BulkProxy(links, TestBlock.CHAIN_ID),
            ring,
            new FrameNames()::tryName,
            WINDOW,
            1_024,
            budgetBytes,
            ids::incrementAndGet,
            node.counters);
        feed = new CatchUpFeed(ring, node.receiver, node.adapter);
        answers = new BulkAnswerAdapter[links.length];
        for (int i = 0; i < links.length; i++)
        {
            answers[i] = new BulkAnswerAdapter(i, catchUp, null, node.nowNs::get, TestBlock.CHAIN_ID, node.counters);
        }
        node.receiver.caughtUpBy(feed, new FrameForwarder()
        {
            @Override
            public void onAccepted(
                final DirectBuffer buffer, final int offset, final int length, final int sessionId)
            {
                final byte[] bytes = new byte[length];
                buffer.getBytes(offset, bytes);
                caughtUp.add(bytes);
            }

            @Override
            public boolean isReady()
            {
                return true;
            }
        });
    }

    TestBlock block(final long number)
    {
        return new TestBlock(leader, 1, number, 1).parentHash(TestBlock.blockHash(number - 1, 1));
    }

    /** Blocks that every holder has. */
    SyncRig hold(final long from, final long to)
    {
        for (long number = from; number < to; number++)
        {
            hold(number, holders);
        }

        return this;
    }

    void hold(final long number, final List<Holder> by)
    {
        for (final TestFrame frame : block(number).frames(FRAGS, 3, 400))
        {
            by.forEach((holder) -> holder.hold(frame));
        }
    }

    /** The node was away since a block. */
    SyncRig away(final long lastBlock)
    {
        node.receiver.resumeAfter(lastBlock);

        return this;
    }

    /** The leader says where it is. */
    void heartbeat(final long sealedBlock)
    {
        node.offer(block(sealedBlock).heartbeat(++controlSeq, FrameKind.SEAL, FRAGS));
    }

    /** A block as the node hears it from the leader, and its holders too. */
    void live(final long number)
    {
        for (final TestFrame frame : block(number).frames(FRAGS, 3, 400))
        {
            holders.forEach((holder) -> holder.hold(frame));
            node.offer(frame);
        }
    }

    /** Lets time pass. */
    void pass(final long ns)
    {
        final long endNs = node.nowNs.get() + ns;
        while (node.nowNs.get() < endNs)
        {
            final long nowNs = Math.min(endNs, node.nowNs.get() + CYCLE_NS);
            node.nowNs.set(nowNs);
            holders.forEach((holder) -> holder.doWork(nowNs));
            ring.pollProgress(catchUp, nowNs);
            for (int i = 0; i < links.length; i++)
            {
                links[i].source().poll(answers[i], 64);
            }
            catchUp.doWork(nowNs);
            if (modes.isEmpty() || modes.get(modes.size() - 1) != catchUp.mode())
            {
                modes.add(catchUp.mode());
            }
            feed.doWork(nowNs);
            node.receiver.doWork(nowNs);
        }
    }

    /** Lets time pass until a block has ended VERIFIED; how long it took. */
    long passUntilVerified(final long number, final long limitNs)
    {
        final long startNs = node.nowNs.get();
        while (!isVerified(number))
        {
            if (node.nowNs.get() - startNs > limitNs)
            {
                throw new AssertionError("block " + number + " not verified after " + limitNs + " ns, at " +
                    node.receiver.progress().cursor() + " in " + catchUp.mode() + ": " + lastEvents());
            }
            pass(CYCLE_NS);
        }

        return node.nowNs.get() - startNs;
    }

    boolean isVerified(final long number)
    {
        for (int i = node.events.size() - 1; i >= 0; i--)
        {
            if (Delivery.VERIFIED == node.events.get(i).kind() && number == node.events.get(i).block())
            {
                return true;
            }
        }

        return false;
    }

    long count(final FragcastCounter counter)
    {
        return node.count(counter);
    }

    /** What a node delivers that misses nothing. */
    static List<String> story(final long from, final long to)
    {
        final List<String> story = new ArrayList<>();
        for (long number = from; number < to; number++)
        {
            story.add("ENV@" + number);
            for (int seq = 0; seq < FRAGS; seq++)
            {
                story.add("FRAG@" + number + "#" + seq);
            }
            story.add("SEAL@" + number);
            story.add("VERIFIED@" + number);
        }

        return story;
    }

    private List<TestReceiver.Event> lastEvents()
    {
        return node.events.subList(Math.max(0, node.events.size() - 10), node.events.size());
    }
}
