package io.fragcast.node;

import io.fragcast.BlockEvent.Kind;
import io.fragcast.codecs.FragChunkDecoder;
import io.fragcast.codecs.MessageHeaderDecoder;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.block.FrameKind;
import io.fragcast.protocol.block.MessageSigner;
import io.fragcast.protocol.block.TestBlock;
import io.fragcast.protocol.block.TestFrame;
import io.fragcast.transport.FrameSink;
import io.fragcast.transport.FrameSource;
import io.fragcast.wire.LeaderRig;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * A peer that a relay and a replica admit hears the honest stream, and sends both of them lies over streams of its own:
 * each lie is refused under its name, nothing of it goes on, and the honest stream does not notice.
 * <pre>
 *   sequencer -+-> relay ----> replica
 *              |     ^           ^
 *              +-> hostile peer -+
 * </pre>
 */
class HostileNodeSystemTest
{
    /** Offset of the first signed field that a receiver compares with nothing else: the Env's own fields. */
    private static final int ENV_FIELDS = 208;
    private static final int HOP_FIELDS_END = 25;
    private static final int HOP_FIELDS = 8;
    /** Within the window, and never published by the honest leader in this test. */
    private static final long HELD_BLOCK = 40;
    private static final long FAR_BLOCK = 1_000;
    private static final int OVERSIZE_BODY = (4 << 20) + 1;

    private final MessageSigner leader = LeaderRig.CURVE.newSigner(LeaderRig.LEADER_KEY);
    private final MessageSigner stranger = LeaderRig.CURVE.newSigner(LeaderRig.OTHER_KEY);
    private final List<TestFrame> heard = new ArrayList<>();
    private final List<UnsafeBuffer> lies = new ArrayList<>();
    private final Map<FragcastCounter, Long> expected = new EnumMap<>(FragcastCounter.class);
    private final Random random = new Random(11);

    @Test
    @Timeout(120)
    void shouldRefuseEachLieUnderItsNameAndLetTheHonestStreamPass()
    {
        try (TestNetwork network = new TestNetwork())
        {
            final NodeHost host = network.host("hostile", false);
            final TestNetwork.Place sequencerPlace = network.place("hostile-sequencer");
            final TestNetwork.Place relayPlace = network.place("hostile-relay");
            final TestNetwork.Place replicaPlace = network.place("hostile-replica");
            final TestNetwork.Place peerPlace = network.place("hostile-peer");
            final DeliveryLog log = new DeliveryLog();
            final ReplicaNode replica = ReplicaNode.launch(
                network.replica(host, replicaPlace, List.of(relayPlace, peerPlace), log));
            final RelayNode relay = RelayNode.launch(
                network.relay(host, relayPlace, List.of(sequencerPlace, peerPlace), replicaPlace));
            final SequencerNode sequencer = SequencerNode.launch(
                network.sequencer(host, sequencerPlace, relayPlace, peerPlace));
            host.start();
            final RawPeer peer = network.rawPeer(peerPlace);
            final FrameSource ear = peer.sourceFrom(sequencerPlace);
            final FrameSink toRelay = peer.sinkTo(relayPlace);
            final FrameSink toReplica = peer.sinkTo(replicaPlace);
            peer.awaitConnected();
            TestNetwork.await(
                "all connected",
                () -> sequencer.isConnected() && relay.isConnected() && replica.isConnected(),
                peer::doWork);
            final TestBuilder builder = new TestBuilder(sequencer, 1);

            publishBlock(builder);
            builder.env();
            builder.frag(false, LeaderRig.txsOfBodyLength(random, 5_000, 1_000));
            builder.awaitReplies();
            TestNetwork.await("block 2 open at the replica", () -> log.story().equals(builder.story), () ->
            {
                peer.doWork();
                ear.poll(this::onHeard, 16);
            });
            TestNetwork.await("block 2 heard by the peer", () -> isHeard(2, FrameKind.FRAG_CHUNK, 3), () ->
            {
                peer.doWork();
                ear.poll(this::onHeard, 16);
            });

            tellLies();
            final Counters[] nodes = {relay.counters(), replica.counters()};
            final Map<FragcastCounter, Long> relayBefore = values(nodes[0]);
            final Map<FragcastCounter, Long> replicaBefore = values(nodes[1]);
            for (final UnsafeBuffer lie : lies)
            {
                peer.send(toRelay, lie, lie.capacity());
                peer.send(toReplica, lie, lie.capacity());
            }
            awaitRefusals("relay", nodes[0], relayBefore, peer);
            awaitRefusals("replica", nodes[1], replicaBefore, peer);

            builder.frag(true, LeaderRig.txsOfBodyLength(random, 3_000, 1_000));
            builder.seal();
            publishBlock(builder);
            publishBlock(builder);
            builder.awaitReplies();
            TestNetwork.await("the honest stream goes on", () -> 4 == log.count(Kind.VERIFIED), peer::doWork);
            assertEquals(builder.story, log.story(), "nothing but what the leader's node published is delivered");
            for (final Counters node : nodes)
            {
                assertEquals(0, node.value(FragcastCounter.SESSIONS_REJECTED), "fewer failures than the budget");
                assertEquals(0, node.value(FragcastCounter.SOURCES_REMADE));
                assertEquals(0, node.value(FragcastCounter.EQUIVOCATIONS));
                assertEquals(0, node.value(FragcastCounter.BLOCKS_MISMATCHED));
            }
            TestNetwork.await(
                "the relay sends on what it accepted, each frame once",
                () -> relay.counters().value(FragcastCounter.FRAMES_ACCEPTED) ==
                    relay.counters().value(FragcastCounter.FRAMES_FORWARDED));
            network.assertNoErrors();
        }
    }

