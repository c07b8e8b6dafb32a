package io.fragcast.wire;

import io.fragcast.codecs.ScheduleDecoder;
import io.fragcast.protocol.leader.Schedule;
import io.fragcast.protocol.peer.Statement;
import io.fragcast.protocol.peer.StatementClaim;
import io.fragcast.protocol.peer.StatementHandler;
import io.fragcast.protocol.peer.Statements;
import org.jspecify.annotations.Nullable;

import java.util.Objects;

/**
 * Owns the Schedule statements: puts the parts of a schedule together, has its signature checked, and only then lets
 * its parts be passed on. The newest is kept. Used by the thread of the peers; allocates, once a schedule.
 */
public final class ScheduleAdapter implements StatementHandler
{
    /** Statements of this kind that are kept. */
    public static final int PLACES = ScheduleProxy.MAX_PARTS;

    /**
     * Checks and takes the text of a schedule.
     */
    public interface TextConsumer
    {
        /** Of a text that is no schedule of the authority's. */
        long NOT_SIGNED = -1;

        /**
         * Did the authority sign it, and for this chain?
         *
         * @param text whole.
         * @return the version that the text names; {@link #NOT_SIGNED} if nobody entitled signed it.
         */
        long versionOf(byte[] text);

        /**
         * Takes a schedule that the authority signed.
         *
         * @param text whole.
         */
        void onSigned(byte[] text);

        /**
         * Looks elsewhere for a newer one.
         *
         * @param nowNs monotonic nanoseconds.
         * @return work done.
         */
        int doWork(long nowNs);
    }

    private final Statements statements;
    private final Schedule schedule;
    private final TextConsumer consumer;
    private final StatementParts parts;
    private StatementParts.@Nullable Whole whole;
    private byte[] text = {};
    private long newestVersion;

    /**
     * An owner.
     *
     * @param statements that pass the parts on.
     * @param schedule   that holds now, and then.
     * @param maxLength  longest message of the lane, bytes.
     * @param consumer   of the schedules.
     */
    public ScheduleAdapter(
        final Statements statements, final Schedule schedule, final int maxLength, final TextConsumer consumer)
    {
        this.statements = statements;
        this.schedule = schedule;
        this.consumer = consumer;
        parts = new StatementParts(ScheduleProxy.MAX_PARTS, maxLength);
    }

    @Override
    public StatementClaim onClaim(final Statement statement, final long nowNs)
    {
        if (!parts.isWellFormed(statement))
        {
            return StatementClaim.MALFORMED;
        }
        // The one that holds is told too, by a node that has it of its file: others may not have it.
        if (StatementParts.subject(statement) < schedule.version() ||
            StatementParts.subject(statement) <= newestVersion)
        {
            return StatementClaim.STALE;
        }
        final StatementParts.Whole complete = parts.keep(statement);
        if (null == complete)
        {
            return StatementClaim.HELD;
        }

        final byte[] bytes = complete.bytes();
        if (null == bytes || consumer.versionOf(bytes) != StatementParts.subject(statement))
        {
            complete.clear();
            return StatementClaim.DISPROVED;
        }
        whole = complete;
        text = bytes;

        return statement.proved(StatementParts.part(statement));
    }

    @Override
    public void onAccepted(final Statement statement, final long nowNs)
    {
        final StatementParts.Whole complete = Objects.requireNonNull(whole, "nothing was proved");
        newestVersion = StatementParts.subject(statement);
        complete.tell(statements, ScheduleDecoder.TEMPLATE_ID, 0);
        complete.clear();
        consumer.onSigned(text);
    }

    @Override
    public int doWork(final long nowNs)
    {
        return consumer.doWork(nowNs);
    }
}
