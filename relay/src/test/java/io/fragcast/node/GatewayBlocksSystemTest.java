package io.fragcast.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fragcast.BlockEvent;
import io.fragcast.cli.BlockCutter;
import io.fragcast.cli.BlockRecord;
import io.fragcast.cli.RealBlocks;
import io.fragcast.config.Endpoint;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.edge.engine.EngineConfig;
import io.fragcast.edge.engine.EngineStandInServer;
import io.fragcast.edge.jsonl.JsonLinesEdge;
import io.fragcast.edge.rpc.BasedOpJson;
import io.fragcast.ethereum.BasedOpMessage;
import io.fragcast.protocol.leader.LeaderTerm;
import io.fragcast.protocol.leader.Schedule;
import io.fragcast.wire.LeaderRig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Real blocks cut, signed and posted to a sequencer as a gateway does; read as JSON lines behind a replica, and taken
 * by the strict stand-in of an execution client: exactly what was posted, in order, once, whatever two requests
 * overtook each other and however often each came.
 */
@Timeout(300)
class GatewayBlocksSystemTest
{
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int FRAGS = 4;
    private static final byte[] GATEWAY_KEY = LeaderRig.OTHER_KEY;
    private static final byte[] SECRET = new byte[32];
    /** Of a client that answers, however busy the machine is. */
    private static final long ENGINE_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(20);
    private static final int ENGINE_QUEUE_LENGTH = 64 << 20;
    /** One file a chain. */
    static final List<String> FILES = RealBlocks.FILES;

    @TempDir
    private Path dir;

    @ParameterizedTest
    @FieldSource("FILES")
    void shouldDeliverWhatWasPostedInOrder(final String file) throws IOException
    {
        final List<BasedOpMessage> messages = messages(RealBlocks.read(file));

        assertDelivered(RealBlocks.read(file), messages, messages, 0);
    }

    @ParameterizedTest
    @FieldSource("FILES")
    void shouldDeliverEachMessageOnceThoughItCameTwice(final String file) throws IOException
    {
        final List<BasedOpMessage> messages = messages(RealBlocks.read(file));
        final List<BasedOpMessage> posted = new ArrayList<>();
        messages.forEach((message) -> posted.addAll(List.of(message, message)));

        assertDelivered(RealBlocks.read(file), messages, posted, messages.size());
    }

    /** Each two neighbours overtake each other in one of two runs. */
    @ParameterizedTest
    @FieldSource("FILES")
    void shouldDeliverInOrderThoughNeighboursOvertookEachOther(final String file) throws IOException
    {
        final List<BasedOpMessage> messages = messages(RealBlocks.read(file));
        for (int first = 0; first < 2; first++)
        {
            final List<BasedOpMessage> posted = new ArrayList<>(messages);
            for (int i = first; i + 1 < posted.size(); i += 2)
            {
                Collections.swap(posted, i, i + 1);
            }

            assertDelivered(RealBlocks.read(file), messages, posted, 0);
        }
    }

    /** The queue takes what comes while nobody listens, and all of it leaves when somebody does. */
    @Test
    void shouldAnswerAtOnceWhileEveryPeerIsDownAndLoseNothing()
    {
        final List<BlockRecord> blocks = RealBlocks.read("scroll-mainnet");
        final List<BasedOpMessage> messages = messages(blocks);
        long longestNs = 0;
        try (TestNetwork network = new TestNetwork(schedule(blocks)))
        {
            final TestNetwork.Place sequencerPlace = network.place("down-sequencer");
            final TestNetwork.Place replicaPlace = network.place("down-replica");
            final NodeHost sequencerHost = network.host("down-sequencer", false);
            final SequencerNode sequencer = sequencer(network, sequencerHost, sequencerPlace, replicaPlace);
            sequencerHost.start();
            final TestGateway gateway = new TestGateway(GATEWAY_KEY, sequencer.httpPort());
            final int half = messages.size() / 2;
            for (final BasedOpMessage message : messages.subList(0, half))
            {
                final long startNs = System.nanoTime();
                gateway.post(message);
                longestNs = Math.max(longestNs, System.nanoTime() - startNs);
            }
            final Counters counters = sequencer.counters();
            assertThat(counters.value(FragcastCounter.RPC_MESSAGES_PUBLISHED)).isZero();
            assertThat(counters.value(FragcastCounter.RPC_MESSAGES_TAKEN)).isEqualTo(half);

            final DeliveryLog log = new DeliveryLog();
            final NodeHost replicaHost = network.host("down-replica", false);
            ReplicaNode.launch(network.replica(replicaHost, replicaPlace, List.of(sequencerPlace), log));
            replicaHost.start();
            TestNetwork.await("what waited", () -> half == counters.value(FragcastCounter.RPC_MESSAGES_PUBLISHED));
            for (final BasedOpMessage message : messages.subList(half, messages.size()))
            {
                gateway.post(message);
            }
            TestNetwork.await("every block", () -> blocks.size() == log.count(BlockEvent.Kind.VERIFIED));
            assertThat(log.events().stream().filter((event) -> BlockEvent.Kind.FRAG == event.kind()).count())
                .isEqualTo((long)FRAGS * blocks.size());
            network.assertNoErrors();
        }
        // Coarse, for a busy machine: nothing of the network answers sooner when nobody is there.
        assertThat(longestNs).isLessThan(TimeUnit.SECONDS.toNanos(5));
    }

