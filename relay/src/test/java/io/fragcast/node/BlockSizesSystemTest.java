package io.fragcast.node;

import io.fragcast.BlockEvent.Kind;
import io.fragcast.PublishResult;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.wire.LeaderRig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

/**
 * Frags of every size at which the form of a frag changes, from the Java API of a sequencer over a relay to the Java
 * API of a replica, over real drivers.
 */
class BlockSizesSystemTest
{
    /** Of a FragBody without transactions. */
    private static final int EMPTY_BODY = 80;
    /** Beside a header with one hash in a frame of 1,376 bytes. */
    private static final int INLINE_BODY = 1_132;
    private static final int CHUNK = 1_304;
    /** Hashes in a header. */
    private static final int HEADER_HASHES = 57;
    /** Hashes in a page. */
    private static final int PAGE_HASHES = 65;
    private static final int LARGEST_BODY = 4 << 20;

    private static final int[] BODY_LENGTHS = {
        EMPTY_BODY,
        INLINE_BODY - 1, INLINE_BODY, INLINE_BODY + 1,
        CHUNK, CHUNK + 1,
        HEADER_HASHES * CHUNK, HEADER_HASHES * CHUNK + 1,
        PAGE_HASHES * CHUNK, PAGE_HASHES * CHUNK + 1, 2 * PAGE_HASHES * CHUNK + 1,
        LARGEST_BODY - 1, LARGEST_BODY};
    private static final int MAX_TX = 100_000;

    private final Random random = new Random(7);

    @Test
    @Timeout(120)
    void shouldDeliverEverySizeAsPublishedAndRefuseOneByteTooMany()
    {
        try (TestNetwork network = new TestNetwork())
        {
            final NodeHost host = network.host("sizes", false);
            final TestNetwork.Place sequencerPlace = network.place("sizes-sequencer");
            final TestNetwork.Place relayPlace = network.place("sizes-relay");
            final TestNetwork.Place replicaPlace = network.place("sizes-replica");
            final DeliveryLog log = new DeliveryLog();
            ReplicaNode.launch(network.replica(host, replicaPlace, List.of(relayPlace), log));
            final RelayNode relay =
                RelayNode.launch(network.relay(host, relayPlace, List.of(sequencerPlace), replicaPlace));
            final SequencerNode sequencer =
                SequencerNode.launch(network.sequencer(host, sequencerPlace, relayPlace));
            host.start();
            TestNetwork.await("connected", () -> sequencer.isConnected() && relay.isConnected());
            final TestBuilder builder = new TestBuilder(sequencer, 1);

            final List<List<byte[]>> published = new ArrayList<>();
            builder.env();
            for (int i = 0; i < BODY_LENGTHS.length; i++)
            {
                final List<byte[]> txs = LeaderRig.txsOfBodyLength(random, BODY_LENGTHS[i], MAX_TX);
                published.add(txs);
                builder.frag(BODY_LENGTHS.length - 1 == i, txs);
                if (2 == i)
                {
                    assertEquals(
                        PublishResult.TOO_LARGE,
                        builder.tryFrag(LeaderRig.txsOfBodyLength(random, LARGEST_BODY + 1, MAX_TX)));
                }
            }
            builder.seal();
            // What was refused left no trace: the stream goes on, with an empty block and a plain one.
            builder.env();
            builder.frag(true, List.of());
            builder.seal();
            builder.awaitReplies();

            TestNetwork.await("both blocks", () -> 2 == log.count(Kind.VERIFIED));
            assertEquals(builder.story, log.story());
            final List<DeliveryLog.Event> frags =
                log.events().stream().filter((event) -> Kind.FRAG == event.kind()).toList();
            for (int i = 0; i < BODY_LENGTHS.length; i++)
            {
                assertThat(frags.get(i).txs())
                    .as("body of " + BODY_LENGTHS[i] + " bytes")
                    .usingElementComparator(Arrays::compare)
                    .isEqualTo(published.get(i));
            }
            assertEquals(0, relay.counters().value(FragcastCounter.SINK_SKIPPED_WINDOW));
            network.assertNoErrors();
        }
    }
}
