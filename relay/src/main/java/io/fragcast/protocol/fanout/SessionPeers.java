package io.fragcast.protocol.fanout;

import io.fragcast.protocol.leader.LeaderTerm;
import io.fragcast.protocol.leader.Schedule;
import io.fragcast.protocol.peer.FeedKind;
import io.fragcast.protocol.peer.Hello;
import io.fragcast.protocol.peer.PeerState;
import io.fragcast.protocol.peer.PeerStatus;
import io.fragcast.protocol.peer.PeerTable;

import java.util.Arrays;
import java.util.function.Supplier;

/**
 * The peers as their sessions tell of them.
 */
public final class SessionPeers implements TreePeers
{
    /** As long as a block may get, roughly: who is a block behind is farther behind than who lacks frags of one. */
    private static final long FRAGS_PER_BLOCK = 64;

    private final PeerTable table;
    private final Supplier<Schedule> schedule;

    /**
     * The peers of a table.
     *
     * @param table    with a session each.
     * @param schedule that holds.
     */
    public SessionPeers(final PeerTable table, final Supplier<Schedule> schedule)
    {
        this.table = table;
        this.schedule = schedule;
    }

    @Override
    public int count()
    {
        return table.sessionCount();
    }

    @Override
    public long id(final int peer)
    {
        return Plan.idOf(table.session(peer).peer().nodeKey);
    }

    @Override
    public boolean isReady(final int peer)
    {
        return PeerState.READY == table.session(peer).state();
    }

    @Override
    public boolean canForward(final int peer)
    {
        return 0 != (table.session(peer).peer().capabilities & Hello.FORWARDS);
    }

    @Override
    public long rttNs(final int peer)
    {
        return table.session(peer).clock().rttNs();
    }

    @Override
    public long lagFrags(final int peer)
    {
        final PeerStatus own = table.holdings().status();
        final PeerStatus other = table.session(peer).status();
        if (0 == other.openIncarnation)
        {
            // It follows nothing: whether it could is not known.
            return 0;
        }

        return (own.openBlock - other.openBlock) * FRAGS_PER_BLOCK +
            (own.openIncarnation == other.openIncarnation ? own.openNextSeq - other.openNextSeq : 0);
    }

    @Override
    public int leaderRank(final int peer, final long block)
    {
        final Schedule current = schedule.get();
        LeaderTerm last = current.termOfBlock(block);
        int rank = 0;
        for (int i = 0; i < current.termCount() && rank < FanoutPlanner.NEXT_LEADERS; i++)
        {
            final LeaderTerm term = current.term(i);
            if (term.firstBlock() > block && (null == last || !Arrays.equals(term.publicKey(), last.publicKey())))
            {
                if (isOf(term, peer))
                {
                    return rank;
                }
                last = term;
                rank++;
            }
        }

        return FanoutPeer.NO_LEADER;
    }

    @Override
    public boolean tell(final int peer, final FeedKind kind)
    {
        return table.sendFeed(peer, kind);
    }

    private boolean isOf(final LeaderTerm term, final int peer)
    {
        final byte[] identity = term.identity();
        if (null != identity)
        {
            return table.session(peer).peer().isOf(identity);
        }

        return term.endpoints().contains(table.session(peer).peer().endpointText());
    }
}
