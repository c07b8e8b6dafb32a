package io.fragcast.transport.aeron;

import io.aeron.CommonContext;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.aeron.driver.status.SystemCounterDescriptor;
import io.aeron.exceptions.AeronException;
import io.aeron.exceptions.DriverTimeoutException;
import io.fragcast.transport.Transmitter;
import org.agrona.ErrorHandler;
import org.agrona.IoUtil;
import org.agrona.concurrent.AgentInvoker;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.SystemNanoClock;
import org.agrona.concurrent.status.AtomicCounter;
import org.agrona.concurrent.status.CountersReader;
import org.jspecify.annotations.Nullable;

import java.io.File;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * The media driver that one or more nodes send and receive by: embedded, or another process's. Launched and closed by
 * whoever launches the nodes; clients are closed before it.
 * <p>
 * With {@link DriverThreading#INVOKER} one thread calls {@link #invoke} in each turn of its loop, and at once after a
 * commit; connect every client before that loop starts, for connecting invokes the driver too.
 */
public final class AeronDriver implements Transmitter, AutoCloseable
{
    // A status message every 40 ms: a publisher killed and restarted is let go within five of them (measured, S3).
    private static final long STATUS_MESSAGE_NS = TimeUnit.MILLISECONDS.toNanos(40);
    // How late the driver may notice any timeout; the default of 1 s would add itself to every recovery.
    private static final long TIMER_NS = TimeUnit.MILLISECONDS.toNanos(50);
    // A stall of a process shorter than this loses nothing; a peer that is gone for longer counts as gone. Restarts do
    // not wait for it: the sources see them.
    private static final long LIVENESS_NS = TimeUnit.SECONDS.toNanos(2);

    // The thread that opens sockets: a start opens some at a time, and then seldom any.
    private static final long EXECUTOR_WAIT_NS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long EXECUTOR_LONGEST_WAIT_NS = TimeUnit.MILLISECONDS.toNanos(16);

    // Three of a driver's heartbeats.
    private static final long DEAD_DRIVER_MS = TimeUnit.SECONDS.toMillis(3);

    // Six nodes of 60 counters and 128 streams of 10, rounded up; the default reserves 40 MB of shared memory.
    private static final int COUNTERS = 8192;

    private final DriverConfig config;
    private final ErrorHandler errorHandler;
    private final Admission admission = new Admission();
    private final @Nullable MediaDriver mediaDriver;
    private final @Nullable AgentInvoker invoker;
    private final @Nullable AtomicCounter bytesSent;

    private AeronDriver(final DriverConfig config, final ErrorHandler errorHandler)
    {
        this.config = config;
        this.errorHandler = errorHandler;
        final MediaDriver.Context context = config.isExternal() ? null : context();
        mediaDriver = null == context ? null : MediaDriver.launch(context);
        if (null != context)
        {
            admission.allocateCounters(context.countersManager());
        }
        invoker = null == mediaDriver ? null : mediaDriver.sharedAgentInvoker();
        bytesSent = null == context ? null : context.systemCounters().get(SystemCounterDescriptor.BYTES_SENT);
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
        if (!config.isExternal())
        {
            deleteLeftBehind(config.directory(), errorHandler);
        }

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
        return new AeronClient(
            name, config.directory(), invoker, false, admission, null != mediaDriver, errorHandler);
    }

    /**
     * Connects a thread of a node that is not its hot one, for links of its own. Whoever runs the driver, the thread
     * runs the client's conductor: see {@link AeronClient#invoke}.
     *
     * @param name of the node and thread.
     * @return its client.
     */
    public AeronClient connectCold(final String name)
    {
        return new AeronClient(name, config.directory(), null, true, admission, null != mediaDriver, errorHandler);
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

    @Override
    public void turn()
    {
        invoke();
    }

    @Override
    public void transmit()
    {
        final AgentInvoker invoker = this.invoker;
        final AtomicCounter bytesSent = this.bytesSent;
        if (null != invoker && null != bytesSent && !invoker.isClosed())
        {
            bytesSent.getAndAddRelease(
                admission.transmission().send(SystemNanoClock.INSTANCE.nanoTime(), errorHandler));
        }
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

    /**
     * A killed process leaves its directory, some tens of MB of shared memory: those of dead processes of the same name
     * go, once Aeron too finds no driver alive in them, as a process of another container may have the same number.
     */
    private static void deleteLeftBehind(final Path directory, final ErrorHandler errorHandler)
    {
        final String own = directory.getFileName().toString();
        final String prefix = own.substring(0, own.lastIndexOf('-') + 1);
        final Pattern named = Pattern.compile(Pattern.quote(prefix) + "[0-9]{1,18}");
        final Path parent = directory.toAbsolutePath().getParent();
        final File[] alike =
            null == parent ? null : parent.toFile().listFiles((in, name) -> named.matcher(name).matches());
        if (null == alike)
        {
            return;
        }

        for (final File candidate : alike)
        {
            final long pid = Long.parseLong(candidate.getName().substring(prefix.length()));
            if (ProcessHandle.of(pid).isEmpty() && !isDriverAlive(candidate, errorHandler))
            {
                IoUtil.delete(candidate, errorHandler);
            }
        }
    }

    private static boolean isDriverAlive(final File directory, final ErrorHandler errorHandler)
    {
        try
        {
            return CommonContext.isDriverActive(directory, DEAD_DRIVER_MS, (message) -> {});
        }
        catch (final DriverTimeoutException ex)
        {
            // Killed before it had started.
            return false;
        }
        catch (final AeronException ex)
        {
            // Of another version of Aeron: not ours to judge.
            errorHandler.onError(ex);
            return true;
        }
    }

    private MediaDriver.Context context()
    {
        final LinkBudget budget = config.budget();
        final SocketIdleStrategy sockets = config.sockets();
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
            // The refusals are made by the launching thread.
            .useConcurrentCountersManager(true)
            .counterValuesBufferLength(COUNTERS * CountersReader.COUNTER_LENGTH)
            .receiveChannelEndpointSupplier(admission.receiveEndpoints(config.dataLoss(), sockets))
            .sendChannelEndpointSupplier(admission.sendEndpoints(config.controlLoss(), config.sendTap(), sockets));

        if (DriverThreading.INVOKER == config.threading())
        {
            // Channels are opened by the invoking thread too: no second thread that an answer could wait for.
            context.asyncExecutorEnabled(false);
        }
        else
        {
            context
                .sharedIdleStrategy(null == sockets ? config.idleStrategy().get() : sockets)
                // Nothing that the conductor does is on a frame's way.
                .conductorIdleStrategy(new BackoffIdleStrategy())
                .asyncExecutorIdleStrategy(new BackoffIdleStrategy(0, 0, EXECUTOR_WAIT_NS, EXECUTOR_LONGEST_WAIT_NS))
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
