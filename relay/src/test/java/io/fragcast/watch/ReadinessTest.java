package io.fragcast.watch;

import org.junit.jupiter.api.Test;

import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

class ReadinessTest
{
    private final WatchedNode node = new WatchedNode("replica", "replica", List.of("a", "b"), List.of());
    private final WatchedNode leader = new WatchedNode("leader", "sequencer", List.of(), List.of("c"));

    @Test
    void shouldNotBeReadyBeforeAnyPeerIsHeard()
    {
        assertFalse(Readiness.of(node.watch()).isReady());
        assertThat(Readiness.of(node.watch()).reason()).contains("hears 0 of 2 upstream");
        assertThat(Readiness.of(leader.watch()).reason()).contains("reaches 0 of 1 sinks");
    }

    @Test
    void shouldBeReadyWithOneOfItsPeers()
    {
        node.sources.onPeer(1, true);
        leader.sinks.onPeer(0, true);

        assertTrue(Readiness.of(node.watch()).isReady());
        assertTrue(Readiness.of(leader.watch()).isReady());
    }

    @Test
    void shouldNotBeReadyOnceAnOpenTermIsSilentForThreeCadences()
    {
        node.sources.onPeer(0, true);
        node.board.onTermOpen(4, node.nowNs);
        node.board.onProgress(node.nowNs);
        node.nowNs += 600_000_000;
        assertTrue(Readiness.of(node.watch()).isReady());

        node.nowNs++;
        node.board.onHeard(node.nowNs);

        assertFalse(Readiness.of(node.watch()).isReady(), "a Heartbeat is no frag");
        assertThat(Readiness.of(node.watch()).reason()).contains("term 4 is open").contains("600 ms");
        node.board.onProgress(node.nowNs);
        assertTrue(Readiness.of(node.watch()).isReady());
    }

    @Test
    void shouldBeReadyBetweenTerms()
    {
        node.sources.onPeer(0, true);
        node.board.onTermOpen(4, node.nowNs);
        node.nowNs += 10_000_000_000L;
        node.board.onTermClosed(4);

        assertTrue(Readiness.of(node.watch()).isReady());
    }
}
