package io.fragcast.transport.aeron;

import io.aeron.Aeron;
import io.fragcast.counter.CounterFactory;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.transport.FrameSink;
import io.fragcast.transport.FrameSource;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.AgentInvoker;
import org.agrona.concurrent.status.AtomicCounter;
import org.agrona.concurrent.status.CountersReader;
import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.nio.file.Path;

/**
 * A node's way to its media driver: makes its sinks, sources and counters. Made by {@link AeronDriver#connect}, closed
 * by the node before the driver. With {@link DriverThreading#INVOKER} the driver's thread calls {@link #invoke} too and
 * owns everything made here; else any thread may make sinks and sources, each used by one.
 */
public final class AeronClient implements AutoCloseable
{
    private final String name;
    private final Admission admission;
    private final boolean isGuarded;
    private final ErrorHandler errorHandler;
    private final Aeron aeron;
    private final @Nullable AgentInvoker conductor;

    AeronClient(
        final String name,
        final Path directory,
        final @Nullable AgentInvoker driverInvoker,
        final Admission admission,
        final boolean isGuarded,
        final ErrorHandler errorHandler)
    {
        this.name = name;
        this.admission = admission;
        this.isGuarded = isGuarded;
        this.errorHandler = errorHandler;

        final Aeron.Context context = new Aeron.Context()
            .aeronDirectoryName(directory.toString())
            .clientName(name)
            .errorHandler(errorHandler)
            .subscriberErrorHandler(errorHandler);
        if (null != driverInvoker)
        {
            context.useConductorAgentInvoker(true).driverAgentInvoker(driverInvoker);
        }
        aeron = Aeron.connect(context);
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
        return new AeronFrameSink(peerName, channel, aeron, errorHandler);
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
        final AdmissionTable table = admission.inbound();
        final InboundSession session = table.admit(channel, source);

        return new AeronFrameSource(
            peerName, channel, session, isGuarded, aeron, errorHandler, remade, () -> table.release(session));
    }

    /**
     * Homes for the node's counters in the driver's counters file, where AeronStat finds them. Refused datagrams are
     * counted by the driver, once for all its nodes.
     *
     * @return the factory. It waits for the driver: use it before the duty cycles start.
     */
    public CounterFactory counterFactory()
    {
        return this::addCounter;
    }

    /**
     * The client itself, for the IPC edges, whose streams are no lanes.
     *
     * @return Aeron's client; closed with this.
     */
    public Aeron aeron()
    {
        return aeron;
    }

    /**
     * Runs one duty cycle of the client. Nothing unless the driver is {@link DriverThreading#INVOKER}. Once a
     * millisecond is plenty.
     *
     * @return work done.
     */
    public int invoke()
    {
        return null == conductor ? 0 : conductor.invoke();
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
        aeron.close();
    }

    private AtomicCounter addCounter(final FragcastCounter counter)
    {
        final AtomicCounter refusals = admission.refusals(counter);
        if (null != refusals)
        {
            return refusals;
        }

        return aeron.addCounter(counter.typeId(), "fragcast " + name + ": " + counter.label());
    }
}
