package io.fragcast.protocol.peer;

/**
 * What a node does. Ordinals are those of the wire's PeerRole.
 */
public enum PeerRole
{
    /** None of these, or one that a newer schema names. */
    UNSPECIFIED,
    /** Leads in some term. */
    SEQUENCER,
    /** Forwards. */
    RELAY,
    /** Delivers. */
    REPLICA;

    private static final PeerRole[] VALUES = values();

    /**
     * The role with an ordinal.
     *
     * @param ordinal as on the wire.
     * @return the role; UNSPECIFIED for one that is not known.
     */
    public static PeerRole of(final int ordinal)
    {
        return 0 <= ordinal && ordinal < VALUES.length ? VALUES[ordinal] : UNSPECIFIED;
    }
}
