package io.fragcast.transport.aeron;

import io.aeron.Aeron;
import io.aeron.exceptions.AeronException;
import io.fragcast.counter.CounterFactory;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.transport.FrameLink;
import io.fragcast.transport.FrameSink;
import io.fragcast.transport.FrameSource;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.AgentInvoker;
import org.agrona.concurrent.status.AtomicCounter;
import org.agrona.concurrent.status.CountersReader;
import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * A node's way to its media driver: makes its sinks, sources, links and counters. Closed by the node before the driver.
 * Whose it is, follows from how it was made:
 * <ul>
 *   <li>{@link AeronDriver#connect}, with {@link DriverThreading#INVOKER}: the thread that runs the driver calls
 *       {@link #invoke} too, and owns everything made here.</li>
 *   <li>{@link AeronDriver#connect} else: any thread may make sinks, sources and links, each used by one.</li>
 *   <li>{@link AeronDriver#connectCold}: one other thread, whoever runs the driver, owns it and everything made here,
 *       and calls {@link #invoke} at least once a second. The hot thread shares nothing with it, no lock either.</li>
 * </ul>
 */
public final class AeronClient implements AutoCloseable
{
    // A client is lost when its thread stood still for longer than Aeron's client liveness, as over a disk that hangs.
    private static final long CONNECT_INTERVAL_NS = TimeUnit.SECONDS.toNanos(1);

    // Half of Aeron's keep-alive. A client that has made nothing yet has no counter to say that it lives by, and seeks
    // one this often: each 16 ms otherwise, through all counters, and calls it work.
    private static final long COLD_KEEP_ALIVE_NS = TimeUnit.MILLISECONDS.toNanos(250);

    private final String name;
    private final Path directory;
    private final @Nullable AgentInvoker driverInvoker;
    private final boolean isCold;
    private final Admission admission;
    private final boolean isGuarded;
    private final ErrorHandler errorHandler;
    private Aeron aeron;
    private @Nullable AgentInvoker conductor;
    private @Nullable CounterValues counterValues;
    private long connectedNs;
    private volatile boolean isClosed;

    AeronClient(
        final String name,
        final Path directory,
        final @Nullable AgentInvoker driverInvoker,
        final boolean isCold,
        final Admission admission,
        final boolean isGuarded,
        final ErrorHandler errorHandler)
    {
        this.name = name;
        this.directory = directory;
        this.driverInvoker = driverInvoker;
        this.isCold = isCold;
        this.admission = admission;
        this.isGuarded = isGuarded;
        this.errorHandler = errorHandler;
        aeron = Aeron.connect(context());
        conductor = aeron.conductorAgentInvoker();
    }

    /**
     * Starts a stream to a peer or group; returns at once.
     *
     * @param peerName for counters and messages.
     * @param channel  of the stream.
     * @return the sink; usable once its {@link FrameSink#doWork} has seen the driver's answer.
     */
    public FrameSink addSink(final String peerName, final ChannelConfig channel)
    {
        return new AeronFrameSink(peerName, channel, this, errorHandler)
            .open(isGuarded ? channel.batchedPublicationUri() : channel.publicationUri());
    }

    /**
     * Starts to listen for a stream; returns at once.
     *
     * @param peerName for counters and messages.
     * @param channel  of the stream.
     * @param source   address that it comes from; null if any may send it.
     * @param remade   counts how often the stream was left and made anew.
     * @return the source.
     */
    public FrameSource addSource(
        final String peerName,
        final ChannelConfig channel,
        final @Nullable InetAddress source,
        final AtomicCounter remade)
    {
        return newSource(peerName, channel, admission.inbound().admit(channel, source), remade);
    }

    /**
     * Starts a link to a peer that serves a lane; returns at once. The peer need not be able to reach this node.
     *
     * @param peerName for counters and messages.
     * @param link     of the lane to the peer.
     * @param remade   counts how often the peer's answers were left and heard anew.
     * @return the link: requests go out, answers come in.
     */
    public FrameLink dial(final String peerName, final LinkConfig link, final AtomicCounter remade)
    {
        final InboundSession responses =
            admission.inbound().admit(link.response(), link.response().address().getAddress());
        final ReplySession reply = ReplySession.toRequests(responses);
        admission.admit(link.request(), reply);

        return new DialledLink(
            peerName,
            link,
            newSource(peerName, link.response(), responses, remade),
            new AeronFrameSink(peerName, link.request(), this, errorHandler),
            reply,
            () -> admission.release(link.request(), reply));
    }

    /**
     * Starts to serve a lane to one peer, which dials; returns at once. A server has one link for each of its peers, on
     * the same two endpoints.
     *
     * @param peerName for counters and messages.
     * @param link     of the lane from the peer.
     * @param source   address that the peer dials from; null if any, where the session alone admits it.
     * @param remade   counts how often the peer's requests were left and heard anew.
     * @return the link: requests come in, answers go out.
     */
    public FrameLink accept(
        final String peerName, final LinkConfig link, final @Nullable InetAddress source, final AtomicCounter remade)
    {
        final ReplySession reply = ReplySession.toResponses();
        admission.admit(link.response(), reply);

        return new AcceptedLink(
            peerName,
            link,
            newSource(peerName, link.request(), admission.inbound().admit(link.request(), source), remade),
            new AeronFrameSink(peerName, link.response(), this, errorHandler),
            reply,
            () -> admission.release(link.response(), reply));
    }

    /**
     * Homes for the node's counters in the driver's counters file, where AeronStat finds them. Refused datagrams are
     * counted by the driver, once for all its nodes.
     *
     * @return the factory. It waits for the driver: use it before the duty cycles start, and not of a cold client.
     */
    public CounterFactory counterFactory()
    {
        return this::addCounter;
    }

    /**
     * The client itself, for the IPC edges, whose streams are no lanes.
     *
     * @return Aeron's client; closed with this. That of a cold client is another after its thread stood still.
     */
    public Aeron aeron()
    {
        return aeron;
    }

    /**
     * Runs one duty cycle of the client. Nothing unless the driver is {@link DriverThreading#INVOKER}, or the client
     * cold. Once a millisecond is plenty.
     *
     * @return work done.
     */
    public int invoke()
    {
        final AgentInvoker conductor = this.conductor;
        if (null == conductor)
        {
            return 0;
        }
        final int work = conductor.invoke();
        if (isCold && !isClosed && aeron.isClosed())
        {
            connectAgain();
        }

        return work;
    }

    /**
     * Has the client been lost for good? Driver or client stood still for longer than Aeron waits for a sign of life
     * (10 s), as a process does that was stopped, or the driver died: nothing made here works any more. A cold client
     * is made anew instead.
     *
     * @return true if it has; any thread may ask.
     */
    public boolean isLost()
    {
        return !isCold && !isClosed && aeron.isClosed();
    }

    /**
     * Every counter of the driver, Aeron's own among them.
     *
     * @return the reader.
     */
    public CountersReader countersReader()
    {
        return aeron.countersReader();
    }

    @Override
    public void close()
    {
        isClosed = true;
        aeron.close();
        if (null != counterValues)
        {
            counterValues.close();
            counterValues = null;
        }
    }

    private Aeron.Context context()
    {
        final Aeron.Context context = new Aeron.Context()
            .aeronDirectoryName(directory.toString())
            .clientName(name)
            .errorHandler(errorHandler)
            .subscriberErrorHandler(errorHandler);
        if (isCold)
        {
            context.useConductorAgentInvoker(true).idleSleepDurationNs(COLD_KEEP_ALIVE_NS);
        }
        if (null != driverInvoker)
        {
            context.useConductorAgentInvoker(true).driverAgentInvoker(driverInvoker);
        }

        return context;
    }

    /** The links see that the client is another, and open again. */
    private void connectAgain()
    {
        final long nowNs = System.nanoTime();
        if (nowNs - connectedNs < CONNECT_INTERVAL_NS)
        {
            return;
        }
        connectedNs = nowNs;
        try
        {
            aeron = Aeron.connect(context());
            conductor = aeron.conductorAgentInvoker();
        }
        catch (final AeronException ex)
        {
            errorHandler.onError(ex);
        }
    }

    private AeronFrameSource newSource(
        final String peerName,
        final ChannelConfig channel,
        final InboundSession session,
        final AtomicCounter remade)
    {
        return new AeronFrameSource(
            peerName,
            channel,
            session,
            isGuarded,
            this,
            errorHandler,
            remade,
            () -> admission.inbound().release(session));
    }

    private AtomicCounter addCounter(final FragcastCounter counter)
    {
        final AtomicCounter refusals = admission.refusals(counter);
        if (null != refusals)
        {
            return refusals;
        }

        if (null == counterValues)
        {
            counterValues = new CounterValues(directory);
        }

        return counterValues.counter(
            aeron.addCounter(counter.typeId(), "fragcast " + name + ": " + counter.label()).id());
    }
}
