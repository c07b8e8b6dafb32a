package io.fragcast.transport.aeron;

import io.aeron.protocol.HeaderFlyweight;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.transport.FrameLink;
import io.fragcast.transport.SendResult;
import org.agrona.concurrent.status.AtomicCounter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * A raw socket in the place of a link's peer, or beside it, that knows its sessions: what opens a link is believed only
 * from the right address, for the right session, as often as a peer says it.
 */
@Timeout(120)
class HostileLinkSystemTest
{
    private static final int SESSION = 0x0BAD_11A6;
    private static final int ANSWERS_SESSION = ~SESSION;
    private static final int STREAM = InvokerRig.STREAM + 1;
    private static final int STORM = 20_000;
    private static final int WINDOW = 32 * 1024;

    private final int port = InvokerRig.freePort();
    private final int answersPort = InvokerRig.freePort();
    private final LinkConfig config = InvokerRig.link(port, answersPort, SESSION);
    private final Heard requests = new Heard();
    private final Heard asked = new Heard();

    @Test
    void shouldBelieveAResponseSetupOnlyForWhatAskedAndOfTheSessionAgreedOn()
    {
        try (InvokerRig dialler = new InvokerRig("dialler");
            RawSocket server = new RawSocket("127.0.0.1", port);
            RawSocket answers = new RawSocket("127.0.0.1", answersPort);
            RawSocket stranger = new RawSocket("127.0.0.2", 0))
        {
            final FrameLink link = dialler.dial(config);
            InvokerRig.await(
                "SETUP that wants an answer",
                () -> requests.hear(server) && asked.hear(answers) && requests.setupFlags == 0x80, dialler);
            final InetSocketAddress publisher = requests.setupSource;
            final int setupsAskedFor = asked.count;

            for (int i = 0; i < STORM; i++)
            {
                craft(server.datagram, i);
                server.sendTo(publisher);
                final long due = i + 1;
                InvokerRig.await(
                    "refused", () -> requests.hear(server) && asked.hear(answers) && dialler.refused() == due, dialler);
                // Right, but from elsewhere: the socket is connected, so the kernel drops it.
                stranger.datagram.responseSetup(SESSION, STREAM, ANSWERS_SESSION);
                stranger.sendTo(publisher);
            }
            InvokerRig.runFor(20, dialler);
            asked.hear(answers);

            // Aeron asks for a SETUP when it adds the subscription, and we ask once a second.
            final int askedFor = asked.count - setupsAskedFor;
            assertTrue(askedFor < 100, "asked " + askedFor + " times for " + STORM);
            assertEquals(STORM, dialler.refused());
            assertFalse(link.isConnected());
            assertEquals(0, dialler.errors.size(), dialler.errors::toString);
        }
    }

