package io.fragcast.wire;

import io.fragcast.FragPublisher;
import io.fragcast.PublishResult;
import io.fragcast.agent.BroadcastAgent;
import io.fragcast.edge.ipc.PublishRing;
import io.fragcast.protocol.block.BlockLimits;
import io.fragcast.protocol.block.FragBroadcaster;
import io.fragcast.protocol.block.SlowSink;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a leader takes in one duty cycle.
 */
class BroadcastAgentTest
{
    private static final BlockLimits LIMITS = BlockLimits.withSlab(64 << 20, 16 << 20);
    private static final List<byte[]> TXS = List.of(new byte[]{2, 1}, new byte[]{2, 2, 2});
    private static final int FRAGS = 9;

    private final RecordingSink peer = new RecordingSink("peer");
    private final LeaderRig rig = new LeaderRig(SlowSink.WAIT, LIMITS, List.of(), List.of(peer));
    private final PublishRing other = new PublishRing(LIMITS, () -> {});
    private final BroadcastAgent agent = rig.agent(other);

    @Test
    void shouldTakeEightRequestsInACycleWhileTheyLeaveAtOnce()
    {
        publish();

        cycle();

        // Before the Env goes that the term starts.
        assertThat(peer.frames).hasSize(1 + 8);
        assertThat(replies()).isEqualTo(8);
        cycle();
        assertThat(peer.frames).hasSize(1 + 1 + FRAGS);
        assertThat(replies()).isEqualTo(1 + FRAGS);
    }

    @Test
    void shouldTakeNoMoreOnceAFrameWaits()
    {
        publish();
        peer.window = 4;

        cycle();

        assertThat(peer.frames).hasSize(4);
        assertThat(replies()).as("the fan-out keeps one, the broadcaster another").isEqualTo(5);
        cycle();
        assertThat(replies()).isEqualTo(5);
        peer.window = 1;
        cycle();
        assertThat(peer.frames).hasSize(5);
    }

    @Test
    void shouldGoOnToNoOtherRequestBehindAsManyFramesAsACycleHas()
    {
        final List<byte[]> large = LeaderRig.txsOfBodyLength(new Random(3), 40_000, 20_000);
        rig.publisher.env(LeaderRig.env(1, LeaderRig.hash(0)));
        for (int i = 0; i < FRAGS; i++)
        {
            rig.publisher.frag(1, i, FRAGS - 1 == i, large);
        }

        cycle();

        assertThat(peer.frames.size()).isBetween(
            FragBroadcaster.FRAMES_PER_CYCLE, 2 * FragBroadcaster.FRAMES_PER_CYCLE);
        assertThat(replies()).as("an Env, and frags of some 30 frames each").isEqualTo(1 + 2);
    }

    /** Whose frags take several cycles must not have every turn. */
    @Test
    void shouldTakeTurnsBetweenSources()
    {
        final List<byte[]> large = LeaderRig.txsOfBodyLength(new Random(3), 100_000, 20_000);
        final List<PublishResult> answers = new ArrayList<>();
        final FragPublisher second = other.publisher((request, block, seq, result) -> answers.add(result));
        rig.publisher.env(LeaderRig.env(1, LeaderRig.hash(0)));
        for (int i = 0; i < FRAGS; i++)
        {
            rig.publisher.frag(1, i, FRAGS - 1 == i, large);
        }
        // The other's turn, which has nothing yet; then each frag begins in one cycle and ends in the next.
        agent.doWork();
        second.seal(LeaderRig.seal(7, LeaderRig.hash(6), 1));

        for (int i = 0; i < 8; i++)
        {
            agent.doWork();
        }
        second.poll();

        assertThat(answers).containsExactly(PublishResult.NO_OPEN_BLOCK);
        assertThat(replies()).as("the first goes on").isBetween(2, FRAGS);
    }

    /** A term's first Env, and frags that travel inside their frames. */
    private void publish()
    {
        rig.publisher.env(LeaderRig.env(1, LeaderRig.hash(0)));
        for (int i = 0; i < FRAGS; i++)
        {
            rig.publisher.frag(1, i, FRAGS - 1 == i, TXS);
        }
    }

    /** A turn of either source: nothing comes by the other. */
    private void cycle()
    {
        agent.doWork();
        agent.doWork();
    }

    private int replies()
    {
        rig.publisher.poll();

        return rig.replies.size();
    }
}
