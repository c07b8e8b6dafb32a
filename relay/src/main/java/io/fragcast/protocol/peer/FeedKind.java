package io.fragcast.protocol.peer;

/**
 * What a node and one that may feed it say to each other. Ordinals are those of the wire's FeedKind.
 */
public enum FeedKind
{
    /** Not known here. */
    UNSPECIFIED,
    /** Child to parent: send me frames; my own parents are silent, or I have none. Said again each second. */
    ORPHANED,
    /** Child to parent: send me frames by unicast, I hear none by multicast. Said again each second. */
    NO_MULTICAST,
    /** Child to parent: that is over. */
    STOP,
    /** Parent to child: you are fed. */
    FED,
    /** Parent to child: no room, ask somebody else. */
    BUSY;

    private static final FeedKind[] VALUES = values();

    /**
     * The kind with an ordinal.
     *
     * @param ordinal as on the wire.
     * @return the kind; UNSPECIFIED for one that is not known.
     */
    public static FeedKind of(final int ordinal)
    {
        return 0 <= ordinal && ordinal < VALUES.length ? VALUES[ordinal] : UNSPECIFIED;
    }
}
