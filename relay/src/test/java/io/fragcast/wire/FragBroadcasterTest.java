package io.fragcast.wire;

import io.fragcast.AbortReason;
import io.fragcast.FragPublisher.Request;
import io.fragcast.PublishResult;
import io.fragcast.codecs.AbortDecoder;
import io.fragcast.codecs.EnvDecoder;
import io.fragcast.codecs.FragDecoder;
import io.fragcast.codecs.HeartbeatDecoder;
import io.fragcast.codecs.LeaderStartDecoder;
import io.fragcast.codecs.LeaderStopDecoder;
import io.fragcast.codecs.MessageHeaderDecoder;
import io.fragcast.codecs.SealDecoder;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.block.BlockLimits;
import io.fragcast.protocol.block.FragBroadcaster;
import io.fragcast.protocol.block.SlowSink;
import io.fragcast.protocol.leader.Schedule;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a leader says and refuses, from the Java API through the ring, adapter, machine, proxy and fan-out to the bytes
 * of a sink, which a reader of its own checks.
 */
class FragBroadcasterTest
{
    private static final byte[] PARENT = LeaderRig.hash(0);
    private static final List<byte[]> TXS = List.of(new byte[]{2, 1}, new byte[]{2, 2, 2});
    private static final BlockLimits LIMITS = BlockLimits.withSlab(64 << 20, 16 << 20);

    private final List<String> order = new ArrayList<>();
    private final RecordingSink leader = new RecordingSink("leader", order);
    private final RecordingSink peer = new RecordingSink("peer", order);
    private final RecordingSink second = new RecordingSink("second", order);
    private final LeaderRig rig = new LeaderRig(SlowSink.SKIP, LIMITS, List.of(leader), List.of(peer, second));

    @Test
    void shouldLeadATermFromStartToStop()
    {
        byte[] parent = PARENT;
        for (long block = 1; block <= 6; block++)
        {
            publishBlock(block, parent);
            parent = LeaderRig.hash(block);
        }

        final List<ReferenceReader.Message> messages = withoutHeartbeats(peer);
        assertThat(messages.stream().map(ReferenceReader.Message::templateId)).startsWith(
            LeaderStartDecoder.TEMPLATE_ID, EnvDecoder.TEMPLATE_ID, FragDecoder.TEMPLATE_ID, FragDecoder.TEMPLATE_ID,
            SealDecoder.TEMPLATE_ID, EnvDecoder.TEMPLATE_ID);
        assertThat(messages.stream().map(ReferenceReader.Message::templateId)).endsWith(
            SealDecoder.TEMPLATE_ID, LeaderStopDecoder.TEMPLATE_ID, LeaderStartDecoder.TEMPLATE_ID,
            EnvDecoder.TEMPLATE_ID, FragDecoder.TEMPLATE_ID, FragDecoder.TEMPLATE_ID, SealDecoder.TEMPLATE_ID);
        assertThat(messages.get(0).blockNumber()).isEqualTo(1);
        assertThat(messages.get(messages.size() - 5).leaderTerm()).isEqualTo(2);
        assertThat(rig.replies).allSatisfy((reply) -> assertThat(reply.result()).isEqualTo(PublishResult.OK));
        assertThat(rig.counters.value(FragcastCounter.PUBLISHED_SEALS)).isEqualTo(6);
        assertThat(rig.counters.value(FragcastCounter.PUBLISHED_FRAGS)).isEqualTo(12);
        assertThat(leader.frames).usingElementComparator(Arrays::compare).isEqualTo(peer.frames);
    }

    @Test
    void shouldNameTheSealThatAnEnvBuildsOnAndZerosWhereItIsUnknown()
    {
        publishBlock(10, PARENT);
        rig.publisher.env(LeaderRig.env(11, LeaderRig.hash(10)));
        rig.publisher.abort(11, AbortReason.REORG);
        rig.publisher.env(LeaderRig.env(11, LeaderRig.hash(10)));
        rig.publisher.abort(11, AbortReason.REORG);
        rig.publisher.env(LeaderRig.env(12, LeaderRig.hash(99)));
        rig.settle();

        final ReferenceReader reader = reader(peer);
        final List<ReferenceReader.Message> envs = reader.of(EnvDecoder.TEMPLATE_ID);
        final byte[] sealDigest = reader.of(SealDecoder.TEMPLATE_ID).get(0).digest();
        assertThat(envs.get(0).previousDigest()).containsOnly(0);
        assertThat(envs.get(1).previousDigest()).isEqualTo(sealDigest);
        assertThat(envs.get(2).previousDigest()).isEqualTo(sealDigest);
        assertThat(envs.get(3).previousDigest()).containsOnly(0);
        assertThat(envs.get(1).incarnation()).isGreaterThanOrEqualTo(rig.epochNs / 1_000_000 - 1_000);
    }

