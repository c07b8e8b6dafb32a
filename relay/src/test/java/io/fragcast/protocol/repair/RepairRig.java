package io.fragcast.protocol.repair;

import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.block.BlockLimits;
import io.fragcast.protocol.block.FrameLane;
import io.fragcast.protocol.block.Delivery;
import io.fragcast.protocol.block.FrameKind;
import io.fragcast.protocol.block.TestBlock;
import io.fragcast.protocol.block.TestFrame;
import io.fragcast.protocol.block.TestReceiver;
import io.fragcast.protocol.block.TestSigner;
import io.fragcast.protocol.block.Verdict;
import io.fragcast.wire.FrameNames;
import org.agrona.DirectBuffer;
import org.agrona.collections.MutableLong;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;

/**
 * A node that loses frames, holders that have them, and the network between them, in virtual time. Holders answer by
 * code of the rig's own, the least that the protocol asks for, or by the product's servers.
 */
final class RepairRig
{
    /** First block of all plays. */
    static final long FIRST = 1_000;
    /** Session of a holder's answers: this and its number. */
    private static final int ANSWERS = 100;
    /** The node's duty cycle. */
    private static final long CYCLE_NS = 20_000;
    /** A datagram of 1.4 KB at 1 Gbit/s. */
    private static final long FRAME_NS = 11_000;

    /** One frame as somebody holds it. */
    record Held(long block, long incarnation, TestFrame frame)
    {
    }

    /** One request as it left. */
    record Ask(int holder, long atNs, boolean isRange, long fromBlock, long toBlock, List<String> holes)
    {
    }

    private record Event(long atNs, long order, Runnable action)
    {
    }

    /** Somebody who answers: by the code of the rig, which can misbehave, or by the product's server. */
    final class Holder implements AnswerSender
    {
        private final RecentFrames memory = new RecentFrames(RecentFrames.MIN_LENGTH << 4, Counters.inMemory());
        private final RepairServer server;
        private final FrameName name = new FrameName();
        final int number;
        final long rttNs;
        final List<Held> frames = new ArrayList<>();
        boolean isConnected = true;
        boolean isSilent;
        boolean isBusy;
        boolean isLying;
        /** Does it wait for everything itself? */
        boolean isBehind;
        double loss;
        int maxAnswerBytes = Integer.MAX_VALUE;
        private final WantResult result = new WantResult();
        private long sentNs = nowNs;

        Holder(final int number, final long rttNs)
        {
            this.number = number;
            this.rttNs = rttNs;
            final MutableLong token = new MutableLong(1_000L * (number + 1));
            server = new RepairServer(
                TestBlock.CHAIN_ID,
                1,
                memory,
                FrameArchive.NONE,
                this,
                AnswerLimits.DEFAULT,
                token::incrementAndGet,
                Counters.inMemory());
        }

        @Override
        public boolean sendFrame(final int requester, final DirectBuffer buffer, final int offset, final int length)
        {
            final UnsafeBuffer copy = new UnsafeBuffer(new byte[length]);
            copy.putBytes(0, buffer, offset, length);
            sentNs = Math.max(nowNs, sentNs) + FRAME_NS;
            if (random.nextDouble() >= loss)
            {
                at(sentNs + rttNs / 2, () -> onAnswerFrame(number, copy));
            }

            return true;
        }

        @Override
        public boolean sendResult(final int requester, final WantResult answer)
        {
            final WantResult copy = new WantResult();
            copy.requestId = answer.requestId;
            copy.token = answer.token;
            copy.newestBlock = answer.newestBlock;
            copy.newestIncarnation = answer.newestIncarnation;
            copy.newestTerm = answer.newestTerm;
            copy.newestSeq = answer.newestSeq;
            copy.found = answer.found;
            copy.notFound = answer.notFound;
            copy.sentBytes = answer.sentBytes;
            copy.state = answer.state;
            copy.isOpen = answer.isOpen;
            sentNs = Math.max(nowNs, sentNs);
            if (random.nextDouble() >= loss)
            {
                at(sentNs + rttNs / 2, () ->
                {
                    if (isConnected)
                    {
                        client.onResult(number, copy, nowNs);
                    }
                });
            }

            return true;
        }

        void hold(final Held held)
        {
            frames.add(held);
            final UnsafeBuffer buffer = held.frame.buffer();
            if (isServed && names.tryName(buffer, 0, buffer.capacity(), name))
            {
                memory.onFrame(name, buffer, 0, buffer.capacity());
            }
        }

