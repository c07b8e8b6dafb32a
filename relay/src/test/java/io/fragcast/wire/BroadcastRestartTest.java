package io.fragcast.wire;

import io.fragcast.AbortReason;
import io.fragcast.PublishResult;
import io.fragcast.codecs.AbortDecoder;
import io.fragcast.codecs.EnvDecoder;
import io.fragcast.codecs.FragDecoder;
import io.fragcast.codecs.HeartbeatDecoder;
import io.fragcast.codecs.LeaderStartDecoder;
import io.fragcast.codecs.LeaderStopDecoder;
import io.fragcast.codecs.MessageHeaderDecoder;
import io.fragcast.codecs.SealDecoder;
import io.fragcast.protocol.block.BlockLimits;
import io.fragcast.protocol.block.FollowedRun;
import io.fragcast.protocol.block.FragBroadcaster;
import io.fragcast.protocol.block.LeaderMemory;
import io.fragcast.protocol.block.SlowSink;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a leader remembers of an earlier life: what it left open is aborted, what it sealed is never sealed again.
 */
class BroadcastRestartTest
{
    private static final byte[] PARENT = LeaderRig.hash(0);
    private static final List<byte[]> TXS = List.of(new byte[]{2, 1}, new byte[]{2, 2, 2});
    private static final BlockLimits LIMITS = BlockLimits.withSlab(64 << 20, 16 << 20);

    private final List<String> order = new ArrayList<>();
    private final RecordingSink peer = new RecordingSink("peer", order);

    /** Killed with an attempt open, and back on a clock that lags an hour. */
    @Test
    void shouldAbortWhatAnEarlierLifeLeftOpenAndGoOnAboveIt()
    {
        final UnsafeBuffer file = new UnsafeBuffer(new byte[LeaderMemory.LENGTH]);
        final LeaderRig killed = rigWith(file);
        killed.publisher.env(LeaderRig.env(10, PARENT));
        killed.publisher.frag(10, 0, false, TXS);
        killed.settle();
        killed.pass(FragBroadcaster.HEARTBEAT_INTERVAL_NS);
        killed.settle();

        peer.isConnected = false;
        final LeaderRig restarted = rigWith(file);
        restarted.pass(-TimeUnit.HOURS.toNanos(1));
        restarted.publisher.frag(10, 1, false, TXS);
        restarted.publisher.env(LeaderRig.env(10, PARENT));
        for (int i = 0; i < 10; i++)
        {
            restarted.cycle();
        }
        assertThat(restarted.replies).isEmpty();
        peer.isConnected = true;
        restarted.settle();

        assertThat(restarted.replies.stream().map(LeaderRig.Reply::result))
            .containsExactly(PublishResult.NO_OPEN_BLOCK, PublishResult.OK);
        final List<ReferenceReader.Message> messages = withoutHeartbeats(peer);
        assertThat(messages.stream().map(ReferenceReader.Message::templateId)).containsExactly(
            LeaderStartDecoder.TEMPLATE_ID, EnvDecoder.TEMPLATE_ID, FragDecoder.TEMPLATE_ID, AbortDecoder.TEMPLATE_ID,
            LeaderStartDecoder.TEMPLATE_ID, EnvDecoder.TEMPLATE_ID);
        assertThat(abortReason(messages.get(3))).isEqualTo(AbortReason.RESTART.ordinal());
    }

    @Test
    void shouldNotSealTwiceWhatAnEarlierLifeSealed()
    {
        final UnsafeBuffer file = new UnsafeBuffer(new byte[LeaderMemory.LENGTH]);
        final LeaderRig killed = rigWith(file);
        killed.publisher.env(LeaderRig.env(10, PARENT));
        killed.publisher.frag(10, 0, true, TXS);
        killed.publisher.seal(LeaderRig.seal(10, PARENT, 1));
        killed.settle();

        final LeaderRig restarted = rigWith(file);
        restarted.publisher.env(LeaderRig.env(10, PARENT));
        restarted.publisher.seal(LeaderRig.seal(10, PARENT, 1));
        restarted.publisher.env(LeaderRig.env(11, LeaderRig.hash(10)));
        restarted.settle();

        assertThat(restarted.replies.stream().map(LeaderRig.Reply::result)).containsExactly(
            PublishResult.ALREADY_SEALED, PublishResult.ALREADY_SEALED, PublishResult.OK);
        final ReferenceReader reader = reader(peer);
        assertThat(reader.of(EnvDecoder.TEMPLATE_ID).get(1).previousDigest())
            .isEqualTo(reader.of(SealDecoder.TEMPLATE_ID).get(0).digest());
    }