    private void publishBlock(final TestBuilder builder)
    {
        builder.env();
        builder.frag(false, LeaderRig.txsOfBodyLength(random, 900, 300));
        builder.frag(true, LeaderRig.txsOfBodyLength(random, 20_000, 1_000));
        builder.seal();
    }

    private void tellLies()
    {
        final TestFrame env = heard(2, FrameKind.ENV);
        final long incarnation = env.buffer().getLong(112);

        // The leader's own, but for the key.
        final TestBlock forged = new TestBlock(stranger, 1, 2, incarnation + 1);
        tell(FragcastCounter.FRAMES_BAD_SIGNATURE, forged.env());
        tell(FragcastCounter.FRAMES_BAD_SIGNATURE, forged.frag(true, new byte[]{1}).get(0));
        // What the leader signed, with one bit of it changed.
        tell(FragcastCounter.FRAMES_BAD_SIGNATURE, env.flip(ENV_FIELDS << 3));
        // A frag that the leader signed for a block to come, with one bit of a chunk changed; then as it was.
        final TestBlock held = new TestBlock(leader, 1, HELD_BLOCK, incarnation);
        final List<TestFrame> frag = held.frag(false, TestBlock.bodyOfLength(3_000), 1);
        tell(FragcastCounter.FRAMES_ACCEPTED, frag.get(0));
        tell(FragcastCounter.FRAMES_BAD_HASH, frag.get(1).flip((frag.get(1).buffer().capacity() - 1) << 3));
        tell(FragcastCounter.FRAMES_ACCEPTED, frag.get(1));
        // A frag whose inline body is not the one that its header names.
        final TestFrame inline = held.frag(false, new byte[100]).get(0);
        tell(FragcastCounter.FRAMES_BAD_HASH, inline.flip((inline.buffer().capacity() - 1) << 3));

        tell(FragcastCounter.FRAMES_FOREIGN_CHAIN,
            new TestBlock(leader, 1, 2, incarnation + 1).chainId(LeaderRig.CHAIN_ID + 1).env());
        tell(FragcastCounter.FRAMES_STALE, new TestBlock(leader, 1, 2, incarnation - 1).env());
        tell(FragcastCounter.FRAMES_FAR_FUTURE, new TestBlock(leader, 1, FAR_BLOCK, incarnation).env());
        tell(FragcastCounter.FRAMES_NOT_LEADER, new TestBlock(leader, 2, 3, incarnation).env());
        tell(FragcastCounter.FRAMES_OVER_LIMIT, new TestBlock(leader, 1, 3, incarnation)
            .frag(true, TestBlock.bodyOfLength(OVERSIZE_BODY), 42).get(0));

        final UnsafeBuffer trailing = new UnsafeBuffer(ByteBuffer.allocateDirect(env.buffer().capacity() + 1));
        trailing.putBytes(0, env.buffer(), 0, env.buffer().capacity());
        tell(FragcastCounter.FRAMES_MALFORMED, trailing);
        tell(FragcastCounter.FRAMES_MALFORMED, new UnsafeBuffer(new byte[TestNetwork.MTU - 32]));

        // Everything that was heard, once more.
        for (final TestFrame frame : heard)
        {
            tell(
                FrameKind.HEARTBEAT == frame.kind() || FrameKind.LEADER_START == frame.kind() ?
                    FragcastCounter.FRAMES_CONTROL_STALE : FragcastCounter.FRAMES_DUPLICATE,
                frame);
        }
        assertTrue(heard.size() > 20, "two blocks: " + heard);
    }

