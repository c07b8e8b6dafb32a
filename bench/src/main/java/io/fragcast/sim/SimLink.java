package io.fragcast.sim;

import io.fragcast.transport.FrameLink;
import io.fragcast.transport.FrameSink;
import io.fragcast.transport.FrameSource;
import org.jspecify.annotations.Nullable;

/**
 * One end of a pair of paths between two nodes: one carries what this node sends, the other what its peer does. Lives
 * as long as the process at its end; the paths outlive it.
 */
final class SimLink implements FrameLink
{
    /**
     * The paths between a node and one that holds frames for it.
     *
     * @param requests from the node that asks.
     * @param answers  to it.
     */
    record Pair(SimPath requests, SimPath answers)
    {
        int asking()
        {
            return requests.from();
        }

        int holder()
        {
            return requests.to();
        }

        SimLink askingEnd(final int maxFrameLength)
        {
            return askingEnd(maxFrameLength, null);
        }

        SimLink askingEnd(final int maxFrameLength, final SimFrameSink.@Nullable Tap tap)
        {
            return new SimLink(answers, requests, maxFrameLength, tap);
        }

        SimLink holdingEnd(final int maxFrameLength)
        {
            return holdingEnd(maxFrameLength, null);
        }

        SimLink holdingEnd(final int maxFrameLength, final SimFrameSink.@Nullable Tap tap)
        {
            return new SimLink(requests, answers, maxFrameLength, tap);
        }
    }

    private final SimFrameSource source;
    private final SimFrameSink sink;

    private SimLink(
        final SimPath incoming,
        final SimPath outgoing,
        final int maxFrameLength,
        final SimFrameSink.@Nullable Tap tap)
    {
        source = new SimFrameSource(incoming);
        sink = new SimFrameSink(outgoing, maxFrameLength, tap);
    }

    @Override
    public FrameSource source()
    {
        return source;
    }

    @Override
    public FrameSink sink()
    {
        return sink;
    }

    @Override
    public String name()
    {
        return sink.name();
    }

    @Override
    public void close()
    {
        source.close();
        sink.close();
    }
}
