package io.fragcast.node;

import io.fragcast.cli.VerifiedProof;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.crypto.Secp256k1;
import io.fragcast.journal.JournalConfig;
import io.fragcast.protocol.block.MessageSigner;
import io.fragcast.protocol.block.TestBlock;
import io.fragcast.protocol.block.TestFrame;
import io.fragcast.protocol.leader.EarlierKey;
import io.fragcast.protocol.leader.LeaderTerm;
import io.fragcast.protocol.leader.Schedule;
import io.fragcast.transport.FrameSink;
import io.fragcast.wire.LeaderRig;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A leader signs two frags of one seq, with one key or with two of an overlap, and shows one to each half of the
 * network: only the node that hears both halves can see it, and all of them get a proof that anybody can check.
 * <pre>
 *            ┌─ frag a ─▶ relay-a ──▶ replica-a
 *   leader ──┤                └──────▶ both
 *            └─ frag b ─▶ relay-b ──────┘
 *                             └──────▶ replica-b
 * </pre>
 */
class EquivocationSystemTest
{
    private static final long BLOCK = 5;
    private static final long INCARNATION = 1_700_000_000_000L;
    private static final MessageSigner KEY = LeaderRig.CURVE.newSigner(LeaderRig.LEADER_KEY);
    private static final MessageSigner OLD_KEY = LeaderRig.CURVE.newSigner(LeaderRig.OTHER_KEY);

    @TempDir
    private Path dir;

    private final List<String> names = new ArrayList<>();

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Timeout(90)
    void shouldProveToAllWhatOnlyOneCouldSee(final boolean hasTwoKeys) throws IOException
    {
        try (TestNetwork network = new TestNetwork(schedule()))
        {
            final TestNetwork.Place leader = network.place("liar");
            final TestNetwork.Place relayA = network.place("relay-a");
            final TestNetwork.Place relayB = network.place("relay-b");
            final TestNetwork.Place both = network.place("both");
            final TestNetwork.Place replicaA = network.place("replica-a");
            final TestNetwork.Place replicaB = network.place("replica-b");
            final NodeHost host = network.host("equivocation", false);
            final List<Counters> nodes = List.of(
                relay(network, host, relayA, leader, replicaA, both),
                relay(network, host, relayB, leader, replicaB, both),
                replica(network, host, replicaA, List.of(relayA)),
                replica(network, host, replicaB, List.of(relayB)),
                replica(network, host, both, List.of(relayA, relayB)));
            host.start();
            final RawPeer liar = network.rawPeer(leader);
            final FrameSink toA = liar.sinkTo(relayA);
            final FrameSink toB = liar.sinkTo(relayB);
            liar.awaitConnected();
            for (int i = 0; i < nodes.size(); i++)
            {
                final Counters each = nodes.get(i);
                final int peers = 2 == i || 3 == i ? 1 : 2;
                TestNetwork.await("peers of " + names.get(i), () ->
                    peers == each.value(FragcastCounter.PEERS_READY), liar::doWork);
            }

            final TestBlock honest = new TestBlock(KEY, 1, BLOCK, INCARNATION);
            final TestBlock other = new TestBlock(hasTwoKeys ? OLD_KEY : KEY, 1, BLOCK, INCARNATION);
            final TestFrame env = honest.env();
            send(liar, toA, env);
            send(liar, toB, env);
            other.env();
            send(liar, toA, honest.frag(false, new byte[]{1}).get(0));
            send(liar, toB, other.frag(false, new byte[]{2}).get(0));

            for (final String name : names)
            {
                TestNetwork.await("a proof at " + name, () -> null != proof(name), liar::doWork);
                final VerifiedProof verified = VerifiedProof.of(proof(name), scheduleFile());
                assertThat(verified.isValid()).as(name + ": " + verified).isTrue();
                assertThat(verified.result()).contains("\"blockNumber\":" + BLOCK, "\"kind\":\"FRAG\"");
            }
            for (int i = 0; i < nodes.size(); i++)
            {
                assertThat(nodes.get(i).value(FragcastCounter.EQUIVOCATIONS)).as("seen by " + names.get(i))
                    .isEqualTo(i == nodes.size() - 1 ? 1 : 0);
            }
            network.assertNoErrors();
        }
    }

    private static void send(final RawPeer liar, final FrameSink sink, final TestFrame frame)
    {
        liar.send(sink, frame.buffer(), frame.buffer().capacity());
    }

    private Counters relay(
        final TestNetwork network,
        final NodeHost host,
        final TestNetwork.Place self,
        final TestNetwork.Place leader,
        final TestNetwork.Place... sinks)
    {
        names.add(self.name());

        return RelayNode.launch(network.relay(host, self, List.of(leader), sinks).journal(journal(self))).counters();
    }

    private Counters replica(
        final TestNetwork network,
        final NodeHost host,
        final TestNetwork.Place self,
        final List<TestNetwork.Place> upstreams)
    {
        names.add(self.name());

        return ReplicaNode.launch(
            network.replica(host, self, upstreams, new DeliveryLog()).journal(journal(self))).counters();
    }

    private JournalConfig journal(final TestNetwork.Place self)
    {
        return JournalConfig.small(dir.resolve(self.name()), JournalConfig.MIN_RING_LENGTH);
    }

    /** The line that a node keeps beside its journal; null while it has none. */
    private String proof(final String name)
    {
        final Path evidence = dir.resolve(name).resolve("evidence");
        if (!Files.isDirectory(evidence))
        {
            return null;
        }
        try (Stream<Path> files = Files.list(evidence))
        {
            final Path file = files.findFirst().orElse(null);
            final String line = null == file ? "" : Files.readString(file);

            return line.endsWith("\n") ? line : null;
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    private Path scheduleFile() throws IOException
    {
        return Files.writeString(dir.resolve("schedule.toml"), """
            chain-id = %d
            [[term]]
            number = 1
            first-block = 1
            key = "%s"
            old-key = "%s"
            old-key-until = %d
            """.formatted(LeaderRig.CHAIN_ID, hex(KEY), hex(OLD_KEY), BLOCK));
    }

    private static Schedule schedule()
    {
        return new Schedule(LeaderRig.CHAIN_ID, TestNetwork.MTU, List.of(new LeaderTerm(
            1,
            1,
            Long.MAX_VALUE,
            KEY.publicKey(),
            null,
            List.of(),
            null,
            new EarlierKey(OLD_KEY.publicKey(), BLOCK))));
    }

    private static String hex(final MessageSigner signer)
    {
        return HexFormat.of().formatHex(Secp256k1.compress(signer.publicKey()));
    }
}