    @Test
    void shouldActOnFewResponseSetupsOfAStorm()
    {
        try (InvokerRig dialler = new InvokerRig("dialler");
            RawSocket server = new RawSocket("127.0.0.1", port);
            RawSocket answers = new RawSocket("127.0.0.1", answersPort))
        {
            dialler.dial(config);
            InvokerRig.await(
                "SETUP that wants an answer",
                () -> requests.hear(server) && asked.hear(answers) && requests.setupFlags == 0x80, dialler);
            InvokerRig.runFor(20, dialler);
            asked.hear(answers);
            final int askedBefore = asked.count;

            final long startNs = System.nanoTime();
            server.datagram.responseSetup(SESSION, STREAM, ANSWERS_SESSION);
            for (int i = 0; i < STORM; i++)
            {
                server.sendTo(requests.setupSource);
                dialler.doWork();
                requests.hear(server);
                asked.hear(answers);
            }
            InvokerRig.runFor(20, dialler);
            asked.hear(answers);

            final long elapsedMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs);
            final long bound = 8 + 1 + elapsedMs / 20 + 1 + elapsedMs / 1000;
            final int askedFor = asked.count - askedBefore;
            assertTrue(askedFor > 0 && askedFor <= bound, "asked " + askedFor + " times in " + elapsedMs + " ms");
            assertEquals(ANSWERS_SESSION, asked.sessionId);
            assertTrue(dialler.counters.value(FragcastCounter.DATAGRAMS_REFUSED_CONTROL) > STORM / 2);
        }
    }

    @Test
    void shouldAnswerOnlyWhereTheRequestsComeFrom()
    {
        try (InvokerRig server = new InvokerRig("server");
            RawSocket peer = new RawSocket("127.0.0.1", 0);
            RawSocket stranger = new RawSocket("127.0.0.2", 0))
        {
            final FrameLink link = server.accept(config, "peer");
            final InetSocketAddress requestsTo = config.request().address();
            final InetSocketAddress answersFrom = config.response().address();

            // A SETUP that wants no answer makes no image.
            peer.datagram.setup(0, 0, SESSION, STREAM, 7, 7, config.request().termLength(), InvokerRig.MTU, 0);
            InvokerRig.await(
                "subscribed",
                () ->
                {
                    peer.sendTo(requestsTo);
                    return server.counters.value(FragcastCounter.DATAGRAMS_REFUSED_SETUP) > 0;
                },
                server);
            assertFalse(link.source().isConnected());

            peer.datagram.setup(0x80, 0, SESSION, STREAM, 7, 7, config.request().termLength(), InvokerRig.MTU, 0);
            InvokerRig.await(
                "told of the answers' session",
                () ->
                {
                    peer.sendTo(requestsTo);
                    return requests.hear(peer) && ANSWERS_SESSION == requests.responseSessionId;
                },
                server);

            // From another address, with all else right, for as long as it likes.
            final long before = server.counters.value(FragcastCounter.DATAGRAMS_REFUSED_ADDRESS);
            stranger.datagram.statusMessage(0x80, ANSWERS_SESSION, STREAM, 0, 0, 0, 1);
            for (int i = 0; i < STORM; i++)
            {
                stranger.sendTo(answersFrom);
                server.driver.invoke();
            }
            InvokerRig.await(
                "refused",
                () -> server.counters.value(FragcastCounter.DATAGRAMS_REFUSED_ADDRESS) == before + STORM, server);
            InvokerRig.runFor(200, server);
            assertEquals(null, stranger.receive(), "a stranger is sent nothing");
            assertFalse(link.sink().isConnected());

            // Of another session; an RSP_SETUP, which only requests are answered by.
            final long strange = server.refused();
            peer.datagram.statusMessage(0x80, ANSWERS_SESSION + 1, STREAM, 0, 0, 0, 1);
            peer.sendTo(answersFrom);
            peer.datagram.responseSetup(ANSWERS_SESSION, STREAM, SESSION);
            peer.sendTo(answersFrom);
            // It grants a window before a byte was sent.
            peer.datagram.statusMessage(0, ANSWERS_SESSION, STREAM, 0, 0, WINDOW, 1);
            peer.sendTo(answersFrom);
            InvokerRig.await("refused", () -> server.refused() == strange + 3, server);

            peer.datagram.statusMessage(0x80, ANSWERS_SESSION, STREAM, 0, 0, 0, 1);
            peer.sendTo(answersFrom);
            InvokerRig.await(
                "SETUP of the answers",
                () -> requests.hear(peer) && ANSWERS_SESSION == requests.setupSession, server);
            assertEquals(0, server.errors.size(), server.errors::toString);
        }
    }

    @Test
    void shouldGoOnUnderAStormFromElsewhere()
    {
        try (InvokerRig server = new InvokerRig("server");
            InvokerRig dialler = new InvokerRig("dialler");
            RawSocket stranger = new RawSocket("127.0.0.2", 0))
        {
            final FrameLink answering =
                server.client.accept("peer", config, config.request().address().getAddress(), remade(server));
            server.links.add(answering);
            final FrameLink asking = dialler.dial(config);
            InvokerRig.await("open", () -> asking.isConnected() && answering.isConnected(), dialler, server);

            final FrameLog questions = new FrameLog();
            final FrameLog answers = new FrameLog();
            final long[] sent = {0};
            for (int i = 0; i < STORM; i++)
            {
                craftBeside(stranger.datagram, i);
                stranger.sendTo(0 == i % 2 ? config.request().address() : config.response().address());
                if (sent[0] == answers.received && SendResult.OK == InvokerRig.trySend(asking.sink(), 200, sent[0]))
                {
                    sent[0]++;
                }
                answering.source().poll(questions, 1);
                if (questions.received > answers.received)
                {
                    InvokerRig.trySend(answering.sink(), 200, answers.next < 0 ? 0 : answers.next);
                }
                asking.source().poll(answers, 1);
                dialler.doWork();
                server.doWork();
                server.driver.invoke();
            }

            assertTrue(answers.received > STORM / 100, "answered " + answers.received);
            assertEquals(0, questions.gaps + questions.damaged + answers.gaps + answers.damaged);
            InvokerRig.await("each refused", () -> server.refused() == STORM, server, dialler);
            assertTrue(asking.isConnected() && answering.isConnected());
            assertEquals(0, remade(server).get());
            assertEquals(0, server.errors.size() + dialler.errors.size());
        }
    }

    private static AtomicCounter remade(final InvokerRig rig)
    {
        return rig.counters.get(FragcastCounter.SOURCES_REMADE);
    }

    private static void craft(final Datagrams d, final int kind)
    {
        switch (kind % 6)
        {
            case 0 -> d.responseSetup(SESSION, STREAM, ANSWERS_SESSION + 1 + kind);
            case 1 -> d.responseSetup(SESSION, STREAM, SESSION);
            case 2 -> d.responseSetup(SESSION + 2 + kind, STREAM, ANSWERS_SESSION);
            case 3 -> d.responseSetup(SESSION, STREAM + 1, ANSWERS_SESSION);
            case 4 ->
            {
                d.responseSetup(SESSION, STREAM, ANSWERS_SESSION);
                d.buffer.putByte(5, (byte)(1 << (kind % 8)));
            }
            default ->
            {
                d.responseSetup(SESSION, STREAM, ANSWERS_SESSION);
                d.buffer.putInt(0, 20 + 1 + kind);
            }
        }
    }

    /** What an outsider who knows the sessions says to either end of the server. */
    private void craftBeside(final Datagrams d, final int kind)
    {
        final int termLength = config.request().termLength();
        if (0 == kind % 2)
        {
            switch (kind / 2 % 3)
            {
                case 0 -> d.setup(0x80, 0, SESSION, STREAM, kind, kind, termLength, InvokerRig.MTU, 0);
                case 1 -> d.data(100, 0, SESSION, STREAM, kind);
                default -> d.heartbeat(Datagrams.UNFRAGMENTED, 0, SESSION, STREAM, kind);
            }
            return;
        }
        switch (kind / 2 % 4)
        {
            case 0 -> d.statusMessage(0x80, ANSWERS_SESSION, STREAM, 0, 0, 0, kind);
            case 1 -> d.statusMessage(0, ANSWERS_SESSION, STREAM, kind, 0, WINDOW, kind);
            case 2 -> d.nak(ANSWERS_SESSION, STREAM, kind, 0, 64);
            default -> d.responseSetup(ANSWERS_SESSION, STREAM, SESSION);
        }
    }

    /** What a raw socket heard. */
    private static final class Heard
    {
        int count;
        int sessionId;
        int setupFlags = -1;
        int setupSession;
        InetSocketAddress setupSource;
        int responseSessionId;

        boolean hear(final RawSocket socket)
        {
            Datagrams heard = socket.receive();
            while (null != heard)
            {
                count++;
                final int type = DatagramCheck.type(heard.buffer, 0);
                if (HeaderFlyweight.HDR_TYPE_SETUP == type)
                {
                    final int flags = heard.buffer.getByte(5) & 0xFF;
                    if (0 != flags || setupFlags < 0)
                    {
                        setupFlags = flags;
                        setupSource = socket.source();
                    }
                    setupSession = DatagramCheck.dataSessionId(heard.buffer);
                }
                else if (HeaderFlyweight.HDR_TYPE_RSP_SETUP == type)
                {
                    responseSessionId = heard.buffer.getInt(16);
                }
                else if (HeaderFlyweight.HDR_TYPE_SM == type)
                {
                    sessionId = DatagramCheck.controlSessionId(heard.buffer);
                }
                heard = socket.receive();
            }

            return true;
        }
    }
}
