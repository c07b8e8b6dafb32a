package io.fragcast.transport.aeron;

import io.aeron.driver.ext.LossGenerator;
import io.aeron.driver.status.SystemCounterDescriptor;
import io.aeron.protocol.HeaderFlyweight;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.transport.FrameSink;
import io.fragcast.transport.FrameSource;
import io.fragcast.transport.SendResult;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * A hole that Aeron does not close is seen by what asks elsewhere, and the stream is left and heard again behind it.
 */
@Timeout(60)
class StuckImageSystemTest
{
    private static final int SESSION = 0x57CC_0001;
    private static final int SENT_AT_ONCE = 10;
    private static final long INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(2);

    private final ChannelConfig channel = InvokerRig.unicast(InvokerRig.freePort(), SESSION);
    private final FrameLog log = new FrameLog();
    private final LoseOne lost = new LoseOne();
    private long sent;
    private long nextNs;

    @Test
    void shouldLeaveAnImageWhoseNaksNobodyHearsAndGoOn()
    {
        try (InvokerRig from = new InvokerRig(driver("from").withControlLoss(StuckImageSystemTest::isNak));
            InvokerRig to = new InvokerRig(driver("to").withDataLoss((endpoint) -> lost)))
        {
            final FrameSink sink = from.addSink(channel);
            final FrameSource source = to.addSource(channel);
            goOnUntil("steady", sink, source, 100, from, to);

            lost.next = true;
            InvokerRig.await("a loss", () -> exchange(sink, source) && !lost.next, from, to);
            final long holeNs = System.nanoTime();
            InvokerRig.await(
                "longer than Aeron's own repair takes",
                () -> exchange(sink, source) && source.stalledNs(System.nanoTime()) > LinkBudget.LAN.holeNs(),
                from,
                to);
            final long readBefore = log.received;
            InvokerRig.await(
                "left", () -> exchange(sink, source) && to.counters.value(FragcastCounter.SOURCES_REMADE) > 0,
                from, to);
            final long leftNs = System.nanoTime();
            assertEquals(readBefore, log.received, "nothing is read past a hole");
            InvokerRig.await("heard again", () -> exchange(sink, source) && log.received > readBefore, from, to);
            final long heardNs = System.nanoTime();

            final long leftMs = TimeUnit.NANOSECONDS.toMillis(leftNs - holeNs);
            final long heardMs = TimeUnit.NANOSECONDS.toMillis(heardNs - leftNs);
            assertTrue(leftNs - holeNs >= LinkBudget.LAN.stuckNs(), "left after " + leftMs + " ms");
            assertTrue(leftMs < 300, "left after " + leftMs + " ms");
            assertTrue(heardMs < 500, "heard again after " + heardMs + " ms");
            goOnUntil("on", sink, source, log.received + 500, from, to);
            // What came since the last poll looks like a hole until the next.
            assertTrue(source.stalledNs(System.nanoTime()) < LinkBudget.LAN.holeNs());
            assertEquals(1, to.counters.value(FragcastCounter.SOURCES_REMADE));
            assertEquals(0, log.backwards + log.damaged);
            assertTrue(log.gaps > 0, "what came while nobody listened is for repair");
            assertTrue(to.systemCounter(SystemCounterDescriptor.NAK_MESSAGES_SENT) > 0);
            assertEquals(0, from.systemCounter(SystemCounterDescriptor.RETRANSMITS_SENT));
        }
    }

    @Test
    void shouldNotLeaveAnImageThatAeronRepairs()
    {
        try (InvokerRig from = new InvokerRig(driver("from"));
            InvokerRig to = new InvokerRig(driver("to").withStreamLoss(InvokerRig.STREAM, 20, 7)))
        {
            final FrameSink sink = from.addSink(channel);
            final FrameSource source = to.addSource(channel);
            goOnUntil("on", sink, source, 2000, from, to);

            assertTrue(from.systemCounter(SystemCounterDescriptor.RETRANSMITS_SENT) > 20, "there was loss");
            assertEquals(0, to.counters.value(FragcastCounter.SOURCES_REMADE));
            assertEquals(0, log.gaps + log.backwards + log.damaged);
        }
    }

    @Test
    void shouldSkipTheHolesOfAStreamThatIsLeftToRepair()
    {
        final ChannelConfig unreliable = channel.unreliable();
        try (InvokerRig from = new InvokerRig(driver("from"));
            InvokerRig to = new InvokerRig(driver("to").withStreamLoss(InvokerRig.STREAM, 5, 7)))
        {
            final FrameSink sink = from.addSink(unreliable);
            final FrameSource source = to.addSource(unreliable);
            // 3,000 datagrams, of which five in a hundred are lost: 0.02 is five times their deviation.
            goOnUntil("on", sink, source, 15_000, from, to);

            assertEquals(0, from.systemCounter(SystemCounterDescriptor.RETRANSMITS_SENT));
            assertEquals(0, to.counters.value(FragcastCounter.SOURCES_REMADE));
            assertEquals(0.05, log.gaps / (double)sent, 0.02);
            assertEquals(0, log.backwards + log.damaged);
        }
    }

    private void goOnUntil(
        final String what, final FrameSink sink, final FrameSource source, final long frames, final InvokerRig... rigs)
    {
        InvokerRig.await(what, () -> exchange(sink, source) && log.received >= frames, rigs);
    }

    /** A small burst every 2 ms, and what came of it. */
    private boolean exchange(final FrameSink sink, final FrameSource source)
    {
        final long nowNs = System.nanoTime();
        if (nowNs - nextNs >= 0)
        {
            nextNs = nowNs + INTERVAL_NS;
            for (int i = 0; i < SENT_AT_ONCE; i++)
            {
                sent += SendResult.OK == InvokerRig.trySend(sink, 200, sent) ? 1 : 0;
            }
        }
        source.poll(log, 2 * SENT_AT_ONCE);

        return true;
    }

    private static DriverConfig driver(final String name)
    {
        return DriverConfig.embedded("test-" + name, DriverThreading.INVOKER, LinkBudget.LAN);
    }

    private static boolean isNak(final InetSocketAddress source, final UnsafeBuffer packet, final int length)
    {
        return HeaderFlyweight.HDR_TYPE_NAK == DatagramCheck.type(packet, 0);
    }

    /** Loses the next data datagram. */
    private static final class LoseOne implements LossGenerator
    {
        boolean next;

        @Override
        public boolean shouldDropFrame(final InetSocketAddress source, final UnsafeBuffer packet, final int length)
        {
            final boolean isData = HeaderFlyweight.HDR_TYPE_DATA == DatagramCheck.type(packet, 0) &&
                !DatagramCheck.isHeartbeat(packet, length);
            final boolean isLost = next && isData;
            next = next && !isLost;

            return isLost;
        }
    }
}
