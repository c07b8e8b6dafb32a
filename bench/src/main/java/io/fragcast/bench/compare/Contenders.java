package io.fragcast.bench.compare;

import io.fragcast.bench.JvmOptions;
import io.fragcast.bench.report.ResultFolder;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Who runs: Fragcast and plain Aeron in Java, with settings; the others as far as this machine can build them.
 */
final class Contenders
{
    private Contenders()
    {
    }

    static Contender fragcast(final String name, final String... settings) throws IOException
    {
        return new Contender(name, "signed, hashed, verified, in order " + String.join(" ", settings),
            java("fragcast"), List.of(settings));
    }

    /** Fragcast with one more flag for the JVM of both sides. */
    static Contender profiled(final String name, final String flag, final List<String> settings) throws IOException
    {
        final List<String> command = java("fragcast");
        command.add(1, flag);

        return new Contender(name, "profiled", command, settings);
    }

    static Contender aeron(final String name, final String... settings) throws IOException
    {
        return new Contender(name, "plain Aeron, one publication a replica, nothing checked " +
            String.join(" ", settings), java("aeron"), List.of(settings));
    }

    /** All of them, or those that are named; Fragcast and plain Aeron with datagrams of an MTU. */
    static List<Contender> all(final ResultFolder results, final Set<String> only, final int mtu)
        throws IOException, InterruptedException
    {
        final List<Contender> all = new ArrayList<>();
        all.add(fragcast("fragcast", "--mtu", Integer.toString(mtu)));
        all.add(aeron("aeron", "--mtu", Integer.toString(mtu)));
        final PeerPrograms programs = new PeerPrograms(PeerPrograms.besideClasses(), results);
        final Path udp = isWanted("udp", only) ? programs.udp() : null;
        if (null != udp)
        {
            all.add(new Contender("udp", "C, spinning, a datagram stream a replica: the floor",
                List.of(udp.toString()), List.of("--wait", "spin")));
            all.add(new Contender("udp-block", "the same, blocking", List.of(udp.toString()),
                List.of("--wait", "block")));
            all.add(new Contender("udp-multicast", "C, spinning, one group", List.of(udp.toString()),
                List.of("--wait", "spin", "--mode", "multicast")));
        }
        final Path gossipsub = isWanted("gossipsub", only) ? programs.gossipsub() : null;
        if (null != gossipsub)
        {
            all.add(new Contender("gossipsub", "go-libp2p GossipSub as op-node runs it, signatures checked",
                List.of(gossipsub.toString()), List.of()));
        }
        final Path websocket = isWanted("websocket", only) ? programs.websocket() : null;
        if (null != websocket)
        {
            all.add(new Contender("websocket-text", "WebSocket fan-out of JSON text",
                List.of(websocket.toString()), List.of("--encoding", "text")));
            all.add(new Contender("websocket-brotli", "the same, Brotli 5",
                List.of(websocket.toString()), List.of("--encoding", "brotli")));
        }
        all.removeIf((contender) -> !only.isEmpty() && !only.contains(contender.name()));

        return all;
    }

    private static boolean isWanted(final String prefix, final Set<String> only)
    {
        return only.isEmpty() || only.stream().anyMatch((name) -> name.startsWith(prefix));
    }

    private static List<String> java(final String peer) throws IOException
    {
        final List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JvmOptions.read());
        command.addAll(List.of(
            "-cp", System.getProperty("java.class.path"), "io.fragcast.cli.Main", "bench", "peer", peer));

        return command;
    }
}
