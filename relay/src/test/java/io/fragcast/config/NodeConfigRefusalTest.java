package io.fragcast.config;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * What a node refuses to be told: one line each, which says where it stands, what is wrong and what is allowed.
 */
class NodeConfigRefusalTest
{
    @TempDir
    private Path dir;

    private ConfigRig rig;

    @BeforeEach
    void makeRig() throws IOException
    {
        rig = new ConfigRig(dir);
    }

    @Test
    void shouldNameInterfaceThatCannotCarryMtu()
    {
        rig.link = new LocalInterface("eth0", 1500);

        rig.assertRefused(NodeRole.RELAY, rig.relayFile("[block]", "mtu = 9000"),
            "relay.toml:7: block.mtu = 9000: the interface eth0 has 1500; allowed 1408..1500");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value =
        {
            "1400 | relay.toml:7: block.mtu = 1400: the interface eth0 has 1500; allowed 1408..1500",
            "1501 | relay.toml:7: block.mtu = 1501: the interface eth0 has 1500; allowed 1408..1500",
            "1473 | relay.toml:7: block.mtu = 1473: the interface eth0 has 1500, of which 28 are IP and UDP headers; " +
                "the largest multiple of 32 that fits is 1472",
            "1410 | relay.toml:7: block.mtu = 1410: not a multiple of 32; the next lower is 1408",
            "1472 | relay.toml:7: block.mtu = 1472: the schedule says 1408 for the whole network",
        })
    void shouldRefuseMtu(final int mtu, final String line)
    {
        rig.link = new LocalInterface("eth0", 1500);

        rig.assertRefused(NodeRole.RELAY, rig.relayFile("[block]", "mtu = " + mtu), line);
    }

    @Test
    void shouldCheckMtuOfScheduleToo() throws IOException
    {
        rig.link = new LocalInterface("eth0", 1500);
        final List<String> lines = Files.readAllLines(dir.resolve("schedule.toml"));
        lines.set(1, "mtu = 8192");
        rig.schedule(lines.toArray(new String[0]));

        rig.assertRefused(NodeRole.RELAY, rig.relayFile(),
            dir.resolve("schedule.toml") +
                ":2: mtu = 8192: the interface eth0 has 1500; allowed 1408..1500");
    }

    @Test
    void shouldSuggestNearestKey()
    {
        final List<String> file = List.of("chain-id = 10", "profile = \"laptop\"", "shedule = \"schedule.toml\"");

        rig.assertRefused(
            NodeRole.REPLICA, file, "replica.toml:3: unknown key \"shedule\", did you mean \"schedule\"?");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', value =
        {
            "[shedule]            ~ relay.toml:7: unknown key \"shedule\", did you mean \"schedule\"?",
            "[block.mtu2]         ~ relay.toml:7: unknown key \"block.mtu2\", did you mean \"block.mtu\"?",
            "block.mtuu = 3       ~ relay.toml:7: unknown key \"block.mtuu\", did you mean \"block.mtu\"?",
            "mtu = 1408           ~ relay.toml:7: unknown key \"mtu\", did you mean \"block.mtu\"?",
            "zzzzzz = 1           ~ relay.toml:7: unknown key \"zzzzzz\"; fragcast relay --help lists them",
            "block = 1            ~ relay.toml:7: block is a table; write [block]",
            "deliver.to = \"x\"   ~ relay.toml:7: deliver.to is no key of a relay",
            "http.port = 65536    ~ relay.toml:7: http.port = 65536: allowed 0..65535",
            "threads.idle = \"a\" ~ relay.toml:7: threads.idle = a: allowed spin|backoff",
            "block.window = \"x\" ~ relay.toml:7: block.window = x: not a number of bytes, rounded up to a power of " +
                "two; allowed 32768..67108864",
            "block.rtt-us = 0     ~ relay.toml:7: block.rtt-us = 0: allowed 1..1000000",
            "block.sinks = [\"a\"] ~ relay.toml:7: block.sinks = a: not PUBKEY@HOST:PORT",
            "block.listen = \"a\" ~ relay.toml:7: block.listen = a: \"a\" is not HOST:PORT",
            "journal.ring-bytes = \"3m\" ~ relay.toml:7: journal.ring-bytes = 3m: not a power of two; " +
                "the next is 4194304",
            "threads.affinity.forward = 4 ~ relay.toml:7: threads.affinity.forward = 4: this host has 4 " +
                "cores; allowed -1..3",
            "block.multicast = \"224.0.1.2:1\" ~ relay.toml:7: block.multicast = 224.0.1.2:1: the group's " +
                "last number is even; Aeron answers on the next one: allowed odd ones",
            "block.mode = \"multicast\" ~ relay.toml:7: block.mode = multicast: block.multicast = GROUP:PORT " +
                "is not set",
            "profile = \"none\"   ~ relay.toml:7: profile = none: no such profile; allowed laptop|ci|two-core|" +
                "balanced|low-latency",
            "a b                  ~ relay.toml:7: Unexpected 'b', expected . or =",
        })
    void shouldRefuseLine(final String line, final String expected)
    {
        final List<String> file = new ArrayList<>(rig.relayFile());
        file.add(6, line);

        rig.assertRefused(NodeRole.RELAY, file, expected);
    }

