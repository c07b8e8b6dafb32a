package io.fragcast.transport.aeron;

import io.aeron.Aeron;
import org.jspecify.annotations.Nullable;

import java.net.InetAddress;

/**
 * What may come back to a publication of a link, told by the link to the driver's sender thread: to one of requests,
 * the name of the session that answers them; to one of answers, what its receiver says from where the requests come.
 */
final class ReplySession
{
    private final @Nullable InboundSession responses;
    private volatile long subscriptionId = Aeron.NULL_VALUE;
    private volatile @Nullable InetAddress peer;

    private ReplySession(final @Nullable InboundSession responses)
    {
        this.responses = responses;
    }

    /**
     * What comes back to requests.
     *
     * @param responses the stream of their answers.
     */
    static ReplySession toRequests(final InboundSession responses)
    {
        return new ReplySession(responses);
    }

    /** What comes back to answers. */
    static ReplySession toResponses()
    {
        return new ReplySession(null);
    }

    /**
     * The answers that the publication asks for.
     *
     * @return null if it is one of answers itself.
     */
    @Nullable InboundSession responses()
    {
        return responses;
    }

    /**
     * The subscription that the answers come by; re-made more often than the publication of requests, which knows the
     * first alone.
     *
     * @return its registration id; null value while there is none.
     */
    long subscriptionId()
    {
        return subscriptionId;
    }

    void subscriptionId(final long registrationId)
    {
        subscriptionId = registrationId;
    }

    /**
     * May the receiver of the answers speak from an address?
     */
    boolean isFrom(final InetAddress source)
    {
        return source.equals(peer);
    }

    void peer(final @Nullable InetAddress address)
    {
        peer = address;
    }
}
