package io.fragcast.transport.aeron;

import com.sun.management.ThreadMXBean;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.aeron.driver.ext.RandomLossGenerator;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.transport.FrameHandler;
import io.fragcast.transport.FrameLink;
import io.fragcast.transport.SendResult;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * Links over real media drivers on loopback, one for each end, all on the test's thread: questions are asked and
 * answered, and go on being so when either end restarts.
 */
@Timeout(120)
class FrameLinkSystemTest
{
    private static final int SESSION = 0x11A6_0001;
    private static final int FRAMES = 5_000;
    // The bar is half a second; a machine that others load gets as much again a few times over.
    private static final long OPEN_AGAIN_MS = 4000;

    private final int port = InvokerRig.freePort();
    private final int answersPort = InvokerRig.freePort();
    private final LinkConfig config = InvokerRig.link(port, answersPort, SESSION);

    @ParameterizedTest
    @ValueSource(ints = {InvokerRig.MTU, 65_504})
    void shouldAskAndAnswerAcrossTerms(final int mtu)
    {
        final LinkConfig link = InvokerRig.link(port, answersPort, SESSION, mtu);
        try (InvokerRig server = new InvokerRig("server"); InvokerRig dialler = new InvokerRig("dialler"))
        {
            final FrameLink asking = dialler.dial(link);
            final FrameLink answering = server.accept(link, "peer");
            awaitOpen(asking, answering, dialler, server);

            // Some 3.5 MB each way: 54 terms of requests, 27 of answers; at the greatest MTU 6.
            exchange(asking, answering, FRAMES, dialler, server);

            assertEquals(0, dialler.refused() + server.refused(), "nothing honest is refused");
            assertEquals(0, dialler.errors.size() + server.errors.size(), () -> dialler.errors + " " + server.errors);
            assertEquals(0, remade(dialler) + remade(server));
        }
    }

    @Test
    void shouldStayOpenWhenNobodySaysAnything()
    {
        try (InvokerRig server = new InvokerRig("server"); InvokerRig dialler = new InvokerRig("dialler"))
        {
            final FrameLink asking = dialler.dial(config);
            final FrameLink answering = server.accept(config, "peer");
            awaitOpen(asking, answering, dialler, server);

            final long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(3);
            while (System.nanoTime() - endNs < 0)
            {
                InvokerRig.runFor(1, dialler, server);
                assertTrue(asking.isConnected() && answering.isConnected());
            }

            assertEquals(0, remade(dialler) + remade(server));
            assertEquals(0, dialler.refused() + server.refused());
        }
    }

    /**
     * Each end in turn is run no more, as a killed process, and a successor takes its place. Its driver is given a
     * chance to let go of its ports only where it owns them.
     */
    @Test
    void shouldOpenAgainWhenTheDiallerRestarts()
    {
        try (InvokerRig server = new InvokerRig("server"); InvokerRig dead = new InvokerRig("dead");
            InvokerRig successor = new InvokerRig("successor"))
        {
            final FrameLink answering = server.accept(config, "peer");
            final FrameLink asking = dead.dial(config);
            awaitOpen(asking, answering, dead, server);
            exchange(asking, answering, 10, dead, server);

            final long startNs = System.nanoTime();
            final FrameLink again = successor.dial(config);
            final long tookMs = awaitAnswer(again, answering, startNs, successor, server);

            assertTrue(tookMs < OPEN_AGAIN_MS, "open again after " + tookMs + " ms");
            exchange(again, answering, 100, successor, server);
            assertEquals(0, server.errors.size(), server.errors::toString);
        }
    }

    @Test
    void shouldOpenAgainWhenTheServerRestarts()
    {
        try (InvokerRig dialler = new InvokerRig("dialler"))
        {
            final FrameLink asking = dialler.dial(config);
            try (InvokerRig server = new InvokerRig("server"))
            {
                final FrameLink answering = server.accept(config, "peer");
                awaitOpen(asking, answering, dialler, server);
                exchange(asking, answering, 10, dialler, server);
            }

            try (InvokerRig server = new InvokerRig("server"))
            {
                final long startNs = System.nanoTime();
                final FrameLink answering = server.accept(config, "peer");
                final long tookMs = awaitAnswer(asking, answering, startNs, dialler, server);

                assertTrue(tookMs < OPEN_AGAIN_MS, "open again after " + tookMs + " ms");
                exchange(asking, answering, 100, dialler, server);
            }
            assertEquals(0, dialler.errors.size(), dialler.errors::toString);
        }
    }

