package io.fragcast.node;

import io.fragcast.config.Endpoint;

/**
 * The lanes of DESIGN §4.1: each has a port, its offset in the node's block of eight, and a stream.
 */
public enum Lane
{
    /** Env, frags, seals and what belongs to them. */
    BLOCK(0, 1001),
    /** Hello, Status, Time, Have and Goodbye: questions and answers. */
    CONTROL(1, 1002),
    /** Wants and what answers them. */
    REPAIR(2, 1003),
    /** Whole blocks for those who are far behind. */
    BULK(3, 1004);

    /** Aeron's own header of a frame. */
    private static final int FRAME_HEADER_LENGTH = 32;
    /** Lanes take the lower half of the block of eight ports, their answers the upper half in the same order. */
    private static final int ANSWERS_OFFSET = 4;

    private final int portOffset;
    private final int streamId;

    Lane(final int portOffset, final int streamId)
    {
        this.portOffset = portOffset;
        this.streamId = streamId;
    }

    /**
     * Longest message that is one unfragmented frame.
     *
     * @param mtu of the network, bytes.
     * @return bytes.
     */
    public static int maxFrameLength(final int mtu)
    {
        return mtu - FRAME_HEADER_LENGTH;
    }

    /**
     * Offset of the lane's port from the node's base port; also its number in session ids and in the journal.
     *
     * @return the offset.
     */
    public int portOffset()
    {
        return portOffset;
    }

    /**
     * Aeron stream of the lane.
     *
     * @return stream id.
     */
    public int streamId()
    {
        return streamId;
    }

    /**
     * Where a node has the lane.
     *
     * @param node first port of its block of lanes.
     * @return HOST:PORT.
     */
    public String at(final Endpoint node)
    {
        return new Endpoint(node.host(), node.port() + portOffset).toString();
    }

    /**
     * Where a node sends the lane's answers from.
     *
     * @param node first port of its block of lanes.
     * @return HOST:PORT.
     */
    public String answersAt(final Endpoint node)
    {
        if (BLOCK == this)
        {
            throw new IllegalStateException("the block lane has no answers");
        }

        return new Endpoint(node.host(), node.port() + ANSWERS_OFFSET + portOffset).toString();
    }
}
