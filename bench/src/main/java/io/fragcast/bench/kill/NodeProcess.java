package io.fragcast.bench.kill;

import io.fragcast.bench.JvmOptions;
import io.fragcast.cli.Main;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * A node in a process of its own, one life of it. Standard output is appended to one file by all its lives.
 */
final class NodeProcess
{
    /** Machines are slow and shared. */
    static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(60);

    private static final long POLL_MS = 10;

    private final String name;
    private final Process process;
    private final Path err;

    private NodeProcess(final String name, final Process process, final Path err)
    {
        this.name = name;
        this.process = process;
        this.err = err;
    }

    static NodeProcess start(final Path folder, final String name, final int life, final List<String> args)
        throws IOException
    {
        final List<String> command = new ArrayList<>(List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        for (final String option : JvmOptions.read())
        {
            command.add(option);
        }
        // Several of them start on few cores: the second compiler only delays them.
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx512m"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        command.addAll(args);
        final Path err = folder.resolve(name + "-" + life + ".err");
        final ProcessBuilder builder = new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve(name + ".out").toFile()))
            .redirectError(err.toFile());
        builder.environment().keySet().removeIf((key) -> key.startsWith("FRAGCAST_"));

        return new NodeProcess(name, builder.start(), err);
    }

    boolean isUp() throws IOException
    {
        return process.isAlive() && said("running");
    }

    boolean isAlive()
    {
        return process.isAlive();
    }

    /** Waits for words on standard error. */
    void awaitSaid(final String words) throws IOException, InterruptedException
    {
        final long deadlineNs = System.nanoTime() + PATIENCE_NS;
        while (!said(words))
        {
            if (process.waitFor(POLL_MS, TimeUnit.MILLISECONDS) || System.nanoTime() - deadlineNs > 0)
            {
                throw new IOException(name + " did not say \"" + words + "\": see " + err);
            }
        }
    }

    /** Without warning. */
    void kill() throws InterruptedException
    {
        process.destroyForcibly().waitFor();
    }

    /** Waits until something holds while the process lives. */
    void await(final String what, final BooleanSupplier condition) throws IOException, InterruptedException
    {
        final long deadlineNs = System.nanoTime() + PATIENCE_NS;
        while (!condition.getAsBoolean())
        {
            if (process.waitFor(POLL_MS, TimeUnit.MILLISECONDS) || System.nanoTime() - deadlineNs > 0)
            {
                throw new IOException(name + ": waited in vain for " + what + ": see " + err);
            }
        }
    }

    /** Lets it run for a while. */
    void run(final long ms) throws IOException, InterruptedException
    {
        if (process.waitFor(ms, TimeUnit.MILLISECONDS))
        {
            throw new IOException(name + " ended by itself: see " + err);
        }
    }

    private boolean said(final String words) throws IOException
    {
        return Files.readString(err, StandardCharsets.UTF_8).contains(words);
    }
}
