package io.fragcast.protocol.repair;

/**
 * What of an attempt one frame is.
 */
public enum FramePart
{
    /** The Env. */
    ENV,
    /** Signed header of a frag, with the body where it is inline. */
    FRAG,
    /** A page of a frag's hash list. */
    PAGE,
    /** A chunk of a frag's body. */
    CHUNK,
    /** The Seal or the Abort. */
    END;

    private static final FramePart[] VALUES = values();

    /**
     * The part with an ordinal.
     *
     * @param ordinal 0..4.
     * @return the part.
     */
    static FramePart of(final int ordinal)
    {
        return VALUES[ordinal];
    }
}
