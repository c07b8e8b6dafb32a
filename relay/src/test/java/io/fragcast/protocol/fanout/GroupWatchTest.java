package io.fragcast.protocol.fanout;

import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.peer.FeedKind;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

/**
 * Who does not hear a peer by multicast hears it by unicast, and goes back only when the group has long been well.
 */
class GroupWatchTest
{
    private static final long LEADER = 7;
    private static final long STEP_NS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long BEAT_NS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Counters counters = Counters.inMemory();
    private final Peer peer = new Peer();
    private long nowNs = 5;
    private long heardNs = TreeLinks.NEVER_NS;
    private final GroupWatch watch = new GroupWatch(new long[]{LEADER}, peer, (id) -> heardNs, counters);
    private boolean isHeard = true;

    @Test
    void shouldStayWithAGroupThatIsHeard()
    {
        run(60_000);
        assertThat(watch.unicast()).isEmpty();
        assertThat(peer.told).isEmpty();
    }

    @Test
    void shouldAskAPeerThatIsNotHeardForTwoSeconds()
    {
        run(1_000);
        isHeard = false;
        run(1_800);
        assertThat(watch.unicast()).isEmpty();
        run(400);
        assertThat(watch.unicast()).containsExactly(LEADER);
        assertThat(peer.told).containsExactly(FeedKind.NO_MULTICAST);
        assertEquals(1, counters.value(FragcastCounter.MULTICAST_LOST));
        run(3_000);
        assertThat(peer.told).as("again each second").hasSize(4).containsOnly(FeedKind.NO_MULTICAST);
    }

    @Test
    void shouldAskAPeerThatWasNeverHeard()
    {
        isHeard = false;
        run(2_200);
        assertThat(watch.unicast()).containsExactly(LEADER);
    }

    @Test
    void shouldNotLeaveTheGroupForAPeerThatCannotBeAsked()
    {
        isHeard = false;
        peer.isReady = false;
        run(10_000);
        assertThat(watch.unicast()).isEmpty();
        peer.isReady = true;
        run(1_800);
        assertThat(watch.unicast()).as("it has just come up").isEmpty();
        run(400);
        assertThat(watch.unicast()).containsExactly(LEADER);
    }

    @Test
    void shouldGoBackOnlyAfterTheGroupHasLongBeenWell()
    {
        isHeard = false;
        run(2_200);
        for (int i = 0; i < 5; i++)
        {
            isHeard = true;
            run(8_000);
            isHeard = false;
            run(500);
        }
        assertThat(watch.unicast()).as("it flaps").containsExactly(LEADER);
        isHeard = true;
        run(10_500);
        assertThat(watch.unicast()).isEmpty();
        assertThat(peer.told).endsWith(FeedKind.STOP);
        run(20_000);
        assertThat(peer.told).endsWith(FeedKind.STOP);
        assertEquals(1, counters.value(FragcastCounter.MULTICAST_LOST));
    }

    private void run(final long millis)
    {
        for (final long endNs = nowNs + TimeUnit.MILLISECONDS.toNanos(millis); nowNs < endNs; nowNs += STEP_NS)
        {
            if (isHeard && (TreeLinks.NEVER_NS == heardNs || nowNs - heardNs >= BEAT_NS))
            {
                heardNs = nowNs;
            }
            watch.doWork(nowNs);
        }
    }

    private static final class Peer implements TreePeers
    {
        final List<FeedKind> told = new ArrayList<>();
        boolean isReady = true;

        @Override
        public int count()
        {
            return 1;
        }

        @Override
        public long id(final int peer)
        {
            return LEADER;
        }

        @Override
        public boolean isReady(final int peer)
        {
            return isReady;
        }

        @Override
        public boolean canForward(final int peer)
        {
            return true;
        }

        @Override
        public long rttNs(final int peer)
        {
            return 0;
        }

        @Override
        public long lagFrags(final int peer)
        {
            return 0;
        }

        @Override
        public int leaderRank(final int peer, final long block)
        {
            return FanoutPeer.NO_LEADER;
        }

        @Override
        public boolean tell(final int peer, final FeedKind kind)
        {
            told.add(kind);

            return true;
        }
    }
}
