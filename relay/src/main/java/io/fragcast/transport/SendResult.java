package io.fragcast.transport;

/**
 * What became of an offer to a {@link FrameSink}: the only place that reads the transport's negative positions.
 */
public enum SendResult
{
    /** Taken. */
    OK,
    /** Out of window, or the log is turning over; the same offer may succeed on a later cycle. */
    BACK_PRESSURED,
    /** Nobody listens at the other end. */
    NOT_CONNECTED,
    /** The sink is closed, or its position is exhausted; it must be made anew. */
    CLOSED;

    private static final long POSITION_NOT_CONNECTED = -1;
    private static final long POSITION_BACK_PRESSURED = -2;
    private static final long POSITION_ADMIN_ACTION = -3;

    /**
     * Reads a position as Aeron returns it from a claim or an offer.
     *
     * @param position new position of the stream, or a negative code.
     * @return the result.
     */
    public static SendResult ofPosition(final long position)
    {
        if (position >= 0)
        {
            return OK;
        }
        if (POSITION_BACK_PRESSURED == position || POSITION_ADMIN_ACTION == position)
        {
            return BACK_PRESSURED;
        }

        return POSITION_NOT_CONNECTED == position ? NOT_CONNECTED : CLOSED;
    }
}
