package io.fragcast.cli.doctor;

import io.fragcast.config.HostProfile;
import io.fragcast.config.Profiles;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.NetworkInterface;
import java.nio.channels.Selector;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Locale;
import java.util.concurrent.Callable;

/**
 * {@code fragcast doctor}: looks at the host with the eyes of a profile.
 */
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    description = {
        "Looks at kernel, memory, network, cores and JVM, and says what to change for a profile.",
        "Exit code 1 if a node would not start here or would lose frames."})
public final class DoctorCommand implements Callable<Integer>
{
    private static final Path SHARED_MEMORY = Path.of("/dev/shm");
    private static final int DEFAULT_MTU = 1_408;

    @Spec
    @SuppressWarnings("NullAway.Init") // Picocli sets it before the call.
    private CommandSpec spec;

    @Option(names = "--profile", description = "Profile to look for (default: by the number of cores).")
    private @Nullable String profile;

    @Option(names = "--mtu", description = "MTU of the schedule (default: ${DEFAULT-VALUE}).")
    private int mtu = DEFAULT_MTU;

    @Override
    public Integer call() throws IOException
    {
        final int cores = Runtime.getRuntime().availableProcessors();
        final String name = null == profile ? Profiles.forCores(cores) : profile;
        if (!Profiles.names().contains(name))
        {
            throw new CommandLine.ParameterException(
                spec.commandLine(), "no such profile: " + name + "; allowed " + String.join("|", Profiles.names()));
        }

        final HostCheck check = new HostCheck(new KernelFiles(Path.of("/")), HostProfile.of(name));
        check.runtime(
            Runtime.version().toString(),
            Runtime.version().feature(),
            Selector.class.getModule().isOpen("sun.nio.ch", DoctorCommand.class.getModule()));
        check.cores(cores);
        check.kernel();
        if (Files.isDirectory(SHARED_MEMORY))
        {
            check.driverFolder(SHARED_MEMORY.toString(), Files.getFileStore(SHARED_MEMORY).getUsableSpace(), mtu);
        }
        for (final NetworkInterface link : Collections.list(NetworkInterface.getNetworkInterfaces()))
        {
            if (link.isUp())
            {
                check.link(link.getName(), link.getMTU(), link.supportsMulticast(), mtu);
            }
        }

        final PrintWriter out = spec.commandLine().getOut();
        out.println("profile " + name);
        check.findings().forEach((finding) -> print(out, finding));

        return check.findings().stream().anyMatch((finding) -> Finding.Grade.FAIL == finding.grade()) ?
            CommandLine.ExitCode.SOFTWARE : CommandLine.ExitCode.OK;
    }

    private static void print(final PrintWriter out, final Finding finding)
    {
        out.printf(
            "%-7s %-28s %s%n", finding.grade().name().toLowerCase(Locale.ROOT), finding.what(), finding.seen());
        if (!finding.remedy().isEmpty())
        {
            out.println("        -> " + finding.remedy());
        }
    }
}
