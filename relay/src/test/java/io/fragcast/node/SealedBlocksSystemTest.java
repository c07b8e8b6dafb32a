package io.fragcast.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fragcast.BlockEvent.Kind;
import io.fragcast.cli.BlockRecord;
import io.fragcast.cli.RealBlocks;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.edge.chain.ChainConfig;
import io.fragcast.edge.chain.ChainStandInServer;
import io.fragcast.journal.JournalConfig;
import io.fragcast.wire.EquivocationProof;
import io.fragcast.wire.LeaderRig;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Real blocks from a builder's Java API over real drivers to a replica that asks a client over HTTP what was sealed and
 * what is final. Goal: what was sealed as another block is told and proved, what is final is told in order.
 */
@Timeout(120)
class SealedBlocksSystemTest
{
    private static final int FRAGS = 3;
    private static final int BLOCKS = 8;
    private static final long FIRST_BLOCK = 1_000;
    private static final long INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(50);

    private final List<BlockRecord> chain =
        RealBuilder.chain(RealBlocks.read("op-mainnet").subList(0, BLOCKS), FIRST_BLOCK, new byte[32]);
    private final ChainStandInServer server = new ChainStandInServer(LeaderRig.CHAIN_ID, chain);
    private final TestNetwork network = new TestNetwork();
    private final DeliveryLog log = new DeliveryLog();

    @TempDir
    private Path folder;
    private RealBuilder builder;
    private ReplicaNode replica;
    private SequencerNode sequencer;
    private boolean isLeaderAsked;

    @AfterEach
    void close()
    {
        network.close();
        server.close();
        network.assertNoErrors();
        assertThat(server.refused()).isEmpty();
    }

    /** Row B9. */
    @Test
    void shouldProveAndTellThatABlockWasSealedAsAnother() throws IOException
    {
        final BlockRecord lie = chain.get(4);
        final BlockRecord other = RealBlocks.read("op-mainnet").get(9).at(lie.number(), chain.get(3).hash());
        final byte[] sealedHash = server.seal(lie.number(), other);
        launch(server.start(0));
        for (int i = 0; i < BLOCKS; i++)
        {
            publish(chain.get(i));
            TestNetwork.await("block", verified(i + 1));
            server.latest(FIRST_BLOCK + i);
            if (0 == i)
            {
                TestNetwork.await("the first block", () -> 1 == count(FragcastCounter.SEALED_BLOCKS_CHECKED));
            }
        }

        TestNetwork.await("all blocks", () -> BLOCKS == count(FragcastCounter.SEALED_BLOCKS_CHECKED));
        TestNetwork.await("the mismatch", () -> 1 == log.count(Kind.SEAL_MISMATCHED));
        assertThat(log.story()).containsOnlyOnce("SEAL_MISMATCHED@" + lie.number());
        assertThat(count(FragcastCounter.SEALED_BLOCKS_MISMATCHED)).isEqualTo(1);
        assertThat(count(FragcastCounter.SEALED_BLOCKS_UNPROVED)).isZero();
        final Path proof = folder.resolve("evidence/seal-mismatch-" + lie.number() + "-1.json");
        TestNetwork.await("the proof", () -> Files.exists(proof) && !read(proof).isMissingNode());
        final byte[] header = HexFormat.of().parseHex(read(proof).path("header").asText());
        assertThat(ChainStandInServer.keccak(header)).isEqualTo(sealedHash);
        assertThat(read(proof).path("seal").asText()).contains(HexFormat.of().formatHex(lie.hash()));
    }

