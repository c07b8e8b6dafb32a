package io.fragcast.cli;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The hot thread of each kind of node as the kernel sees it: on the one CPU it was pinned to, and never asleep. It is
 * told from one that backs off by its voluntary context switches: those of a spinning thread stand still, however many
 * others its CPU is shared with, while one that parks makes hundreds a second.
 */
class PinnedThreadsSystemTest
{
    /** The JVM itself may stop a spinning thread now and then, for a safepoint. */
    private static final long MAX_VOLUNTARY_SWITCHES = 20;
    private static final long WATCHED_NS = TimeUnit.SECONDS.toNanos(1);
    private static final String CPU = Integer.toString(Runtime.getRuntime().availableProcessors() - 1);

    @RegisterExtension
    private final FragcastProcesses processes = new FragcastProcesses();

    @ParameterizedTest
    @CsvSource({"sequencer, broadcast", "relay, forward", "replica, ingest"})
    void shouldSpinOnItsOneCpu(final String role, final String agent)
    {
        NodeFiles.write(processes, false, "skip");
        final FragcastProcess node = processes.start(role, role, "--config", role + ".toml",
            "--threads-mode", "invoker", "--threads-idle", "spin", "--threads-affinity-" + agent, CPU);
        node.awaitSaid("running");
        assertThat(node.err()).contains("threads invoker spinning");

        final NativeThread hot = awaitThread(node, role + " hot");
        final NativeThread cold = awaitThread(node, role + " cold");
        assertThat(hot.status("Cpus_allowed_list")).isEqualTo(CPU);
        if (1 < Runtime.getRuntime().availableProcessors())
        {
            assertThat(cold.status("Cpus_allowed_list")).isNotEqualTo(CPU);
        }

        final long hotTicks = hot.cpuTicks();
        final long hotSwitches = hot.voluntarySwitches();
        final long coldSwitches = cold.voluntarySwitches();
        final long startNs = System.nanoTime();
        // Until it has had a tenth of a second of its CPU, which takes as long on a busy machine as it takes.
        Awaitility.await("the hot thread runs").atMost(FragcastProcess.PATIENCE)
            .until(() -> hot.cpuTicks() - hotTicks >= 10 && System.nanoTime() - startNs >= WATCHED_NS);

        assertThat(hot.voluntarySwitches() - hotSwitches).as("spins").isLessThanOrEqualTo(MAX_VOLUNTARY_SWITCHES);
        assertThat(cold.voluntarySwitches() - coldSwitches).as("backs off").isGreaterThan(MAX_VOLUNTARY_SWITCHES);
    }

    @Test
    void shouldRefuseMoreSpinningThreadsThanCores()
    {
        NodeFiles.write(processes, false, "skip");
        final FragcastProcess node = processes.startWith(
            List.of("-XX:ActiveProcessorCount=2"), "relay", "relay", "--config", "relay.toml",
            "--threads-mode", "dedicated", "--threads-idle", "spin");

        assertThat(node.awaitExit()).isEqualTo(ExitCodes.REFUSED);
        assertThat(node.err().lines()).hasSize(1);
        assertThat(node.err()).contains("spin").contains("2 cores");
    }

    private static NativeThread awaitThread(final FragcastProcess node, final String name)
    {
        return Awaitility.await(name).atMost(FragcastProcess.PATIENCE)
            .until(() -> NativeThread.find(node.pid(), name), (found) -> null != found);
    }

    /** A thread in /proc. */
    private record NativeThread(Path task)
    {
        /** The kernel keeps so much of a name. */
        private static final int NAME_LENGTH = 15;

        static NativeThread find(final long pid, final String name)
        {
            final String kept = name.substring(0, Math.min(NAME_LENGTH, name.length()));
            try (Stream<Path> tasks = Files.list(Path.of("/proc", Long.toString(pid), "task")))
            {
                return tasks.map(NativeThread::new)
                    .filter((thread) -> kept.equals(thread.read("comm").strip()))
                    .findFirst()
                    .orElse(null);
            }
            catch (final IOException ex)
            {
                throw new UncheckedIOException(ex);
            }
        }

        String status(final String key)
        {
            return read("status").lines()
                .filter((line) -> line.startsWith(key + ":"))
                .map((line) -> line.substring(key.length() + 1).strip())
                .findFirst()
                .orElseThrow();
        }

        long voluntarySwitches()
        {
            return Long.parseLong(status("voluntary_ctxt_switches"));
        }

        /** Hundredths of a second in user and kernel mode: fields 14 and 15, counted behind the name's bracket. */
        long cpuTicks()
        {
            final String stat = read("stat");
            final String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");

            return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
        }

        private String read(final String file)
        {
            try
            {
                return Files.readString(task.resolve(file));
            }
            catch (final IOException ex)
            {
                // A thread that ended between the listing and now.
                return "";
            }
        }
    }
}
