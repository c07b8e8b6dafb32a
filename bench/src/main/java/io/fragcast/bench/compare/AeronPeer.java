package io.fragcast.bench.compare;

import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.FragmentAssembler;
import io.aeron.Publication;
import io.aeron.Subscription;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.aeron.driver.ext.DebugReceiveChannelEndpoint;
import io.aeron.logbuffer.FragmentHandler;
import io.fragcast.transport.aeron.LinkBudget;
import org.agrona.CloseHelper;
import org.agrona.concurrent.AgentInvoker;
import org.agrona.concurrent.SystemNanoClock;
import org.agrona.concurrent.UnsafeBuffer;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

import static java.util.Objects.requireNonNull;

/**
 * Plain Aeron as a contender: one unicast publication a replica, messages that Aeron fragments, driver and client on
 * one spinning thread, with Fragcast's term, window and socket buffers. Nothing is hashed, signed or put in order
 * across messages; what is lost, its NAKs repair, as Aeron sets them or with Fragcast's settings.
 */
@Command(name = "aeron", hidden = true, description = "Plain Aeron, one side of it.", mixinStandardHelpOptions = true)
final class AeronPeer implements Callable<Integer>
{
    private static final int STREAM_ID = 1001;
    private static final long LEAD_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long LATE_NS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long CONNECT_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(30);
    private static final int FRAGMENT_LIMIT = 32;

    @Mixin
    private final PeerOptions options = new PeerOptions();

    @Option(names = "--repair", defaultValue = "aeron", description = "NAK and linger as: aeron, fragcast (default: "
        + "${DEFAULT-VALUE}).")
    private String repair = "aeron";

    private final PrintStream out = System.out;
    private final SystemNanoClock clock = SystemNanoClock.INSTANCE;

    @Override
    public Integer call() throws IOException
    {
        options.check();
        try (MediaDriver driver = MediaDriver.launch(driverContext());
            Aeron aeron = Aeron.connect(new Aeron.Context()
                .aeronDirectoryName(driver.aeronDirectoryName())
                .useConductorAgentInvoker(true)
                .driverAgentInvoker(driver.sharedAgentInvoker())))
        {
            final AgentInvoker invoker = driver.sharedAgentInvoker();
            if (options.isSender())
            {
                send(aeron, invoker);
            }
            else
            {
                receive(aeron, invoker);
            }
        }

        return CommandLine.ExitCode.OK;
    }

    private MediaDriver.Context driverContext()
    {
        final LinkBudget budget = options.budget();
        final MediaDriver.Context context = new MediaDriver.Context()
            .aeronDirectoryName(directory().toString())
            .dirDeleteOnStart(true)
            .dirDeleteOnShutdown(true)
            .threadingMode(ThreadingMode.INVOKER)
            .termBufferSparseFile(false)
            .initialWindowLength(budget.windowBytes())
            .socketRcvbufLength(2 * budget.windowBytes())
            .socketSndbufLength(budget.windowBytes());
        if ("fragcast".equals(repair))
        {
            context
                .retransmitUnicastLingerNs(budget.retransmitLingerNs())
                .nakUnicastDelayNs(budget.nakDelayNs())
                .nakUnicastRetryDelayRatio(budget.nakRetryRatio());
        }
        if (0 < options.lossPercent)
        {
            context.receiveChannelEndpointSupplier((channel, dispatcher, indicator, driver) ->
                new DebugReceiveChannelEndpoint(
                    channel, dispatcher, indicator, driver, options.newLoss(), (address, buffer, length) -> false));
        }

        return context;
    }

    private Path directory()
    {
        return Path.of("/dev/shm", "fragcast-bench-aeron-" + ProcessHandle.current().pid());
    }

    private String channel(final int replica)
    {
        return "aeron:udp?endpoint=" + options.to + ":" + (options.port + replica) + "|mtu=" + options.mtu +
            "|term-length=" + LinkBudget.termLength(options.budget().windowBytes(), options.mtu);
    }

    private void send(final Aeron aeron, final AgentInvoker driver) throws IOException
    {
        final List<ExclusivePublication> publications = new ArrayList<>();
        for (int i = 0; i < options.replicas; i++)
        {
            publications.add(aeron.addExclusivePublication(channel(i), STREAM_ID));
        }
        final long deadlineNs = clock.nanoTime() + CONNECT_TIMEOUT_NS;
        while (!publications.stream().allMatch(Publication::isConnected))
        {
            if (clock.nanoTime() - deadlineNs > 0)
            {
                throw new IOException("the replicas did not connect");
            }
            driver.invoke();
            aeron.conductorAgentInvoker().invoke();
        }
        out.println("READY");

        final ExclusivePublication[] targets = publications.toArray(new ExclusivePublication[0]);
        final UnsafeBuffer message = new UnsafeBuffer(options.message());
        final SendTimes times = new SendTimes(options.warmup, options.warmupRate, options.rate);
        times.begin(clock.nanoTime() + LEAD_NS);
        long late = 0;
        for (int i = 0; i < options.count; i++)
        {
            final long dueNs = times.dueNs(i, clock.nanoTime());
            while (clock.nanoTime() - dueNs < 0)
            {
                driver.invoke();
                aeron.conductorAgentInvoker().invoke();
            }
            late += i >= options.warmup && 0 != options.rate && clock.nanoTime() - dueNs > LATE_NS ? 1 : 0;
            message.putLong(0, i);
            message.putLong(Long.BYTES, dueNs);
            for (final ExclusivePublication target : targets)
            {
                while (target.offer(message) < 0)
                {
                    driver.invoke();
                }
            }
            driver.invoke();
        }
        out.println("{\"sent\":" + options.count + ",\"late\":" + late + "}");
        // What is committed still has to leave, and what is lost to be sent again.
        final Lifeline lifeline = new Lifeline();
        while (!lifeline.isCut())
        {
            driver.invoke();
            aeron.conductorAgentInvoker().invoke();
        }
        CloseHelper.closeAll(publications);
    }

    private void receive(final Aeron aeron, final AgentInvoker driver) throws IOException
    {
        final DeliveryLog log = new DeliveryLog(options.count, options.replicas, options.warmup);
        final Subscription[] subscriptions = new Subscription[options.replicas];
        final FragmentHandler[] handlers = new FragmentHandler[options.replicas];
        for (int i = 0; i < options.replicas; i++)
        {
            final int replica = i;
            subscriptions[i] = aeron.addSubscription(channel(i), STREAM_ID);
            handlers[i] = new FragmentAssembler((buffer, offset, length, header) ->
                log.onDelivery(
                    length == options.bytes ? buffer.getLong(offset) : -1,
                    replica,
                    buffer.getLong(offset + Long.BYTES),
                    clock.nanoTime()));
        }
        out.println("READY");

        while (!log.isOver(clock.nanoTime()))
        {
            driver.invoke();
            aeron.conductorAgentInvoker().invoke();
            for (int i = 0; i < subscriptions.length; i++)
            {
                subscriptions[i].poll(handlers[i], FRAGMENT_LIMIT);
            }
        }
        CloseHelper.closeAll(subscriptions);
        log.write(requireNonNull(options.out));
        out.println(log.summary());
    }
}