    /** Holders give it its own old blocks, so that its run is behind what it sealed. */
    @Test
    void shouldNotStartAgainATermThatAnEarlierLifeEnded()
    {
        final UnsafeBuffer file = new UnsafeBuffer(new byte[LeaderMemory.LENGTH]);
        final LeaderRig killed = rigWith(file);
        publishWhole(killed, 5);
        assertThat(withoutHeartbeats(peer)).last()
            .extracting(ReferenceReader.Message::templateId).isEqualTo(LeaderStopDecoder.TEMPLATE_ID);
        peer.frames.clear();

        final LeaderRig restarted = rigWith(file);
        restarted.broadcaster.follow(runAt(4));
        restarted.settle();
        restarted.pass(FragBroadcaster.HEARTBEAT_INTERVAL_NS);
        restarted.settle();

        assertThat(peer.frames).isEmpty();
    }

    @Test
    void shouldStartAgainATermThatAnEarlierLifeWasIn()
    {
        final UnsafeBuffer file = new UnsafeBuffer(new byte[LeaderMemory.LENGTH]);
        publishWhole(rigWith(file), 4);
        peer.frames.clear();

        final LeaderRig restarted = rigWith(file);
        restarted.broadcaster.follow(runAt(4));
        restarted.settle();

        assertThat(withoutHeartbeats(peer)).singleElement()
            .extracting(ReferenceReader.Message::templateId).isEqualTo(LeaderStartDecoder.TEMPLATE_ID);
    }

    @Test
    void shouldRememberTheStepBeforeWhereTheLastWasTorn()
    {
        final UnsafeBuffer file = new UnsafeBuffer(new byte[LeaderMemory.LENGTH]);
        final LeaderRig killed = rigWith(file);
        killed.publisher.env(LeaderRig.env(10, PARENT));
        killed.publisher.frag(10, 0, true, TXS);
        killed.publisher.seal(LeaderRig.seal(10, PARENT, 1));
        killed.settle();
        final int newest = file.getLong(0) > file.getLong(LeaderMemory.LENGTH / 2) ? 0 : LeaderMemory.LENGTH / 2;
        file.putByte(newest + 100, (byte) (file.getByte(newest + 100) + 1));

        final LeaderRig restarted = rigWith(file);
        restarted.settle();

        assertThat(peer.frames.stream().filter((frame) -> AbortDecoder.TEMPLATE_ID == frame[2]))
            .singleElement()
            .satisfies((frame) -> assertThat(new UnsafeBuffer(frame).getInt(124)).as("seq").isEqualTo(1));
    }

    @Test
    void shouldForgetAnotherChainAndWhatIsNoMemory()
    {
        final UnsafeBuffer file = new UnsafeBuffer(new byte[LeaderMemory.LENGTH]);
        final LeaderRig killed = rigWith(file);
        killed.publisher.env(LeaderRig.env(10, PARENT));
        killed.settle();
        peer.frames.clear();
        new LeaderRig(SlowSink.SKIP, LIMITS, List.of(), List.of(peer), new LeaderMemory(file, 1)).settle();
        new Random(3).nextBytes(file.byteArray());
        rigWith(file).settle();

        assertThat(peer.frames).isEmpty();
    }

    private static void publishWhole(final LeaderRig leader, final long blockNumber)
    {
        leader.publisher.env(LeaderRig.env(blockNumber, PARENT));
        leader.publisher.frag(blockNumber, 0, true, TXS);
        leader.publisher.seal(LeaderRig.seal(blockNumber, PARENT, 1));
        leader.settle();
    }

    private static FollowedRun runAt(final long blockNumber)
    {
        return new FollowedRun()
        {
            @Override
            public long nextBlock()
            {
                return blockNumber;
            }

            @Override
            public int leadingTerm()
            {
                return 1;
            }
        };
    }

    private LeaderRig rigWith(final UnsafeBuffer file)
    {
        return new LeaderRig(
            SlowSink.SKIP, LIMITS, List.of(), List.of(peer), new LeaderMemory(file, LeaderRig.CHAIN_ID));
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
}
