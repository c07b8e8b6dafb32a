package io.fragcast.transport.aeron;

import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.fragcast.counter.Counters;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.AgentInvoker;
import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * The media driver that one or more nodes send and receive by: embedded, or another process's. Launched and closed by
 * whoever launches the nodes; clients are closed before it.
 * <p>
 * With {@link DriverThreading#INVOKER} one thread calls {@link #invoke} in each turn of its loop, and at once after a
 * commit; connect every client before that loop starts, for connecting invokes the driver too.
 */
public final class AeronDriver implements AutoCloseable
{
    // A status message every 40 ms: a publisher killed and restarted is let go within five of them (measured, S3).
    private static final long STATUS_MESSAGE_NS = TimeUnit.MILLISECONDS.toNanos(40);
    // How late the driver may notice any timeout; the default of 1 s would add itself to every recovery.
    private static final long TIMER_NS = TimeUnit.MILLISECONDS.toNanos(50);
    // A stall of a process shorter than this loses nothing; a peer that is gone for longer counts as gone. Restarts do
    // not wait for it: the sources see them.
    private static final long LIVENESS_NS = TimeUnit.SECONDS.toNanos(2);

    private final DriverConfig config;
    private final ErrorHandler errorHandler;
    private final Admission admission = new Admission();
    private final @Nullable MediaDriver mediaDriver;
    private final @Nullable AgentInvoker invoker;

    private AeronDriver(final DriverConfig config, final ErrorHandler errorHandler)
    {
        this.config = config;
        this.errorHandler = errorHandler;
        mediaDriver = config.isExternal() ? null : MediaDriver.launch(context());
        invoker = null == mediaDriver ? null : mediaDriver.sharedAgentInvoker();
    }

    /**
     * Launches the driver, or takes up an outside one.
     *
     * @param config       how.
     * @param errorHandler told of every error in the driver and its clients.
     * @return the driver.
     */
    public static AeronDriver launch(final DriverConfig config, final ErrorHandler errorHandler)
    {
        return new AeronDriver(config, errorHandler);
    }

    /**
     * Connects a node.
     *
     * @param name of the node: part of its counters' labels.
     * @return its client.
     */
    public AeronClient connect(final String name)
    {
        return new AeronClient(name, config.directory(), invoker, admission, null != mediaDriver, errorHandler);
    }

    /**
     * Counts refused datagrams in the counters of a node. They are the driver's, which cannot tell whose a stranger's
     * datagram was: the first node on a driver takes them.
     *
     * @param counters of the node.
     */
    public void countRefusalsIn(final Counters counters)
    {
        admission.counters(counters);
    }

    /**
     * Runs one duty cycle of the driver. Nothing unless it is {@link DriverThreading#INVOKER}.
     *
     * @return work done.
     */
    public int invoke()
    {
        final AgentInvoker invoker = this.invoker;

        return null == invoker ? 0 : invoker.invoke();
    }

    /**
     * Where the driver's files are.
     *
     * @return the directory.
     */
    public Path directory()
    {
        return config.directory();
    }

    @Override
    public void close()
    {
        if (null != mediaDriver)
        {
            mediaDriver.close();
        }
    }

    private MediaDriver.Context context()
    {
        final LinkBudget budget = config.budget();
        final MediaDriver.Context context = new MediaDriver.Context()
            .aeronDirectoryName(config.directory().toString())
            .dirDeleteOnStart(true)
            .dirDeleteOnShutdown(true)
            .errorHandler(errorHandler)
            .threadingMode(threadingMode())
            .statusMessageTimeoutNs(STATUS_MESSAGE_NS)
            .timerIntervalNs(TIMER_NS)
            .imageLivenessTimeoutNs(LIVENESS_NS)
            .publicationConnectionTimeoutNs(LIVENESS_NS)
            .retransmitUnicastLingerNs(budget.retransmitLingerNs())
            .nakUnicastDelayNs(budget.nakDelayNs())
            .nakUnicastRetryDelayRatio(budget.nakRetryRatio())
            .nakMulticastMaxBackoffNs(budget.nakBackoffNs())
            .nakMulticastGroupSize(budget.groupSize())
            // Pages of a term are touched when first written, so /dev/shm holds what is used.
            .termBufferSparseFile(true)
            .receiveChannelEndpointSupplier(admission.receiveEndpoints(config.dataLoss()))
            .sendChannelEndpointSupplier(admission.sendEndpoints());

        if (DriverThreading.INVOKER == config.threading())
        {
            // Channels are opened by the invoking thread too: no second thread that an answer could wait for.
            context.asyncExecutorEnabled(false);
        }
        else
        {
            context
                .sharedIdleStrategy(config.idleStrategy().get())
                .conductorIdleStrategy(config.idleStrategy().get())
                .senderIdleStrategy(config.idleStrategy().get())
                .receiverIdleStrategy(config.idleStrategy().get())
                .sharedThreadFactory(config.threadFactory())
                .conductorThreadFactory(config.threadFactory())
                .senderThreadFactory(config.threadFactory())
                .receiverThreadFactory(config.threadFactory());
        }

        return context;
    }

    private ThreadingMode threadingMode()
    {
        return switch (config.threading())
        {
            case INVOKER -> ThreadingMode.INVOKER;
            case SHARED -> ThreadingMode.SHARED;
            case DEDICATED -> ThreadingMode.DEDICATED;
        };
    }
}
