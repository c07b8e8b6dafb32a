package io.fragcast.bench.compare;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Two machines of one network, for as long as a command runs: network namespaces with a cable between them, the
 * receiver's losing a share of all that comes to it by iptables, so that every contender, and all that it sends besides
 * its data, is treated alike. Needs root, iproute2 and iptables; nothing of the machine's own network is touched.
 * <pre>
 *   sender 10.98.0.1  eth0 ────────── eth0  10.98.0.2 receiver
 *                                      └ INPUT: DROP with a probability
 * </pre>
 */
final class LossyNetwork implements Wire, AutoCloseable
{
    private static final String SENDER = "10.98.0.1";
    private static final String RECEIVER = "10.98.0.2";
    private static final String LINK = "eth0";

    private final String sender = "fcb" + ProcessHandle.current().pid() + "s";
    private final String receiver = "fcb" + ProcessHandle.current().pid() + "r";
    private final List<String> made = new CopyOnWriteArrayList<>();

    private final Thread atExit = new Thread(this::remove, "lossy-network-exit");

    private LossyNetwork()
    {
        // A command that is stopped must leave none behind.
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /**
     * Makes it.
     *
     * @return the network.
     * @throws IOException if this machine has no such thing; the message says what it lacks.
     */
    static LossyNetwork open() throws IOException, InterruptedException
    {
        final LossyNetwork network = new LossyNetwork();
        boolean isOpen = false;
        try
        {
            network.make();
            isOpen = true;
        }
        finally
        {
            if (!isOpen)
            {
                network.close();
            }
        }

        return network;
    }

    private void make() throws IOException, InterruptedException
    {
        for (final String namespace : List.of(sender, receiver))
        {
            run("ip", "netns", "add", namespace);
            made.add(namespace);
            run("ip", "-n", namespace, "link", "set", "lo", "up");
        }
        run("ip", "link", "add", LINK, "netns", sender, "type", "veth", "peer", "name", LINK, "netns", receiver);
        // What is written at once passes a cable in one piece, and would be lost so: each datagram by itself is to be.
        run("ip", "-n", sender, "link", "set", LINK, "gso_max_segs", "1");
        run("ip", "-n", sender, "addr", "add", SENDER + "/24", "dev", LINK);
        run("ip", "-n", receiver, "addr", "add", RECEIVER + "/24", "dev", LINK);
        run("ip", "-n", sender, "link", "set", LINK, "up");
        run("ip", "-n", receiver, "link", "set", LINK, "up");
        lose(1);
        lose(0);
    }

    @Override
    public void lose(final double percent) throws IOException, InterruptedException
    {
        run("ip", "netns", "exec", receiver, "iptables", "-F", "INPUT");
        if (0 < percent)
        {
            run("ip", "netns", "exec", receiver, "iptables", "-A", "INPUT", "-i", LINK, "-m", "statistic", "--mode",
                "random", "--probability", String.format(Locale.ROOT, "%.5f", percent / 100), "-j", "DROP");
        }
    }

    @Override
    public List<String> sender()
    {
        return List.of("ip", "netns", "exec", sender);
    }

    @Override
    public List<String> receiver()
    {
        return List.of("ip", "netns", "exec", receiver);
    }

    @Override
    public List<String> addresses()
    {
        return List.of("--from", SENDER, "--to", RECEIVER);
    }

    /** Both ways, as the sender's end of the cable sees it. */
    @Override
    public long bytes() throws IOException, InterruptedException
    {
        final String[] fields = Wire.counters(run("ip", "netns", "exec", sender, "cat", Wire.COUNTERS), LINK);

        return Long.parseLong(fields[Wire.RECEIVED_BYTES]) + Long.parseLong(fields[Wire.SENT_BYTES]);
    }

    @Override
    public String toString()
    {
        return "two network namespaces, a cable between them (MTU 1500), iptables statistic before the receiver";
    }

    @Override
    public void close()
    {
        remove();
        Runtime.getRuntime().removeShutdownHook(atExit);
    }

    /** The kernel takes the cable with them. */
    private void remove()
    {
        for (final String namespace : made)
        {
            try
            {
                run("ip", "netns", "del", namespace);
            }
            catch (final IOException ex)
            {
                System.err.println(ex.getMessage());
            }
            catch (final InterruptedException ex)
            {
                Thread.currentThread().interrupt();
            }
        }
        made.clear();
    }

    private static List<String> run(final String... command) throws IOException, InterruptedException
    {
        final Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        final String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (0 != process.waitFor())
        {
            throw new IOException(String.join(" ", command) + ": " + said.strip());
        }

        return said.lines().toList();
    }
}
