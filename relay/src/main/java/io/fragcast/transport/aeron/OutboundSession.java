package io.fragcast.transport.aeron;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;

/**
 * What the sender thread knows of one outgoing stream: where it stands, and how much its receivers may ask for. Used by
 * the driver's sender thread alone.
 */
final class OutboundSession extends AdmittedSession
{
    /**
     * A stream that may go out.
     *
     * @param channel of the stream.
     * @param peer    address that answers come from; null if any receiver of the group may send them.
     */
    OutboundSession(final ChannelConfig channel, final @Nullable InetAddress peer)
    {
        super(channel, peer);
    }
}
