package io.fragcast.cli;

import org.agrona.IoUtil;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The processes of one test, their folder, and the folders of their media drivers. After the test whatever still runs
 * is killed; the folders go, but after a failure what the processes said is printed first and the folder stays.
 */
public final class FragcastProcesses implements BeforeEachCallback, AfterEachCallback
{
    private final List<FragcastProcess> started = new ArrayList<>();
    private final List<Path> driverFolders = new ArrayList<>();
    private Path folder;

    @Override
    public void beforeEach(final ExtensionContext context) throws IOException
    {
        folder = Files.createTempDirectory("fragcast-system-test-");
    }

    @Override
    public void afterEach(final ExtensionContext context)
    {
        started.stream().filter(FragcastProcess::isAlive).forEach(FragcastProcess::kill);
        driverFolders.forEach((driver) -> IoUtil.delete(driver.toFile(), true));
        if (context.getExecutionException().isEmpty())
        {
            IoUtil.delete(folder.toFile(), true);
            return;
        }

        System.out.println("FAILED: " + context.getDisplayName() + ", files kept in " + folder);
        for (final FragcastProcess process : started)
        {
            System.out.println("--- " + process.name() + ", standard error:\n" + process.err());
            System.out.println("--- " + process.name() + ", standard output:\n" + tail(process.out()));
        }
    }

    /**
     * Where the test's files are.
     *
     * @return the folder.
     */
    public Path folder()
    {
        return folder;
    }

    /**
     * Starts {@code fragcast ARGS} in the test's folder.
     *
     * @param name of the process.
     * @param args of the program.
     * @return the process.
     */
    public FragcastProcess start(final String name, final String... args)
    {
        return startWith(List.of(), name, args);
    }

    /** The same on another host. */
    FragcastProcess startOn(final Namespaces.Host host, final String name, final String... args)
    {
        return start(host.command(), List.of(), name, args);
    }

    /** The same with more options of the JVM. */
    FragcastProcess startWith(final List<String> jvmOptions, final String name, final String... args)
    {
        return start(List.of(), jvmOptions, name, args);
    }

    private FragcastProcess start(
        final List<String> prefix, final List<String> jvmOptions, final String name, final String... args)
    {
        final FragcastProcess process =
            FragcastProcess.start(folder, name + "-" + started.size(), prefix, jvmOptions, List.of(args));
        started.add(process);

        return process;
    }

    /**
     * Where a node's media driver may live: nobody else's, in shared memory.
     *
     * @param node of the driver.
     * @return the folder, to be made by the driver.
     */
    public Path newDriverFolder(final String node)
    {
        final Path driver =
            Path.of("/dev/shm", folder.getFileName() + "-" + node);
        driverFolders.add(driver);

        return driver;
    }

    private static String tail(final String text)
    {
        final int length = 4_000;

        return text.length() <= length ? text : "..." + text.substring(text.length() - length);
    }
}