    @Test
    void shouldAbortWhatIsOpenWhenTheBuilderOpensAgain()
    {
        rig.publisher.env(LeaderRig.env(10, PARENT));
        rig.publisher.frag(10, 0, false, TXS);
        rig.publisher.env(LeaderRig.env(10, PARENT));
        rig.publisher.frag(10, 0, false, TXS);
        rig.publisher.env(LeaderRig.env(11, PARENT));
        rig.settle();

        final List<ReferenceReader.Message> messages = withoutHeartbeats(second);
        assertThat(messages.stream().map(ReferenceReader.Message::templateId)).containsExactly(
            LeaderStartDecoder.TEMPLATE_ID,
            EnvDecoder.TEMPLATE_ID, FragDecoder.TEMPLATE_ID, AbortDecoder.TEMPLATE_ID,
            EnvDecoder.TEMPLATE_ID, FragDecoder.TEMPLATE_ID, AbortDecoder.TEMPLATE_ID,
            EnvDecoder.TEMPLATE_ID);
        assertThat(abortReason(messages.get(3))).isEqualTo(AbortReason.REOPENED.ordinal());
        assertThat(abortReason(messages.get(6))).isEqualTo(AbortReason.BUILDER.ordinal());
        assertThat(messages.get(3).seq()).isEqualTo(1);
        assertThat(messages.get(4).incarnation()).isGreaterThan(messages.get(1).incarnation());
    }

    @Test
    void shouldRefuseWhatIsOutOfPlaceAndSayWhy()
    {
        assertThat(ask(() -> rig.publisher.frag(10, 0, false, TXS))).isEqualTo(PublishResult.NO_OPEN_BLOCK);
        assertThat(ask(() -> rig.publisher.env(LeaderRig.env(1_001, PARENT)))).isEqualTo(PublishResult.NOT_LEADER);
        assertThat(ask(() -> rig.publisher.env(LeaderRig.env(0, PARENT)))).isEqualTo(PublishResult.NOT_LEADER);
        assertThat(ask(() -> rig.publisher.env(LeaderRig.env(10, PARENT)))).isEqualTo(PublishResult.OK);
        assertThat(ask(() -> rig.publisher.frag(10, 1, false, TXS))).isEqualTo(PublishResult.OUT_OF_ORDER);
        assertThat(ask(() -> rig.publisher.frag(11, 0, false, TXS))).isEqualTo(PublishResult.NO_OPEN_BLOCK);
        assertThat(ask(() -> rig.publisher.frag(10, 0, false, TXS))).isEqualTo(PublishResult.OK);
        assertThat(ask(() -> rig.publisher.frag(10, 0, false, TXS))).isEqualTo(PublishResult.OUT_OF_ORDER);
        assertThat(ask(() -> rig.publisher.seal(LeaderRig.seal(10, PARENT, 1)))).isEqualTo(PublishResult.OUT_OF_ORDER);
        assertThat(ask(() -> rig.publisher.frag(10, 1, true, TXS))).isEqualTo(PublishResult.OK);
        assertThat(ask(() -> rig.publisher.frag(10, 2, false, TXS))).isEqualTo(PublishResult.OUT_OF_ORDER);
        assertThat(ask(() -> rig.publisher.seal(LeaderRig.seal(10, PARENT, 3)))).isEqualTo(PublishResult.MALFORMED);
        assertThat(ask(() -> rig.publisher.seal(LeaderRig.seal(10, LeaderRig.hash(5), 2))))
            .isEqualTo(PublishResult.MALFORMED);
        assertThat(ask(() -> rig.publisher.seal(LeaderRig.seal(10, PARENT, 2)))).isEqualTo(PublishResult.OK);
        assertThat(ask(() -> rig.publisher.seal(LeaderRig.seal(10, PARENT, 2))))
            .isEqualTo(PublishResult.ALREADY_SEALED);
        assertThat(ask(() -> rig.publisher.env(LeaderRig.env(10, PARENT)))).isEqualTo(PublishResult.ALREADY_SEALED);
        assertThat(ask(() -> rig.publisher.abort(10, AbortReason.REORG))).isEqualTo(PublishResult.ALREADY_SEALED);
        assertThat(ask(() -> rig.publisher.env(LeaderRig.env(1, PARENT)))).isEqualTo(PublishResult.NOT_LEADER);

        assertThat(rig.counters.value(FragcastCounter.PUBLISH_REFUSED)).isEqualTo(14);
        assertThat(withoutHeartbeats(peer)).hasSize(5);
    }

