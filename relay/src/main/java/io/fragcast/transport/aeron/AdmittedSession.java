package io.fragcast.transport.aeron;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * One stream that this host asked for, in one direction. What names it never changes; what is learned of it while it
 * runs lives in the subclasses.
 */
abstract class AdmittedSession
{
    private final InetSocketAddress endpoint;
    private final int streamId;
    private final int sessionId;
    private final @Nullable InetAddress peer;
    private final int termLength;
    private final int mtu;
    private final boolean isGroup;

    AdmittedSession(final ChannelConfig channel, final @Nullable InetAddress peer)
    {
        this.endpoint = channel.address();
        this.streamId = channel.streamId();
        this.sessionId = channel.sessionId();
        this.peer = peer;
        this.termLength = channel.termLength();
        this.mtu = channel.mtu();
        this.isGroup = channel.isMulticast();
    }

    final boolean isNamed(final InetSocketAddress endpoint, final int streamId, final int sessionId)
    {
        return this.sessionId == sessionId && this.streamId == streamId && this.endpoint.equals(endpoint);
    }

    /**
     * May the other end speak from an address? The source port of a publication is ephemeral, so ports are
     * not compared.
     */
    final boolean isFrom(final InetSocketAddress source)
    {
        return null == peer || peer.equals(source.getAddress());
    }

    final InetSocketAddress endpoint()
    {
        return endpoint;
    }

    final int streamId()
    {
        return streamId;
    }

    final int sessionId()
    {
        return sessionId;
    }

    final int termLength()
    {
        return termLength;
    }

    final int mtu()
    {
        return mtu;
    }

    final boolean isGroup()
    {
        return isGroup;
    }
}