    @Test
    void shouldRefuseKeyFileThatOthersRead() throws IOException
    {
        Files.setPosixFilePermissions(dir.resolve("leader.hex"), PosixFilePermissions.fromString("rw-r--r--"));
        final List<String> file = rig.relayFile("[leader]", "key-file = \"" + dir.resolve("leader.hex") + '"');
        file.removeIf((line) -> line.startsWith("peers."));

        rig.assertRefused(NodeRole.SEQUENCER, file, "sequencer: key file " + dir.resolve("leader.hex") +
            " is readable by others (0644); chmod 600 it");
    }

    @ParameterizedTest
    @ValueSource(strings = {"chain-id", "identity.key-file", "schedule.file", "peers.upstream"})
    void shouldRefuseWhatIsNotSet(final String key)
    {
        final List<String> file = rig.relayFile();
        assertThat(file.removeIf((line) -> line.startsWith(key))).isTrue();

        assertThatThrownBy(() -> rig.read(NodeRole.RELAY, file))
            .isInstanceOf(ConfigException.class)
            .hasMessageStartingWith(dir.resolve("relay.toml") + ": " + key + " is not set: ");
    }

    @Test
    void shouldRefuseSequencerWithoutRelayKey()
    {
        assertThatThrownBy(() -> rig.read(NodeRole.SEQUENCER, rig.relayFile()))
            .isInstanceOf(ConfigException.class)
            .hasMessageContaining("leader.key-file is not set");
    }

    @Test
    void shouldRefuseChainZero()
    {
        final List<String> file = rig.relayFile();
        file.set(0, "chain-id = 0");

        rig.assertRefused(NodeRole.RELAY, file, "relay.toml:1: chain-id = 0: a chain id is never 0");
    }

    @Test
    void shouldRefuseScheduleOfOtherChain()
    {
        final List<String> file = rig.relayFile();
        file.set(0, "chain-id = 11");

        assertThatThrownBy(() -> rig.read(NodeRole.RELAY, file))
            .isInstanceOf(ConfigException.class)
            .hasMessageEndingWith("it is for chain 10, the node for 11");
    }

    @Test
    void shouldRefuseMoreSpinningThreadsThanCores()
    {
        rig.cores = 2;

        rig.assertRefused(NodeRole.RELAY, rig.relayFile("profile = \"low-latency\""),
            "profile low-latency: threads.idle = spin: 3 threads of mode dedicated would spin; " +
                "this host has 2 cores");
    }

    @Test
    void shouldNameFlagAndVariable()
    {
        rig.environment.put("FRAGCAST_BLOCK_RTT_US", "x");
        rig.assertRefused(NodeRole.RELAY, rig.relayFile(),
            "FRAGCAST_BLOCK_RTT_US: block.rtt-us = x: not a number of microseconds; allowed 1..1000000");

        rig.flags.put("block.rtt-us", List.of("0"));
        rig.assertRefused(NodeRole.RELAY, rig.relayFile(), "--block-rtt-us: block.rtt-us = 0: allowed 1..1000000");

        rig.flags.clear();
        rig.environment.clear();
        rig.environment.put("FRAGCAST_BLOK_MTU", "1408");
        rig.assertRefused(NodeRole.RELAY, rig.relayFile(),
            "FRAGCAST_BLOK_MTU: unknown variable, did you mean \"FRAGCAST_BLOCK_MTU\"?");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ws:9000", "jsonl:", "ipc:", "engine:", ""})
    void shouldRefuseDelivery(final String to)
    {
        rig.flags.put("deliver.to", List.of(to));

        rig.assertRefused(NodeRole.REPLICA, rig.relayFile(), "--deliver: deliver.to = " + to +
            ": this version delivers to jsonl:-, jsonl:FILE, ipc:CHANNEL or engine:URL");
    }

    @Test
    void shouldRefusePortThatIsTaken()
    {
        rig.whyNotBound = "Address already in use";

        rig.assertRefused(NodeRole.RELAY, rig.relayFile("[block]", "listen = \"127.0.0.1:14040\""),
            "relay.toml:7: block.listen = 127.0.0.1:14040: Address already in use; every node on a host has its own " +
                "8 ports");
    }
}