    /**
     * Row B9: only the leader has a client; the header comes over its bulk lane, and the proof goes to all. The block
     * that was sealed has other transactions than the frags: it comes whole, of the leader's client.
     */
    @Test
    void shouldHearFromTheLeaderWhatItSealedAndCondemnIt() throws IOException
    {
        final BlockRecord lie = chain.get(4);
        final BlockRecord other = RealBlocks.read("op-mainnet").get(9).at(lie.number(), chain.get(3).hash());
        server.seal(lie.number(), other);
        isLeaderAsked = true;
        launch(ChainConfig.HOLDERS, sealedBy(server.start(0)));
        for (int i = 0; i < BLOCKS; i++)
        {
            publish(chain.get(i));
            TestNetwork.await("block", verified(i + 1));
            server.latest(FIRST_BLOCK + i);
        }

        TestNetwork.await("all blocks", () -> BLOCKS == count(FragcastCounter.SEALED_BLOCKS_CHECKED));
        TestNetwork.await("the mismatch", () -> 1 == log.count(Kind.SEAL_MISMATCHED));
        assertThat(log.story()).containsOnlyOnce("SEAL_MISMATCHED@" + lie.number());
        assertThat(count(FragcastCounter.SEALED_BLOCKS_FETCHED)).isEqualTo(BLOCKS);
        assertThat(count(FragcastCounter.SEALED_BLOCKS_FORGED)).isZero();
        assertThat(sequencer.counters().value(FragcastCounter.SEALED_BLOCKS_SIGNED)).isEqualTo(BLOCKS);
        TestNetwork.await("the whole block", () -> 1 == count(FragcastCounter.BODIES_FETCHED));
        final String whole = "blocks/" + lie.number() + '-' + HexFormat.of().formatHex(other.hash(), 0, 8) + ".rlp";
        assertThat(folder.resolve(whole)).hasBinaryContent(ChainStandInServer.raw(other));
        assertThat(count(FragcastCounter.BODIES_WANTED)).isEqualTo(1);
        assertThat(count(FragcastCounter.BODIES_FORGED)).isZero();
        for (final String node : List.of("replica", "relay"))
        {
            TestNetwork.await("the proof at the " + node, () -> 1 == proofs(node).size());
            final JsonNode proof = read(proofs(node).get(0));
            assertThat(proof.path("blockNumber").asLong()).isEqualTo(lie.number());
            assertThat(isCondemned(proof)).as("by what the " + node + " has").isTrue();
        }
    }

    @Test
    void shouldTellWhatIsFinalInOrder() throws IOException
    {
        launch(server.start(0));
        publish(chain.get(0));
        publish(chain.get(1));
        TestNetwork.await("blocks", verified(2));
        server.latest(FIRST_BLOCK + BLOCKS - 1);
        server.finalized(FIRST_BLOCK + 1);
        TestNetwork.await("finality", () -> 1 == log.count(Kind.FINALIZED));
        // Before the replica has it.
        server.finalized(FIRST_BLOCK + 5);
        TestNetwork.await("finality", () -> FIRST_BLOCK + 5 == count(FragcastCounter.FINALIZED_BLOCK));
        assertThat(log.count(Kind.FINALIZED)).isEqualTo(1);
        for (int i = 2; i < BLOCKS; i++)
        {
            publish(chain.get(i));
        }
        TestNetwork.await("blocks", verified(BLOCKS));
        TestNetwork.await("finality", () -> 2 == log.count(Kind.FINALIZED));

        final List<String> story = log.story();
        assertThat(story.stream().filter((event) -> event.startsWith("FINALIZED")))
            .containsExactly("FINALIZED@1001", "FINALIZED@1005");
        assertThat(story.indexOf("FINALIZED@1005")).isEqualTo(story.indexOf("VERIFIED@1005") + 1);
        TestNetwork.await("a short tree", () -> 3 == count(FragcastCounter.FORK_TREE_BLOCKS));
        assertThat(count(FragcastCounter.FINALITY_CONFLICTS)).isZero();
    }

    @Test
    void shouldHearFromTheLeaderWhatIsFinal() throws IOException
    {
        final URI uri = server.start(0);
        launch(ChainConfig.NONE, new ChainConfig(null, null, 0, new ChainConfig.Client(uri, INTERVAL_NS)));
        for (int i = 0; i < 3; i++)
        {
            publish(chain.get(i));
        }
        TestNetwork.await("blocks", verified(3));
        server.finalized(FIRST_BLOCK + 1);
        TestNetwork.await("finality", () -> 1 == log.count(Kind.FINALIZED));
        server.finalized(FIRST_BLOCK + 2);
        TestNetwork.await("finality", () -> 2 == log.count(Kind.FINALIZED));

        assertThat(log.story().stream().filter((event) -> event.startsWith("FINALIZED")))
            .containsExactly("FINALIZED@1001", "FINALIZED@1002");
    }

