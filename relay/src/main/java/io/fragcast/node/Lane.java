package io.fragcast.node;

import io.fragcast.config.Endpoint;

/**
 * The lanes of DESIGN §4.1: each has a port, its offset in the node's block of eight, and a stream.
 */
public enum Lane
{
    /** Env, frags, seals and what belongs to them. */
    BLOCK(0, 1001);

    /** Aeron's own header of a frame. */
    private static final int FRAME_HEADER_LENGTH = 32;

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
}