    @Test
    void shouldRefuseOneFragMoreThanABlockMayHave()
    {
        ask(() -> rig.publisher.env(LeaderRig.env(10, PARENT)));
        for (int seq = 0; seq < LIMITS.maxFragsPerBlock(); seq++)
        {
            assertThat(askFrag(seq, List.of())).isEqualTo(PublishResult.OK);
        }

        assertThat(askFrag(LIMITS.maxFragsPerBlock(), List.of())).isEqualTo(PublishResult.TOO_LARGE);
    }

    @Test
    void shouldRefuseAtOnceWhatIsOverALimit()
    {
        final List<byte[]> most = Collections.nCopies(LIMITS.maxTxsPerFrag(), new byte[1]);
        final List<byte[]> tooMany = Collections.nCopies(LIMITS.maxTxsPerFrag() + 1, new byte[1]);
        final List<byte[]> large = List.of(new byte[LIMITS.maxTxLength()]);
        final List<byte[]> tooLarge = List.of(new byte[LIMITS.maxTxLength() + 1]);
        final List<byte[]> full = LeaderRig.txsOfBodyLength(new Random(4), LIMITS.maxBodyLength(), 100_000);
        final List<byte[]> tooFull = LeaderRig.txsOfBodyLength(new Random(4), LIMITS.maxBodyLength() + 1, 100_000);
        ask(() -> rig.publisher.env(LeaderRig.env(10, PARENT)));

        assertThat(rig.publisher.frag(10, 0, false, tooMany)).isEqualTo(PublishResult.TOO_LARGE);
        assertThat(rig.publisher.frag(10, 0, false, tooLarge)).isEqualTo(PublishResult.TOO_LARGE);
        assertThat(rig.publisher.frag(10, 0, false, tooFull)).isEqualTo(PublishResult.TOO_LARGE);
        assertThat(rig.publisher.frag(10, 0, false, List.of(new byte[0]))).isEqualTo(PublishResult.MALFORMED);
        assertThat(askFrag(0, most)).isEqualTo(PublishResult.OK);
        assertThat(askFrag(1, large)).isEqualTo(PublishResult.OK);
        assertThat(askFrag(2, full)).isEqualTo(PublishResult.OK);
        assertThat(reader(peer).of(FragDecoder.TEMPLATE_ID).get(0).txs()).hasSize(LIMITS.maxTxsPerFrag());
        assertThat(reader(peer).of(FragDecoder.TEMPLATE_ID).get(2).txs())
            .usingElementComparator(Arrays::compare).isEqualTo(full);
    }

    @Test
    void shouldRefuseMoreBodyBytesThanAnAttemptMayHold()
    {
        final BlockLimits small = BlockLimits.withSlab(64 << 20, 5_000);
        final LeaderRig tight = new LeaderRig(SlowSink.SKIP, small, List.of(), List.of(peer));
        tight.publisher.env(LeaderRig.env(10, PARENT));
        tight.publisher.frag(10, 0, false, LeaderRig.txsOfBodyLength(new Random(1), 2_500, 500));
        tight.publisher.frag(10, 1, false, LeaderRig.txsOfBodyLength(new Random(1), 2_501, 500));
        tight.publisher.frag(10, 1, false, LeaderRig.txsOfBodyLength(new Random(1), 2_500, 500));
        tight.settle();

        assertThat(tight.replies.stream().map(LeaderRig.Reply::result)).containsExactly(
            PublishResult.OK, PublishResult.OK, PublishResult.TOO_LARGE, PublishResult.OK);
    }

