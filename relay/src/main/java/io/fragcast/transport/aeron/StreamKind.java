package io.fragcast.transport.aeron;

/**
 * What a stream is for, and so which end has the address.
 */
public enum StreamKind
{
    /** Frames to a peer or a group; the endpoint is the receiver's. Its first hop fields are stamped by the drivers. */
    ONE_WAY,
    /** Requests of the dialling side of a link; the endpoint is the serving side's. */
    REQUEST,
    /** What the serving side of a link answers; the endpoint is where it sends from, so the other side needs none. */
    RESPONSE
}
