package io.fragcast.cli;

import io.aeron.CncFileDescriptor;
import io.aeron.CommonContext;
import io.fragcast.counter.FragcastCounter;
import org.agrona.IoUtil;
import org.agrona.concurrent.status.CountersReader;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Nodes on hosts of their own, each with an address and an interface of its own, as an operator has them: by unicast,
 * by multicast, by unicast where the switch carries no multicast, and over the tree, whose relay dies. All deliver the
 * same lines. Neither delay nor loss is made here: that takes qdiscs of the kernel; loss is made by the tests on
 * loopback.
 */
class NamespaceSystemTest
{
    private static final int PORT = 14_040;
    /** Five processes start at once. */
    private static final Duration PATIENCE = FragcastProcess.PATIENCE.multipliedBy(2);
    private static final String GROUP = "239.255.14.1:14050";

    /** First, so that it closes last: after the processes are gone. */
    @RegisterExtension
    @Order(1)
    private final Namespaces namespaces = new Namespaces();

    @RegisterExtension
    @Order(2)
    private final FragcastProcesses processes = new FragcastProcesses();

    private final Map<String, Namespaces.Host> hosts = new LinkedHashMap<>();
    private final Map<String, Path> drivers = new LinkedHashMap<>();
    private final Map<String, FragcastProcess> nodes = new LinkedHashMap<>();

    /**
     * Near has no way to ask the sequencer for unicast: what it hears it hears by multicast. What it loses it asks of
     * far.
     * <pre>
     *   sequencer ── group ──▶ near, deaf (its port of the switch carries no group)
     *       └────── unicast ─▶ far
     * </pre>
     */
    @Test
    void shouldDeliverByUnicastByMulticastAndToWhoHearsNone() throws IOException
    {
        make("sequencer", "far", "near", "deaf");
        namespaces.cutMulticast(hosts.get("deaf"));
        final String group = "multicast = \"" + GROUP + "\"\ninterface = \"%s\"\n";
        final String member = "mode = \"multicast\"\n" + group;
        final String upstream = "[peers]\nupstream = " + names("sequencer") + "\n[repair]\n";

        start("sequencer", "sequencer", group + "sinks = " + names("far"),
            "[repair]\nrequesters = " + names("far", "deaf"));
        start("replica", "far", "", upstream + "requesters = " + names("near"));
        start("replica", "near", member, upstream + "holders = " + names("far"));
        start("replica", "deaf", member, upstream);
        awaitCounter("far", FragcastCounter.SOURCES_CONNECTED, 1);
        awaitCounter("near", FragcastCounter.SOURCES_CONNECTED, 1);
        awaitCounter("deaf", FragcastCounter.MULTICAST_LOST, 1);
        awaitCounter("deaf", FragcastCounter.SOURCES_CONNECTED, 1);

        assertThat(play("500").awaitExit()).isZero();
        final List<String> far = delivered("far");
        assertThat(delivered("near")).as("by multicast").isEqualTo(far);
        assertThat(delivered("deaf")).as("by unicast in place of multicast").isEqualTo(far);
        assertThat(counter("far", FragcastCounter.MULTICAST_LOST)).isZero();
        assertNoneComplained();
    }

    /**
     * Two ways to each replica; one dies in the middle of the run.
     * <pre>
     *   sequencer ──┬──▶ relay-a ──┬──▶ replica-a
     *               └──▶ relay-b ──┴──▶ replica-b
     * </pre>
     */
    @Test
    void shouldDeliverByTheTreeWhenAPathDies() throws IOException
    {
        make("sequencer", "relay-a", "relay-b", "replica-a", "replica-b");
        final String tree = "\n[fanout]\ndegree = 2\n";
        for (final String replica : List.of("replica-a", "replica-b"))
        {
            start("replica", replica, "", "[peers]\nupstream = " + names("relay-a") + "\nknown = " + names("relay-b") +
                "\n[repair]\nholders = " + names("relay-a", "relay-b", "sequencer") + tree);
        }
        for (final String relay : List.of("relay-a", "relay-b"))
        {
            start("relay", relay, "relay-a".equals(relay) ? "sinks = " + names("replica-a", "replica-b") : "",
                "[peers]\nupstream = " + names("sequencer") +
                "\n[repair]\nrequesters = " + names("replica-a", "replica-b") + tree);
        }
        start("sequencer", "sequencer", "sinks = " + names("relay-a", "relay-b"),
            "[repair]\nrequesters = " + names("relay-a", "relay-b", "replica-a", "replica-b") + tree);
        awaitCounter("sequencer", FragcastCounter.SINKS_CONNECTED, 2);
        // Then the first block brings the plan, and there is time for the rest.
        awaitCounter("sequencer", FragcastCounter.PEERS_READY, 4);

        final FragcastProcess player = play("30");
        Awaitility.await("both ways to both, or the end of the run").atMost(PATIENCE)
            .until(() -> hasBothWays("replica-a") && hasBothWays("replica-b") || !player.isAlive());
        // On a machine that is too busy for a plan within the run the path dies after it, and proves less.
        nodes.remove("relay-a").kill();

        assertThat(player.awaitExit()).isZero();
        assertThat(delivered("replica-a")).isEqualTo(delivered("replica-b"));
        assertNoneComplained();
    }

