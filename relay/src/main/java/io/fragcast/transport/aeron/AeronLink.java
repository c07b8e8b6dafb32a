package io.fragcast.transport.aeron;

import io.fragcast.transport.FrameLink;
import io.fragcast.transport.FrameSink;
import io.fragcast.transport.FrameSource;

/**
 * What both ends of a link have: a source, a sink, and where a peer's answers go. Used and closed by one thread.
 */
abstract sealed class AeronLink implements FrameLink permits AcceptedLink, DialledLink
{
    /** What the link was made of. */
    final LinkConfig config;
    /** Hears the peer. */
    final AeronFrameSource source;
    /** Reaches the peer. */
    final AeronFrameSink sink;
    /** What this end's endpoint must know for answers to pass. */
    final ReplySession reply;

    private final String name;
    private final Runnable onClose;

    AeronLink(
        final String name,
        final LinkConfig config,
        final AeronFrameSource source,
        final AeronFrameSink sink,
        final ReplySession reply,
        final Runnable onClose)
    {
        this.name = name;
        this.config = config;
        this.source = source;
        this.sink = sink;
        this.reply = reply;
        this.onClose = onClose;
    }

    @Override
    public final FrameSource source()
    {
        return source;
    }

    @Override
    public final FrameSink sink()
    {
        return sink;
    }

    @Override
    public final String name()
    {
        return name;
    }

    @Override
    public final void close()
    {
        sink.close();
        source.close();
        onClose.run();
    }

    @Override
    public final String toString()
    {
        return getClass().getSimpleName() + "{" + name + " " + sink + " " + source + "}";
    }
}
