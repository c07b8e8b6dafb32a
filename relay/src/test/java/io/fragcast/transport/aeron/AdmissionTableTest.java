package io.fragcast.transport.aeron;

import com.sun.management.ThreadMXBean;
import org.junit.jupiter.api.Test;

import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class AdmissionTableTest
{
    private static final KernelLimits LIMITS = new KernelLimits(4 * 1024 * 1024, 4 * 1024 * 1024);
    private static final InetSocketAddress ENDPOINT = new InetSocketAddress("127.0.0.1", 14040);

    private final AdmissionTable table = new AdmissionTable();

    @Test
    void shouldTellSessionsOfOneNumberApartByTheEndpointTheyComeTo()
    {
        final InboundSession here = table.admit(channel(14040, 7), null);
        final InboundSession there = table.admit(channel(14048, 7), null);

        assertNotSame(here, there);
        assertSame(here, table.find(ENDPOINT, 1001, 7));
        assertSame(there, table.find(new InetSocketAddress("127.0.0.1", 14048), 1001, 7));
        assertNull(table.find(ENDPOINT, 1002, 7));
        assertNull(table.find(ENDPOINT, 1001, 8));
    }

    @Test
    void shouldKeepASharedSessionUntilTheLastReleasesIt()
    {
        final InboundSession first = table.admit(channel(14040, 7), null);
        assertSame(first, table.admit(channel(14040, 7), null));

        table.release(first);
        assertSame(first, table.find(ENDPOINT, 1001, 7));
        table.release(first);
        assertNull(table.find(ENDPOINT, 1001, 7));
        table.release(first);
        assertNotSame(first, table.admit(channel(14040, 7), null));
    }

    @Test
    void shouldHoldItsCapacityAndNotOneMore()
    {
        final List<InboundSession> sessions = new ArrayList<>();
        for (int i = 0; i < AdmissionTable.CAPACITY; i++)
        {
            sessions.add(table.admit(channel(14040, i), null));
        }
        assertThrows(IllegalStateException.class, () -> table.admit(channel(14040, -1), null));

        // Each second one goes: those that probed past it are still found.
        for (int i = 0; i < sessions.size(); i += 2)
        {
            table.release(sessions.get(i));
        }
        for (int i = 0; i < sessions.size(); i++)
        {
            assertSame(0 == i % 2 ? null : sessions.get(i), table.find(ENDPOINT, 1001, i));
        }
        assertNotNull(table.admit(channel(14040, -1), null));
    }

    @Test
    void shouldCompareTheAddressAndNotThePort() throws Exception
    {
        final InboundSession pinned = table.admit(channel(14040, 7), InetAddress.getByName("127.0.0.1"));
        final InboundSession open = table.admit(channel(14040, 8), null);

        assertTrue(pinned.isFrom(new InetSocketAddress("127.0.0.1", 1)));
        assertTrue(pinned.isFrom(new InetSocketAddress("127.0.0.1", 2)));
        assertFalse(pinned.isFrom(new InetSocketAddress("127.0.0.2", 1)));
        assertTrue(open.isFrom(new InetSocketAddress("127.0.0.2", 1)));
    }

    @Test
    void shouldAlwaysFindAStandingSessionWhileOthersComeAndGo() throws Exception
    {
        final InboundSession standing = table.admit(channel(14040, 7), null);
        final AtomicLong lookUps = new AtomicLong();
        final AtomicLong misses = new AtomicLong();
        final CountDownLatch done = new CountDownLatch(1);
        final Thread reader = new Thread(() ->
        {
            while (done.getCount() > 0)
            {
                misses.addAndGet(standing == table.find(ENDPOINT, 1001, 7) ? 0 : 1);
                lookUps.incrementAndGet();
            }
        });
        reader.start();

        final long endNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(300);
        for (int i = 0; System.nanoTime() - endNs < 0 || lookUps.get() < 1000; i++)
        {
            table.release(table.admit(channel(14040, 100 + i % 500), null));
        }
        done.countDown();
        reader.join();

        assertEquals(0, misses.get(), "of " + lookUps.get());
    }

    @Test
    void shouldAllocateNothingForADatagram() throws Exception
    {
        final ThreadMXBean threads = (ThreadMXBean)ManagementFactory.getThreadMXBean();
        final InetSocketAddress source = new InetSocketAddress("127.0.0.1", 40_000);
        table.admit(channel(14040, 7), InetAddress.getByName("127.0.0.1")).follow(3, 64 * 1024, 0);
        final Datagrams datagram = new Datagrams();
        datagram.data(1000, 64, 7, 1001, 3);

        check(datagram, source, 20_000);
        final long before = threads.getCurrentThreadAllocatedBytes();
        final int accepted = check(datagram, source, 100_000);
        final long allocated = threads.getCurrentThreadAllocatedBytes() - before;

        assertEquals(100_000, accepted);
        // Less than a byte each: the least object has 16, and what the JVM does beside (linking, compiling) is no more.
        assertTrue(allocated < 100_000, "bytes: " + allocated);
    }

    private int check(final Datagrams datagram, final InetSocketAddress source, final int times)
    {
        int accepted = 0;
        for (int i = 0; i < times; i++)
        {
            final InboundSession session = table.find(
                ENDPOINT,
                DatagramCheck.dataStreamId(datagram.buffer),
                DatagramCheck.dataSessionId(datagram.buffer));
            if (null != session && session.isFrom(source) &&
                DatagramCheck.isForReceiver(datagram.buffer, 0, datagram.length) &&
                DatagramCheck.isData(datagram.buffer, datagram.length, session.termLength(), session.mtu()) &&
                session.onData(
                    DatagramCheck.dataTermId(datagram.buffer),
                    DatagramCheck.dataTermOffset(datagram.buffer),
                    DatagramCheck.endOffset(datagram.buffer, datagram.length)))
            {
                accepted++;
            }
        }

        return accepted;
    }

    private static ChannelConfig channel(final int port, final int sessionId)
    {
        return ChannelConfig.unicast("127.0.0.1:" + port, 1001, sessionId, 1408, LinkBudget.LAN, LIMITS);
    }
}
