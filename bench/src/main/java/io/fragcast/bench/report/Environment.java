package io.fragcast.bench.report;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Where and with what figures were taken; a figure without it is not quoted.
 */
public final class Environment
{
    private static final Set<String> SCHEDULING_OPTIONS = Set.of(
        "mitigations", "isolcpus", "nohz_full", "rcu_nocbs", "idle", "processor.max_cstate", "intel_idle.max_cstate");

    private Environment()
    {
    }

    /**
     * Collects it from this process and the kernel.
     *
     * @param jvmOptions flags of the measured processes.
     * @return name to value, in order.
     * @throws IOException if the kernel's files cannot be read.
     */
    public static Map<String, String> collect(final List<String> jvmOptions) throws IOException
    {
        final Map<String, String> environment = new LinkedHashMap<>();
        environment.put("time", Instant.now().toString());
        environment.put("commit", commit());
        environment.put("jvm", System.getProperty("java.vm.name") + ' ' + System.getProperty("java.vm.version"));
        environment.put("jvm.options", String.join(" ", jvmOptions));
        environment.put("cpu", firstValue(Path.of("/proc/cpuinfo"), "model name"));
        environment.put("cpus", Integer.toString(Runtime.getRuntime().availableProcessors()));
        environment.put("memory", firstValue(Path.of("/proc/meminfo"), "MemTotal"));
        environment.put("kernel", System.getProperty("os.name") + ' ' + System.getProperty("os.version"));
        environment.put("boot.options", schedulingOptions(line(Path.of("/proc/cmdline"))));
        environment.put("clock.source",
            line(Path.of("/sys/devices/system/clocksource/clocksource0/current_clocksource")));
        environment.put("huge.pages", line(Path.of("/sys/kernel/mm/transparent_hugepage/enabled")));
        environment.put("rmem.max", line(Path.of("/proc/sys/net/core/rmem_max")));
        environment.put("wmem.max", line(Path.of("/proc/sys/net/core/wmem_max")));
        environment.put("load",
            Double.toString(ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage()));

        return environment;
    }

    /**
     * Writes it, a line a value.
     *
     * @param environment as collected.
     * @param file        to write.
     * @throws IOException if it cannot be written.
     */
    public static void write(final Map<String, String> environment, final Path file) throws IOException
    {
        final StringBuilder text = new StringBuilder();
        environment.forEach((name, value) -> text.append(name).append(" = ").append(value).append('\n'));
        Files.writeString(file, text);
    }

    private static String commit() throws IOException
    {
        final Properties properties = new Properties();
        try (InputStream stream = Environment.class.getResourceAsStream("/commit.properties"))
        {
            if (null != stream)
            {
                properties.load(stream);
            }
        }

        return properties.getProperty("commit", "unknown");
    }

    private static String firstValue(final Path file, final String name) throws IOException
    {
        if (Files.isReadable(file))
        {
            for (final String line : Files.readAllLines(file))
            {
                final int colon = line.indexOf(':');
                if (colon > 0 && name.equals(line.substring(0, colon).strip()))
                {
                    return line.substring(colon + 1).strip();
                }
            }
        }

        return "unknown";
    }

    /** Of the kernel's command line what bears on latency. */
    private static String schedulingOptions(final String bootOptions)
    {
        return Arrays.stream(bootOptions.split(" "))
            .filter((option) -> SCHEDULING_OPTIONS.contains(option.replaceFirst("=.*", "")))
            .collect(Collectors.joining(" "));
    }

    private static String line(final Path file) throws IOException
    {
        if (!Files.isReadable(file))
        {
            return "unknown";
        }
        // In one read: the kernel gives a setting once, and nothing to who comes back for the rest.
        try (BufferedReader reader = Files.newBufferedReader(file))
        {
            return String.valueOf(reader.readLine()).strip();
        }
    }
}