        private void answer(final long requestId, final long token, final List<Held> found, final int notFound)
        {
            if (isSilent)
            {
                return;
            }

            final boolean isProved = token == 77 + number;
            final boolean isServed = isProved && !isBusy;
            long atNs = nowNs + rttNs / 2;
            int bytes = 0;
            int sent = 0;
            boolean isTruncated = false;
            for (final Held held : isServed && !isLying ? found : List.<Held>of())
            {
                if (bytes + held.frame.buffer().capacity() > maxAnswerBytes)
                {
                    isTruncated = true;
                    break;
                }
                bytes += held.frame.buffer().capacity();
                sent++;
                atNs += FRAME_NS;
                if (random.nextDouble() >= loss)
                {
                    at(atNs, () -> onAnswerFrame(number, held.frame.buffer()));
                }
            }
            final int sentFrames = sent;
            final int sentBytes = bytes;
            final AnswerState state = !isProved ? AnswerState.UNPROVED : isBusy ? AnswerState.BUSY :
                isTruncated ? AnswerState.TRUNCATED : AnswerState.COMPLETE;
            final Held newest = frames.isEmpty() ? null : frames.get(frames.size() - 1);
            if (random.nextDouble() >= loss)
            {
                at(atNs, () ->
                {
                    result.requestId = requestId;
                    result.token = 77 + number;
                    result.state = state;
                    result.found = sentFrames;
                    result.sentBytes = sentBytes;
                    result.notFound = notFound;
                    result.isOpen = isBehind;
                    result.newestTerm = null == newest ? 0 : 1;
                    result.newestBlock = null == newest ? 0 : newest.block;
                    result.newestIncarnation = null == newest ? 0 : newest.incarnation;
                    result.newestSeq = null == newest ? 0 : fragsOf(newest);
                    if (isConnected)
                    {
                        client.onResult(number, result, nowNs);
                    }
                });
            }
        }

        private int fragsOf(final Held newest)
        {
            return (int)frames.stream()
                .filter((held) -> held.block == newest.block && held.incarnation == newest.incarnation &&
                    FrameKind.FRAG == held.frame.kind())
                .count();
        }
    }

    private final class Sender implements RepairSender
    {
        @Override
        public int holderCount()
        {
            return holders.size();
        }

        @Override
        public boolean isConnected(final int holder)
        {
            return holders.get(holder).isConnected;
        }

        @Override
        public boolean sendWant(
            final int number, final long requestId, final long token, final int maxBytes, final HoleList holes)
        {
            final Holder holder = holders.get(number);
            final List<NamedHole> named = new ArrayList<>();
            for (int i = 0; i < holes.size(); i++)
            {
                named.add(new NamedHole(
                    holes.kind(i), holes.blockNumber(i), holes.incarnation(i), holes.seq(i), holes.index(i),
                    holes.bits(i)));
            }
            if (!named.isEmpty())
            {
                asks.add(new Ask(
                    number, nowNs, false, 0, 0, named.stream().flatMap((hole) -> hole.names().stream()).toList()));
            }
            if (random.nextDouble() >= holder.loss)
            {
                final HoleList copy = new HoleList();
                named.forEach((hole) -> copy.add(
                    hole.kind(), 1, hole.block(), hole.incarnation(), hole.seq(), hole.index(), hole.bits()));
                at(nowNs + holder.rttNs / 2, () ->
                {
                    if (isServed)
                    {
                        holder.server.onWant(0, requestId, TestBlock.CHAIN_ID, token, maxBytes, copy);
                        return;
                    }
                    final List<Held> found = new ArrayList<>();
                    int notFound = 0;
                    for (final NamedHole hole : named)
                    {
                        final List<Held> part = holder.frames.stream().filter(hole::isIt).toList();
                        notFound += part.isEmpty() ? 1 : 0;
                        found.addAll(part);
                    }
                    holder.answer(requestId, token, found, notFound);
                });
            }

            return true;
        }

        @Override
        public boolean sendRange(
            final int number,
            final long requestId,
            final long token,
            final int maxBytes,
            final long fromBlock,
            final long toBlock,
            final int fromSeq)
        {
            final Holder holder = holders.get(number);
            asks.add(new Ask(number, nowNs, true, fromBlock, toBlock, List.of()));
            if (random.nextDouble() >= holder.loss)
            {
                at(nowNs + holder.rttNs / 2, () ->
                {
                    if (isServed)
                    {
                        holder.server.onRange(
                            0, requestId, TestBlock.CHAIN_ID, token, maxBytes, fromBlock, toBlock, fromSeq);
                        return;
                    }
                    holder.answer(
                        requestId,
                        token,
                        holder.frames.stream()
                            .filter((held) -> fromBlock <= held.block && held.block <= toBlock).toList(),
                        0);
                });
            }

            return true;
        }
    }

