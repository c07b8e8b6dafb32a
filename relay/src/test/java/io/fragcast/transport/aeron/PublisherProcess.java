package io.fragcast.transport.aeron;

import io.fragcast.transport.FrameSink;
import io.fragcast.transport.SendResult;
import org.agrona.IoUtil;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A publisher in a process of its own, to be killed: it sends numbered frames 10 ms apart, from 0, and says on standard
 * output when its publication is about to exist.
 */
final class PublisherProcess implements AutoCloseable
{
    private static final long INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final int LENGTH = 1000;

    private final Process process;
    private final Path directory;
    private final StringBuilder said = new StringBuilder();

    PublisherProcess(final int port, final int sessionId, final String name)
    {
        final List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElseThrow());
        for (final String argument : ManagementFactory.getRuntimeMXBean().getInputArguments())
        {
            // What opens the JDK to Agrona; not the test runner's own settings.
            if (argument.startsWith("--add-") || argument.startsWith("-Dagrona"))
            {
                command.add(argument);
            }
        }
        command.addAll(List.of(
            "-Xmx128m",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            PublisherProcess.class.getName(),
            Integer.toString(port),
            Integer.toString(sessionId),
            name));
        try
        {
            process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
        directory = Path.of("/dev/shm/fragcast-test-" + name + "-" + process.pid());
    }

    /** When the process added its publication, in epoch milliseconds; 0 until it did. */
    long addedAtMs()
    {
        try
        {
            final InputStream out = process.getInputStream();
            while (out.available() > 0)
            {
                said.append(new String(out.readNBytes(out.available()), StandardCharsets.US_ASCII));
            }
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
        final int end = said.indexOf("\n");

        return end < 0 ? 0 : Long.parseLong(said.substring(0, end).trim());
    }

    /** SIGKILL; then what it left behind goes. */
    @Override
    public void close()
    {
        try
        {
            process.destroyForcibly().waitFor();
            IoUtil.delete(directory.toFile(), true);
        }
        catch (final InterruptedException ex)
        {
            Thread.currentThread().interrupt();
        }
    }

    public static void main(final String[] args)
    {
        final InvokerRig rig = new InvokerRig(args[2]);
        System.out.println(System.currentTimeMillis());
        System.out.flush();
        final FrameSink sink = rig.addSink(InvokerRig.unicast(Integer.parseInt(args[0]), Integer.parseInt(args[1])));
        long sent = 0;
        long dueNs = System.nanoTime();
        while (rig.errors.isEmpty())
        {
            rig.doWork();
            if (System.nanoTime() - dueNs >= 0)
            {
                dueNs += INTERVAL_NS;
                // Nobody there yet: the same number again in 10 ms.
                sent += SendResult.OK == InvokerRig.trySend(sink, LENGTH, sent) ? 1 : 0;
            }
            Thread.yield();
        }
        throw new IllegalStateException(rig.errors.get(0));
    }
}
