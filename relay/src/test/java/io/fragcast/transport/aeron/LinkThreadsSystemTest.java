package io.fragcast.transport.aeron;

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
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
