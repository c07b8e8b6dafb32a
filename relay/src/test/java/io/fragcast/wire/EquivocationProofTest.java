package io.fragcast.wire;

import io.fragcast.codecs.EnvDecoder;
import io.fragcast.codecs.FragDecoder;
import io.fragcast.codecs.HeartbeatDecoder;
import io.fragcast.codecs.SealDecoder;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.block.BlockLimits;
import io.fragcast.protocol.block.SlowSink;
import io.fragcast.protocol.peer.PeerState;
import io.fragcast.wire.EquivocationProof.Result;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Goal: what a leader signed twice condemns it before anyone who has its key, and nothing else condemns anyone. Method:
 * two leaders with one key and one clock are the one that equivocates; near misses are made of what one of them said.
 */
class EquivocationProofTest
{
    private static final byte[] KEY = LeaderRig.CURVE.publicKey(LeaderRig.LEADER_KEY);
    private static final BlockLimits LIMITS = BlockLimits.withSlab(64 << 20, 16 << 20);

    private final Random random = new Random(28);
    private final EquivocationProof proof = new EquivocationProof(LeaderRig.CURVE.newVerifier());
    private final RecordingSink said = new RecordingSink("said");
    private final RecordingSink saidToOthers = new RecordingSink("said to others");
    private final LeaderRig leader = rig(said);
    private final LeaderRig twin = rig(saidToOthers);

    @Test
    void shouldCondemnTwoEnvsTwoFragsAndTwoSealsOfOneAttempt()
    {
        publish(leader, 1, 300);
        publish(twin, 2, 300);

        for (final int templateId : new int[]{EnvDecoder.TEMPLATE_ID, FragDecoder.TEMPLATE_ID, SealDecoder.TEMPLATE_ID})
        {
            assertThat(check(frame(said, templateId), frame(saidToOthers, templateId))).isEqualTo(Result.VALID);
            assertThat(proof.leaderTerm()).isEqualTo(1);
            assertThat(proof.blockNumber()).isEqualTo(1);
            assertThat(proof.chainId()).isEqualTo(LeaderRig.CHAIN_ID);
            assertThat(proof.firstDigest()).isNotEqualTo(proof.secondDigest());
        }
    }

    @Test
    void shouldCondemnASecondSealedAttemptAtAHeight()
    {
        twin.pass(TimeUnit.MILLISECONDS.toNanos(5));
        publish(leader, 1, 300);
        publish(twin, 1, 300);

        assertThat(check(frame(said, SealDecoder.TEMPLATE_ID), frame(saidToOthers, SealDecoder.TEMPLATE_ID)))
            .isEqualTo(Result.VALID);
        assertThat(check(frame(said, EnvDecoder.TEMPLATE_ID), frame(saidToOthers, EnvDecoder.TEMPLATE_ID)))
            .as("it may open a height again").isEqualTo(Result.DIFFERENT_PLACES);
        assertThat(check(frame(said, FragDecoder.TEMPLATE_ID), frame(saidToOthers, FragDecoder.TEMPLATE_ID)))
            .isEqualTo(Result.DIFFERENT_PLACES);
    }

    @Test
    void shouldNotCondemnWhatRelaysChange()
    {
        publish(leader, 1, 300);
        final byte[] env = frame(said, EnvDecoder.TEMPLATE_ID);
        final byte[] relayed = env.clone();
        for (int i = FrameLayout.SEND_TIME_OFFSET; i <= FrameLayout.HOP_COUNT_OFFSET; i++)
        {
            relayed[i] = (byte)(7 + i);
        }

        assertThat(check(env, relayed)).isEqualTo(Result.SAME_MESSAGE);
        final byte[] frag = frame(said, FragDecoder.TEMPLATE_ID);
        final byte[] otherBody = frag.clone();
        otherBody[frag.length - 1]++;
        assertThat(check(frag, otherBody)).as("the body is not signed, its hash is").isEqualTo(Result.SAME_MESSAGE);
    }