    @Test
    void shouldOpenAgainWhenBothRestart()
    {
        for (int i = 0; i < 3; i++)
        {
            try (InvokerRig server = new InvokerRig("server"); InvokerRig dialler = new InvokerRig("dialler"))
            {
                final FrameLink asking = dialler.dial(config);
                final FrameLink answering = server.accept(config, "peer");
                awaitOpen(asking, answering, dialler, server);
                exchange(asking, answering, 100, dialler, server);
            }
        }
    }

    /**
     * The server closes its link and accepts again, as it does when a peer is let go and comes back; all in one driver,
     * where the sessions of the old streams must be free first.
     */
    @Test
    void shouldOpenAgainOnTheSameDriver()
    {
        try (InvokerRig both = new InvokerRig("both"))
        {
            final FrameLink asking = both.dial(config);
            final FrameLink first = both.accept(config, "peer");
            awaitOpen(asking, first, both);
            exchange(asking, first, 10, both);
            first.close();
            both.links.remove(first);

            final FrameLink second = both.accept(config, "peer");
            awaitAnswer(asking, second, System.nanoTime(), both);
            exchange(asking, second, 100, both);
        }
    }

    @Test
    void shouldFindAServerThatComesLate()
    {
        try (InvokerRig dialler = new InvokerRig("dialler"))
        {
            final FrameLink asking = dialler.dial(config);
            InvokerRig.runFor(3000, dialler);
            assertFalse(asking.isConnected());
            assertEquals(SendResult.NOT_CONNECTED, InvokerRig.trySend(asking.sink(), 100, 0));

            try (InvokerRig server = new InvokerRig("server"))
            {
                final long startNs = System.nanoTime();
                final FrameLink answering = server.accept(config, "peer");
                final long tookMs = awaitAnswer(asking, answering, startNs, dialler, server);
                assertTrue(tookMs < OPEN_AGAIN_MS, "open after " + tookMs + " ms");
            }
        }
    }

    /** One way carries nothing for longer than Aeron keeps a stream for; the other is whole all the time. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldOpenAgainAfterOneWayWasCut(final boolean areRequestsCut)
    {
        final boolean[] isCut = {false};
        final LossPerEndpoint cut = (endpoint) -> (source, packet, length) -> isCut[0];
        final DriverConfig whole = DriverConfig.embedded("test-whole", DriverThreading.INVOKER, LinkBudget.LAN);
        final DriverConfig deaf =
            DriverConfig.embedded("test-deaf", DriverThreading.INVOKER, LinkBudget.LAN).withDataLoss(cut);

        try (InvokerRig server = new InvokerRig(areRequestsCut ? deaf : whole);
            InvokerRig dialler = new InvokerRig(areRequestsCut ? whole : deaf))
        {
            final FrameLink asking = dialler.dial(config);
            final FrameLink answering = server.accept(config, "peer");
            awaitOpen(asking, answering, dialler, server);
            exchange(asking, answering, 10, dialler, server);

            isCut[0] = true;
            final FrameLink cutOff = areRequestsCut ? answering : asking;
            InvokerRig.await("cut off", () -> !cutOff.source().isConnected(), dialler, server);
            InvokerRig.runFor(2500, dialler, server);
            assertFalse(asking.isConnected() && answering.isConnected());

            isCut[0] = false;
            final long startNs = System.nanoTime();
            final long tookMs = awaitAnswer(asking, answering, startNs, dialler, server);
            assertTrue(tookMs < 2 * OPEN_AGAIN_MS, "open again after " + tookMs + " ms");
            exchange(asking, answering, 100, dialler, server);
            assertEquals(0, server.errors.size() + dialler.errors.size(), () -> server.errors + " " + dialler.errors);
        }
    }

    /** Whatever is lost, SETUP and RSP_SETUP too, and what asks for them. */
    @Test
    void shouldOpenAndAnswerThroughLossOfEveryKind()
    {
        try (InvokerRig server = new InvokerRig(lossy("server", 3)); InvokerRig dialler = new InvokerRig(lossy("d", 5)))
        {
            final FrameLink asking = dialler.dial(config);
            final FrameLink answering = server.accept(config, "peer");
            awaitOpen(asking, answering, dialler, server);

            exchange(asking, answering, 1_000, dialler, server);
            assertEquals(0, remade(dialler) + remade(server));
        }
    }

