package io.fragcast.transport.aeron;

import io.aeron.driver.status.SystemCounterDescriptor;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.transport.FrameLink;
import io.fragcast.transport.FrameSink;
import io.fragcast.transport.FrameSource;
import io.fragcast.transport.FreePorts;
import io.fragcast.transport.SendResult;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

import static org.junit.jupiter.api.Assertions.fail;

/**
 * One node's transport on a driver of its own, run by the test's thread: every wait runs the duty cycle, so nothing
 * depends on a second thread.
 */
final class InvokerRig implements AutoCloseable
{
    static final int MTU = 1408;
    static final int STREAM = 1001;
    /** Where a frame of a test holds its number: behind the hop fields, which the drivers stamp. */
    static final int NUMBER_OFFSET = 24;
    static final KernelLimits LIMITS = KernelLimits.ofThisHost();

    private static final long DEADLINE_NS = TimeUnit.SECONDS.toNanos(20);

    final List<Throwable> errors = new ArrayList<>();
    final AeronDriver driver;
    final AeronClient client;
    final Counters counters;
    final List<FrameSink> sinks = new ArrayList<>();
    final List<FrameSource> sources = new ArrayList<>();
    final List<FrameLink> links = new ArrayList<>();

    InvokerRig(final String name)
    {
        this(DriverConfig.embedded("test-" + name, DriverThreading.INVOKER, LinkBudget.LAN));
    }

    InvokerRig(final DriverConfig config)
    {
        driver = AeronDriver.launch(config, errors::add);
        client = driver.connect(config.directory().getFileName().toString());
        counters = new Counters(client.counterFactory());
    }

    static ChannelConfig unicast(final int port, final int sessionId)
    {
        return ChannelConfig.unicast("127.0.0.1:" + port, STREAM, sessionId, MTU, LinkBudget.LAN, LIMITS);
    }

    static int freePort()
    {
        try
        {
            return FreePorts.block();
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    FrameSink addSink(final ChannelConfig channel)
    {
        final FrameSink sink = client.addSink("peer", channel);
        sinks.add(sink);

        return sink;
    }

    FrameSource addSource(final ChannelConfig channel)
    {
        return addSource(channel, InetAddress.getLoopbackAddress());
    }

    FrameSource addSource(final ChannelConfig channel, final InetAddress from)
    {
        final FrameSource source =
            client.addSource("peer", channel, from, counters.get(FragcastCounter.SOURCES_REMADE));
        sources.add(source);

        return source;
    }

    /** On two ports: where requests go, and where answers come from. */
    static LinkConfig link(final int port, final int answersPort, final int session)
    {
        return link(port, answersPort, session, MTU);
    }

    static LinkConfig link(final int port, final int answersPort, final int session, final int mtu)
    {
        return LinkConfig.of(
            "127.0.0.1:" + port, "127.0.0.1:" + answersPort, STREAM + 1, session, ~session, mtu, LinkBudget.LAN,
            LIMITS);
    }

    FrameLink dial(final LinkConfig config)
    {
        final FrameLink link = client.dial("server", config, counters.get(FragcastCounter.SOURCES_REMADE));
        links.add(link);

        return link;
    }

    FrameLink accept(final LinkConfig config, final String peerName)
    {
        final FrameLink link = client.accept(peerName, config, null, counters.get(FragcastCounter.SOURCES_REMADE));
        links.add(link);

        return link;
    }

    long refused()
    {
        return counters.value(FragcastCounter.DATAGRAMS_REFUSED_ADDRESS) +
            counters.value(FragcastCounter.DATAGRAMS_REFUSED_SESSION) +
            counters.value(FragcastCounter.DATAGRAMS_REFUSED_LAYOUT) +
            counters.value(FragcastCounter.DATAGRAMS_REFUSED_SETUP) +
            counters.value(FragcastCounter.DATAGRAMS_REFUSED_CONTROL);
    }

    long systemCounter(final SystemCounterDescriptor counter)
    {
        return client.countersReader().getCounterValue(counter.id());
    }

    int countersInUse()
    {
        final int[] count = {0};
        client.countersReader().forEach((value, id, label) -> count[0]++);

        return count[0];
    }

    /** Bytes that the driver's files take up at most. */
    long footprint()
    {
        try (Stream<Path> files = Files.walk(driver.directory()))
        {
            return files.mapToLong((file) -> file.toFile().isFile() ? file.toFile().length() : 0).sum();
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    int doWork()
    {
        int work = driver.invoke() + client.invoke();
        final long nowNs = System.nanoTime();
        for (final FrameSink sink : sinks)
        {
            work += sink.doWork(nowNs);
        }
        for (final FrameSource source : sources)
        {
            work += source.doWork(nowNs);
        }

        for (final FrameLink link : links)
        {
            work += link.doWork(nowNs);
        }

        return work;
    }

    static void await(final String what, final BooleanSupplier condition, final InvokerRig... rigs)
    {
        final long deadlineNs = System.nanoTime() + DEADLINE_NS;
        while (!condition.getAsBoolean())
        {
            for (final InvokerRig rig : rigs)
            {
                rig.doWork();
            }
            if (System.nanoTime() - deadlineNs > 0)
            {
                fail("not within " + TimeUnit.NANOSECONDS.toSeconds(DEADLINE_NS) + " s: " + what);
            }
            Thread.onSpinWait();
        }
    }

    static void runFor(final long durationMs, final InvokerRig... rigs)
    {
        final long endNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(durationMs);
        while (System.nanoTime() - endNs < 0)
        {
            for (final InvokerRig rig : rigs)
            {
                rig.doWork();
            }
        }
    }

    static SendResult trySend(final FrameSink sink, final int length, final long number)
    {
        final SendResult result = sink.tryClaim(length);
        if (SendResult.OK == result)
        {
            sink.buffer().setMemory(sink.offset(), length, (byte)number);
            sink.buffer().putLong(sink.offset() + NUMBER_OFFSET, number);
            sink.commit();
        }

        return result;
    }

    @Override
    public void close()
    {
        sinks.forEach(FrameSink::close);
        sources.forEach(FrameSource::close);
        links.forEach(FrameLink::close);
        client.close();
        driver.close();
    }
}
