package io.fragcast.node;

import io.fragcast.BlockEvent;
import io.fragcast.counter.FragcastCounter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two relays that feed each other: what one has sent comes back to it, and goes no further.
 */
@Timeout(90)
class LoopedRelaysSystemTest
{
    private static final int BLOCKS = 5;

    private final TestNetwork network = new TestNetwork();

    @AfterEach
    void close()
    {
        network.close();
        network.assertNoErrors();
    }

    @Test
    void shouldForwardEachFrameOnceThoughItComesBack()
    {
        final TestNetwork.Place sequencerPlace = network.place("loop-sequencer");
        final TestNetwork.Place onePlace = network.place("loop-one");
        final TestNetwork.Place otherPlace = network.place("loop-other");
        final TestNetwork.Place replicaPlace = network.place("loop-replica");
        final NodeHost host = network.host("loop", false);
        final DeliveryLog log = new DeliveryLog();
        final SequencerNode sequencer = SequencerNode.launch(network.sequencer(host, sequencerPlace, onePlace));
        final RelayNode one = RelayNode.launch(
            network.relay(host, onePlace, List.of(sequencerPlace, otherPlace), otherPlace));
        final RelayNode other = RelayNode.launch(
            network.relay(host, otherPlace, List.of(onePlace), onePlace, replicaPlace));
        final ReplicaNode replica = ReplicaNode.launch(
            network.replica(host, replicaPlace, List.of(otherPlace), log));
        host.start();
        TestNetwork.await("connections", () ->
            sequencer.isConnected() && one.isConnected() && other.isConnected() && replica.isConnected());

        final TestBuilder builder = new TestBuilder(sequencer, 1);
        for (int i = 0; i < BLOCKS; i++)
        {
            builder.env();
            builder.frag(true, List.of(new byte[3_000]));
            builder.seal();
        }
        builder.awaitReplies();
        TestNetwork.await("every block", () -> BLOCKS == log.count(BlockEvent.Kind.VERIFIED));

        TestNetwork.await("each Env, frag and Seal to come back", () ->
            one.counters().value(FragcastCounter.FRAMES_DUPLICATE) >= 3 * BLOCKS);
        TestNetwork.await("each frame to be forwarded once to each sink", () ->
            one.counters().value(FragcastCounter.FRAMES_FORWARDED) ==
                one.counters().value(FragcastCounter.FRAMES_ACCEPTED) &&
            other.counters().value(FragcastCounter.FRAMES_FORWARDED) ==
                2 * other.counters().value(FragcastCounter.FRAMES_ACCEPTED));
        assertThat(one.counters().value(FragcastCounter.FRAMES_OVER_HOPS)).isZero();
        assertThat(log.story()).isEqualTo(builder.story);
    }
}
