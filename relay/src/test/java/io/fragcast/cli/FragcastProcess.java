package io.fragcast.cli;

import org.awaitility.Awaitility;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The program in a process of its own, with the flags of tuning/jvm; what it says goes to two files. Started by {@link
 * FragcastProcesses}, which kills what is left of it.
 */
public final class FragcastProcess
{
    /** Machines are slow and shared. */
    public static final Duration PATIENCE = Duration.ofSeconds(40);

    private final String name;
    private final Process process;
    private final Path out;
    private final Path err;
    private final long startNs;

    private FragcastProcess(final String name, final Process process, final Path out, final Path err)
    {
        this.name = name;
        this.process = process;
        this.out = out;
        this.err = err;
        startNs = System.nanoTime();
    }

    static FragcastProcess start(
        final Path folder,
        final String name,
        final List<String> prefix,
        final List<String> jvmOptions,
        final List<String> args)
    {
        final List<String> command = new ArrayList<>(prefix);
        command.addAll(List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "@" + Path.of("..", "tuning", "jvm", "jvm.options").toAbsolutePath().normalize(),
            // Several of them start on two cores: the second compiler and its profiles only delay them.
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Xmx512m"));
        command.addAll(jvmOptions);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        command.addAll(args);

        final Path out = folder.resolve(name + ".out");
        final Path err = folder.resolve(name + ".err");
        final ProcessBuilder builder = new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
        builder.environment().keySet().removeIf((key) -> key.startsWith("FRAGCAST_"));
        try
        {
            return new FragcastProcess(name, builder.start(), out, err);
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    String name()
    {
        return name;
    }

    /**
     * Of the process.
     *
     * @return its number.
     */
    public long pid()
    {
        return process.pid();
    }

    boolean isAlive()
    {
        return process.isAlive();
    }

    /** When it was started, by {@link System#nanoTime()}. */
    long startNs()
    {
        return startNs;
    }

    String out()
    {
        return read(out);
    }

    String err()
    {
        return read(err);
    }

    /**
     * Waits for words on standard error.
     *
     * @param words awaited.
     * @return this.
     */
    public FragcastProcess awaitSaid(final String words)
    {
        Awaitility.await(name + " says " + words).atMost(PATIENCE).pollInterval(Duration.ofMillis(20))
            .until(() -> err().contains(words) || !isAlive());
        if (!err().contains(words))
        {
            throw new AssertionError(name + " ended with " + process.exitValue() + " and never said: " + words);
        }

        return this;
    }

    int awaitExit()
    {
        try
        {
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
            {
                throw new AssertionError(name + " did not end");
            }
        }
        catch (final InterruptedException ex)
        {
            Thread.currentThread().interrupt();
            throw new AssertionError(name, ex);
        }

        return process.exitValue();
    }

    /** Ctrl-C. */
    void interrupt()
    {
        signal("INT");
    }

    /**
     * Sends a signal.
     *
     * @param name without SIG.
     */
    public void signal(final String name)
    {
        try
        {
            new ProcessBuilder("kill", "-" + name, Long.toString(pid())).start().waitFor();
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
        catch (final InterruptedException ex)
        {
            Thread.currentThread().interrupt();
        }
    }

    /** SIGKILL; returns when it is gone. */
    void kill()
    {
        process.destroyForcibly();
        awaitExit();
    }

    private static String read(final Path file)
    {
        try
        {
            return Files.readString(file, StandardCharsets.UTF_8);
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }
}
