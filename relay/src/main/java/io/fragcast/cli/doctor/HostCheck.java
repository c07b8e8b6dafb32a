package io.fragcast.cli.doctor;

import io.fragcast.config.HostProfile;
import io.fragcast.transport.aeron.LinkBudget;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Compares a host with what a profile asks of it:
 * <pre>
 *   SO_RCVBUF = 2 x window, SO_SNDBUF = window               within net.core.rmem_max and wmem_max
 *   /dev/shm &gt;= (8 sinks + 3 sources) x 3 x term length      a term is 2 x window at least
 *   spinning threads &lt;= cores - 1, on cores set aside        else the scheduler takes the core away
 *   MTU + 28 &lt;= MTU of the interface                         headers of IPv4 and UDP
 * </pre>
 * Pure: the host comes in as files and figures.
 */
final class HostCheck
{
    private static final int SINKS = 8;
    private static final int SOURCES = 3;
    private static final int TERMS = 3;
    private static final int IP_UDP_HEADERS = 28;
    /** As in tuning/sysctl/90-fragcast.conf. */
    private static final long BACKLOG = 4_096;
    private static final long OPEN_FILES = 4_096;
    /** Of the time that was worked. */
    private static final double STEAL_LIMIT = 0.02;
    /** Fields of the first line of /proc/stat. */
    private static final int USER = 1;
    private static final int NICE = 2;
    private static final int SYSTEM = 3;
    private static final int STEAL = 8;

    private final KernelFiles files;
    private final HostProfile profile;
    private final LinkBudget budget;
    private final List<Finding> findings = new ArrayList<>();

    HostCheck(final KernelFiles files, final HostProfile profile)
    {
        this.files = files;
        this.profile = profile;
        final LinkBudget lan = LinkBudget.LAN;
        budget = new LinkBudget(
            lan.rttNs(), lan.groupSize(), lan.cadenceNs(), lan.bytesPerSecond(), profile.windowBytes());
    }

    /** Everything found, in the order in which it was looked at. */
    List<Finding> findings()
    {
        return findings;
    }

    void kernel()
    {
        atLeast("net.core.rmem_max", 2L * budget.windowBytes(), true);
        atLeast("net.core.wmem_max", budget.windowBytes(), true);
        atLeast("net.core.netdev_max_backlog", BACKLOG, false);
        openFiles();
        clockSource();
        hugePages();
        governor();
        steal();
    }

    /**
     * Threads that spin, and where.
     *
     * @param cores of the host.
     */
    void cores(final int cores)
    {
        final int spinning = profile.threads().spinningThreadCount();
        final String seen = cores + ", of which " + spinning + " would spin";
        if (spinning > cores)
        {
            findings.add(Finding.fail("cores", seen, "a profile for fewer cores: profile = \"two-core\""));
            return;
        }
        if (0 < spinning && spinning > cores - 1)
        {
            findings.add(Finding.advice(
                "cores", seen, "leave a core to the kernel, journal and edge: threads.idle = \"backoff\""));
            return;
        }
        findings.add(Finding.ok("cores", seen));

        final String isolated = files.text("sys/devices/system/cpu/isolated").orElse("");
        if (0 < spinning)
        {
            findings.add(isolated.isEmpty() ?
                Finding.advice("cores set aside", "none", "isolcpus=… at boot, see tuning/README.md") :
                Finding.ok("cores set aside", isolated));
        }
    }

    /**
     * Room for the media driver's files.
     *
     * @param folder    of the driver.
     * @param freeBytes there.
     * @param mtu       of the network.
     */
    void driverFolder(final String folder, final long freeBytes, final int mtu)
    {
        final long needed = (long)(SINKS + SOURCES) * TERMS * LinkBudget.termLength(budget.windowBytes(), mtu);
        final String seen = mib(freeBytes) + " free";
        findings.add(freeBytes >= needed ? Finding.ok(folder, seen) : Finding.fail(
            folder,
            seen + ", " + mib(needed) + " needed by " + SINKS + " sinks and " + SOURCES + " sources",
            "mount -o remount,size=" + mib(2 * needed).replace(" MiB", "m") + " " + folder));
    }

    /**
     * A network interface that is up.
     *
     * @param name        such as eth0.
     * @param linkMtu     of it.
     * @param isMulticast can it carry groups?
     * @param mtu         of the network.
     */
    void link(final String name, final int linkMtu, final boolean isMulticast, final int mtu)
    {
        final String what = "interface " + name;
        final String seen = "MTU " + linkMtu + (isMulticast ? ", multicast" : ", no multicast");
        findings.add(linkMtu >= mtu + IP_UDP_HEADERS ? Finding.ok(what, seen) : Finding.fail(
            what, seen + "; the schedule's " + mtu + " does not fit",
            "ip link set dev " + name + " mtu " + (mtu + IP_UDP_HEADERS)));
    }