    /** 80 is the empty body, 1,132 the longest inline one, 1,304 a chunk, 57 the hashes of a header, 65 of a page. */
    @Test
    void shouldCarryBodiesOfEverySizeAtABoundary()
    {
        final Random random = new Random(0xB0D1E5);
        final int[] lengths = {
            80, 85, 1_131, 1_132, 1_133, 1_303, 1_304, 1_305, 2 * 1_304, 2 * 1_304 + 1, 57 * 1_304 - 1, 57 * 1_304,
            57 * 1_304 + 1, 65 * 1_304, 65 * 1_304 + 1, 2 * 65 * 1_304, 2 * 65 * 1_304 + 1, (4 << 20) - 1, 4 << 20};
        final List<List<byte[]>> published = new ArrayList<>();
        ask(() -> rig.publisher.env(LeaderRig.env(10, PARENT)));
        for (int seq = 0; seq < lengths.length; seq++)
        {
            final List<byte[]> txs = LeaderRig.txsOfBodyLength(random, lengths[seq], 60_000);
            published.add(txs);
            assertThat(askFrag(seq, txs)).isEqualTo(PublishResult.OK);
        }

        final List<ReferenceReader.Message> frags = reader(second).of(FragDecoder.TEMPLATE_ID);
        assertThat(frags).hasSize(lengths.length);
        for (int seq = 0; seq < lengths.length; seq++)
        {
            assertThat(frags.get(seq).seq()).isEqualTo(seq);
            assertThat(frags.get(seq).txs())
                .as("body of %d", lengths[seq]).usingElementComparator(Arrays::compare).isEqualTo(published.get(seq));
        }
    }

    @Test
    void shouldGiveTheNextLeaderTheWholeFragFirstAndInterleaveTheOthers()
    {
        ask(() -> rig.publisher.env(LeaderRig.env(10, PARENT)));
        order.clear();
        leader.unsentBytes = 100;

        rig.publisher.frag(10, 0, false, LeaderRig.txsOfBodyLength(new Random(1), 10_000, 900));
        rig.cycle();
        assertThat(order).hasSize(9).containsOnly("leader");
        leader.unsentBytes = 50;
        rig.pass(45_000);
        rig.cycle();
        rig.pass(35_000);
        rig.cycle();
        assertThat(order).as("50 us past the last advance are not over").hasSize(9);
        leader.unsentBytes = 0;
        rig.cycle();

        assertThat(order.subList(9, 27)).containsExactly(interleaved(9));
    }

    @Test
    void shouldWaitNoLongerThanTheGateForALeaderWhoseDatagramsStay()
    {
        ask(() -> rig.publisher.env(LeaderRig.env(10, PARENT)));
        order.clear();
        leader.unsentBytes = 100;

        rig.publisher.frag(10, 0, false, TXS);
        rig.cycle();
        rig.pass(60_000);
        rig.cycle();

        assertThat(order).containsExactly("leader", "peer", "second");
    }

    @Test
    void shouldGoOnFromTheFrameWhereASinkPushedBack()
    {
        final Random random = new Random(77);
        final LeaderRig waiting = new LeaderRig(SlowSink.WAIT, LIMITS, List.of(leader), List.of(peer, second));
        final List<byte[]> txs = LeaderRig.txsOfBodyLength(random, 300_000, 2_000);
        waiting.publisher.env(LeaderRig.env(10, PARENT));
        waiting.publisher.frag(10, 0, true, txs);
        waiting.publisher.seal(LeaderRig.seal(10, PARENT, 1));
        for (int i = 0; i < 20_000; i++)
        {
            leader.window = random.nextInt(3);
            peer.window = random.nextInt(3);
            second.window = random.nextInt(3);
            waiting.cycle();
        }
        waiting.publisher.poll();

        assertThat(waiting.replies).hasSize(3).allSatisfy((reply) -> assertThat(reply.result())
            .isEqualTo(PublishResult.OK));
        for (final RecordingSink sink : List.of(leader, peer, second))
        {
            final ReferenceReader reader = reader(sink);
            assertThat(reader.of(FragDecoder.TEMPLATE_ID).get(0).txs())
                .usingElementComparator(Arrays::compare).isEqualTo(txs);
            assertThat(reader.of(SealDecoder.TEMPLATE_ID)).hasSize(1);
        }
    }

