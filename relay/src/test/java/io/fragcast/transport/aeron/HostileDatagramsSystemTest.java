package io.fragcast.transport.aeron;

import io.aeron.driver.status.SystemCounterDescriptor;
import io.aeron.protocol.HeaderFlyweight;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.transport.FrameSink;
import io.fragcast.transport.FrameSource;
import io.fragcast.transport.SendResult;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.net.InetSocketAddress;
import java.util.Random;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * A raw socket that knows everything of a live session sends into it what kills or cuts a stream of plain Aeron 1.51.0,
 * from the address that the session is admitted from and from another, while the publisher goes on.
 */
@Timeout(120)
class HostileDatagramsSystemTest
{
    private static final int SESSION = 0x0BAD_F00D;
    private static final int STREAM = InvokerRig.STREAM;
    private static final int DATAGRAMS = 1_000_000;
    /** An honest receiver says that it is there in between, for a loaded machine takes seconds for all of them. */
    private static final int KEEP_ALIVE_CASES = 500;
    // Few enough to wait in the socket beside the honest stream: none may be lost, or it was not refused.
    private static final int BATCH = 32;
    private static final long SEED = 20261121;

    private final int port = InvokerRig.freePort();
    private final ChannelConfig channel = InvokerRig.unicast(port, SESSION);
    private final InetSocketAddress target = channel.address();
    private final Wiretap live = new Wiretap();
    private final HostileDatagrams hostile = new HostileDatagrams(SESSION, channel, live, new Random(SEED));
    private final FrameLog log = new FrameLog();
    private long sent;

    @Test
    void shouldRefuseAMillionCraftedDatagramsAndLoseNothing()
    {
        try (InvokerRig from = new InvokerRig("from");
            InvokerRig to = tapped();
            RawSocket insider = new RawSocket("127.0.0.1", 0);
            RawSocket stranger = new RawSocket("127.0.0.2", 0))
        {
            final FrameSink sink = from.addSink(channel);
            final FrameSource source = to.addSource(channel);
            connect(sink, source, from, to);
            final int countersBefore = to.countersInUse();
            final long footprintBefore = to.footprint();

            for (int i = 0; i < DATAGRAMS; i += BATCH)
            {
                for (int j = i; j < i + BATCH; j++)
                {
                    final RawSocket attacker = 0 == j % 4 ? stranger : insider;
                    hostile.craft(attacker.datagram, j / 4, attacker == stranger);
                    attacker.sendTo(target);
                }
                final long due = i + BATCH;
                InvokerRig.await("each refused", () -> exchange(sink, source, from) && isRefused(due, to), to);
            }
            InvokerRig.await("the rest", () -> exchange(null, source, from) && log.received == sent, to);

            assertHonestStreamWhole(from, to);
            assertEquals(DATAGRAMS, to.refused());
            assertEquals(0, to.counters.value(FragcastCounter.SOURCES_REMADE), "forged SETUPs change nothing");
            assertTrue(sent > DATAGRAMS / BATCH / 2, "the stream went on: " + sent);
            assertEquals(countersBefore, to.countersInUse());
            assertEquals(footprintBefore, to.footprint());
        }
    }