    /**
     * The runtime.
     *
     * @param version of the JDK.
     * @param feature of it, such as 17.
     * @param isOpen  may Agrona and Aeron reach what they need of it?
     */
    void runtime(final String version, final int feature, final boolean isOpen)
    {
        findings.add(17 == feature || 25 == feature ? Finding.ok("JDK", version) : feature < 17 ?
            Finding.fail("JDK", version, "JDK 17 or later") :
            Finding.advice("JDK", version, "17 and 25 are the ones that are tested"));
        findings.add(isOpen ? Finding.ok("JVM flags", "as tuning/jvm/jvm.options") : Finding.fail(
            "JVM flags", "java.base/sun.nio.ch is closed", "start with the flags of tuning/jvm/jvm.options"));
    }

    private void atLeast(final String sysctl, final long wanted, final boolean isClamping)
    {
        final OptionalLong value = files.sysctl(sysctl);
        if (value.isEmpty())
        {
            findings.add(Finding.advice(sysctl, "not told", "look at it outside this container"));
            return;
        }
        final long seen = value.getAsLong();
        findings.add(seen >= wanted ? Finding.ok(sysctl, Long.toString(seen)) : new Finding(
            Finding.Grade.ADVICE,
            sysctl,
            seen + (isClamping ? ": windows are cut to it" : ""),
            "sysctl -w " + sysctl + "=" + wanted + ", or tuning/sysctl/90-fragcast.conf"));
    }

    private void openFiles()
    {
        final Optional<String> line = files.text("proc/self/limits").flatMap((text) ->
            text.lines().filter((each) -> each.startsWith("Max open files")).findFirst());
        if (line.isEmpty())
        {
            return;
        }
        final String soft = line.get().substring("Max open files".length()).strip().split("\\s+", 2)[0];
        final boolean isEnough = "unlimited".equals(soft) || Long.parseLong(soft) >= OPEN_FILES;
        findings.add(isEnough ? Finding.ok("open files", soft) :
            Finding.advice("open files", soft, "ulimit -n " + OPEN_FILES + ", or LimitNOFILE of the systemd unit"));
    }

    private void clockSource()
    {
        final String folder = "sys/devices/system/clocksource/clocksource0/";
        files.text(folder + "current_clocksource").ifPresent((source) ->
        {
            final boolean isFast = List.of("tsc", "kvm-clock", "arch_sys_counter", "hyperv_clocksource_tsc_page")
                .contains(source);
            findings.add(isFast ? Finding.ok("clock source", source) : Finding.advice(
                "clock source", source + ": a system call for each reading",
                "echo tsc > /" + folder + "current_clocksource"));
        });
    }

    private void hugePages()
    {
        final String file = "sys/kernel/mm/transparent_hugepage/enabled";
        files.text(file).ifPresent((modes) -> findings.add(modes.contains("[always]") ?
            Finding.advice("huge pages", "always: the kernel stops a thread to make one", "echo madvise > /" + file) :
            Finding.ok("huge pages", modes.replaceAll(".*\\[(\\w+)].*", "$1"))));
    }

    private void governor()
    {
        files.text("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor").ifPresent((governor) ->
            findings.add("performance".equals(governor) ? Finding.ok("frequency governor", governor) :
                Finding.advice("frequency governor", governor, "cpupower frequency-set -g performance")));
    }

    private void steal()
    {
        final String[] fields =
            files.text("proc/stat").flatMap((text) -> text.lines().findFirst()).orElse("").split("\\s+", -1);
        if (fields.length <= STEAL)
        {
            return;
        }
        final long worked = Arrays.stream(new int[]{USER, NICE, SYSTEM, STEAL})
            .mapToLong((field) -> Long.parseLong(fields[field]))
            .sum();
        final double share = 0 == worked ? 0 : Double.parseDouble(fields[STEAL]) / worked;
        final String seen = Math.round(1_000 * share) / 10.0 + " % of the time worked since boot";
        findings.add(share <= STEAL_LIMIT ? Finding.ok("steal", seen) : Finding.advice(
            "steal", seen, "the hypervisor gives the cores to others: take a host with cores of its own"));
    }

    private static String mib(final long bytes)
    {
        return (bytes >> 20) + " MiB";
    }
}