    /** Row B6: a publisher under full back-pressure is told so, and nothing that was taken is lost. */
    @Test
    void shouldSayBackPressuredAndLoseNothing()
    {
        final BlockLimits small = new BlockLimits(64 << 10, 64 << 10, 1_000, 1_024, 64, 64 << 20, 16 << 20);
        final LeaderRig full = new LeaderRig(SlowSink.SKIP, small, List.of(), List.of(peer));
        peer.window = 0;
        final List<List<byte[]>> taken = new ArrayList<>();
        final Random random = new Random(6);
        assertThat(full.publisher.env(LeaderRig.env(10, PARENT))).isEqualTo(PublishResult.OK);
        int refusals = 0;
        while (refusals < 100)
        {
            final List<byte[]> txs = LeaderRig.txsOfBodyLength(random, 20_000, 2_000);
            final PublishResult result = full.publisher.frag(10, taken.size(), false, txs);
            if (PublishResult.OK == result)
            {
                taken.add(txs);
            }
            else
            {
                assertThat(result).isEqualTo(PublishResult.BACK_PRESSURED);
                refusals++;
            }
            full.cycle();
        }
        assertThat(peer.frames).isEmpty();
        assertThat(full.counters.value(FragcastCounter.PUBLISH_BACK_PRESSURED)).isPositive();

        peer.window = Integer.MAX_VALUE;
        full.settle();
        assertThat(full.publisher.frag(10, taken.size(), true, TXS)).isEqualTo(PublishResult.OK);
        full.settle();

        final List<ReferenceReader.Message> frags = reader(peer).of(FragDecoder.TEMPLATE_ID);
        assertThat(frags).hasSize(taken.size() + 1);
        for (int seq = 0; seq < taken.size(); seq++)
        {
            assertThat(frags.get(seq).txs()).usingElementComparator(Arrays::compare).isEqualTo(taken.get(seq));
        }
        assertThat(full.replies).hasSize(taken.size() + 2)
            .allSatisfy((reply) -> assertThat(reply.result()).isEqualTo(PublishResult.OK));
    }

    @Test
    void shouldSayNotConnectedWhileNobodyListens()
    {
        leader.isConnected = false;
        peer.isConnected = false;
        second.isConnected = false;
        assertThat(ask(() -> rig.publisher.env(LeaderRig.env(10, PARENT)))).isEqualTo(PublishResult.NOT_CONNECTED);
        peer.isConnected = true;
        assertThat(ask(() -> rig.publisher.env(LeaderRig.env(10, PARENT)))).isEqualTo(PublishResult.OK);
        peer.isConnected = false;
        assertThat(askFrag(0, TXS)).isEqualTo(PublishResult.NOT_CONNECTED);
        peer.isConnected = true;
        assertThat(askFrag(0, TXS)).isEqualTo(PublishResult.OK);
        assertThat(withoutHeartbeats(peer)).hasSize(3);
    }

    @Test
    void shouldBeatAfterABurstAndEveryHundredMilliseconds()
    {
        ask(() -> rig.publisher.env(LeaderRig.env(10, PARENT)));
        askFrag(0, LeaderRig.txsOfBodyLength(new Random(1), 5_000, 500));
        final int before = peer.frames.size();
        rig.pass(FragBroadcaster.BURST_HEARTBEAT_DELAY_NS);
        rig.cycle();
        assertThat(peer.frames).hasSize(before + 1);
        rig.pass(FragBroadcaster.HEARTBEAT_INTERVAL_NS - 20_000);
        rig.cycle();
        assertThat(peer.frames).hasSize(before + 1);
        rig.cycle();
        assertThat(peer.frames).hasSize(before + 2);

        final ReferenceReader reader = reader(peer);
        final List<ReferenceReader.Message> beats = reader.of(HeartbeatDecoder.TEMPLATE_ID);
        final HeartbeatDecoder beat = new HeartbeatDecoder().wrapAndApplyHeader(
            new UnsafeBuffer(beats.get(beats.size() - 1).frame()), 0, new MessageHeaderDecoder());
        assertThat(beat.lastTemplateId()).isEqualTo(FragDecoder.TEMPLATE_ID);
        assertThat(beat.chunkCount()).isEqualTo(4);
        assertThat(beat.seq()).isZero();
        assertThat(beats.get(beats.size() - 1).previousDigest())
            .isEqualTo(reader.of(FragDecoder.TEMPLATE_ID).get(0).digest());
    }

    @Test
    void shouldNotBeatOutsideATerm()
    {
        rig.pass(10 * FragBroadcaster.HEARTBEAT_INTERVAL_NS);
        rig.settle();
        publishBlock(5, PARENT);
        rig.pass(10 * FragBroadcaster.HEARTBEAT_INTERVAL_NS);
        rig.settle();

        assertThat(reader(peer).of(HeartbeatDecoder.TEMPLATE_ID)).isEmpty();
        assertThat(reader(peer).of(LeaderStopDecoder.TEMPLATE_ID)).hasSize(1);
    }