    private void assertDelivered(
        final List<BlockRecord> blocks,
        final List<BasedOpMessage> messages,
        final List<BasedOpMessage> posted,
        final int duplicates) throws IOException
    {
        final Path file = dir.resolve("blocks-" + System.nanoTime() + ".jsonl");
        final BlockCutter cutter = new BlockCutter(FRAGS, BlockCutter.Rule.EQUAL_COUNT);
        try (EngineStandInServer engine = new EngineStandInServer(SECRET, blocks.stream().map(cutter::cut).toList());
            TestNetwork network = new TestNetwork(schedule(blocks)))
        {
            final URI engineUri = URI.create("http://127.0.0.1:" + engine.start(0));
            final NodeHost host = network.host("gateway", false);
            final TestNetwork.Place sequencerPlace = network.place("gateway-sequencer");
            final TestNetwork.Place replicaPlace = network.place("gateway-replica");
            final DeliveryLog log = new DeliveryLog();
            final ReplicaNode replica = ReplicaNode.launch(
                network.replica(host, replicaPlace, List.of(sequencerPlace), log)
                    .engine(new EngineConfig(engineUri, SECRET, ENGINE_TIMEOUT_NS, ENGINE_QUEUE_LENGTH))
                    .edge(JsonLinesEdge.toFile(file)));
            final SequencerNode sequencer = sequencer(network, host, sequencerPlace, replicaPlace);
            host.start();
            final TestGateway gateway = new TestGateway(GATEWAY_KEY, sequencer.httpPort());
            posted.forEach(gateway::post);

            final Counters counters = sequencer.counters();
            TestNetwork.await("every block", () -> blocks.size() == log.count(BlockEvent.Kind.VERIFIED));
            TestNetwork.await("duplicates", () ->
                duplicates == counters.value(FragcastCounter.RPC_STOPPED_DUPLICATE));
            TestNetwork.await("the sequencer's answers", () ->
                messages.size() == counters.value(FragcastCounter.RPC_MESSAGES_PUBLISHED));
            assertThat(counters.value(FragcastCounter.RPC_BLOCKS_GIVEN_UP)).isZero();
            assertThat(counters.value(FragcastCounter.RPC_STOPPED_ORDER)).isZero();
            TestNetwork.await("the client's head", () -> blocks.get(blocks.size() - 1).number() == engine.head());
            assertThat(engine.taken()).containsExactlyElementsOf(messages.stream().map(gateway::expected).toList());
            assertThat(engine.discards()).isEmpty();
            TestNetwork.await("its last answer", () ->
                messages.size() == replica.counters().value(FragcastCounter.ENGINE_TAKEN));
            assertThat(replica.counters().value(FragcastCounter.ENGINE_RESET_UNEXPECTED)).isZero();
            assertThat(replica.counters().value(FragcastCounter.ENGINE_BLOCKS_SKIPPED)).isZero();
            network.assertNoErrors();
        }

        assertLines(file, messages);
    }

    /** Beside what was posted there is one terminal event a block, nothing else. */
    private static void assertLines(final Path file, final List<BasedOpMessage> messages) throws IOException
    {
        final Iterator<BasedOpMessage> expected = messages.iterator();
        for (final String text : Files.readAllLines(file))
        {
            final JsonNode line = MAPPER.readTree(text);
            final String kind = line.get("kind").textValue();
            if ("verified".equals(kind))
            {
                continue;
            }
            final BasedOpMessage message = expected.next();
            assertThat(kind).isEqualTo(message.kind().label());
            final ObjectNode fields = BasedOpJson.toJson(message);
            for (final Map.Entry<String, JsonNode> field : fields.properties())
            {
                assertThat(String.valueOf(line.get(field.getKey())))
                    .as(kind + " " + field.getKey()).isEqualTo(field.getValue().toString());
            }
        }
        assertThat(expected.hasNext()).as("lines end early").isFalse();
    }

    private static SequencerNode sequencer(
        final TestNetwork network,
        final NodeHost host,
        final TestNetwork.Place self,
        final TestNetwork.Place sink)
    {
        return SequencerNode.launch(network.sequencer(host, self, sink)
            .http(new Endpoint(TestNetwork.ADDRESS, 0))
            .gatewaySigners(List.of(TestGateway.address(GATEWAY_KEY))));
    }

    private static List<BasedOpMessage> messages(final List<BlockRecord> blocks)
    {
        final BlockCutter cutter = new BlockCutter(FRAGS, BlockCutter.Rule.EQUAL_COUNT);
        final List<BasedOpMessage> messages = new ArrayList<>();
        for (final BlockRecord block : blocks)
        {
            final BlockCutter.CutBlock cut = cutter.cut(block);
            messages.add(cut.env());
            messages.addAll(cut.frags());
            messages.add(cut.seal());
        }

        return messages;
    }

    /** Each block may begin a run: the files have gaps. */
    private static Schedule schedule(final List<BlockRecord> blocks)
    {
        final List<LeaderTerm> terms = new ArrayList<>();
        for (final BlockRecord block : blocks)
        {
            terms.add(new LeaderTerm(
                1 + terms.size(),
                block.number(),
                block.number(),
                LeaderRig.CURVE.publicKey(LeaderRig.LEADER_KEY),
                null,
                List.of(),
                block.header().parentHash()));
        }

        return new Schedule(blocks.get(0).chainId(), TestNetwork.MTU, terms);
    }
}