    /** Its driver has none of our endpoints: nothing is known but what Aeron says. */
    @Test
    void shouldAskFromBehindAnOutsideDriver()
    {
        final Path directory = Path.of("/dev/shm/fragcast-test-link-outside-" + ProcessHandle.current().pid());
        final MediaDriver.Context outside = new MediaDriver.Context()
            .aeronDirectoryName(directory.toString())
            .dirDeleteOnStart(true)
            .dirDeleteOnShutdown(true)
            .threadingMode(ThreadingMode.SHARED);

        try (MediaDriver other = MediaDriver.launch(outside);
            InvokerRig server = new InvokerRig("server");
            InvokerRig dialler = new InvokerRig(DriverConfig.external(directory, LinkBudget.LAN)))
        {
            assertEquals(directory.toString(), other.aeronDirectoryName());
            final FrameLink asking = dialler.dial(config);
            final FrameLink answering = server.accept(config, "peer");
            awaitOpen(asking, answering, dialler, server);
            exchange(asking, answering, 1_000, dialler, server);

            // Nothing said for longer than any silence that a source minds.
            InvokerRig.runFor(1500, dialler, server);
            exchange(asking, answering, 100, dialler, server);
            assertEquals(0, remade(dialler) + remade(server));
        }
    }

    @Test
    void shouldAllocateNothingWhileItIsOpen()
    {
        final ThreadMXBean threads = (ThreadMXBean)ManagementFactory.getThreadMXBean();
        final int rounds = 10_000;
        try (InvokerRig both = new InvokerRig("both"))
        {
            final FrameLink asking = both.dial(config);
            final FrameLink answering = both.accept(config, "peer");
            awaitOpen(asking, answering, both);
            exchange(asking, answering, 1_000, both);

            final FrameHandler handler = (buffer, offset, length, sessionId) -> true;
            final long[] allocated = {0};
            final Runnable round =
                () ->
                {
                    final long nowNs = System.nanoTime();
                    final long before = threads.getCurrentThreadAllocatedBytes();
                    InvokerRig.trySend(asking.sink(), 100, 7);
                    answering.source().poll(handler, 10);
                    InvokerRig.trySend(answering.sink(), 100, 7);
                    asking.source().poll(handler, 10);
                    asking.doWork(nowNs);
                    answering.doWork(nowNs);
                    allocated[0] += threads.getCurrentThreadAllocatedBytes() - before;
                    both.driver.invoke();
                };
            for (int i = 0; i < rounds; i++)
            {
                round.run();
            }
            allocated[0] = 0;
            for (int i = 0; i < rounds; i++)
            {
                round.run();
            }

            // The JVM's own, now and then: less than a byte a round.
            assertTrue(allocated[0] < rounds, "bytes in " + rounds + " rounds: " + allocated[0]);
        }
    }

    @Test
    void shouldServeManyDiallersEachItsOwn()
    {
        final int diallers = 64;
        try (InvokerRig server = new InvokerRig("server"); InvokerRig rig = new InvokerRig("diallers"))
        {
            final List<FrameLink> asking = new ArrayList<>();
            final List<FrameLink> answering = new ArrayList<>();
            for (int i = 0; i < diallers; i++)
            {
                final LinkConfig link = InvokerRig.link(port, answersPort, SESSION + i);
                answering.add(server.accept(link, "peer " + i));
                asking.add(rig.dial(link));
            }
            for (int i = 0; i < diallers; i++)
            {
                awaitOpen(asking.get(i), answering.get(i), rig, server);
            }
            // Answers asked for before they were there, with what still waits in the sockets.
            InvokerRig.runFor(500, rig, server);
            final long early = rig.refused() + server.refused();
            for (int i = 0; i < diallers; i++)
            {
                exchange(asking.get(i), answering.get(i), 10 + i, rig, server);
            }
            assertEquals(early, rig.refused() + server.refused());

            // One of them leaves: the others do not notice.
            final FrameLink gone = asking.get(0);
            gone.close();
            rig.links.remove(gone);
            InvokerRig.await("one is gone", () -> !answering.get(0).isConnected(), rig, server);
            for (int i = 1; i < diallers; i++)
            {
                assertTrue(asking.get(i).isConnected() && answering.get(i).isConnected(), "link " + i);
                exchange(asking.get(i), answering.get(i), 10, rig, server);
            }
            assertEquals(0, rig.errors.size() + server.errors.size(), () -> rig.errors + " " + server.errors);
        }
    }

