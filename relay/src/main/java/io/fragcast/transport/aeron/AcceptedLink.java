package io.fragcast.transport.aeron;

import io.aeron.Aeron;
import io.aeron.Image;

import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * The serving side of a link: a subscription to one peer's requests, and for each image of them a publication of
 * answers, which go to where the peer asks for them from. Made by {@link AeronClient#accept}, used and closed by one
 * thread.
 * <p>
 * A publication of answers is closed with the image of its requests, and what was not yet sent of it dropped; a peer
 * that restarted may hear of what its predecessor was told before that is noticed. Where requests come and nobody asks
 * for answers for twice {@link LinkConfig#halfOpenNs}, after the peer has tried, their publication is made anew too.
 */
final class AcceptedLink extends AeronLink
{
    private final HalfOpen halfOpen;
    private long answeredImageId = Aeron.NULL_VALUE;

    AcceptedLink(
        final String name,
        final LinkConfig config,
        final AeronFrameSource source,
        final AeronFrameSink sink,
        final ReplySession reply,
        final Runnable onClose)
    {
        super(name, config, source, sink, reply, onClose);
        halfOpen = new HalfOpen(2 * config.halfOpenNs());
    }

    @Override
    public int doWork(final long nowNs)
    {
        int work = source.doWork(nowNs) + sink.doWork(nowNs);

        final Image image = source.image();
        final long imageId = null == image ? Aeron.NULL_VALUE : image.correlationId();
        if (sink.isIdle())
        {
            if (null != image)
            {
                answer(image);
                work++;
            }
        }
        else if (imageId != answeredImageId)
        {
            sink.leave(nowNs);
        }
        else if (halfOpen.isForTooLong(source.isConnected(), sink.isConnected(), nowNs))
        {
            sink.leave(nowNs);
            work++;
        }

        return work;
    }

    private void answer(final Image image)
    {
        answeredImageId = image.correlationId();
        reply.peer(addressOf(image.sourceIdentity()));
        sink.open(config.response().publicationUri(answeredImageId));
    }

    /** An image's source is ADDRESS:PORT, the address a literal, which is not looked up. */
    private static InetAddress addressOf(final String sourceIdentity)
    {
        try
        {
            return InetAddress.getByName(sourceIdentity.substring(0, sourceIdentity.lastIndexOf(':')));
        }
        catch (final UnknownHostException ex)
        {
            throw new IllegalStateException("not an address: " + sourceIdentity, ex);
        }
    }
}
