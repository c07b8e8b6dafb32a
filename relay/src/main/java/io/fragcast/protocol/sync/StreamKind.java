package io.fragcast.protocol.sync;

/**
 * What a session carries; ordinals are the codes of the wire.
 */
public enum StreamKind
{
    /** Every frame of every attempt. */
    FRAGS,
    /** Seals and Aborts alone. */
    SEALS,
    /** SealedBlock messages. */
    SEALED_BLOCKS,
    /** Schedule statements, by the first block of their term. */
    SCHEDULES,
    /** Bodies of sealed blocks. */
    BODIES;

    private static final StreamKind[] VALUES = values();

    /**
     * Is there a kind of a code?
     *
     * @param code of the wire.
     * @return true if so.
     */
    public static boolean isKnown(final int code)
    {
        return 0 <= code && code < VALUES.length;
    }

    /**
     * The kind of a code.
     *
     * @param code of the wire, {@link #isKnown}.
     * @return the kind.
     */
    public static StreamKind of(final int code)
    {
        return VALUES[code];
    }
}
