package io.fragcast.wire;

import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.peer.Hello;
import io.fragcast.protocol.peer.PeerKnowledge;
import io.fragcast.protocol.peer.PeerState;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Goal: each node soon knows what the others have, how far they are and what their clocks say; nobody is told what he
 * does not want. Method: nodes in one time of the test's, over proxies and adapters.
 */
class PeerNewsTest
{
    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long MS_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private final ControlRig rig = new ControlRig();
    private final ControlRig.Node asker = rig.node(1);
    private final ControlRig.Node holder = rig.node(2);

    @Test
    void shouldHaveRoomForALeaderWhenAllPlacesAreTaken()
    {
        final ControlRig.Node leader = rig.node(3);
        holder.maxReady = 1;
        rig.link(asker, holder);
        rig.link(leader, holder);
        rig.start();
        holder.table.favour((key) -> Arrays.equals(key, leader.hello.nodeKey));
        assertThat(rig.runUntil(() -> PeerState.READY == asker.state() && PeerState.READY == leader.state())).isTrue();
        rig.run(5 * SECOND_NS);
        assertThat(holder.count(FragcastCounter.PEERS_READY)).isEqualTo(2);
        assertThat(asker.state()).as("the leader takes nobody's place").isEqualTo(PeerState.READY);
    }

    @Test
    void shouldTellOfAHaveOnlyWhatIsUnknownHere()
    {
        start();
        asker.table.onFrag(1, 100, 7, 0, rig.nowNs);
        asker.table.onFrag(1, 100, 7, 3, rig.nowNs);
        rig.run(100 * MS_NS);
        for (int seq = 0; seq < 5; seq++)
        {
            holder.table.onFrag(1, 100, 7, seq, rig.nowNs);
        }
        rig.run(100 * MS_NS);

        assertThat(asker.holders.haves).containsExactly("0: 1/100/7 0+0x16 0");
        assertThat(asker.table.knowledge().fragsOf(1, 1, 100, 7, 0)).isEqualTo(0b11111L);
    }

    @Test
    void shouldTellTheHolderOfNothingThatItDoesNotDial()
    {
        start();
        asker.table.onFrag(1, 100, 7, 0, rig.nowNs);
        rig.run(SECOND_NS);
        assertThat(holder.table.knowledge().has(1, 1, 100, 7, 0)).isTrue();
        assertThat(holder.holders.haves).isEmpty();
    }

    @Test
    void shouldSendNoHaveToWhomDoesNotWantIt()
    {
        asker.hello.subscriptions = Hello.BLOCKS;
        start();
        holder.table.onEnv(1, 100, 7, rig.nowNs);
        rig.run(SECOND_NS);
        assertThat(asker.holders.haves).isEmpty();
        assertThat(asker.holders.openBlock).as("Status is for all").isEqualTo(100);
    }

    @Test
    void shouldTellWhoComesLateAllThatIsInSight()
    {
        rig.link(asker, holder);
        rig.start();
        for (long block = 1; block <= 200; block++)
        {
            holder.table.onEnv(1, block, block, rig.nowNs);
            for (int seq = 0; seq < 10; seq++)
            {
                holder.table.onFrag(1, block, block, seq, rig.nowNs);
            }
            holder.table.onSeal(1, block, block, new UnsafeBuffer(new byte[32]), 0, new byte[32], rig.nowNs);
        }
        assertThat(rig.runUntil(() -> asker.table.knowledge().has(1, 1, 200, 200, PeerKnowledge.END_SEQ))).isTrue();
        for (long block = 200 - 127; block <= 200; block++)
        {
            assertThat(asker.table.knowledge().fragsOf(1, 1, block, block, 0)).as("block %d", block).isEqualTo(0x3FFL);
            assertThat(asker.table.knowledge().partsOf(1, 1, block, block)).isEqualTo(3);
        }
    }

    @Test
    void shouldTellAgainWhatALinkDidNotTake()
    {
        start();
        holder.sinks.get(0).window = 0;
        for (int seq = 0; seq < 700; seq++)
        {
            holder.table.onFrag(1, 100, 7, seq, rig.nowNs);
        }
        rig.run(200 * MS_NS);
        assertThat(asker.table.knowledge().has(1, 1, 100, 7, 0)).isFalse();
        assertThat(holder.count(FragcastCounter.CONTROL_BACK_PRESSURED)).isPositive();

        holder.sinks.get(0).window = Integer.MAX_VALUE;
        rig.run(200 * MS_NS);
        for (int seq = 0; seq < 700; seq++)
        {
            assertThat(asker.table.knowledge().has(1, 1, 100, 7, seq)).as("seq %d", seq).isTrue();
        }
    }

    @Test
    void shouldSayStatusOnEachChangeAndOtherwiseOnceASecond()
    {
        start();
        rig.run(10 * SECOND_NS);
        final int before = sent();
        rig.run(10 * SECOND_NS);
        assertThat(sent() - before).as("ten Status, ten questions, ten answers").isBetween(27, 33);

        holder.table.onFrag(1, 100, 7, 4, rig.nowNs);
        rig.run(25 * MS_NS);
        assertThat(asker.holders.openBlock).isEqualTo(100);
        assertThat(asker.holders.openNextSeq).isEqualTo(5);

        final byte[] hash = "the hash of the block, 32 bytes.".getBytes(StandardCharsets.US_ASCII);
        holder.table.onSeal(1, 100, 7, new UnsafeBuffer(hash), 0, hash, rig.nowNs);
        rig.run(25 * MS_NS);
        assertThat(asker.holders.sealedBlock).isEqualTo(100);
        assertThat(asker.holders.openBlock).as("sealed, not open").isZero();
        assertThat(asker.session(0).status().sealedHash).isEqualTo(hash);
    }

    @Test
    void shouldMeasureDistanceAndSkewOfEachOther()
    {
        holder.skewNs = 5 * MS_NS;
        start();
        rig.run(2 * SECOND_NS);
        assertThat(asker.session(0).clock().offsetNs()).isBetween(4_800_000L, 5_200_000L);
        assertThat(holder.session(0).clock().offsetNs()).isBetween(-5_200_000L, -4_800_000L);
        assertThat(asker.session(0).clock().rttNs()).isPositive();
        assertThat(asker.holders.rttNs).isEqualTo(asker.session(0).clock().rttNs());
        assertThat(asker.count(FragcastCounter.CLOCK_OFFSET)).isBetween(4_800_000L, 5_200_000L);
        assertThat(asker.count(FragcastCounter.CLOCK_ERROR_BOUND)).isBetween(0L, 2 * MS_NS);
        assertThat(asker.count(FragcastCounter.TIMES_IGNORED)).isZero();
    }

    @Test
    void shouldNotBelieveHavesOutOfSight()
    {
        start();
        asker.table.onFrag(1, 1_000, 7, 0, rig.nowNs);
        holder.table.onFrag(1, 1_000_000, 9, 0, rig.nowNs);
        rig.run(SECOND_NS + 100 * MS_NS);
        assertThat(asker.holders.haves).isEmpty();
        assertThat(asker.count(FragcastCounter.KNOWLEDGE_REFUSED)).isPositive();
    }

    private int sent()
    {
        return (int)holder.table.snapshot().get(0).sentCount();
    }

    private void start()
    {
        rig.link(asker, holder);
        rig.start();
        assertThat(rig.runUntil(() -> PeerState.READY == asker.state() && PeerState.READY == holder.state())).isTrue();
    }
}