    final TestSigner leader = new TestSigner(1);
    final TestReceiver node = new TestReceiver(
        TestReceiver.schedule(TestReceiver.term(1, 0, Long.MAX_VALUE, leader, null)),
        BlockLimits.withSlab(64 << 20, 32 << 20),
        TestSigner.verifier());
    final List<Holder> holders = new ArrayList<>();
    final List<Ask> asks = new ArrayList<>();
    final List<Long> latencies = new ArrayList<>();
    final RepairClient client;
    final Random random;
    long nowNs = node.nowNs.get();
    /** Do the product's servers answer? */
    boolean isServed;
    boolean isStalled;
    long stalledSinceNs;
    private final PriorityQueue<Event> events =
        new PriorityQueue<>(Comparator.comparingLong(Event::atNs).thenComparingLong(Event::order));
    private final FrameNames names = new FrameNames();
    private long order;

    RepairRig(final long seed, final long... rttsNs)
    {
        random = new Random(seed);
        for (final long rttNs : rttsNs)
        {
            holders.add(new Holder(holders.size(), rttNs));
        }
        client = new RepairClient(
            node.receiver, new Sender(), RepairClient.DEFAULT_PATIENCE_NS, node.counters);
        node.receiver.repairedBy(client, latencies::add);
    }

    /** The product's servers answer. */
    RepairRig served()
    {
        isServed = true;

        return this;
    }

    /** All holders are ready, and nothing else has happened. */
    RepairRig ready()
    {
        pass(holders.stream().mapToLong((holder) -> holder.rttNs).max().orElse(0) + 4 * CYCLE_NS);
        if (holders.size() != client.readyCount())
        {
            throw new AssertionError(client.readyCount() + " ready");
        }

        return this;
    }

    TestBlock block(final long number)
    {
        return block(number, 1);
    }

    TestBlock block(final long number, final long incarnation)
    {
        return new TestBlock(leader, 1, number, incarnation).parentHash(TestBlock.blockHash(number - 1, 1));
    }

    /** A frame that the node and every holder get now. */
    void send(final TestBlock block, final TestFrame frame)
    {
        hold(block, frame);
        live(frame, 0);
    }

    void send(final TestBlock block, final List<TestFrame> frames)
    {
        frames.forEach((frame) -> send(block, frame));
    }

    /** A frame that the node never gets live. */
    void lose(final TestBlock block, final List<TestFrame> frames)
    {
        frames.forEach((frame) -> hold(block, frame));
    }

    void lose(final TestBlock block, final TestFrame frame)
    {
        hold(block, frame);
    }

    /** A frame on its way to the node. */
    void live(final TestFrame frame, final long delayNs)
    {
        at(nowNs + delayNs, () -> node.offer(frame));
    }

    void hold(final TestBlock block, final TestFrame frame)
    {
        if (FrameKind.HEARTBEAT != frame.kind())
        {
            holders.forEach((holder) -> holder.hold(new Held(block.number(), block.incarnation(), frame)));
        }
    }

    void at(final long atNs, final Runnable action)
    {
        events.add(new Event(atNs, order++, action));
    }

    /** Lets time pass. */
    void pass(final long ns)
    {
        final long endNs = nowNs + ns;
        while (nowNs < endNs)
        {
            nowNs = Math.min(endNs, nowNs + CYCLE_NS);
            node.nowNs.set(nowNs);
            node.receiver.doWork(nowNs);
            while (!events.isEmpty() && events.peek().atNs <= nowNs)
            {
                events.remove().action.run();
            }
            for (final Holder holder : holders)
            {
                holder.server.doWork(nowNs);
            }
            if (isStalled)
            {
                client.onStalled(nowNs - stalledSinceNs);
            }
            client.doWork(nowNs);
        }
    }

    /** Lets time pass until a block has ended VERIFIED; how long it took. */
    long passUntilVerified(final long number, final long limitNs)
    {
        final long startNs = nowNs;
        while (!isVerified(number))
        {
            if (nowNs - startNs > limitNs)
            {
                throw new AssertionError("block " + number + " not verified after " + limitNs + " ns: " + node.story() +
                    "\nasked: " + asks);
            }
            pass(CYCLE_NS);
        }

        return nowNs - startNs;
    }

    boolean isVerified(final long number)
    {
        return node.events.stream()
            .anyMatch((event) -> Delivery.VERIFIED == event.kind() && event.block() == number);
    }

    long count(final FragcastCounter counter)
    {
        return node.count(counter);
    }

    private void onAnswerFrame(final int holder, final UnsafeBuffer frame)
    {
        if (!holders.get(holder).isConnected)
        {
            return;
        }
        node.receiver.onLane(FrameLane.REPAIR);
        if (!node.adapter.onFrame(frame, 0, frame.capacity(), ANSWERS + holder))
        {
            throw new AssertionError("not ready");
        }
        node.receiver.onLane(FrameLane.LIVE);
        if (Verdict.ACCEPTED == node.adapter.lastVerdict())
        {
            client.onProgress(holder, nowNs);
        }
    }
}
