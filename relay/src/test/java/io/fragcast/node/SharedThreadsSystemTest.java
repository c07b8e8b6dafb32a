package io.fragcast.node;

import io.fragcast.BlockEvent;
import io.fragcast.config.ThreadConfig;
import io.fragcast.transport.aeron.DriverConfig;
import io.fragcast.transport.aeron.DriverThreading;
import io.fragcast.transport.aeron.LinkBudget;
import org.agrona.CloseHelper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Nodes whose threads give way and wake each other: {@code threads.mode = shared}, {@code threads.idle = backoff}.
 */
@Timeout(90)
class SharedThreadsSystemTest
{
    private static final int BLOCKS = 20;

    private final TestNetwork network = new TestNetwork();
    private final TestNetwork.Place sequencerPlace = network.place("shared-sequencer");
    private final TestNetwork.Place relayPlace = network.place("shared-relay");
    private final TestNetwork.Place replicaPlace = network.place("shared-replica");
    private final List<NodeHost> hosts = new ArrayList<>();

    @AfterEach
    void close()
    {
        CloseHelper.closeAll(hosts);
        network.close();
        network.assertNoErrors();
    }

    /** Each block waits for the one before to be everywhere, so that every thread has waited in between. */
    @Test
    void shouldBringBlocksToThreadsThatWait()
    {
        publish(1);
    }

    @Test
    void shouldBringBlocksThatFollowEachOther()
    {
        publish(BLOCKS);
    }

    /** Sockets that the driver's thread waits for are closed for good with the host. */
    @Test
    void shouldFreePortsForTheNextOfTheSameNodes()
    {
        publish(BLOCKS);
        CloseHelper.closeAll(hosts);
        hosts.clear();

        publish(BLOCKS);
    }

    private void publish(final int atOnce)
    {
        final DeliveryLog log = new DeliveryLog();
        final NodeHost near = host("shared-near");
        final NodeHost far = host("shared-far");
        final SequencerNode sequencer = SequencerNode.launch(network.sequencer(near, sequencerPlace, relayPlace));
        final RelayNode relay = RelayNode.launch(
            network.relay(far, relayPlace, List.of(sequencerPlace), replicaPlace));
        final ReplicaNode replica = ReplicaNode.launch(network.replica(far, replicaPlace, List.of(relayPlace), log));
        hosts.forEach(NodeHost::start);
        TestNetwork.await("connections", () ->
            sequencer.isConnected() && relay.isConnected() && replica.isConnected());

        final TestBuilder builder = new TestBuilder(sequencer, 1);
        for (int block = 1; block <= BLOCKS; block++)
        {
            builder.env();
            builder.frag(true, List.of(new byte[3_000]));
            builder.seal();
            final int published = block;
            if (0 == block % atOnce)
            {
                builder.awaitReplies();
                TestNetwork.await("every block", () -> published == log.count(BlockEvent.Kind.VERIFIED));
            }
        }
        assertThat(log.story()).isEqualTo(builder.story);
    }

    private NodeHost host(final String name)
    {
        final NodeHost host = NodeHost.launch(
            name,
            ThreadConfig.unpinned(ThreadConfig.Mode.SHARED, false),
            DriverConfig.embedded("test-" + name, DriverThreading.SHARED, LinkBudget.LAN),
            network.errors::add);
        hosts.add(host);

        return host;
    }
}
