package io.fragcast.transport.aeron;

import io.aeron.driver.status.SystemCounterDescriptor;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.transport.FrameSink;
import io.fragcast.transport.FrameSource;
import io.fragcast.transport.SendResult;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * Frames over real media drivers on loopback, one for each end, all on the test's thread.
 */
@Timeout(60)
class AeronFramesSystemTest
{
    private static final int SESSION = 0xF1A60001;
    private static final int FRAMES = 20_000;
    /** Less than any system grants, so less than this one does. */
    private static final KernelLimits SMALL = new KernelLimits(64 * 1024, 64 * 1024);

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldCarryFramesInOrderAcrossTerms(final boolean isMulticast)
    {
        final int port = InvokerRig.freePort();
        final ChannelConfig channel = isMulticast ? multicast(port).losslessGroup() : InvokerRig.unicast(port, SESSION);

        try (InvokerRig from = new InvokerRig("from"); InvokerRig to = new InvokerRig("to"))
        {
            final FrameSink sink = from.addSink(channel);
            final FrameSource source = to.addSource(channel);
            final FrameLog log = new FrameLog();
            assertEquals(SendResult.NOT_CONNECTED, InvokerRig.trySend(sink, 100, 0));

            InvokerRig.await("connected", () -> sink.isConnected() && source.isConnected(), from, to);

            carry(sink, source, log, from, to);

            assertEquals(0, log.first);
            assertEquals(0, log.gaps);
            assertEquals(0, log.backwards);
            assertEquals(0, log.damaged);
            assertTrue(log.receiveTimeNs > 0 && log.sendTimeNs > 0, "stamped by the drivers");
            InvokerRig.await("drained", sink::isDrained, from, to);
            assertEquals(0, from.errors.size() + to.errors.size(), () -> from.errors + " " + to.errors);
            assertEquals(0, from.refused() + to.refused(), "nothing honest is refused");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldSendSeveralDatagramsInOneTurn(final boolean isOffloaded)
    {
        System.setProperty(SegmentationOffload.PROPERTY, Boolean.toString(isOffloaded));
        final ChannelConfig channel = InvokerRig.unicast(InvokerRig.freePort(), SESSION);
        final FrameLog log = new FrameLog();

        try (InvokerRig from = new InvokerRig("from"); InvokerRig to = new InvokerRig("to"))
        {
            final FrameSink sink = from.addSink(channel);
            final FrameSource source = to.addSource(channel);
            InvokerRig.await("connected", () -> sink.isConnected() && source.isConnected(), from, to);

            // A signed frame, full chunks and the last of them.
            final int[] lengths = {700, 1376, 1376, 1376, 1376, 1376, 1376, 100};
            assertEquals(lengths.length, sink.framesATurn());
            for (int i = 0; i < lengths.length; i++)
            {
                assertEquals(SendResult.OK, InvokerRig.trySend(sink, lengths[i], i));
            }
            assertFalse(sink.isDrained());
            from.driver.transmit();
            assertTrue(sink.isDrained(), "all have left");

            InvokerRig.await("received", () -> source.poll(log, 64) >= 0 && lengths.length == log.received, to);
            assertEquals(0, log.gaps + log.backwards + log.damaged);
            assertTrue(log.sendTimeNs > 0, "the last datagram is stamped as the first");
            assertEquals(0, from.refused() + to.refused(), "no datagram is longer than the MTU");
        }
        finally
        {
            System.clearProperty(SegmentationOffload.PROPERTY);
        }
    }

    /** Two profiles, or two kernels: who sends says how long a term is, and the smaller window holds. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldCarryFramesBetweenHostsOfOtherWindows(final boolean isSenderLarge)
    {
        final int port = InvokerRig.freePort();
        final ChannelConfig small = ChannelConfig.unicast(
            "127.0.0.1:" + port, InvokerRig.STREAM, SESSION, InvokerRig.MTU, LinkBudget.LAN, SMALL);
        final ChannelConfig large = InvokerRig.unicast(port, SESSION);
        assertTrue(small.termLength() < large.termLength(), () -> small + " " + large);

        try (InvokerRig from = new InvokerRig("from"); InvokerRig to = new InvokerRig("to"))
        {
            final FrameSink sink = from.addSink(isSenderLarge ? large : small);
            final FrameSource source = to.addSource(isSenderLarge ? small : large);
            final FrameLog log = new FrameLog();
            InvokerRig.await("connected", () -> sink.isConnected() && source.isConnected(), from, to);

            carry(sink, source, log, from, to);

            assertEquals(0, log.gaps + log.backwards + log.damaged);
            assertEquals(0, from.refused() + to.refused(), "nothing honest is refused");
            assertEquals(0, from.errors.size() + to.errors.size(), () -> from.errors + " " + to.errors);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldRepairFivePercentLossWithinItsBudgets(final boolean isMulticast)
    {
        final int port = InvokerRig.freePort();
        final ChannelConfig channel = isMulticast ? multicast(port).losslessGroup() : InvokerRig.unicast(port, SESSION);
        final DriverConfig lossy = DriverConfig.embedded("test-lossy", DriverThreading.INVOKER, LinkBudget.LAN)
            .withStreamLoss(InvokerRig.STREAM, 5, 42);

        try (InvokerRig from = new InvokerRig("from"); InvokerRig to = new InvokerRig(lossy))
        {
            final FrameSink sink = from.addSink(channel);
            final FrameSource source = to.addSource(channel);
            final FrameLog log = new FrameLog();
            InvokerRig.await("connected", () -> sink.isConnected() && source.isConnected(), from, to);

            final long[] sent = {0};
            InvokerRig.await(
                "all frames",
                () ->
                {
                    // Bursts of a frag, then as long as they take.
                    if (sent[0] < FRAMES && log.received + 24 > sent[0])
                    {
                        sent[0] += SendResult.OK == InvokerRig.trySend(sink, 1376, sent[0]) ? 1 : 0;
                    }
                    source.poll(log, 64);
                    return FRAMES == log.received;
                },
                from,
                to);

            assertEquals(0, log.gaps + log.backwards + log.damaged);
            assertTrue(from.systemCounter(SystemCounterDescriptor.RETRANSMITS_SENT) > FRAMES / 100, "there was loss");
            assertEquals(0, to.counters.value(FragcastCounter.SOURCES_REMADE));
            assertEquals(0, from.refused() + to.refused(), "nothing honest is refused");
        }
    }

    @Test
    void shouldPushBackWhenTheReceiverStandsStillAndLoseNothing()
    {
        final ChannelConfig channel = InvokerRig.unicast(InvokerRig.freePort(), SESSION);

        try (InvokerRig from = new InvokerRig("from"); InvokerRig to = new InvokerRig("to"))
        {
            final FrameSink sink = from.addSink(channel);
            final FrameSource source = to.addSource(channel);
            final FrameLog log = new FrameLog();
            InvokerRig.await("connected", () -> sink.isConnected() && source.isConnected(), from, to);

            log.isFull = true;
            final long[] sent = {0};
            InvokerRig.await(
                "pushed back for good",
                () ->
                {
                    source.poll(log, 10);
                    final SendResult result = InvokerRig.trySend(sink, 1376, sent[0]);
                    if (SendResult.OK == result)
                    {
                        sent[0]++;
                    }
                    return SendResult.BACK_PRESSURED == result &&
                        sent[0] * 1408 > channel.windowBytes() + channel.termLength() / 2 - 2 * 1408;
                },
                from,
                to);
            assertFalse(sink.isDrained(), "what is out of window waits in the sender");
            // Longer than what a source calls stuck: a handler that takes nothing is no fault of the stream.
            InvokerRig.runFor(500, from, to);

            log.isFull = false;
            InvokerRig.await(
                "all frames",
                () ->
                {
                    source.poll(log, 10);
                    return sent[0] == log.received;
                },
                from,
                to);
            assertEquals(0, log.first);
            assertEquals(0, log.gaps + log.backwards + log.damaged);
        }
    }

    @Test
    void shouldReturnAnAeronSessionToItsSinkAfterClose()
    {
        final ChannelConfig channel = InvokerRig.unicast(InvokerRig.freePort(), SESSION);

        try (InvokerRig rig = new InvokerRig("both"))
        {
            final FrameSource source = rig.addSource(channel);
            final FrameSink first = rig.addSink(channel);
            InvokerRig.await("connected", first::isConnected, rig);
            first.close();
            assertEquals(SendResult.CLOSED, InvokerRig.trySend(first, 100, 0));

            final FrameSink second = rig.addSink(channel);
            final FrameLog log = new FrameLog();
            InvokerRig.await(
                "heard again",
                () ->
                {
                    InvokerRig.trySend(second, 100, 7);
                    source.poll(log, 10);
                    return log.received > 0;
                },
                rig);
            assertEquals(7, log.first);
        }
    }

    /** 20,000 frames of 33 to 1,376 bytes are some 14 MB: many terms, which so end at frames of every size. */
    private static void carry(
        final FrameSink sink,
        final FrameSource source,
        final FrameLog log,
        final InvokerRig from,
        final InvokerRig to)
    {
        final long[] sent = {0};
        InvokerRig.await(
            "all frames",
            () ->
            {
                while (sent[0] < FRAMES &&
                    SendResult.OK == InvokerRig.trySend(sink, 33 + (int)(sent[0] * 7 % 1344), sent[0]))
                {
                    sent[0]++;
                }
                source.poll(log, 64);
                return FRAMES == log.received;
            },
            from,
            to);
    }

    private static ChannelConfig multicast(final int port)
    {
        return ChannelConfig.multicast("224.0.1.1:" + port, "127.0.0.1", InvokerRig.STREAM, SESSION, InvokerRig.MTU,
            LinkBudget.LAN, InvokerRig.LIMITS);
    }
}