    /** As after takeovers to and fro: its own later term, which began at the block that was open. */
    @Test
    void shouldDropWhatIsOpenWhenItsBlockIsLedUnderALaterTermOfTheSameKey()
    {
        rig.publisher.env(LeaderRig.env(3, PARENT));
        rig.publisher.frag(3, 0, false, TXS);
        rig.settle();
        rig.publisher.frag(3, 1, true, TXS);
        rig.broadcaster.onSchedule(new Schedule(
            LeaderRig.CHAIN_ID,
            rig.schedule.mtu(),
            List.of(
                LeaderRig.term(1, 1, 2, LeaderRig.LEADER_KEY),
                LeaderRig.term(4, 3, Long.MAX_VALUE, LeaderRig.LEADER_KEY))));
        rig.settle();
        assertThat(rig.lastResult()).isEqualTo(PublishResult.NO_OPEN_BLOCK);

        publishBlock(3, PARENT);
        assertThat(rig.lastResult()).isEqualTo(PublishResult.OK);
        assertThat(withoutHeartbeats(peer).stream()
            .map((message) -> message.leaderTerm() + " " + message.templateId()))
            .endsWith(
                "4 " + LeaderStartDecoder.TEMPLATE_ID,
                "4 " + EnvDecoder.TEMPLATE_ID,
                "4 " + FragDecoder.TEMPLATE_ID,
                "4 " + FragDecoder.TEMPLATE_ID,
                "4 " + SealDecoder.TEMPLATE_ID);
    }

    /** A beat would keep those from taking the takeover who hear of it later. */
    @Test
    void shouldBeatNoMoreUnderATermWhoseOpenBlockWentToAnother()
    {
        publishBlock(2, PARENT);
        rig.publisher.env(LeaderRig.env(3, PARENT));
        rig.settle();
        rig.broadcaster.onSchedule(new Schedule(
            LeaderRig.CHAIN_ID,
            rig.schedule.mtu(),
            List.of(
                LeaderRig.term(1, 1, 2, LeaderRig.LEADER_KEY),
                LeaderRig.term(2, 3, Long.MAX_VALUE, LeaderRig.OTHER_KEY))));
        final int beats = reader(peer).of(HeartbeatDecoder.TEMPLATE_ID).size();
        rig.pass(10 * FragBroadcaster.HEARTBEAT_INTERVAL_NS);
        rig.settle();

        assertThat(reader(peer).of(HeartbeatDecoder.TEMPLATE_ID)).hasSize(beats);
    }

    @Test
    void shouldSayClosedOnceClosed()
    {
        rig.publisher.close();

        assertThat(rig.publisher.env(LeaderRig.env(10, PARENT))).isEqualTo(PublishResult.CLOSED);
    }

    private void publishBlock(final long block, final byte[] parent)
    {
        rig.publisher.env(LeaderRig.env(block, parent));
        rig.publisher.frag(block, 0, false, TXS);
        rig.publisher.frag(block, 1, true, List.of());
        rig.publisher.seal(LeaderRig.seal(block, parent, 2));
        rig.settle();
    }

    private PublishResult askFrag(final int seq, final List<byte[]> txs)
    {
        final int before = rig.replies.size();
        assertThat(rig.publisher.frag(10, seq, false, txs)).isEqualTo(PublishResult.OK);
        rig.settle();
        assertThat(rig.replies).hasSize(before + 1);
        assertThat(rig.replies.get(before).request()).isEqualTo(Request.FRAG);
        assertThat(rig.replies.get(before).seq()).isEqualTo(seq);

        return rig.lastResult();
    }

    private PublishResult ask(final java.util.function.Supplier<PublishResult> request)
    {
        final int before = rig.replies.size();
        assertThat(request.get()).isEqualTo(PublishResult.OK);
        rig.settle();
        assertThat(rig.replies).hasSize(before + 1);

        return rig.lastResult();
    }

    private static ReferenceReader reader(final RecordingSink sink)
    {
        return ReferenceReader.read(LeaderRig.CURVE.publicKey(LeaderRig.LEADER_KEY), sink.frames);
    }

    private static List<ReferenceReader.Message> withoutHeartbeats(final RecordingSink sink)
    {
        return reader(sink).messages.stream()
            .filter((message) -> HeartbeatDecoder.TEMPLATE_ID != message.templateId()).toList();
    }

    private static int abortReason(final ReferenceReader.Message message)
    {
        return new AbortDecoder().wrapAndApplyHeader(
            new UnsafeBuffer(message.frame()), 0, new MessageHeaderDecoder()).reasonRaw();
    }

    private static String[] interleaved(final int frames)
    {
        final List<String> names = new ArrayList<>();
        for (int i = 0; i < frames; i++)
        {
            names.add("peer");
            names.add("second");
        }

        return names.toArray(new String[0]);
    }
}