    @Test
    void shouldNotCondemnWhatStandsSideBySide()
    {
        publish(leader, 1, 300);
        final int first = said.frames.size();
        for (int block = 2; block <= 6; block++)
        {
            publish(leader, block, 1, 300);
        }
        final List<byte[]> later = said.frames.subList(first, said.frames.size());

        assertThat(check(frame(said.frames, EnvDecoder.TEMPLATE_ID), frame(later, EnvDecoder.TEMPLATE_ID)))
            .as("another height").isEqualTo(Result.DIFFERENT_PLACES);
        final List<byte[]> frags = said.frames.stream().filter((each) -> FragDecoder.TEMPLATE_ID == each[2]).toList();
        assertThat(check(frags.get(0), frags.get(1))).as("another seq").isEqualTo(Result.DIFFERENT_PLACES);
        assertThat(check(frame(said.frames, EnvDecoder.TEMPLATE_ID), frags.get(0))).as("another kind")
            .isEqualTo(Result.DIFFERENT_PLACES);

        final byte[] otherTerm = frame(said, EnvDecoder.TEMPLATE_ID).clone();
        otherTerm[120]++;
        assertThat(check(frame(said, EnvDecoder.TEMPLATE_ID), otherTerm)).as("another term")
            .isEqualTo(Result.DIFFERENT_PLACES);
        final byte[] otherChain = frame(said, EnvDecoder.TEMPLATE_ID).clone();
        otherChain[96]++;
        assertThat(check(frame(said, EnvDecoder.TEMPLATE_ID), otherChain)).as("another chain")
            .isEqualTo(Result.DIFFERENT_PLACES);
    }

    @Test
    void shouldNotCondemnHeartbeats()
    {
        publish(leader, 1, 300);
        for (int i = 0; i < 3; i++)
        {
            leader.pass(TimeUnit.MILLISECONDS.toNanos(101));
            leader.settle();
        }
        final List<byte[]> beats =
            said.frames.stream().filter((each) -> HeartbeatDecoder.TEMPLATE_ID == each[2]).toList();
        assertThat(beats).hasSizeGreaterThan(1);
        assertThat(check(beats.get(0), beats.get(1))).isEqualTo(Result.DIFFERENT_PLACES);
    }

    @Test
    void shouldNotCondemnByForgeries()
    {
        publish(leader, 1, 300);
        final byte[] env = frame(said, EnvDecoder.TEMPLATE_ID);
        final byte[] changed = env.clone();
        changed[300]++;
        assertThat(check(env, changed)).isEqualTo(Result.BAD_SIGNATURE);
        assertThat(check(changed, env)).isEqualTo(Result.BAD_SIGNATURE);

        publish(twin, 2, 300);
        check(env, frame(saidToOthers, EnvDecoder.TEMPLATE_ID));
        assertThat(proof.verify(LeaderRig.CURVE.publicKey(LeaderRig.OTHER_KEY))).isEqualTo(Result.BAD_SIGNATURE);
        assertThat(proof.verify(null)).isEqualTo(Result.UNKNOWN_LEADER);
    }

    @Test
    void shouldTakeAnyBytesForWhatTheyAre()
    {
        publish(leader, 1, 300);
        publish(twin, 2, 300);
        final byte[] whole = bytes(frame(said, FragDecoder.TEMPLATE_ID), frame(saidToOthers, FragDecoder.TEMPLATE_ID));
        for (int length = 0; length < whole.length; length++)
        {
            assertThat(proof.wrap(new UnsafeBuffer(whole), 0, length)).as("%d bytes", length)
                .isEqualTo(Result.MALFORMED);
        }
        for (int i = 0; i < 20_000; i++)
        {
            final byte[] changed = whole.clone();
            changed[random.nextInt(changed.length)] = (byte)random.nextInt();
            changed[random.nextInt(16)] = (byte)random.nextInt();
            if (Result.VALID == proof.wrap(new UnsafeBuffer(changed), 0, changed.length) &&
                Result.VALID == proof.verify(KEY))
            {
                assertThat(proof.blockNumber()).isEqualTo(1);
            }
        }
    }

    @Test
    void shouldReachEveryNodeInPartsAndBeCheckedThere()
    {
        publish(leader, 1, 40_000);
        publish(twin, 2, 40_000);
        final byte[] bytes = bytes(frame(said, FragDecoder.TEMPLATE_ID), frame(saidToOthers, FragDecoder.TEMPLATE_ID));
        assertThat(bytes.length).as("more than a frame holds").isGreaterThan(LeaderRig.FRAME_LENGTH);

        final ControlRig rig = new ControlRig();
        final ControlRig.Node a = rig.node(1);
        final ControlRig.Node b = rig.node(2);
        final ControlRig.Node c = rig.node(3);
        final List<byte[]> heardAtB = own(b);
        final List<byte[]> heardAtC = own(c);
        own(a);
        rig.link(a, b);
        final ControlRig.Wire late = rig.link(b, c);
        late.isOpen = false;
        rig.start();
        assertThat(rig.runUntil(() -> PeerState.READY == a.state())).isTrue();
        say(a, rig, bytes);
        rig.run(TimeUnit.SECONDS.toNanos(1));
        assertThat(heardAtB).containsExactly(bytes);

        late.isOpen = true;
        assertThat(rig.runUntil(() -> !heardAtC.isEmpty())).isTrue();
        assertThat(heardAtC).containsExactly(bytes);
        rig.run(TimeUnit.SECONDS.toNanos(1));
        say(a, rig, bytes(frame(saidToOthers, FragDecoder.TEMPLATE_ID), frame(said, FragDecoder.TEMPLATE_ID)));
        rig.run(TimeUnit.SECONDS.toNanos(1));
        assertThat(heardAtC).as("one proof condemns the term").hasSize(1);
        assertThat(c.count(FragcastCounter.STATEMENTS_REFUSED)).isZero();
    }

