package io.fragcast.node;

import io.fragcast.BlockEvent;
import io.fragcast.codecs.EnvDecoder;
import io.fragcast.codecs.MessageHeaderDecoder;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.block.FrameDigest;
import io.fragcast.protocol.leader.LeaderTerm;
import io.fragcast.protocol.leader.Schedule;
import io.fragcast.wire.LeaderRig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two leaders take turns: each follows the other, opens the next block on the Seal that it heard, and what a replica of
 * both delivers is one run.
 */
@Timeout(90)
class HandOverSystemTest
{
    private static final int TURN = 3;
    private static final int TURNS = 4;
    private static final int SIGNED_OFFSET = 96;

    private final TestNetwork network = new TestNetwork(schedule());

    /** Written by the replica's thread; read when it has ended the last block. */
    private final List<String> sealDigests = new ArrayList<>();
    private final List<String> envParents = new ArrayList<>();
    private final FrameDigest frameDigest = new FrameDigest();

    @AfterEach
    void close()
    {
        network.close();
    }

    @Test
    void shouldHandOverAtEachBoundary()
    {
        final NodeHost host = network.host("turns", false);
        final TestNetwork.Place[] leaders = {network.place("a"), network.place("b")};
        final TestNetwork.Place place = network.place("replica");
        final DeliveryLog log = new DeliveryLog();
        final ReplicaNode replica = ReplicaNode.launch(
            network.replica(host, place, List.of(leaders), log).listener(this::onEvent));
        final byte[][] keys = {LeaderRig.LEADER_KEY, LeaderRig.OTHER_KEY};
        final SequencerNode[] nodes = new SequencerNode[2];
        for (int i = 0; i < 2; i++)
        {
            nodes[i] = SequencerNode.launch(network.sequencer(host, leaders[i], leaders[1 - i], place)
                .signer(LeaderRig.CURVE.newSigner(keys[i]))
                .upstreams(List.of(leaders[1 - i].peerName())));
        }
        host.start();
        TestNetwork.await("streams", () -> nodes[0].isConnected() && nodes[1].isConnected() && replica.isConnected());

        final TestBuilder[] builders = {new TestBuilder(nodes[0], 1), new TestBuilder(nodes[1], 1)};
        final Random random = new Random(6);
        final List<String> story = new ArrayList<>();
        for (int turn = 0; turn < TURNS; turn++)
        {
            final TestBuilder builder = builders[turn % 2];
            final SequencerNode leader = nodes[turn % 2];
            final int sealed = turn * TURN;
            TestNetwork.await("the next leader knows block " + sealed,
                () -> sealed == leader.counters().value(FragcastCounter.BLOCKS_VERIFIED));
            builder.goOnAfter(sealed);
            builder.story.clear();
            publish(builder, random);
            story.addAll(builder.story);
        }
        TestNetwork.await("the last block", () -> TURNS * TURN == log.count(BlockEvent.Kind.VERIFIED));

        assertThat(log.story()).isEqualTo(story);
        assertThat(envParents.get(0)).as("nobody knows what the first block builds on").matches("0*");
        assertThat(envParents.subList(1, envParents.size())).as("each Env names the Seal before it").isEqualTo(
            sealDigests.subList(0, sealDigests.size() - 1));
        for (final SequencerNode node : nodes)
        {
            TestNetwork.await("each leader followed to the end",
                () -> TURNS * TURN == node.counters().value(FragcastCounter.BLOCKS_VERIFIED));
            assertThat(node.counters().value(FragcastCounter.BLOCKS_MISSED)).isZero();
            assertThat(node.counters().value(FragcastCounter.EQUIVOCATIONS)).isZero();
        }
        network.assertNoErrors();
    }

    private static void publish(final TestBuilder builder, final Random random)
    {
        for (int i = 0; i < TURN; i++)
        {
            builder.env();
            builder.frag(false, LeaderRig.txsOfBodyLength(random, 20_000, 2_000));
            builder.frag(true, LeaderRig.txsOfBodyLength(random, 700, 300));
            builder.seal();
        }
        builder.awaitReplies();
    }

    private void onEvent(final BlockEvent event)
    {
        final byte[] digest = new byte[FrameDigest.DIGEST_LENGTH];
        if (BlockEvent.Kind.ENV == event.kind())
        {
            event.frameBuffer().getBytes(event.frameOffset() + MessageHeaderDecoder.ENCODED_LENGTH +
                EnvDecoder.previousDigestEncodingOffset(), digest);
            envParents.add(HexFormat.of().formatHex(digest));
        }
        else if (BlockEvent.Kind.SEAL == event.kind())
        {
            frameDigest.ofFrame(
                event.frameBuffer(), event.frameOffset(), event.frameLength() - SIGNED_OFFSET, digest);
            sealDigests.add(HexFormat.of().formatHex(digest));
        }
    }

    private static Schedule schedule()
    {
        final byte[][] keys = {LeaderRig.LEADER_KEY, LeaderRig.OTHER_KEY};
        final List<LeaderTerm> terms = new ArrayList<>();
        for (int turn = 0; turn < TURNS; turn++)
        {
            terms.add(new LeaderTerm(
                1 + turn,
                1 + (long)TURN * turn,
                (long)TURN * (turn + 1),
                LeaderRig.CURVE.publicKey(keys[turn % 2]),
                null,
                List.of(),
                null));
        }

        return new Schedule(LeaderRig.CHAIN_ID, TestNetwork.MTU, terms);
    }
}
