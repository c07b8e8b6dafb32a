package io.fragcast.node;

import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.fragcast.BlockEvent;
import io.fragcast.config.ThreadConfig;
import io.fragcast.transport.aeron.DriverConfig;
import io.fragcast.transport.aeron.LinkBudget;
import org.agrona.concurrent.status.CountersReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Nodes on somebody else's media driver: when they are closed no lane of theirs is left on it.
 */
@Timeout(90)
class NodeCloseSystemTest
{
    @TempDir
    private Path dir;

    @Test
    void shouldLeaveNoLaneOpen()
    {
        final MediaDriver.Context context = new MediaDriver.Context()
            .aeronDirectoryName(dir.resolve("driver").toString())
            .threadingMode(ThreadingMode.SHARED)
            .publicationLingerTimeoutNs(1_000_000)
            .dirDeleteOnShutdown(true);
        try (MediaDriver driver = MediaDriver.launch(context);
            TestNetwork network = new TestNetwork())
        {
            final CountersReader counters = driver.context().countersManager();
            final Set<String> before = channels(counters);
            final NodeHost host = NodeHost.launch(
                "closing",
                ThreadConfig.unpinned(ThreadConfig.Mode.SHARED, false),
                DriverConfig.external(dir.resolve("driver"), LinkBudget.LAN),
                network.errors::add);
            try (host)
            {
                final TestNetwork.Place sequencerPlace = network.place("closing-sequencer");
                final TestNetwork.Place replicaPlace = network.place("closing-replica");
                final DeliveryLog log = new DeliveryLog();
                final SequencerNode sequencer =
                    SequencerNode.launch(network.sequencer(host, sequencerPlace, replicaPlace));
                ReplicaNode.launch(network.replica(host, replicaPlace, List.of(sequencerPlace), log));
                host.start();
                final TestBuilder builder = new TestBuilder(sequencer, 1);
                TestNetwork.await("connection", sequencer::isConnected);
                builder.env();
                builder.frag(true, List.of(new byte[10]));
                builder.seal();
                builder.awaitReplies();
                TestNetwork.await("the block", () -> 1 == log.count(BlockEvent.Kind.VERIFIED));
                assertThat(channels(counters).size()).as("block, control and repair lanes, both ends")
                    .isGreaterThanOrEqualTo(before.size() + 6);
            }

            TestNetwork.await("lanes to be closed", () -> channels(counters).equals(before));
            network.assertNoErrors();
        }
    }

    /** What Aeron tells of endpoints, streams and images. */
    private static Set<String> channels(final CountersReader counters)
    {
        final Set<String> channels = new TreeSet<>();
        counters.forEach((id, typeId, keyBuffer, label) ->
        {
            if (label.contains("aeron:udp"))
            {
                channels.add(label);
            }
        });

        return channels;
    }
}
