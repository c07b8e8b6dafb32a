package io.fragcast.protocol.block;

/**
 * How frames came to this node.
 */
public enum FrameLane
{
    /** As they were published, from a source. */
    LIVE(0),
    /** In answer to a Want. */
    REPAIR(2),
    /** With whole heights, each from its end to its beginning. */
    BULK(3);

    private final int offset;

    FrameLane(final int offset)
    {
        this.offset = offset;
    }

    /**
     * Number of the lane, as the journal writes it down.
     *
     * @return offset of its port in a node's block of ports.
     */
    public int offset()
    {
        return offset;
    }
}
