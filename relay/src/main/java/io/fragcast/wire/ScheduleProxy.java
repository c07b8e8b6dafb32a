package io.fragcast.wire;

import io.fragcast.codecs.MessageHeaderEncoder;
import io.fragcast.codecs.ScheduleEncoder;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Says a signed schedule: cuts its text into statements that each fit a frame. Any thread.
 */
public final class ScheduleProxy
{
    /** Some 38 KB at MTU 1408: a few hundred terms, written out. */
    public static final int MAX_PARTS = 32;

    private ScheduleProxy()
    {
    }

    /**
     * Says a schedule.
     *
     * @param chainId   of the schedule.
     * @param version   of the schedule.
     * @param text      of its file, signed.
     * @param maxLength longest message of the lane, bytes.
     * @param consumer  of the statements.
     * @return true if all were taken.
     * @throws IllegalArgumentException if it is too long.
     */
    public static boolean send(
        final long chainId,
        final long version,
        final byte[] text,
        final int maxLength,
        final StatementConsumer consumer)
    {
        final UnsafeBuffer template = new UnsafeBuffer(new byte[maxLength]);
        new ScheduleEncoder().wrapAndApplyHeader(template, 0, new MessageHeaderEncoder())
            .chainId(chainId)
            .scheduleVersion(version);

        return StatementParts.send(ScheduleEncoder.TEMPLATE_ID, template, text, maxLength, MAX_PARTS, consumer);
    }
}
