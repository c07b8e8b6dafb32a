package io.fragcast.transport.aeron;

import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.transport.FrameLink;
import io.fragcast.transport.SendResult;
import org.agrona.CloseHelper;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.AgentRunner;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.status.AtomicCounter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.fail;

/**
 * A hot thread, which runs the driver where nobody else does, and a cold one own links of their own at the same time,
 * each by its own client.
 */
@Timeout(60)
class LinkThreadsSystemTest
{
    private static final int FRAMES = 500;
    private static final long DEADLINE_NS = TimeUnit.SECONDS.toNanos(20);

    private final List<Throwable> errors = new CopyOnWriteArrayList<>();

    @ParameterizedTest
    @EnumSource
    void shouldLetAColdThreadOwnLinksWhileTheHotOneOwnsOthers(final DriverThreading threading)
    {
        final AeronDriver driver = AeronDriver.launch(
            DriverConfig.embedded("test-threads", threading, LinkBudget.LAN), errors::add);
        final AeronClient hotClient = driver.connect("hot");
        final AeronClient coldClient = driver.connectCold("cold");
        final AtomicCounter remade = new Counters(hotClient.counterFactory()).get(FragcastCounter.SOURCES_REMADE);
        final Pair hot = new Pair(driver, hotClient, 1, remade);
        final Pair cold = new Pair(null, coldClient, 2, remade);

        final AgentRunner hotRunner = new AgentRunner(new BackoffIdleStrategy(), errors::add, null, hot);
        AgentRunner.startOnThread(hotRunner);
        try
        {
            final IdleStrategy idleStrategy = new BackoffIdleStrategy();
            final long deadlineNs = System.nanoTime() + DEADLINE_NS;
            while (!hot.isDone || !cold.isDone)
            {
                idleStrategy.idle(cold.doWork());
                if (System.nanoTime() - deadlineNs > 0)
                {
                    fail("hot " + hot + " cold " + cold);
                }
            }
        }
        finally
        {
            CloseHelper.closeAll(hotRunner, hot, cold, coldClient, hotClient, driver);
        }

        assertEquals(List.of(), errors);
        assertEquals(0, hot.answers.gaps + hot.answers.backwards + hot.answers.damaged);
        assertEquals(0, cold.answers.gaps + cold.answers.backwards + cold.answers.damaged);
    }

    /** A cold thread waits for a disk, say, for longer than the driver keeps a client that gives no sign of life. */
    @Test
    void shouldOpenAgainWhenTheColdThreadStoodStill()
    {
        final Path directory = Path.of("/dev/shm/fragcast-test-still-" + ProcessHandle.current().pid());
        final MediaDriver.Context outside = new MediaDriver.Context()
            .aeronDirectoryName(directory.toString())
            .dirDeleteOnStart(true)
            .dirDeleteOnShutdown(true)
            .timerIntervalNs(TimeUnit.MILLISECONDS.toNanos(50))
            .clientLivenessTimeoutNs(TimeUnit.SECONDS.toNanos(1))
            .threadingMode(ThreadingMode.SHARED);
        final LinkConfig config = InvokerRig.link(InvokerRig.freePort(), InvokerRig.freePort(), 3);

        try (MediaDriver other = MediaDriver.launch(outside);
            InvokerRig server = new InvokerRig("server");
            InvokerRig hot = new InvokerRig(DriverConfig.external(Path.of(other.aeronDirectoryName()), LinkBudget.LAN)))
        {
            final AeronClient cold = hot.driver.connectCold("cold");
            final FrameLink answering = server.accept(config, "peer");
            final FrameLink asking = cold.dial("server", config, hot.counters.get(FragcastCounter.SOURCES_REMADE));
            InvokerRig.await("open", () -> isOpen(cold, asking, answering), server);

            InvokerRig.runFor(2500, server);
            InvokerRig.await("lost", () -> 0 <= cold.invoke() && !asking.isConnected(), server);
            assertFalse(hot.errors.isEmpty(), "the client says why");
            InvokerRig.await("open again", () -> isOpen(cold, asking, answering), server);

            final FrameLog log = new FrameLog();
            InvokerRig.await(
                "heard again",
                () ->
                {
                    InvokerRig.trySend(asking.sink(), 100, 9);
                    answering.source().poll(log, 1);
                    return isOpen(cold, asking, answering) && 9 == log.next - 1;
                },
                server);
            asking.close();
            cold.close();
        }
    }

    private static boolean isOpen(final AeronClient client, final FrameLink asking, final FrameLink answering)
    {
        client.invoke();
        asking.doWork(System.nanoTime());

        return asking.isConnected() && answering.isConnected();
    }

    /** Both ends of a link, and the thread that owns them. */
    private static final class Pair implements Agent, AutoCloseable
    {
        private final AeronDriver driver;
        private final AeronClient client;
        private final FrameLink asking;
        private final FrameLink answering;
        private final FrameLog questions = new FrameLog();
        private final FrameLog answers = new FrameLog();
        private long sent;
        private long answered;
        private volatile boolean isDone;

        Pair(final AeronDriver driver, final AeronClient client, final int session, final AtomicCounter remade)
        {
            this.driver = driver;
            this.client = client;
            final LinkConfig config = InvokerRig.link(InvokerRig.freePort(), InvokerRig.freePort(), session);
            answering = client.accept("peer", config, null, remade);
            asking = client.dial("server", config, remade);
        }

        @Override
        public int doWork()
        {
            final long nowNs = System.nanoTime();
            int work = null == driver ? 0 : driver.invoke();
            work += client.invoke() + asking.doWork(nowNs) + answering.doWork(nowNs);
            if (!asking.isConnected() || !answering.isConnected())
            {
                return work;
            }

            if (sent < FRAMES && SendResult.OK == InvokerRig.trySend(asking.sink(), 500, sent))
            {
                sent++;
                work++;
            }
            work += answering.source().poll(questions, 10);
            if (answered < questions.received &&
                SendResult.OK == InvokerRig.trySend(answering.sink(), 500, answered))
            {
                answered++;
                work++;
            }
            work += asking.source().poll(answers, 10);
            isDone = FRAMES == answers.received;

            return work;
        }

        @Override
        public String roleName()
        {
            return "hot";
        }

        @Override
        public void close()
        {
            CloseHelper.closeAll(asking, answering);
        }

        @Override
        public String toString()
        {
            return "sent " + sent + " answered " + answered + " of " + answers.received + ": " + asking + answering;
        }
    }
}
