package io.fragcast.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.aeron.Aeron;
import io.fragcast.AbortReason;
import io.fragcast.BlockEvent;
import io.fragcast.FragPublisher;
import io.fragcast.PublishResult;
import io.fragcast.edge.ipc.IpcBlockSubscriber;
import io.fragcast.edge.ipc.IpcChannels;
import io.fragcast.edge.jsonl.JsonLinesEdge;
import io.fragcast.transport.aeron.DriverConfig;
import io.fragcast.transport.aeron.DriverThreading;
import io.fragcast.transport.aeron.LinkBudget;
import io.fragcast.wire.LeaderRig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.Supplier;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A block that is verified, one that is aborted and tried again, one whose seal lies: what a consumer is told of each,
 * over real drivers.
 */
class EventStatusSystemTest
{
    private static final int EVENTS = 4 + 3 + 4 + 4;

    @TempDir
    private Path folder;
    private FragPublisher publisher;

    @Test
    @Timeout(120)
    void shouldEndEachOpenedBlockByExactlyOneTerminalEventAtEveryEdge() throws IOException
    {
        final Path file = folder.resolve("events.jsonl");
        final List<String> told = Collections.synchronizedList(new ArrayList<>());
        final List<String> toldByIpc = new ArrayList<>();
        try (TestNetwork network = new TestNetwork())
        {
            final NodeHost host = network.host("status", false);
            final TestNetwork.Place sequencerPlace = network.place("status-sequencer");
            final TestNetwork.Place replicaPlace = network.place("status-replica");
            final ReplicaNode replica = ReplicaNode.launch(
                network.replica(host, replicaPlace, List.of(sequencerPlace), new DeliveryLog())
                    .edge(JsonLinesEdge.toFile(file))
                    .eventChannel(IpcChannels.DEFAULT_CHANNEL)
                    .listener((event) -> told.add(words(event))));
            final SequencerNode sequencer = SequencerNode.launch(network.sequencer(host, sequencerPlace, replicaPlace));
            publisher = sequencer.newPublisher((request, block, seq, result) -> assertThat(result)
                .isEqualTo(PublishResult.OK));
            host.start();
            TestNetwork.await("connections", () -> replica.isConnected() && sequencer.isConnected());
            publish();
            final Path driver =
                DriverConfig.embedded("test-status", DriverThreading.INVOKER, LinkBudget.LAN).directory();
            try (Aeron aeron = Aeron.connect(new Aeron.Context().aeronDirectoryName(driver.toString()));
                IpcBlockSubscriber subscriber = new IpcBlockSubscriber(
                    aeron, IpcChannels.DEFAULT_CHANNEL, (event) -> toldByIpc.add(words(event))))
            {
                TestNetwork.await("events over IPC", () -> EVENTS == toldByIpc.size(), () -> subscriber.poll(10));
                TestNetwork.await("events", () -> EVENTS == told.size());
            }
            network.assertNoErrors();
        }

        assertThat(toldByIpc).isEqualTo(told);
        assertThat(told).containsExactly(
            "env 1 provisional", "frag 1 provisional", "seal 1 provisional", "verified 1 sealed",
            "env 2 provisional", "frag 2 provisional", "aborted 2 aborted",
            "env 2 provisional", "frag 2 provisional", "seal 2 provisional", "verified 2 sealed",
            "env 3 provisional", "frag 3 provisional", "seal 3 provisional", "mismatched 3 aborted");
        final List<String> lines = new ArrayList<>();
        for (final String line : Files.readAllLines(file))
        {
            final JsonNode json = new ObjectMapper().readTree(line);
            lines.add(json.path("kind").asText() + ' ' + json.path("blockNumber") + ' ' + json.path("status").asText());
        }
        assertThat(lines).isEqualTo(told);
    }

    private void publish()
    {
        final List<byte[]> txs = LeaderRig.txsOfBodyLength(new Random(3), 3_000, 1_000);
        open(1, txs);
        request(() -> publisher.seal(LeaderRig.seal(1, LeaderRig.hash(0), 1, txs)));
        open(2, txs);
        request(() -> publisher.abort(2, AbortReason.REORG));
        open(2, txs);
        request(() -> publisher.seal(LeaderRig.seal(2, LeaderRig.hash(1), 1, txs)));
        open(3, txs);
        // The root of no transactions.
        request(() -> publisher.seal(LeaderRig.seal(3, LeaderRig.hash(2), 1, List.of())));
    }

    private void open(final long number, final List<byte[]> txs)
    {
        request(() -> publisher.env(LeaderRig.env(number, LeaderRig.hash(number - 1))));
        request(() -> publisher.frag(number, 0, true, txs));
    }

    private void request(final Supplier<PublishResult> call)
    {
        TestNetwork.await("room for a request", () ->
        {
            publisher.poll();
            return PublishResult.OK == call.get();
        });
    }

    private static String words(final BlockEvent event)
    {
        return (event.kind() + " " + event.blockNumber() + ' ' + event.kind().status()).toLowerCase(Locale.ROOT);
    }
}