    private void tell(final FragcastCounter counter, final TestFrame lie)
    {
        tell(counter, lie.buffer());
    }

    private void tell(final FragcastCounter counter, final UnsafeBuffer lie)
    {
        lies.add(lie);
        expected.merge(counter, 1L, Long::sum);
    }

    /**
     * Heartbeats of the honest leader go on meanwhile, and what the relay accepts comes to the replica twice; all
     * other counters move by the lies alone.
     */
    private void awaitRefusals(
        final String node, final Counters counters, final Map<FragcastCounter, Long> before, final RawPeer peer)
    {
        expected.forEach((counter, count) -> TestNetwork.await(
            node + ": " + count + " " + counter.label(),
            () -> counters.value(counter) - before.get(counter) >= count,
            peer::doWork));
        expected.forEach((counter, count) ->
        {
            if (FragcastCounter.FRAMES_ACCEPTED != counter && FragcastCounter.FRAMES_DUPLICATE != counter)
            {
                assertEquals(count, counters.value(counter) - before.get(counter), node + ": " + counter.label());
            }
        });
    }

    private static Map<FragcastCounter, Long> values(final Counters counters)
    {
        final Map<FragcastCounter, Long> values = new EnumMap<>(FragcastCounter.class);
        for (final FragcastCounter counter : FragcastCounter.values())
        {
            values.put(counter, counters.value(counter));
        }

        return values;
    }

    private boolean onHeard(
        final DirectBuffer buffer, final int offset, final int length, final int sessionId)
    {
        final UnsafeBuffer copy = new UnsafeBuffer(ByteBuffer.allocateDirect(length));
        copy.putBytes(0, buffer, offset, length);
        copy.setMemory(HOP_FIELDS, HOP_FIELDS_END - HOP_FIELDS, (byte)0);
        final FrameKind kind =
            FrameKind.ofTemplate(new MessageHeaderDecoder().wrap(copy, 0).templateId());
        heard.add(new TestFrame(kind, 0, 0, copy));

        return true;
    }

    private TestFrame heard(final long block, final FrameKind kind)
    {
        return heard.stream()
            .filter((frame) -> kind == frame.kind() && block == frame.buffer().getLong(104))
            .findFirst()
            .orElseThrow();
    }

    private boolean isHeard(final long block, final FrameKind kind, final int count)
    {
        return count <= heard.stream()
            .filter((frame) -> kind == frame.kind())
            .filter((frame) -> block == pieceBlock(frame))
            .count();
    }

    private static long pieceBlock(final TestFrame frame)
    {
        return new FragChunkDecoder()
            .wrapAndApplyHeader(frame.buffer(), 0, new MessageHeaderDecoder())
            .blockNumber();
    }
}