    /**
     * What no check of headers can tell apart: a frame in its right place, of an admitted address and session, with
     * junk in it. Aeron keeps the first bytes that it gets for a place, so the handler gets the junk, whole and within
     * its bounds, to be refused there; the honest frame of that place is lost until there is repair, and no other.
     */
    @Test
    void shouldHandOverAForgedFrameOfTheRightShapeAndGoOn()
    {
        try (InvokerRig from = new InvokerRig("from");
            InvokerRig to = tapped();
            RawSocket insider = new RawSocket("127.0.0.1", 0))
        {
            final FrameSink sink = from.addSink(channel);
            final FrameSource source = to.addSource(channel);
            connect(sink, source, from, to);
            final long forged = 0x7777_7777_7777L;
            settle(source, from, to);

            insider.datagram.data(132, live.nextOffset, SESSION, STREAM, live.termId);
            insider.datagram.buffer.putLong(32 + InvokerRig.NUMBER_OFFSET, forged);
            insider.sendTo(target);
            InvokerRig.await(
                "forged frame handed over", () -> exchange(null, source, from) && log.next == forged + 1, to);

            // The next honest frame is of the same length, so those behind it keep their places.
            final FrameLog after = new FrameLog();
            assertEquals(SendResult.OK, InvokerRig.trySend(sink, 100, sent++));
            final long second = sent;
            InvokerRig.await(
                "honest frames behind it",
                () ->
                {
                    from.doWork();
                    sent += sent < second + 10 && SendResult.OK == InvokerRig.trySend(sink, 100, sent) ? 1 : 0;
                    source.poll(after, BATCH);
                    return 10 == after.received;
                },
                to);

            assertEquals(second, after.first, "the frame of the forged one's place is lost");
            assertEquals(0, after.gaps + after.backwards + after.damaged);
            assertEquals(0, to.counters.value(FragcastCounter.SOURCES_REMADE));
            assertNoErrors(from, to);
        }
    }

    /** As the kernel reads them: what came one right behind the other, of whatever stream, is one read. */
    @Test
    void shouldTakeDatagramsOfOneReadAsIfEachCameAlone()
    {
        assumeTrue("Linux".equals(System.getProperty("os.name")), "elsewhere each is read alone");
        try (InvokerRig from = new InvokerRig("from");
            InvokerRig to = tapped();
            RawSocket insider = new RawSocket("127.0.0.1", 0))
        {
            final FrameSink sink = from.addSink(channel);
            final FrameSource source = to.addSource(channel);
            connect(sink, source, from, to);
            settle(source, from, to);

            final Datagrams read = insider.datagram;
            final int next = live.nextOffset;
            read.numbered(0, 132, next, SESSION + 1, STREAM, live.termId, 0);
            read.numbered(160, 132, next, SESSION, STREAM, live.termId, sent);
            read.numbered(320, 132, next + 64 * 1024 * 1024, SESSION, STREAM, live.termId, 0);
            read.numbered(480, 132, next + 160, SESSION, STREAM, live.termId, sent + 1);
            read.frame(
                640, 0, Datagrams.UNFRAGMENTED, HeaderFlyweight.HDR_TYPE_DATA, next, SESSION, STREAM + 1, live.termId);
            read.length = 672;
            insider.sendCutTo(target, 160);
            InvokerRig.await(
                "each", () -> exchange(null, source, from) && log.received == sent + 2 && 3 == to.refused(), to);

            assertEquals(0, log.gaps + log.backwards + log.damaged);
            assertEquals(2, to.counters.value(FragcastCounter.DATAGRAMS_REFUSED_SESSION));
            assertEquals(1, to.counters.value(FragcastCounter.DATAGRAMS_REFUSED_LAYOUT));
            assertNoErrors(from, to);
        }
    }

    /**
     * The same with a frame of another length: what follows no longer starts where a frame starts, NAKs point into
     * frames, and Aeron would wait for ever. The source sees its position stand still, and leaves.
     */
    @Test
    void shouldLeaveAStreamWhoseFramesAForgedOneDisplaced()
    {
        try (InvokerRig from = new InvokerRig("from");
            InvokerRig to = tapped();
            RawSocket insider = new RawSocket("127.0.0.1", 0))
        {
            final FrameSink sink = from.addSink(channel);
            final FrameSource source = to.addSource(channel);
            connect(sink, source, from, to);
            settle(source, from, to);

            insider.datagram.data(64, live.nextOffset, SESSION, STREAM, live.termId);
            insider.sendTo(target);
            InvokerRig.await("forged frame handed over", () -> exchange(null, source, from) && log.received > sent, to);

            final FrameLog after = new FrameLog();
            final long startNs = System.nanoTime();
            final long[] nextNs = {startNs};
            InvokerRig.await(
                "heard again",
                () ->
                {
                    from.doWork();
                    source.poll(after, BATCH);
                    if (System.nanoTime() - nextNs[0] > 0)
                    {
                        // A frame every 10 ms.
                        nextNs[0] += 10_000_000;
                        sent += SendResult.OK == InvokerRig.trySend(sink, 1000, sent) ? 1 : 0;
                    }
                    return after.received >= 10;
                },
                to);

            assertEquals(1, to.counters.value(FragcastCounter.SOURCES_REMADE));
            assertEquals(0, after.gaps + after.backwards + after.damaged);
            assertTrue(from.counters.value(FragcastCounter.DATAGRAMS_REFUSED_CONTROL) > 0, "NAKs into frames");
            assertNoErrors(from, to);
        }
    }

