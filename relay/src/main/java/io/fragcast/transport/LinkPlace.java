package io.fragcast.transport;

/**
 * A link whose peer may change while it is used: a place in a table of fixed length, taken or empty. Who uses it need
 * not know; an empty one is not connected. Used by one thread, which changes it too.
 */
public final class LinkPlace implements FrameLink
{
    private FrameLink link = EmptyLink.INSTANCE;

    /** Empty. */
    public LinkPlace()
    {
    }

    /**
     * Empty places.
     *
     * @param count how many.
     * @return as many.
     */
    public static LinkPlace[] array(final int count)
    {
        final LinkPlace[] places = new LinkPlace[count];
        for (int i = 0; i < count; i++)
        {
            places[i] = new LinkPlace();
        }

        return places;
    }

    /**
     * Gives the place to a peer.
     *
     * @param newLink closed with the place, or when it is left.
     */
    public void take(final FrameLink newLink)
    {
        if (EmptyLink.INSTANCE != link)
        {
            throw new IllegalStateException("taken by " + link.name());
        }
        link = newLink;
    }

    /**
     * Closes the link; the place is empty.
     */
    public void leave()
    {
        final FrameLink left = link;
        link = EmptyLink.INSTANCE;
        left.close();
    }

    @Override
    public FrameSource source()
    {
        return link.source();
    }

    @Override
    public FrameSink sink()
    {
        return link.sink();
    }

    @Override
    public int doWork(final long nowNs)
    {
        return link.doWork(nowNs);
    }

    @Override
    public boolean isConnected()
    {
        return link.isConnected();
    }

    @Override
    public String name()
    {
        return link.name();
    }

    @Override
    public void close()
    {
        leave();
    }
}
