package io.fragcast.cli;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A network of its own for one test: a switch, and hosts with one interface each, all of them network namespaces. Made
 * by iproute2 as root; where that is not allowed the test is skipped, and says so. Nothing of the machine's own network
 * is touched.
 * <pre>
 *   host 10.99.0.1  eth0 ──┐
 *   host 10.99.0.2  eth0 ──┼── bridge (in a namespace too)
 *   ...                    │
 * </pre>
 */
final class Namespaces implements BeforeEachCallback, AfterEachCallback
{
    private static final String NET = "10.99.0.";

    private final String prefix = "fc" + ProcessHandle.current().pid() + "-";
    private final String bridge = prefix + "switch";
    private final List<String> made = new ArrayList<>();
    private int hosts;

    /**
     * One machine of the network.
     *
     * @param namespace of it.
     * @param port      of the switch.
     * @param address   that it has.
     */
    record Host(String namespace, String port, String address)
    {
        /** What a command is put behind so that it runs there; it keeps its process number. */
        List<String> command()
        {
            return List.of("ip", "netns", "exec", namespace);
        }
    }

    @Override
    public void beforeEach(final ExtensionContext context)
    {
        final String refusal = tryOpen();
        if (null != refusal)
        {
            System.out.println("SKIPPED, NOT TESTED: " + context.getRequiredTestClass().getSimpleName() + "#" +
                context.getRequiredTestMethod().getName() + " needs root and network namespaces: " + refusal);
            Assumptions.abort("no network namespaces here: " + refusal);
        }
    }

    @Override
    public void afterEach(final ExtensionContext context)
    {
        // Hosts before the switch; the kernel takes the interfaces with them.
        Collections.reverse(made);
        made.forEach((namespace) -> ip("netns", "del", namespace));
    }

    Host host()
    {
        final int number = ++hosts;
        final Host host = new Host(prefix + number, "port" + number, NET + number);
        add(host.namespace);
        ip("link", "add", host.port, "netns", bridge, "type", "veth", "peer", "name", "eth0", "netns", host.namespace);
        ip("-n", bridge, "link", "set", host.port, "master", "br0", "up");
        ip("-n", host.namespace, "addr", "add", host.address + "/24", "dev", "eth0");
        ip("-n", host.namespace, "link", "set", "lo", "up");
        ip("-n", host.namespace, "link", "set", "eth0", "up");
        ip("-n", host.namespace, "route", "add", "224.0.0.0/4", "dev", "eth0");

        return host;
    }

    /** What is sent to groups comes to this host no more. */
    void cutMulticast(final Host host)
    {
        ip("-n", bridge, "link", "set", host.port, "type", "bridge_slave", "mcast_flood", "off");
    }

    private String tryOpen()
    {
        try
        {
            add(bridge);
            // Without snooping a bridge sends groups to every port, as an unmanaged switch does.
            ip("-n", bridge, "link", "add", "br0", "type", "bridge", "mcast_snooping", "0");
            ip("-n", bridge, "link", "set", "br0", "up");
            return null;
        }
        catch (final UncheckedIOException | IllegalStateException ex)
        {
            return ex.getMessage();
        }
    }

    private void add(final String namespace)
    {
        ip("netns", "add", namespace);
        made.add(namespace);
    }

    private static void ip(final String... args)
    {
        final List<String> command = new ArrayList<>(List.of("ip"));
        command.addAll(List.of(args));
        try
        {
            final Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            final String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            if (0 != process.waitFor())
            {
                throw new IllegalStateException(String.join(" ", command) + ": " + said);
            }
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
        catch (final InterruptedException ex)
        {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(ex);
        }
    }
}
