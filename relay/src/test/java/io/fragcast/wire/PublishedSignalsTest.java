package io.fragcast.wire;

import io.fragcast.protocol.block.BlockLimits;
import io.fragcast.protocol.block.RecordingSignals;
import io.fragcast.protocol.block.SlowSink;
import org.junit.jupiter.api.Test;

import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A leader's own list is the one that its replicas have where nothing is lost.
 */
class PublishedSignalsTest
{
    private static final byte[] PARENT = LeaderRig.hash(9);

    private final LeaderRig leader = new LeaderRig(
        SlowSink.WAIT, BlockLimits.withSlab(16 << 20, 12 << 20), List.of(), List.of(new RecordingSink("replica")));
    private final RecordingSignals signals = new RecordingSignals();

    @Test
    void shouldSignalWhatItProduces()
    {
        leader.broadcaster.signals(signals);
        leader.publisher.env(LeaderRig.env(10, PARENT));
        leader.publisher.frag(10, 0, false, List.of(new byte[]{7}));
        leader.publisher.frag(10, 1, true, List.of(new byte[5_000]));
        leader.publisher.seal(LeaderRig.seal(10, PARENT, 2));
        leader.settle();

        assertThat(signals.words).containsExactly(
            "ENV_OPENED@10#0",
            "FRAG_VERIFIED@10#0",
            "FRAG_DELIVERED@10#0",
            "FRAG_VERIFIED@10#1",
            "FRAG_DELIVERED@10#1",
            "LAST_FRAG@10#1",
            "SEALED@10#2",
            "VERIFIED@10#2");
    }

    @Test
    void shouldSignalWhatItGivesUp()
    {
        leader.broadcaster.signals(signals);
        leader.publisher.env(LeaderRig.env(10, PARENT));
        leader.publisher.frag(10, 0, false, List.of(new byte[]{7}));
        leader.publisher.env(LeaderRig.env(10, PARENT));
        leader.settle();

        assertThat(signals.words).containsExactly(
            "ENV_OPENED@10#0",
            "FRAG_VERIFIED@10#0",
            "FRAG_DELIVERED@10#0",
            "ABORTED@10#1 reason 4",
            "ENV_OPENED@10#0");
    }
}
