package io.fragcast.transport.aeron;

import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.transport.FrameSink;
import io.fragcast.transport.FrameSource;
import io.fragcast.transport.SendResult;
import org.agrona.concurrent.status.CountersReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

/**
 * The driver in each of its threadings, for two nodes; its counters; and what it leaves behind.
 */
@Timeout(60)
class AeronDriverSystemTest
{
    private static final int SESSION = 0x0D21_0001;
    private static final int FRAMES = 2_000;

    private final List<Throwable> errors = new CopyOnWriteArrayList<>();

    @ParameterizedTest
    @EnumSource(DriverThreading.class)
    void shouldServeTwoNodesThatUseOneSessionEachWay(final DriverThreading threading)
    {
        final ChannelConfig there = InvokerRig.unicast(InvokerRig.freePort(), SESSION);
        final ChannelConfig back = InvokerRig.unicast(InvokerRig.freePort(), SESSION);

        try (AeronDriver driver = AeronDriver.launch(
            DriverConfig.embedded("test-two", threading, LinkBudget.LAN), errors::add);
            AeronClient a = driver.connect("a");
            AeronClient b = driver.connect("b"))
        {
            final Counters counters = new Counters(a.counterFactory());
            final InetAddress loopback = InetAddress.getLoopbackAddress();
            final FrameSink toB = a.addSink("b", there);
            final FrameSink toA = b.addSink("a", back);
            final FrameSource fromA =
                b.addSource("a", there, loopback, counters.get(FragcastCounter.SOURCES_REMADE));
            final FrameSource fromB =
                a.addSource("b", back, loopback, counters.get(FragcastCounter.SOURCES_REMADE));
            final FrameLog atB = new FrameLog();
            final FrameLog atA = new FrameLog();

            final long[] sent = {0, 0};
            await(
                driver,
                "frames both ways",
                () ->
                {
                    final long nowNs = System.nanoTime();
                    a.invoke();
                    b.invoke();
                    toA.doWork(nowNs);
                    toB.doWork(nowNs);
                    fromA.doWork(nowNs);
                    fromB.doWork(nowNs);
                    sent[0] += sent[0] < FRAMES && SendResult.OK == InvokerRig.trySend(toB, 500, sent[0]) ? 1 : 0;
                    sent[1] += sent[1] < FRAMES && SendResult.OK == InvokerRig.trySend(toA, 600, sent[1]) ? 1 : 0;
                    fromA.poll(atB, 10);
                    fromB.poll(atA, 10);
                    return FRAMES == atA.received && FRAMES == atB.received;
                });

            assertEquals(0, atA.gaps + atA.backwards + atA.damaged + atB.gaps + atB.backwards + atB.damaged);
            assertEquals(0, counters.value(FragcastCounter.SOURCES_REMADE));
            assertEquals(0, errors.size(), errors::toString);

            toB.close();
            toA.close();
            fromA.close();
            fromB.close();
        }
        assertFalse(Files.exists(DriverConfig.embedded("test-two", threading, LinkBudget.LAN).directory()));
    }

    /** An outside driver has none of our endpoints: the source goes by its position alone. */
    @Test
    void shouldHearARestartedPublisherBehindAnOutsideDriver()
    {
        final ChannelConfig channel = InvokerRig.unicast(InvokerRig.freePort(), SESSION);
        final Path directory = Path.of("/dev/shm/fragcast-test-outside-" + ProcessHandle.current().pid());
        final MediaDriver.Context outside = new MediaDriver.Context()
            .aeronDirectoryName(directory.toString())
            .dirDeleteOnStart(true)
            .dirDeleteOnShutdown(true)
            .threadingMode(ThreadingMode.SHARED);

        try (MediaDriver other = MediaDriver.launch(outside);
            InvokerRig to = new InvokerRig(DriverConfig.external(directory, LinkBudget.LAN));
            InvokerRig dead = new InvokerRig("dead");
            InvokerRig successor = new InvokerRig("successor"))
        {
            assertEquals(directory.toString(), other.aeronDirectoryName());
            final FrameSource source = to.addSource(channel);
            final FrameSink deadSink = dead.addSink(channel);
            InvokerRig.await("connected", () -> deadSink.isConnected() && source.isConnected(), dead, to);

            final FrameSink sink = successor.addSink(channel);
            final FrameLog log = new FrameLog();
            InvokerRig.await(
                "heard again",
                () ->
                {
                    InvokerRig.trySend(sink, 100, 2);
                    source.poll(log, 1);
                    return log.received > 0;
                },
                successor,
                to);
            assertEquals(2, log.first);
            assertTrue(to.counters.value(FragcastCounter.SOURCES_REMADE) > 0);
        }
    }

    @Test
    void shouldShowTheNodesCountersInTheDriversFile()
    {
        try (InvokerRig rig = new InvokerRig("counters"))
        {
            rig.counters.get(FragcastCounter.FRAMES_RECEIVED).increment();
            final CountersReader reader = rig.client.countersReader();
            final String[] label = new String[1];
            reader.forEach(
                (id, typeId, key, text) ->
                {
                    if (FragcastCounter.FRAMES_RECEIVED.typeId() == typeId)
                    {
                        label[0] = text;
                        assertEquals(1, reader.getCounterValue(id));
                    }
                });

            assertTrue(label[0].matches("fragcast fragcast-test-counters-\\d+: frames received"), label[0]);
        }
    }

    @Test
    void shouldKeepTenStreamsUnderSixtyFourMegabytes()
    {
        try (InvokerRig rig = new InvokerRig("footprint"))
        {
            for (int i = 0; i < 10; i++)
            {
                final ChannelConfig channel = InvokerRig.unicast(InvokerRig.freePort(), SESSION + i);
                rig.addSink(channel);
                rig.addSource(channel);
            }
            InvokerRig.await(
                "connected",
                () -> rig.sinks.stream().allMatch(FrameSink::isConnected) &&
                    rig.sources.stream().allMatch(FrameSource::isConnected),
                rig);

            assertTrue(rig.footprint() < 64 * 1024 * 1024, "bytes: " + rig.footprint());
        }
    }

    @Test
    void shouldRemoveWhatADeadProcessLeftAndNothingElse() throws IOException
    {
        final Path own = DriverConfig.embedded("test-left", DriverThreading.INVOKER, LinkBudget.LAN).directory();
        final long deadPid = 4_194_304_000L; // Above the kernel's PID_MAX_LIMIT of 2^22.
        final Path left = Files.createDirectory(own.resolveSibling("fragcast-test-left-" + deadPid));
        final Path alive = Files.createDirectory(own.resolveSibling("fragcast-test-left-1"));
        final Path other = Files.createDirectory(own.resolveSibling("fragcast-test-left-other-" + deadPid));

        try (InvokerRig rig = new InvokerRig("left"))
        {
            assertTrue(Files.exists(own));
            assertFalse(Files.exists(left), "process dead");
            assertTrue(Files.exists(alive), "process alive");
            assertTrue(Files.exists(other), "of another node");
            assertEquals(0, rig.errors.size());
        }
        finally
        {
            Files.deleteIfExists(left);
            Files.delete(alive);
            Files.delete(other);
        }
        assertFalse(Files.exists(own));
    }

    private static void await(final AeronDriver driver, final String what, final BooleanSupplier condition)
    {
        final long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean())
        {
            driver.invoke();
            if (System.nanoTime() - deadlineNs > 0)
            {
                fail("not within 20 s: " + what);
            }
            Thread.yield();
        }
    }
}
