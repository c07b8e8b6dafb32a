package io.fragcast.protocol.repair;

/**
 * Whether what is missing may still come: asked before a height is given up. Called by the thread of the receiver.
 */
@FunctionalInterface
public interface RepairOutlook
{
    /** Nobody repairs: what is lost stays lost. */
    RepairOutlook NONE = (blockNumber, sinceNs, nowNs) -> false;

    /**
     * May what is missing at a height still come?
     *
     * @param blockNumber height.
     * @param sinceNs     when there was last anything new of it.
     * @param nowNs       monotonic nanoseconds.
     * @return false once everybody who could have it has said that he does not and will not, or patience is at an end.
     */
    boolean mayStillCome(long blockNumber, long sinceNs, long nowNs);
}
