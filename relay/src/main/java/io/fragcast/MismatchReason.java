package io.fragcast;

/**
 * Which check of a seal failed. The order of the constants is the code of {@link BlockEvent#reason()} for MISMATCHED.
 */
public enum MismatchReason
{
    /** None. */
    NONE,
    /** The seal names another number of frags. */
    TOTAL_FRAGS,
    /** The joined transactions give another root. */
    TRANSACTIONS_ROOT,
    /** A previousDigest does not name the message before. */
    CHAIN,
    /** A body is not a FragBody of the stated count. */
    BODY,
    /** The leader signed two different messages for one place. */
    EQUIVOCATION
}
