package io.fragcast.transport.aeron;

import java.util.concurrent.TimeUnit;

/**
 * How a link is carried: both ways, the same at both ends.
 *
 * @param request    what the dialling side sends.
 * @param response   what the serving side sends.
 * @param halfOpenNs see {@link LinkBudget}.
 */
public record LinkConfig(ChannelConfig request, ChannelConfig response, long halfOpenNs)
{
    /**
     * Checks that the ways belong together.
     */
    public LinkConfig
    {
        if (StreamKind.REQUEST != request.kind() || StreamKind.RESPONSE != response.kind())
        {
            throw new IllegalArgumentException("not a link: " + request.kind() + " and " + response.kind());
        }
        if (request.streamId() != response.streamId() || request.sessionId() == response.sessionId())
        {
            throw new IllegalArgumentException("not one lane's link: streams " + request.streamId() + " and " +
                response.streamId() + ", sessions " + request.sessionId() + " and " + response.sessionId());
        }
        if (halfOpenNs < TimeUnit.MILLISECONDS.toNanos(1))
        {
            throw new IllegalArgumentException("half open after " + halfOpenNs + " ns");
        }
    }

    /**
     * A link.
     *
     * @param requestEndpoint   ADDRESS:PORT that the serving side listens at.
     * @param responseEndpoint  ADDRESS:PORT that it answers from; another port.
     * @param streamId          of the lane.
     * @param requestSessionId  of the pair.
     * @param responseSessionId of the pair; another one.
     * @param mtu               of the network.
     * @param budget            of the path.
     * @param limits            of the kernel.
     * @return the configuration.
     */
    public static LinkConfig of(
        final String requestEndpoint,
        final String responseEndpoint,
        final int streamId,
        final int requestSessionId,
        final int responseSessionId,
        final int mtu,
        final LinkBudget budget,
        final KernelLimits limits)
    {
        return new LinkConfig(
            ChannelConfig.ofLink(
                StreamKind.REQUEST, requestEndpoint, streamId, requestSessionId, mtu, budget, limits),
            ChannelConfig.ofLink(
                StreamKind.RESPONSE, responseEndpoint, streamId, responseSessionId, mtu, budget, limits),
            budget.halfOpenNs());
    }
}