    private void launch(final URI uri)
    {
        final ChainConfig.Client client = new ChainConfig.Client(uri, INTERVAL_NS);
        launch(new ChainConfig(client, null, 0, client), ChainConfig.NONE);
    }

    private void launch(final ChainConfig replicaSources, final ChainConfig sequencerSources)
    {
        final NodeHost host = network.host("sealed", false);
        final TestNetwork.Place sequencerPlace = network.place("sealed-sequencer");
        final TestNetwork.Place replicaPlace = network.place("sealed-replica");
        final TestNetwork.Place relayPlace = network.place("sealed-relay");
        final ReplicaNode.Context replicaCtx = network.replica(host, replicaPlace, List.of(sequencerPlace), log)
            .journal(JournalConfig.small(folder, 1 << 20))
            .chain(replicaSources);
        final SequencerNode.Context ctx = network.sequencer(host, sequencerPlace, replicaPlace)
            .chain(sequencerSources);
        if (isLeaderAsked)
        {
            replicaCtx.holders(List.of(sequencerPlace.peerName(), relayPlace.peerName()));
            ctx.sinks(List.of(replicaPlace.peerName(), relayPlace.peerName()));
            ctx.requesters(List.of(replicaPlace.peerName()));
            RelayNode.launch(network.relay(host, relayPlace, List.of(sequencerPlace))
                .requesters(List.of(replicaPlace.peerName()))
                .journal(JournalConfig.small(folder.resolve("relay"), 1 << 20)));
        }
        replica = ReplicaNode.launch(replicaCtx);
        sequencer = SequencerNode.launch(ctx);
        builder = new RealBuilder(sequencer, FRAGS);
        host.start();
        TestNetwork.await("connections", () -> replica.isConnected() && sequencer.isConnected());
    }

    private static ChainConfig sealedBy(final URI uri)
    {
        return new ChainConfig(new ChainConfig.Client(uri, INTERVAL_NS), null, 0, null);
    }

    /** What a node keeps against the leader. */
    private List<Path> proofs(final String node)
    {
        final Path evidence = folder.resolve("replica".equals(node) ? "evidence" : node + "/evidence");
        try (Stream<Path> files = Files.exists(evidence) ? Files.list(evidence) : Stream.empty())
        {
            return files.filter((file) -> file.getFileName().toString().startsWith("equivocation-"))
                .filter((file) -> !read(file).isMissingNode()).toList();
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    /** As anybody who has the schedule sees it. */
    private static boolean isCondemned(final JsonNode line)
    {
        final byte[] first = HexFormat.of().parseHex(line.path("first").asText());
        final byte[] second = HexFormat.of().parseHex(line.path("second").asText());
        final UnsafeBuffer bytes = new UnsafeBuffer(new byte[Integer.BYTES + first.length + second.length]);
        final int length = EquivocationProof.write(
            new UnsafeBuffer(first), 0, first.length, new UnsafeBuffer(second), 0, second.length, bytes, 0);
        final EquivocationProof proof = new EquivocationProof(LeaderRig.CURVE.newVerifier());

        return EquivocationProof.Result.VALID == proof.wrap(bytes, 0, length) &&
            EquivocationProof.Result.VALID == proof.verify(LeaderRig.CURVE.publicKey(LeaderRig.LEADER_KEY));
    }

    private BooleanSupplier verified(final long blocks)
    {
        return () -> blocks == log.count(Kind.VERIFIED);
    }

    private long count(final FragcastCounter counter)
    {
        return replica.counters().value(counter);
    }

    private void publish(final BlockRecord block)
    {
        builder.publish(block);
    }

    private static JsonNode read(final Path file)
    {
        try
        {
            return new ObjectMapper().readTree(Files.readString(file));
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }
}
