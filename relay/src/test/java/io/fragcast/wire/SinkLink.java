package io.fragcast.wire;

import io.fragcast.transport.FrameLink;
import io.fragcast.transport.FrameSink;
import io.fragcast.transport.FrameSource;

/**
 * The sending half of a link.
 *
 * @param sink that the frames go to.
 */
record SinkLink(FrameSink sink) implements FrameLink
{
    @Override
    public FrameSource source()
    {
        throw new UnsupportedOperationException("nothing comes back");
    }

    @Override
    public boolean isConnected()
    {
        return sink.isConnected();
    }

    @Override
    public String name()
    {
        return sink.name();
    }

    @Override
    public void close()
    {
        sink.close();
    }
}