    private void make(final String... names) throws IOException
    {
        NodeFiles.writeBlocks(blocks());
        NodeFiles.keygen(processes.folder().resolve("keys/leader.hex"));
        Files.writeString(processes.folder().resolve("schedule.toml"), """
            chain-id = 10
            mtu = 1408
            [[term]]
            number = 1
            first-block = 0
            key = "@%s"
            """.formatted(processes.folder().resolve("keys/leader.pub")));
        for (final String name : names)
        {
            NodeFiles.keygen(processes.folder().resolve("keys/" + name + ".hex"));
            hosts.put(name, namespaces.host());
            drivers.put(name, processes.newDriverFolder(name));
        }
    }

    /** %s in the lane's lines is the host's own address. */
    private void start(final String role, final String name, final String lane, final String rest) throws IOException
    {
        final Namespaces.Host host = hosts.get(name);
        Files.writeString(processes.folder().resolve(name + ".toml"), """
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
            %3$s
            [block]
            listen = "%4$s:%5$d"
            slow-sink = "wait"
            %6$s
            %7$s
            """.formatted(
                name,
                drivers.get(name),
                "sequencer".equals(role) ? "[leader]\nkey-file = \"keys/leader.hex\"" : "",
                host.address(),
                PORT,
                lane.formatted(host.address()),
                rest));
        final List<String> args = new ArrayList<>(List.of(role, "--config", name + ".toml"));
        if ("replica".equals(role))
        {
            args.addAll(List.of("--deliver", "jsonl:" + lines(name)));
        }
        nodes.put(name, processes.startOn(host, name, args.toArray(new String[0])));
    }

    private FragcastProcess play(final String rate)
    {
        return processes.start("play", "play", "--to", "ipc:aeron:ipc",
            "--aeron-dir", drivers.get("sequencer").toString(), "--blocks", blocks().toString(), "--rate", rate);
    }

    /** All that a replica delivered, once every block came to its end; every transaction of the input is there. */
    private List<String> delivered(final String name) throws IOException
    {
        Awaitility.await("every block at " + name).atMost(FragcastProcess.PATIENCE)
            .until(() -> NodeFiles.BLOCK_COUNT == DeliveredLines.read(lines(name)).count("verified"));
        final DeliveredLines lines = DeliveredLines.read(lines(name));
        lines.assertNothingLostSilently();
        assertThat(lines.count("gap")).isZero();
        for (final BlockRecord block : BlockFile.read(blocks()))
        {
            assertThat(lines.transactions(block.number())).as(name + ", block " + block.number()).isEqualTo(
                block.transactions().stream().map((tx) -> "0x" + HexFormat.of().formatHex(tx)).toList());
        }

        return lines.content();
    }

    private void assertNoneComplained()
    {
        nodes.values().forEach((node) -> assertThat(node.err()).as(node.name()).doesNotContain("Exception"));
    }

    private boolean hasBothWays(final String replica)
    {
        return counter(replica, FragcastCounter.PLANS_ADOPTED) >= 1 &&
            counter(replica, FragcastCounter.SOURCES_CONNECTED) >= 2;
    }

    private void awaitCounter(final String node, final FragcastCounter counter, final long least)
    {
        Awaitility.await(node + ": " + counter.label()).atMost(PATIENCE)
            .until(() -> counter(node, counter) >= least);
    }

    /** From the counters file of the node's driver, as top reads it; 0 as long as there is none. */
    private long counter(final String node, final FragcastCounter counter)
    {
        final FragcastProcess process = nodes.get(node);
        if (!process.err().contains("running"))
        {
            assertThat(process.isAlive()).as(process.name() + " runs").isTrue();
            return 0;
        }
        final MappedByteBuffer file = IoUtil.mapExistingFile(
            CommonContext.newCncFile(drivers.get(node).toString()), CncFileDescriptor.CNC_FILE);
        try
        {
            final var metaData = CncFileDescriptor.createMetaDataBuffer(file);
            final CountersReader counters = new CountersReader(
                CncFileDescriptor.createCountersMetaDataBuffer(file, metaData),
                CncFileDescriptor.createCountersValuesBuffer(file, metaData));
            final long[] value = new long[1];
            counters.forEach((counterId, typeId, keyBuffer, label) ->
            {
                if (counter.typeId() == typeId)
                {
                    value[0] += counters.getCounterValue(counterId);
                }
            });

            return value[0];
        }
        finally
        {
            IoUtil.unmap(file);
        }
    }

    private String names(final String... names)
    {
        return List.of(names).stream()
            .map((name) -> "\"@" + processes.folder() + "/keys/" + name + ".pub@" + hosts.get(name).address() + ":" +
                PORT + "\"")
            .collect(Collectors.joining(", ", "[", "]"));
    }

    private Path blocks()
    {
        return processes.folder().resolve("blocks.jsonl");
    }

    private Path lines(final String name)
    {
        return processes.folder().resolve(name + ".jsonl");
    }
}
