package io.fragcast.bench.compare;

import io.fragcast.bench.report.ResultFolder;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Builds the contenders of {@code bench/peers} that this machine has the tools for, and says which it leaves out.
 */
final class PeerPrograms
{
    private final Path sources;
    private final Path target;
    private final ResultFolder results;

    PeerPrograms(final Path sources, final ResultFolder results)
    {
        this.sources = sources.toAbsolutePath();
        target = this.sources.resolve("target");
        this.results = results;
    }

    /** Where the sources lie beside these classes: nowhere in an install. */
    static Path besideClasses()
    {
        try
        {
            final Path classes =
                Path.of(PeerPrograms.class.getProtectionDomain().getCodeSource().getLocation().toURI());

            return classes.resolve("../../peers").normalize();
        }
        catch (final URISyntaxException ex)
        {
            throw new IllegalStateException(ex);
        }
    }

    @Nullable Path udp() throws IOException, InterruptedException
    {
        return build("udp", "cc", sources.resolve("udp"), List.of("-O2", "-o", program("udp"), "udp.c"));
    }

    @Nullable Path gossipsub() throws IOException, InterruptedException
    {
        return build(
            "gossipsub", "go", sources.resolve("gossipsub"), List.of("build", "-o", program("gossipsub"), "."));
    }

    @Nullable Path websocket() throws IOException, InterruptedException
    {
        final Path built = build(
            "websocket",
            "cargo",
            sources.resolve("websocket"),
            List.of("build", "--release", "--quiet", "--target-dir", program("websocket.cargo")));

        return null == built ? null : target.resolve("websocket.cargo/release/websocket");
    }

    private String program(final String name)
    {
        return target.resolve(name).toString();
    }

    private @Nullable Path build(final String name, final String tool, final Path folder, final List<String> args)
        throws IOException, InterruptedException
    {
        if (!Files.isDirectory(folder))
        {
            results.print("SKIPPED " + name + ": no sources at " + folder);
            return null;
        }
        if (!isOnPath(tool))
        {
            results.print("SKIPPED " + name + ": no " + tool + " on this machine");
            return null;
        }

        results.print("building " + name + " with " + tool);
        Files.createDirectories(target);
        final Path log = target.resolve(name + ".log");
        final List<String> command = new ArrayList<>(List.of(tool));
        command.addAll(args);
        final int exitCode = new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start()
            .waitFor();
        if (0 != exitCode)
        {
            results.print("SKIPPED " + name + ": " + tool + " failed, see " + log);
            return null;
        }

        return target.resolve(name);
    }

    static boolean isOnPath(final String tool)
    {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
            .anyMatch((folder) -> Files.isExecutable(Path.of(folder, tool)));
    }
}
