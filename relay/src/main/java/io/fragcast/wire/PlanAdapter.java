package io.fragcast.wire;

import io.fragcast.codecs.MessageHeaderDecoder;
import io.fragcast.codecs.PlanDecoder;
import io.fragcast.protocol.fanout.Plan;
import io.fragcast.protocol.fanout.PlanConsumer;
import io.fragcast.protocol.leader.LeaderTerm;
import io.fragcast.protocol.leader.Schedule;
import io.fragcast.protocol.peer.Statement;
import io.fragcast.protocol.peer.StatementClaim;
import io.fragcast.protocol.peer.StatementHandler;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

import java.nio.ByteOrder;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * Owns the statements that are plans: each must bear the signature of the relay key of its term, and be newer than the
 * one of its term that is kept. Kept is one for each of the two newest terms. Any bytes may come; a plan that is not
 * one is malformed. Used by the thread of the peers.
 */
public final class PlanAdapter implements StatementHandler
{
    /** This term's plan, and the next one's. */
    public static final int PLACES = 2;

    private static final int HEADER_LENGTH = MessageHeaderDecoder.ENCODED_LENGTH;
    private static final int GROUP_HEADER_LENGTH = PlanDecoder.NodesDecoder.sbeHeaderSize();
    private static final int NODE_LENGTH = PlanDecoder.NodesDecoder.sbeBlockLength();

    private final Supplier<Schedule> schedule;
    private final PlanConsumer consumer;
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final PlanDecoder decoder = new PlanDecoder();
    private final @Nullable Plan[] kept = new Plan[PLACES];
    private @Nullable Plan claimed;

    /**
     * An adapter that has seen no plan.
     *
     * @param schedule that holds.
     * @param consumer of plans that are signed.
     */
    public PlanAdapter(final Supplier<Schedule> schedule, final PlanConsumer consumer)
    {
        this.schedule = schedule;
        this.consumer = consumer;
    }

    @Override
    public StatementClaim onClaim(final Statement statement, final long nowNs)
    {
        claimed = null;
        final LeaderTerm term = termOf(statement.leaderTerm);
        if (null == term)
        {
            return StatementClaim.FOREIGN;
        }
        final Plan plan = read(statement.buffer, statement.offset, statement.length);
        if (null == plan || !term.leads(plan.validFromBlock()))
        {
            return StatementClaim.MALFORMED;
        }
        final int place = placeOf(plan);
        if (!plan.isNewerThan(kept[place]))
        {
            return StatementClaim.STALE;
        }
        claimed = plan;

        return statement.signedBy(place, term.publicKey(), term.earlierKey(plan.validFromBlock()));
    }

    @Override
    public void onAccepted(final Statement statement, final long nowNs)
    {
        final Plan plan = Objects.requireNonNull(claimed, "accepted what was not claimed");
        kept[placeOf(plan)] = plan;
        consumer.onPlan(plan);
    }

    /** Where the plan of the same term is, else where the older one is. */
    private int placeOf(final Plan plan)
    {
        int place = 0;
        for (int i = 0; i < PLACES; i++)
        {
            final Plan other = kept[i];
            if (null != other && other.leaderTerm() == plan.leaderTerm())
            {
                return i;
            }
            if (null == other || other.isOlderTermThan(kept[place]))
            {
                place = i;
            }
        }

        return place;
    }

    private @Nullable LeaderTerm termOf(final int number)
    {
        final Schedule current = schedule.get();
        for (int i = 0; i < current.termCount(); i++)
        {
            if (current.term(i).number() == number)
            {
                return current.term(i);
            }
        }

        return null;
    }

    private @Nullable Plan read(final DirectBuffer buffer, final int offset, final int length)
    {
        header.wrap(buffer, offset);
        final int groupAt = HEADER_LENGTH + header.blockLength();
        if (header.blockLength() < PlanDecoder.BLOCK_LENGTH || length < groupAt + GROUP_HEADER_LENGTH ||
            NODE_LENGTH != u16(buffer, offset + groupAt))
        {
            return null;
        }
        final int count = u16(buffer, offset + groupAt + Short.BYTES);
        if (0 == count || length != groupAt + GROUP_HEADER_LENGTH + count * NODE_LENGTH)
        {
            return null;
        }
        decoder.wrap(buffer, offset + HEADER_LENGTH, header.blockLength(), header.version());
        final int term = (int)decoder.leaderTerm();
        final int version = (int)decoder.planVersion();
        final long validFromBlock = decoder.validFromBlock();
        final int degree = decoder.degree();
        final int spareDegree = decoder.spareDegree();
        final long[] ids = new long[count];
        final int[] parents = new int[count];
        final int[] backups = new int[count];
        int node = 0;
        for (final PlanDecoder.NodesDecoder nodes = decoder.nodes(); nodes.hasNext(); node++)
        {
            nodes.next();
            ids[node] = nodes.nodeId();
            parents[node] = nodes.parent();
            backups[node] = nodes.backup();
            if (0 != nodes.reserved2())
            {
                return null;
            }
        }
        try
        {
            return new Plan(term, version, validFromBlock, degree, spareDegree, ids, parents, backups);
        }
        catch (final IllegalArgumentException ex)
        {
            // The caller counts it; which rule it breaks matters to whoever made it, and is asserted there.
            return null;
        }
    }

    private static int u16(final DirectBuffer buffer, final int offset)
    {
        return buffer.getShort(offset, ByteOrder.LITTLE_ENDIAN) & 0xFFFF;
    }
}
