package io.fragcast.journal.chronicle;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A journal on a small disk that fills up and is freed again: a tmpfs in a mount namespace of its own, where the system
 * lets us have one.
 */
class DiskFullSystemTest
{
    /** The guard keeps 66 MiB; 26 MiB are for a journal, 30 MiB lie there and are taken away. */
    private static final String SCRIPT = """
        mount -t tmpfs -o size=122m tmpfs "$0" &&
        head -c 31457280 /dev/zero > "$0/ballast" &&
        exec "$@"
        """;

    @TempDir
    private Path dir;

    @Test
    @Timeout(120)
    void shouldStopJournalingBeforeTheDiskIsFullAndResume() throws IOException, InterruptedException
    {
        assertThat(runOnSmallDisk(DiskFullProcess.class.getName())).as(said("full")).isZero();
        assertThat(said("full")).contains("of them in holes");
    }

    /** Of three nodes one has its journal there: what it relays is not touched, what it missed comes of its memory. */
    @Test
    @EnabledIfSystemProperty(named = "fragcast.slow", matches = "true")
    @Timeout(120)
    void shouldGoOnRelayingAndFillTheHoleOnceThereIsRoom() throws IOException, InterruptedException
    {
        assertThat(runOnSmallDisk("io.fragcast.node.DiskFullRelayProcess")).as(said("full")).isZero();
        assertThat(said("full")).contains("blocks relayed").contains("whole again");
    }

    private int runOnSmallDisk(final String process) throws IOException, InterruptedException
    {
        final Path mount = Files.createDirectory(dir.resolve("disk"));
        final boolean isAllowed = 0 == run("may", List.of(
            "unshare", "--user", "--map-root-user", "--mount", "sh", "-c",
            "mount -t tmpfs -o size=1m tmpfs \"$0\"", mount.toString()));
        if (!isAllowed)
        {
            System.out.println("SKIPPED: no mount namespace here, so no small disk to fill: " + said("may"));
        }
        Assumptions.assumeTrue(isAllowed, "no mount namespace here");

        final List<String> command = new ArrayList<>(List.of(
            "unshare", "--user", "--map-root-user", "--mount", "sh", "-c", SCRIPT, mount.toString(),
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "@" + Path.of("..", "tuning", "jvm", "jvm.options"),
            "-cp",
            System.getProperty("java.class.path"),
            process,
            mount.resolve("journal").toString(),
            mount.resolve("ballast").toString()));

        return run("full", command);
    }

    private int run(final String name, final List<String> command) throws IOException, InterruptedException
    {
        try
        {
            return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(dir.resolve(name + ".log").toFile())
                .start()
                .waitFor();
        }
        catch (final IOException ex)
        {
            // There is no such program.
            Files.writeString(dir.resolve(name + ".log"), ex.toString());
            return -1;
        }
    }

    private String said(final String name) throws IOException
    {
        return Files.readString(dir.resolve(name + ".log"));
    }
}