    /** Unsent answers hold the session of their publication for two seconds, unless they are dropped. */
    @Test
    void shouldOpenAgainWhenTheDeadDiallerLeftAnswersBehind()
    {
        try (InvokerRig server = new InvokerRig("server"); InvokerRig dead = new InvokerRig("dead");
            InvokerRig successor = new InvokerRig("successor"))
        {
            final FrameLink answering = server.accept(config, "peer");
            final FrameLink asking = dead.dial(config);
            awaitOpen(asking, answering, dead, server);

            // More than the dead one's window.
            final long[] sent = {0};
            InvokerRig.await(
                "pushed back",
                () ->
                {
                    final SendResult result = InvokerRig.trySend(answering.sink(), 1376, sent[0]);
                    sent[0] += SendResult.OK == result ? 1 : 0;
                    return SendResult.BACK_PRESSURED == result;
                },
                server);
            assertFalse(answering.sink().isDrained());

            final FrameLink again = successor.dial(config);
            final long startNs = System.nanoTime();
            final FrameLog log = new FrameLog();
            final long number = 1_000_000;
            InvokerRig.await(
                "answered",
                () ->
                {
                    InvokerRig.trySend(answering.sink(), 100, number);
                    again.source().poll(log, 10);
                    return log.next > number;
                },
                successor,
                server);

            final long tookMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs);
            assertTrue(tookMs < OPEN_AGAIN_MS, "open again after " + tookMs + " ms");
        }
    }

    private static void awaitOpen(final FrameLink asking, final FrameLink answering, final InvokerRig... rigs)
    {
        InvokerRig.await("open: " + asking, () -> asking.isConnected() && answering.isConnected(), rigs);
    }

    /** Asks until there is an answer. */
    private static long awaitAnswer(
        final FrameLink asking, final FrameLink answering, final long startNs, final InvokerRig... rigs)
    {
        final FrameLog questions = new FrameLog();
        final FrameLog answers = new FrameLog();
        InvokerRig.await(
            "answered: " + asking + " by " + answering,
            () ->
            {
                InvokerRig.trySend(asking.sink(), 100, 1);
                if (answering.source().poll(questions, 10) > 0)
                {
                    InvokerRig.trySend(answering.sink(), 100, 2);
                }
                asking.source().poll(answers, 10);
                return answers.received > 0;
            },
            rigs);
        final long tookMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs);

        // Nothing of this may be under way when the next frames are numbered.
        InvokerRig.await(
            "quiet",
            () ->
            {
                final int polled = answering.source().poll(questions, 10) + asking.source().poll(answers, 10);
                return 0 == polled && asking.isConnected() && answering.isConnected() && asking.sink().isDrained() &&
                    answering.sink().isDrained();
            },
            rigs);
        InvokerRig.runFor(50, rigs);
        drain(asking, answering);

        return tookMs;
    }

    private static void drain(final FrameLink asking, final FrameLink answering)
    {
        final FrameLog log = new FrameLog();
        while (asking.source().poll(log, 100) + answering.source().poll(log, 100) > 0)
        {
            assertEquals(0, log.damaged);
        }
    }

    /** Every frame that the one side sends, the other sends back. */
    private static void exchange(
        final FrameLink asking, final FrameLink answering, final long frames, final InvokerRig... rigs)
    {
        final FrameLog questions = new FrameLog();
        final FrameLog answers = new FrameLog();
        final long[] sent = {0};
        final long[] answered = {0};
        InvokerRig.await(
            frames + " frames each way",
            () ->
            {
                if (sent[0] < frames)
                {
                    sent[0] += SendResult.OK == InvokerRig.trySend(asking.sink(), length(sent[0]), sent[0]) ? 1 : 0;
                }
                answering.source().poll(questions, 10);
                if (answered[0] < questions.received)
                {
                    final SendResult result =
                        InvokerRig.trySend(answering.sink(), length(answered[0]), answered[0]);
                    answered[0] += SendResult.OK == result ? 1 : 0;
                }
                asking.source().poll(answers, 10);
                return frames == answers.received;
            },
            rigs);

        assertEquals(frames, questions.received);
        assertEquals(0, questions.gaps + questions.backwards + questions.damaged);
        assertEquals(0, answers.gaps + answers.backwards + answers.damaged);
        assertEquals(0, questions.first + answers.first);
    }

    private static DriverConfig lossy(final String name, final long seed)
    {
        return DriverConfig.embedded("test-" + name, DriverThreading.INVOKER, LinkBudget.LAN)
            .withDataLoss((endpoint) -> new RandomLossGenerator(0.2, seed))
            .withControlLoss(new RandomLossGenerator(0.2, seed + 1));
    }

    private static int length(final long number)
    {
        return 33 + (int)(number * 7 % 1344);
    }

    private static long remade(final InvokerRig rig)
    {
        return rig.counters.value(FragcastCounter.SOURCES_REMADE);
    }
}
