package io.fragcast.transport.aeron;

import io.aeron.Aeron;

/**
 * The dialling side of a link: a publication of requests, and a subscription that asks for their answers. Both sockets
 * speak first and to the server, so neither needs an address that the server could reach. Made by
 * {@link AeronClient#dial}, used and closed by one thread.
 * <pre>
 *   subscription to the answers ─▶ publication of requests that names it ─▶ server: image ─▶ publication of answers
 *        ▲                                                                      │
 *        └── asks for a SETUP, from where the answers shall go ◀─ RSP_SETUP, every 40 ms until it did
 * </pre>
 * While requests are many Aeron's server says no RSP_SETUP; then each of its status messages is taken for one.
 * The subscription recovers by itself, as every source does; a publication outlives it, and its server too. Where one
 * way is up and the other is not for {@link LinkConfig#halfOpenNs}, both are made anew.
 */
final class DialledLink extends AeronLink
{
    private final HalfOpen halfOpen;

    DialledLink(
        final String name,
        final LinkConfig config,
        final AeronFrameSource source,
        final AeronFrameSink sink,
        final ReplySession reply,
        final Runnable onClose)
    {
        super(name, config, source, sink, reply, onClose);
        halfOpen = new HalfOpen(config.halfOpenNs());
    }

    @Override
    public int doWork(final long nowNs)
    {
        int work = source.doWork(nowNs) + sink.doWork(nowNs);

        final long subscriptionId = source.subscriptionId();
        if (reply.subscriptionId() != subscriptionId)
        {
            reply.subscriptionId(subscriptionId);
            work++;
        }
        if (sink.isIdle() && Aeron.NULL_VALUE != subscriptionId)
        {
            sink.open(config.request().publicationUri(subscriptionId));
            work++;
        }
        if (halfOpen.isForTooLong(source.isConnected(), sink.isConnected(), nowNs))
        {
            source.remake(nowNs);
            sink.leave(nowNs);
            work++;
        }

        return work;
    }
}