    @Test
    void shouldBoundWhatAReceiverMayAskFor()
    {
        try (InvokerRig from = new InvokerRig("from"); RawSocket receiver = new RawSocket("127.0.0.1", port))
        {
            final FrameSink sink = from.addSink(channel);
            final Wiretap seen = live;
            InvokerRig.await("SETUP", () -> hear(receiver, seen) && null != receiver.source(), from);
            final InetSocketAddress publisher = receiver.source();
            final Datagrams d = receiver.datagram;
            final int window = channel.windowBytes();

            // An honest receiver's first word, and its next ones as it reads on.
            d.statusMessage(0, SESSION, STREAM, live.initialTermId, 0, window, 1);
            receiver.sendTo(publisher);
            InvokerRig.await("connected", () -> hear(receiver, seen) && sink.isConnected(), from);
            final long half = window / 2;
            InvokerRig.await(
                "half a window sent",
                () ->
                {
                    sent += sent * 1408 < half && SendResult.OK == InvokerRig.trySend(sink, 1376, sent) ? 1 : 0;
                    return hear(receiver, seen) && live.nextOffset >= half;
                },
                from);

            assertEquals(0, from.refused());
            final int cases = 20_000;
            for (int i = 0; i < cases; i++)
            {
                if (0 == i % KEEP_ALIVE_CASES)
                {
                    d.statusMessage(0, SESSION, STREAM, live.initialTermId, 0, window, 1);
                    receiver.sendTo(publisher);
                }
                hostile.craftControl(d);
                receiver.sendTo(publisher);
                final long due = i + 1;
                InvokerRig.await("refused", () -> hear(receiver, seen) && from.refused() == due, from);
            }
            assertTrue(sink.isConnected());
            assertEquals(0, from.systemCounter(SystemCounterDescriptor.RETRANSMITTED_BYTES));

            // Right in every way, but 50,000 of them: the whole of what was sent, again and again.
            final long startNs = System.nanoTime();
            for (int i = 0; i < 50_000; i++)
            {
                d.nak(SESSION, STREAM, live.initialTermId, 0, live.nextOffset);
                receiver.sendTo(publisher);
                from.driver.invoke();
                hear(receiver, seen);
            }
            InvokerRig.await("storm over", () -> hear(receiver, seen) && sink.isDrained(), from);
            final long budget = 2L * window + live.nextOffset / 2 +
                window * (System.nanoTime() - startNs) / 50_000_000 + channel.termLength();
            final long resent = from.systemCounter(SystemCounterDescriptor.RETRANSMITTED_BYTES);
            assertTrue(resent > 0 && resent <= budget, "resent " + resent + " of " + budget);

            final long acceptedBefore = from.systemCounter(SystemCounterDescriptor.STATUS_MESSAGES_RECEIVED);
            for (int i = 0; i < 50_000; i++)
            {
                d.statusMessage(0, SESSION, STREAM, live.initialTermId, 0, window, 1);
                receiver.sendTo(publisher);
                from.driver.invoke();
            }
            final long accepted = from.systemCounter(SystemCounterDescriptor.STATUS_MESSAGES_RECEIVED) - acceptedBefore;
            assertTrue(accepted < 10_000, "status messages acted upon: " + accepted);
            assertTrue(sink.isConnected());
            assertEquals(0, from.errors.size(), from.errors::toString);
            assertEquals(0, from.systemCounter(SystemCounterDescriptor.ERRORS));
        }
    }

