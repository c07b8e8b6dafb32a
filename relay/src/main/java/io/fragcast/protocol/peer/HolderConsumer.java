package io.fragcast.protocol.peer;

/**
 * What those who ask for lost frames learn of the holders, numbered as the links of the repair lane are: one for each
 * peer that this node dials, in the order of the configuration. A call that returns false was not taken; it is not
 * repeated, for each is said again or made up for by a later one. What a consumer does not override, it takes and needs
 * nothing of.
 */
public interface HolderConsumer
{
    /** Needs nothing of it: for a node that asks nobody. */
    HolderConsumer NONE = new HolderConsumer()
    {
    };

    /**
     * How far a holder is; said on each change and each second.
     *
     * @param holder       number.
     * @param isReady      true if its session is READY.
     * @param rttNs        least round trip of late; 0: not measured.
     * @param capabilities of its Hello.
     * @return false if not taken.
     */
    default boolean onHolder(
        final int holder, final boolean isReady, final long rttNs, final long capabilities)
    {
        return true;
    }

    /**
     * What a holder says it has, as a whole.
     *
     * @param holder          number.
     * @param sealedBlock     highest block whose Seal it accepted.
     * @param openTerm        the attempt that it follows: term.
     * @param openBlock       height.
     * @param openIncarnation incarnation; 0: none.
     * @param openNextSeq     one more than the highest seq accepted.
     * @return false if not taken.
     */
    default boolean onHolderStatus(
        final int holder,
        final long sealedBlock,
        final int openTerm,
        final long openBlock,
        final long openIncarnation,
        final int openNextSeq)
    {
        return true;
    }

    /**
     * What a holder has that this node has not accepted yet.
     *
     * @param holder      number.
     * @param leaderTerm  of the attempt.
     * @param blockNumber of the attempt.
     * @param incarnation of the attempt.
     * @param firstSeq    of bit 0.
     * @param bits        frags, headers unknown here.
     * @param parts       {@link HaveList#ENV}, {@link HaveList#END} unknown here.
     * @return false if not taken.
     */
    default boolean onHolderHas(
        final int holder,
        final int leaderTerm,
        final long blockNumber,
        final long incarnation,
        final int firstSeq,
        final long bits,
        final int parts)
    {
        return true;
    }
}
