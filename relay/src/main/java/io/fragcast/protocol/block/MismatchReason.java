package io.fragcast.protocol.block;

/**
 * Which check of a block failed; the order of the constants is the code of MismatchReason in the schema.
 */
public enum MismatchReason
{
    /** None failed. */
    NONE,
    /** The Seal names another number of frags than ended with isLast. */
    TOTAL_FRAGS,
    /** The joined transactions give another root. */
    TRANSACTIONS_ROOT,
    /** A previousDigest, or a parent hash, does not name what came before. */
    CHAIN,
    /** A body is not a FragBody of the stated count. */
    BODY,
    /** The leader signed two different messages for one place. */
    EQUIVOCATION;

    private static final MismatchReason[] VALUES = values();

    /**
     * The reason of a code.
     *
     * @param code as it is on the wire.
     * @return the reason.
     */
    public static MismatchReason ofCode(final int code)
    {
        return VALUES[code];
    }
}
