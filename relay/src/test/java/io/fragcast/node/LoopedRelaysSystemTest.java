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
    private final TestNetwork.Place sequencerPlace = network.place("loop-sequencer");
    private final TestNetwork.Place replicaPlace = network.place("loop-replica");

    @AfterEach
    void close()
    {
        network.close();
        network.assertNoErrors();
    }

    /** Once around: from the third relay each frame comes to the first again. */
    @Test
    void shouldForwardEachFrameOnceThoughItComesBack()
    {
        final TestNetwork.Place onePlace = network.place("loop-one");
        final TestNetwork.Place twoPlace = network.place("loop-two");
        final TestNetwork.Place threePlace = network.place("loop-three");
        final NodeHost host = network.host("loop", false);
        final RelayNode one = RelayNode.launch(
            network.relay(host, onePlace, List.of(sequencerPlace, threePlace), twoPlace));
        final RelayNode two = RelayNode.launch(network.relay(host, twoPlace, List.of(onePlace), threePlace));
        final RelayNode three = RelayNode.launch(
            network.relay(host, threePlace, List.of(twoPlace), onePlace, replicaPlace));
        publish(host, onePlace, threePlace);

        TestNetwork.await("each Env, frag and Seal to come back", () ->
            one.counters().value(FragcastCounter.FRAMES_DUPLICATE) >= 3 * BLOCKS);
        for (final RelayNode relay : List.of(one, two))
        {
            awaitForwardedOnce(relay, 1);
        }
        awaitForwardedOnce(three, 2);
        assertThat(one.counters().value(FragcastCounter.FRAMES_OVER_HOPS)).isZero();
    }

    /** Two relays that feed each other: what one sent the other does not send back. */
    @Test
    void shouldNotSendBackToThePeerThatSent()
    {
        final TestNetwork.Place onePlace = network.place("back-one");
        final TestNetwork.Place twoPlace = network.place("back-two");
        final NodeHost host = network.host("back", false);
        final RelayNode one = RelayNode.launch(
            network.relay(host, onePlace, List.of(sequencerPlace, twoPlace), twoPlace));
        final RelayNode two = RelayNode.launch(
            network.relay(host, twoPlace, List.of(onePlace), onePlace, replicaPlace));
        publish(host, onePlace, twoPlace);

        awaitForwardedOnce(one, 1);
        awaitForwardedOnce(two, 1);
        for (final FragcastCounter counter : List.of(
            FragcastCounter.FRAMES_DUPLICATE, FragcastCounter.FRAMES_CONTROL_STALE))
        {
            assertThat(one.counters().value(counter)).as(counter.label()).isZero();
        }
    }

    private void publish(final NodeHost host, final TestNetwork.Place first, final TestNetwork.Place last)
    {
        final DeliveryLog log = new DeliveryLog();
        final SequencerNode sequencer = SequencerNode.launch(network.sequencer(host, sequencerPlace, first));
        final ReplicaNode replica = ReplicaNode.launch(network.replica(host, replicaPlace, List.of(last), log));
        host.start();
        TestNetwork.await("connections", () -> sequencer.isConnected() && replica.isConnected());

        final TestBuilder builder = new TestBuilder(sequencer, 1);
        for (int i = 0; i < BLOCKS; i++)
        {
            builder.env();
            builder.frag(true, List.of(new byte[3_000]));
            builder.seal();
        }
        builder.awaitReplies();
        TestNetwork.await("every block", () -> BLOCKS == log.count(BlockEvent.Kind.VERIFIED));
        assertThat(log.story()).isEqualTo(builder.story);
    }

    private static void awaitForwardedOnce(final RelayNode relay, final int sinks)
    {
        TestNetwork.await("each frame to be forwarded once to each sink", () ->
            relay.counters().value(FragcastCounter.FRAMES_FORWARDED) ==
                sinks * relay.counters().value(FragcastCounter.FRAMES_ACCEPTED));
    }
}
