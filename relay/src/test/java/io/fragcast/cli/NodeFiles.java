package io.fragcast.cli;

import io.fragcast.transport.FreePorts;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What three operators wrote: keys, a schedule and the files of a sequencer, a relay and a replica in a row, on ports
 * that were free a moment ago.
 */
final class NodeFiles
{
    /** A run of OP Mainnet: 12 blocks of 7 to 17 transactions. */
    static final long FIRST_BLOCK = 109_279_674;
    static final int BLOCK_COUNT = 12;

    private static final String COMMON = """
        chain-id = 10
        name = "%1$s"
        profile = "ci"
        [identity]
        key-file = "keys/%1$s.hex"
        [schedule]
        file = "schedule.toml"
        [journal]
        dir = "journal/%1$s"
        [aeron]
        dir = "%2$s"
        """;

    private static final String LANE = "[block]\nlisten = \"127.0.0.1:%d\"\nslow-sink = \"%s\"\n%s";

    private final FragcastProcesses processes;
    private final Path folder;
    private final Path sequencerDriver;
    private final String slowSink;
    private int relayPort;

    private NodeFiles(final FragcastProcesses processes, final String slowSink)
    {
        this.processes = processes;
        this.slowSink = slowSink;
        folder = processes.folder();
        sequencerDriver = processes.newDriverFolder("sequencer");
    }

    /**
     * Makes keys and files.
     *
     * @param processes   whose folder they go to.
     * @param isMulticast true if the sequencer sends to a group.
     * @param slowSink    skip or wait.
     * @return the files.
     */
    static NodeFiles write(
        final FragcastProcesses processes, final boolean isMulticast, final String slowSink)
    {
        final NodeFiles files = new NodeFiles(processes, slowSink);
        try
        {
            files.write(isMulticast);
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }

        return files;
    }

    FragcastProcess startSequencer()
    {
        return processes.start("sequencer", "sequencer", "--config", "sequencer.toml");
    }

    /** With an HTTP server that takes the messages of one gateway. */
    FragcastProcess startSequencer(final int httpPort, final String gateway)
    {
        return processes.start("sequencer", "sequencer", "--config", "sequencer.toml",
            "--http-port", Integer.toString(httpPort), "--rpc-signers", gateway);
    }

    FragcastProcess startRelay()
    {
        return processes.start("relay", "relay", "--config", "relay.toml");
    }

    FragcastProcess startReplica()
    {
        return processes.start("replica", "replica", "--config", "replica.toml", "--deliver", "jsonl:" + delivered());
    }

    /** Of the sequencer, which players connect to. */
    Path sequencerDriver()
    {
        return sequencerDriver;
    }

    /** The replica's JSON lines. */
    Path delivered()
    {
        return folder.resolve("delivered.jsonl");
    }

    /** The run as a file that play takes. */
    Path blocks()
    {
        return folder.resolve("blocks.jsonl");
    }

    private void write(final boolean isMulticast) throws IOException
    {
        for (final String key : List.of("leader", "sequencer", "relay"))
        {
            keygen(folder.resolve("keys").resolve(key + ".hex"));
        }
        writeBlocks();
        Files.writeString(folder.resolve("schedule.toml"), """
            chain-id = 10
            mtu = 1408
            [[term]]
            number = 1
            first-block = 0
            key = "@%s"
            """.formatted(folder.resolve("keys/leader.pub")));

        final int[] ports = {FreePorts.block(), FreePorts.block(), FreePorts.block(), FreePorts.block()};
        final String group = "multicast = \"224.0.1.71:" + ports[3] + "\"\ninterface = \"127.0.0.1\"\n";
        final String sink = "sinks = [\"@" + folder + "/keys/%s.pub@127.0.0.1:%d\"]\n";
        relayPort = ports[1];

        Files.writeString(folder.resolve("sequencer.toml"),
            COMMON.formatted("sequencer", sequencerDriver) +
            "[leader]\nkey-file = \"keys/leader.hex\"\n" +
            LANE.formatted(ports[0], slowSink, isMulticast ? group : sink.formatted("relay", ports[1])));
        Files.writeString(folder.resolve("relay.toml"),
            COMMON.formatted("relay", processes.newDriverFolder("relay")) +
            upstream("sequencer", ports[0]) +
            LANE.formatted(
                ports[1],
                slowSink,
                (isMulticast ? "mode = \"multicast\"\n" + group : "") + sink.formatted("replica", ports[2])));
        writeReplica("replica", ports[2]);
    }

    /** A replica behind the relay, with a key of its own; the relay need not know it. */
    void writeReplica(final String name, final int port) throws IOException
    {
        keygen(folder.resolve("keys").resolve(name + ".hex"));
        Files.writeString(folder.resolve(name + ".toml"),
            COMMON.formatted(name, processes.newDriverFolder(name)) +
            upstream("relay", relayPort) +
            LANE.formatted(port, slowSink, ""));
    }

    private String upstream(final String peer, final int port)
    {
        return "[peers]\nupstream = [\"@" + folder + "/keys/" + peer + ".pub@127.0.0.1:" + port + "\"]\n";
    }

    private void writeBlocks() throws IOException
    {
        writeBlocks(blocks());
    }

    /** The run, as a file that play takes. */
    static void writeBlocks(final Path file) throws IOException
    {
        try (InputStream in = Objects.requireNonNull(
            NodeFiles.class.getResourceAsStream("/blocks/op-mainnet.jsonl.gz"));
            GZIPInputStream unzipped = new GZIPInputStream(in))
        {
            final Stream<String> lines = new String(unzipped.readAllBytes(), StandardCharsets.UTF_8).lines()
                .filter(NodeFiles::inRun);
            Files.write(file, lines.toList());
        }
        assertThat(BlockFile.read(file)).hasSize(BLOCK_COUNT);
    }

    private static boolean inRun(final String line)
    {
        for (long number = FIRST_BLOCK; number < FIRST_BLOCK + BLOCK_COUNT; number++)
        {
            if (line.contains("\"number\":\"0x" + Long.toHexString(number) + "\""))
            {
                return true;
            }
        }

        return false;
    }

    static void keygen(final Path file)
    {
        final StringWriter err = new StringWriter();
        final int exitCode = Main.run(
            new PrintWriter(new StringWriter()), new PrintWriter(err), "keygen", file.toString());
        assertThat(exitCode).as(err.toString()).isZero();
    }
}
