package io.fragcast.cli.doctor;

import io.fragcast.cli.doctor.Finding.Grade;
import io.fragcast.config.HostProfile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Each check at its limit and one past it, on a file system that looks like a kernel's.
 */
class HostCheckTest
{
    /** Of low-latency. */
    private static final long WINDOW = 1 << 20;

    @TempDir
    private Path root;

    private HostCheck check;

    @BeforeEach
    void lookAtLowLatency()
    {
        check = new HostCheck(new KernelFiles(root), HostProfile.of("low-latency"));
    }

    @ParameterizedTest
    @CsvSource({"net.core.rmem_max, 2097152", "net.core.wmem_max, 1048576", "net.core.netdev_max_backlog, 4096"})
    void shouldWantOfTheKernelWhatTheProfilesWindowNeeds(final String sysctl, final long needed) throws IOException
    {
        write("proc/sys/" + sysctl.replace('.', '/'), Long.toString(needed));
        check.kernel();
        assertThat(finding(sysctl).grade()).isEqualTo(Grade.OK);

        write("proc/sys/" + sysctl.replace('.', '/'), Long.toString(needed - 1));
        lookAtLowLatency();
        check.kernel();
        assertThat(finding(sysctl).grade()).isEqualTo(Grade.ADVICE);
        assertThat(finding(sysctl).remedy()).startsWith("sysctl -w " + sysctl + "=" + needed + ",");
    }

    @Test
    void shouldSayWhatTheKernelDoesNotTell()
    {
        check.kernel();

        assertThat(finding("net.core.rmem_max").seen()).isEqualTo("not told");
    }

    @ParameterizedTest
    @CsvSource({"4, OK", "3, ADVICE", "2, FAIL"})
    void shouldLeaveOneCoreThatDoesNotSpin(final int cores, final Grade grade)
    {
        check.cores(cores);

        assertThat(finding("cores").grade()).isEqualTo(grade);
    }

    @Test
    void shouldWantCoresSetAsideForWhatSpins() throws IOException
    {
        check.cores(8);
        assertThat(finding("cores set aside").remedy()).startsWith("isolcpus=");

        write("sys/devices/system/cpu/isolated", "2-4\n");
        lookAtLowLatency();
        check.cores(8);
        assertThat(finding("cores set aside")).isEqualTo(Finding.ok("cores set aside", "2-4"));
    }

    @Test
    void shouldNotWantThemOfAProfileThatGivesWay()
    {
        check = new HostCheck(new KernelFiles(root), HostProfile.of("two-core"));
        check.cores(1);

        assertThat(check.findings()).containsExactly(Finding.ok("cores", "1, of which 0 would spin"));
    }

    @Test
    void shouldWantRoomForTheTermsOfEightSinksAndThreeSources()
    {
        final long needed = 11 * 3 * 2 * WINDOW;
        check.driverFolder("/dev/shm", needed, 1_408);
        assertThat(finding("/dev/shm").grade()).isEqualTo(Grade.OK);

        lookAtLowLatency();
        check.driverFolder("/dev/shm", needed - 1, 1_408);
        assertThat(finding("/dev/shm")).isEqualTo(Finding.fail(
            "/dev/shm",
            "65 MiB free, 66 MiB needed by 8 sinks and 3 sources",
            "mount -o remount,size=132m /dev/shm"));
    }

    @Test
    void shouldWantALinkThatCarriesTheMtuAndItsHeaders()
    {
        check.link("eth0", 1_436, true, 1_408);
        assertThat(finding("interface eth0")).isEqualTo(Finding.ok("interface eth0", "MTU 1436, multicast"));

        check.link("wg0", 1_435, false, 1_408);
        assertThat(finding("interface wg0")).isEqualTo(Finding.fail(
            "interface wg0",
            "MTU 1435, no multicast; the schedule's 1408 does not fit",
            "ip link set dev wg0 mtu 1436"));
    }

    @ParameterizedTest
    @CsvSource({"17, true, OK", "25, true, OK", "21, true, ADVICE", "11, true, FAIL", "17, false, FAIL"})
    void shouldWantAJdkThatIsTestedAndItsFlags(final int feature, final boolean isOpen, final Grade grade)
    {
        check.runtime(feature + ".0.1", feature, isOpen);

        assertThat(check.findings().stream().map(Finding::grade).max(Grade::compareTo)).contains(grade);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "sys/kernel/mm/transparent_hugepage/enabled | always [madvise] never | huge pages | OK",
        "sys/kernel/mm/transparent_hugepage/enabled | [always] madvise never | huge pages | ADVICE",
        "sys/devices/system/clocksource/clocksource0/current_clocksource | tsc | clock source | OK",
        "sys/devices/system/clocksource/clocksource0/current_clocksource | hpet | clock source | ADVICE",
        "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor | performance | frequency governor | OK",
        "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor | powersave | frequency governor | ADVICE",
        "proc/self/limits | Max open files      4096      8192      files | open files | OK",
        "proc/self/limits | Max open files      4095      8192      files | open files | ADVICE",
        "proc/stat | cpu  90 0 8 500 0 0 0 2 0 0 | steal | OK",
        "proc/stat | cpu  90 0 7 500 0 0 0 3 0 0 | steal | ADVICE"})
    void shouldJudgeWhatTheKernelTells(
        final String file, final String text, final String what, final Grade grade) throws IOException
    {
        write(file, text);
        check.kernel();

        assertThat(finding(what).grade()).isEqualTo(grade);
        assertThat(finding(what).remedy().isEmpty()).isEqualTo(Grade.OK == grade);
    }

    @Test
    void shouldLookAtThisHost()
    {
        final HostCheck here = new HostCheck(new KernelFiles(Path.of("/")), HostProfile.of("laptop"));
        here.kernel();

        assertThat(here.findings()).extracting(Finding::what).contains("net.core.rmem_max", "open files", "steal");
    }

    private Finding finding(final String what)
    {
        return check.findings().stream().filter((each) -> what.equals(each.what())).findFirst().orElseThrow();
    }

    private void write(final String file, final String text) throws IOException
    {
        final Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }
}