    @Test
    void shouldChargeWhoAccusesWithoutProof()
    {
        publish(leader, 1, 300);
        final byte[] changed = frame(said, EnvDecoder.TEMPLATE_ID).clone();
        changed[300]++;
        final byte[] bytes = bytes(frame(said, EnvDecoder.TEMPLATE_ID), changed);

        final ControlRig rig = new ControlRig();
        final ControlRig.Node a = rig.node(1);
        final ControlRig.Node b = rig.node(2);
        final List<byte[]> heard = own(b);
        rig.link(a, b);
        rig.start();
        assertThat(rig.runUntil(() -> PeerState.READY == a.state() && PeerState.READY == b.state())).isTrue();
        proof.wrap(new UnsafeBuffer(bytes), 0, bytes.length);
        new EvidenceProxy(ControlRig.MAX_LENGTH).send(
            proof, new UnsafeBuffer(bytes), 0, bytes.length, (templateId, buffer, offset, length) ->
                b.adapters.get(0).onFrame(buffer, offset, length, 1));
        assertThat(heard).isEmpty();
        assertThat(b.count(FragcastCounter.STATEMENTS_REFUSED)).isEqualTo(1);
    }

    private List<byte[]> own(final ControlRig.Node node)
    {
        final List<byte[]> heard = new ArrayList<>();
        node.owners = (statements) -> statements.register(28, EvidenceAdapter.PLACES, new EvidenceAdapter(
            statements,
            leader.schedule,
            LeaderRig.CURVE.newVerifier(),
            ControlRig.MAX_LENGTH,
            (checked, buffer, offset, length) ->
            {
                final byte[] copy = new byte[length];
                buffer.getBytes(offset, copy);
                heard.add(copy);
            }));

        return heard;
    }

    private void say(final ControlRig.Node node, final ControlRig rig, final byte[] bytes)
    {
        assertThat(proof.wrap(new UnsafeBuffer(bytes), 0, bytes.length)).isEqualTo(Result.VALID);
        new EvidenceProxy(ControlRig.MAX_LENGTH).send(
            proof, new UnsafeBuffer(bytes), 0, bytes.length, (templateId, buffer, offset, length) ->
                node.table.statements().publish(buffer, offset, length, rig.nowNs));
    }

    private Result check(final byte[] first, final byte[] second)
    {
        final byte[] bytes = bytes(first, second);
        final Result result = proof.wrap(new UnsafeBuffer(bytes), 0, bytes.length);

        return Result.VALID == result ? proof.verify(KEY) : result;
    }

    private static byte[] bytes(final byte[] first, final byte[] second)
    {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[4 + first.length + second.length]);
        final int length = EquivocationProof.write(
            new UnsafeBuffer(first), 0, first.length, new UnsafeBuffer(second), 0, second.length, buffer, 0);
        assertThat(length).isBetween(4 + 400, buffer.capacity());
        assertThat(buffer.getInt(0, ByteOrder.LITTLE_ENDIAN)).isBetween(200, first.length);
        final byte[] bytes = new byte[length];
        buffer.getBytes(0, bytes);

        return bytes;
    }

    private static byte[] frame(final RecordingSink sink, final int templateId)
    {
        return frame(sink.frames, templateId);
    }

    private static byte[] frame(final List<byte[]> frames, final int templateId)
    {
        return frames.stream().filter((each) -> templateId == each[2]).findFirst().orElseThrow();
    }

    private static LeaderRig rig(final RecordingSink sink)
    {
        return new LeaderRig(SlowSink.SKIP, LIMITS, List.of(), List.of(sink));
    }

    private void publish(final LeaderRig rig, final int parent, final int bodyLength)
    {
        publish(rig, 1, parent, bodyLength);
    }

    private void publish(final LeaderRig rig, final int block, final int parent, final int bodyLength)
    {
        final byte[] parentHash = LeaderRig.hash(100L * parent + block - 1);
        rig.publisher.env(LeaderRig.env(block, parentHash));
        rig.publisher.frag(block, 0, false, LeaderRig.txsOfBodyLength(random, bodyLength, 300));
        rig.publisher.frag(block, 1, true, LeaderRig.txsOfBodyLength(random, 200, 300));
        rig.publisher.seal(LeaderRig.seal(block, parentHash, 2));
        rig.settle();
        assertThat(rig.replies).allMatch((reply) -> io.fragcast.PublishResult.OK == reply.result());
    }
}
