package io.fragcast.bench.kill;

import io.fragcast.cli.KeygenCommand;
import io.fragcast.transport.FreePorts;
import org.agrona.IoUtil;
import picocli.CommandLine;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Four nodes in a row and their files: a sequencer, a relay, and behind it two replicas.
 */
final class KillNetwork implements AutoCloseable
{
    /** Who may be killed, in the order of killing. */
    enum Victim
    {
        /** Delivers to a file. */
        REPLICA,
        /** Between the others. */
        RELAY,
        /** Delivers to its standard output. */
        WATCHER,
        /** Leads. */
        SEQUENCER;

        String word()
        {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static final long CHAIN_ID = 4670;

    private static final String COMMON = """
        chain-id = 4670
        name = "%1$s"
        profile = "ci"
        [identity]
        key-file = "keys/%1$s.hex"
        [schedule]
        file = "schedule.toml"
        [journal]
        dir = "journal/%1$s"
        block-bytes = "1m"
        ring-bytes = "8m"
        [aeron]
        dir = "%2$s"
        """;

    private final Path folder;
    private final Map<Victim, NodeProcess> nodes = new EnumMap<>(Victim.class);
    private int lives;

    private KillNetwork(final Path folder)
    {
        this.folder = folder.toAbsolutePath();
    }

    static KillNetwork write(final Path folder) throws IOException
    {
        final KillNetwork network = new KillNetwork(folder);
        network.write();

        return network;
    }

    NodeProcess start(final Victim victim) throws IOException
    {
        final String word = victim.word();
        final String role = Victim.WATCHER == victim ? "replica" : word;
        final List<String> args = switch (victim)
        {
            case SEQUENCER, RELAY -> List.of(role, "--config", word + ".toml");
            case REPLICA -> List.of(role, "--config", word + ".toml", "--deliver", "jsonl:" + delivered());
            case WATCHER -> List.of(role, "--config", word + ".toml", "--deliver", "jsonl:-");
        };
        final NodeProcess process = NodeProcess.start(folder, word, lives++, args);
        nodes.put(victim, process);

        return process;
    }

    NodeProcess node(final Victim victim)
    {
        return nodes.get(victim);
    }

    Path delivered()
    {
        return folder.resolve("delivered.jsonl");
    }

    Path watched()
    {
        return folder.resolve("watcher.out");
    }

    Path replayed()
    {
        return folder.resolve("replayed.jsonl");
    }

    Path journal(final Victim victim)
    {
        return folder.resolve("journal").resolve(victim.word());
    }

    Path driver(final Victim victim)
    {
        return Path.of("/dev/shm", "fragcast-kill-" + ProcessHandle.current().pid() + "-" + victim.word());
    }

    void killAll() throws InterruptedException
    {
        for (final NodeProcess node : nodes.values())
        {
            node.kill();
        }
    }

    void deleteFolder()
    {
        IoUtil.delete(folder.toFile(), true);
    }

    @Override
    public void close() throws InterruptedException
    {
        killAll();
        for (final Victim victim : Victim.values())
        {
            IoUtil.delete(driver(victim).toFile(), true);
        }
    }

    private void write() throws IOException
    {
        for (final String key : List.of("leader", "sequencer", "relay", "replica", "watcher"))
        {
            final Path file = folder.resolve("keys").resolve(key + ".hex");
            final CommandLine keygen =
                new CommandLine(new KeygenCommand()).setOut(new PrintWriter(Writer.nullWriter()));
            if (0 != keygen.execute(file.toString()))
            {
                throw new IOException("no key at " + file);
            }
        }
        Files.writeString(folder.resolve("schedule.toml"), """
            chain-id = 4670
            mtu = 1408
            [[term]]
            number = 1
            first-block = 0
            key = "@%s"
            """.formatted(folder.resolve("keys/leader.pub")));

        final int ports = FreePorts.blocks(Victim.values().length);
        final int relay = ports + FreePorts.BLOCK_LENGTH;
        final int replica = relay + FreePorts.BLOCK_LENGTH;
        final int watcher = replica + FreePorts.BLOCK_LENGTH;
        write(Victim.SEQUENCER, "[leader]\nkey-file = \"keys/leader.hex\"\n" +
            block(ports, peer("relay", relay)));
        write(Victim.RELAY, upstream("sequencer", ports) +
            block(relay, peer("replica", replica) + ", " + peer("watcher", watcher)));
        write(Victim.REPLICA, upstream("relay", relay) + block(replica, ""));
        write(Victim.WATCHER, upstream("relay", relay) + block(watcher, ""));
    }

    private void write(final Victim victim, final String rest) throws IOException
    {
        Files.writeString(
            folder.resolve(victim.word() + ".toml"), COMMON.formatted(victim.word(), driver(victim)) + rest);
    }

    private static String block(final int port, final String sinks)
    {
        return "[block]\nlisten = \"127.0.0.1:" + port + "\"\nslow-sink = \"skip\"\n" +
            (sinks.isEmpty() ? "" : "sinks = [" + sinks + "]\n");
    }

    private String upstream(final String name, final int port)
    {
        return "[peers]\nupstream = [" + peer(name, port) + "]\n";
    }

    private String peer(final String name, final int port)
    {
        return "\"@" + folder + "/keys/" + name + ".pub@127.0.0.1:" + port + "\"";
    }
}