    /**
     * Members of a group answer from any address, so here every stranger reaches the publisher. What is refused is all
     * that no member would say; a well-formed status message is not, so multicast is for networks that are trusted.
     */
    @Test
    void shouldKeepAGroupGoingUnderForgedControl()
    {
        final ChannelConfig group = ChannelConfig.multicast("224.0.1.1:" + port, "127.0.0.1", STREAM, SESSION,
            InvokerRig.MTU, LinkBudget.LAN, InvokerRig.LIMITS).losslessGroup();

        try (InvokerRig from = new InvokerRig("from");
            InvokerRig to = tapped();
            RawSocket stranger = new RawSocket("127.0.0.2", 0))
        {
            final FrameSink sink = from.addSink(group);
            final FrameSource source = to.addSource(group);
            connect(sink, source, from, to);
            final InetSocketAddress control = new InetSocketAddress("224.0.1.2", port);

            final int[] wrongAtAnyPosition = {0, 1, 2, 4, 5, 6, 9, 10, 11, 12, 13};
            for (int i = 0; i < 20_000; i++)
            {
                hostile.craftControl(stranger.datagram, wrongAtAnyPosition[i % wrongAtAnyPosition.length]);
                stranger.sendTo(control);
                final long due = i + 1;
                InvokerRig.await("refused", () -> exchange(sink, source, from) && from.refused() == due, to);
            }
            InvokerRig.await("the rest", () -> exchange(null, source, from) && log.received == sent, to);

            assertHonestStreamWhole(from, to);
            assertEquals(0, to.refused());
            assertTrue(sink.isConnected());
        }
    }

    /** Reads all that came to a raw receiver. */
    private static boolean hear(final RawSocket receiver, final Wiretap live)
    {
        Datagrams heard = receiver.receive();
        while (null != heard)
        {
            live.shouldDropFrame(receiver.source(), heard.buffer, heard.length);
            heard = receiver.receive();
        }

        return true;
    }

    /** Runs until nothing is under way, with room for one more frame in the term. */
    private void settle(final FrameSource source, final InvokerRig from, final InvokerRig to)
    {
        InvokerRig.await(
            "settled",
            () ->
            {
                final boolean fits = live.nextOffset < channel.termLength() - 64 * 1024;
                exchange(fits ? null : from.sinks.get(0), source, from);
                return fits && log.received == sent;
            },
            to);
    }

    private static void assertNoErrors(final InvokerRig from, final InvokerRig to)
    {
        assertEquals(0, from.errors.size() + to.errors.size(), () -> from.errors + " " + to.errors);
        assertEquals(0, from.systemCounter(SystemCounterDescriptor.ERRORS));
        assertEquals(0, to.systemCounter(SystemCounterDescriptor.ERRORS));
    }

    private InvokerRig tapped()
    {
        return new InvokerRig(
            DriverConfig.embedded("test-to", DriverThreading.INVOKER, LinkBudget.LAN).withDataLoss((endpoint) -> live));
    }

    private void connect(
        final FrameSink sink, final FrameSource source, final InvokerRig from, final InvokerRig to)
    {
        InvokerRig.await("connected", () -> sink.isConnected() && source.isConnected(), from, to);
        InvokerRig.await("first frames", () -> exchange(sink, source, from) && log.received > 100, to);
    }

    /** Sends a frame, if there is a sink and room, and reads what came. */
    private boolean exchange(final FrameSink sink, final FrameSource source, final InvokerRig from)
    {
        if (null != sink && sent - log.received < 32)
        {
            sent += SendResult.OK == InvokerRig.trySend(sink, 33 + (int)(sent * 7 % 1344), sent) ? 1 : 0;
        }
        from.doWork();
        source.poll(log, BATCH);

        return true;
    }

    private static boolean isRefused(final long due, final InvokerRig to)
    {
        // The driver takes one datagram a turn.
        for (int i = 0; i < BATCH && to.refused() < due; i++)
        {
            to.driver.invoke();
        }

        return to.refused() == due;
    }

    private void assertHonestStreamWhole(final InvokerRig from, final InvokerRig to)
    {
        assertNoErrors(from, to);
        assertEquals(0, log.first);
        assertEquals(sent, log.received);
        assertEquals(0, log.gaps + log.backwards + log.damaged);
    }
}
