package io.fragcast.edge.ipc;

import io.aeron.Aeron;
import io.aeron.FragmentAssembler;
import io.aeron.Subscription;
import io.fragcast.BlockListener;
import io.fragcast.wire.BlockEventAdapter;

/**
 * A consumer beside the node: hears the events of an {@link IpcEventEdge}. The node waits for it; for an {@link
 * #observer} it does not. The Aeron client belongs to the caller. Used by one thread.
 */
public final class IpcBlockSubscriber implements AutoCloseable
{
    private final Subscription subscription;
    private final FragmentAssembler assembler;

    /**
     * Adds the stream of events.
     *
     * @param aeron    client to use, left open.
     * @param channel  IPC channel of the node.
     * @param listener takes the events, on the polling thread.
     */
    public IpcBlockSubscriber(final Aeron aeron, final String channel, final BlockListener listener)
    {
        this(aeron.addSubscription(channel, IpcChannels.EVENT_STREAM_ID), listener);
    }

    private IpcBlockSubscriber(final Subscription subscription, final BlockListener listener)
    {
        final BlockEventAdapter adapter = new BlockEventAdapter(listener);
        assembler = new FragmentAssembler((buffer, offset, length, header) -> adapter.onEvent(buffer, offset, length));
        this.subscription = subscription;
    }

    /**
     * Adds the stream of events for one who may miss some: when it stands still and the stream is full it is left
     * behind after 200 ms, and hears what comes a second later. Nobody else waits for it longer.
     *
     * @param aeron    client to use, left open.
     * @param channel  IPC channel of the node.
     * @param listener takes the events, on the polling thread.
     * @return the consumer.
     */
    public static IpcBlockSubscriber observer(
        final Aeron aeron, final String channel, final BlockListener listener)
    {
        return new IpcBlockSubscriber(
            aeron.addSubscription(IpcChannels.untethered(channel), IpcChannels.EVENT_STREAM_ID), listener);
    }

    /**
     * Hands waiting events to the listener.
     *
     * @param fragmentLimit at most so many Aeron frames.
     * @return frames taken.
     */
    public int poll(final int fragmentLimit)
    {
        return subscription.poll(assembler, fragmentLimit);
    }

    /**
     * Is the node heard?
     *
     * @return true if connected.
     */
    public boolean isConnected()
    {
        return subscription.isConnected();
    }

    @Override
    public void close()
    {
        subscription.close();
    }
}
