package io.fragcast.transport.aeron;

import io.fragcast.transport.WakingIdleStrategy;
import org.agrona.CloseHelper;
import org.agrona.ErrorHandler;
import org.agrona.LangUtil;

import java.io.IOException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.concurrent.TimeUnit;

/**
 * Waits for a datagram on any socket of the driver, or for the threads beside it: that of the one thread that runs a
 * driver ({@link DriverThreading#SHARED}). Made and closed by who launches the driver, closed after it.
 * <p>
 * The sockets are registered with the driver's own selectors too; a socket is closed for good only when no selector has
 * it any more, hence {@link #remove}.
 */
public final class SocketIdleStrategy extends WakingIdleStrategy implements AutoCloseable
{
    private static final long FIRST_WAIT_NS = TimeUnit.MILLISECONDS.toNanos(1);
    /** Some heartbeats and status messages of Aeron's, of 32 and 36 bytes: every message of ours is longer. */
    private static final int UPKEEP_BYTES = 128;

    private final Selector selector;
    private final ErrorHandler errorHandler;

    /**
     * A strategy of one driver.
     *
     * @param longestWaitNs how late the driver may see a timer; in whole milliseconds.
     * @param errorHandler  told what goes wrong when it is closed.
     */
    public SocketIdleStrategy(final long longestWaitNs, final ErrorHandler errorHandler)
    {
        super(FIRST_WAIT_NS, longestWaitNs, UPKEEP_BYTES);
        this.errorHandler = errorHandler;
        selector = open();
    }

    @Override
    public String alias()
    {
        return "socket";
    }

    @Override
    public void close()
    {
        CloseHelper.close(errorHandler, selector);
    }

    /** Waits for this socket too from now on; by any thread. */
    void add(final DatagramChannel channel)
    {
        try
        {
            channel.register(selector, SelectionKey.OP_READ);
            // A wait that has begun does not see it.
            ring();
        }
        catch (final IOException ex)
        {
            LangUtil.rethrowUnchecked(ex);
        }
    }

    /** Lets go of a socket that is about to be closed; by any thread. */
    void remove(final DatagramChannel channel)
    {
        final SelectionKey key = channel.keyFor(selector);
        if (null != key)
        {
            key.cancel();
            select(0);
        }
    }

    @Override
    protected void await(final long timeoutNs)
    {
        select(TimeUnit.NANOSECONDS.toMillis(timeoutNs));
    }

    @Override
    protected void wake()
    {
        selector.wakeup();
    }

    private void select(final long timeoutMs)
    {
        try
        {
            // Which of them it is, the driver sees for itself.
            if (0 == timeoutMs)
            {
                selector.selectNow();
            }
            else
            {
                selector.select(timeoutMs);
            }
            selector.selectedKeys().clear();
        }
        catch (final IOException ex)
        {
            LangUtil.rethrowUnchecked(ex);
        }
    }

    private static Selector open()
    {
        try
        {
            return Selector.open();
        }
        catch (final IOException ex)
        {
            LangUtil.rethrowUnchecked(ex);
            throw new IllegalStateException(ex);
        }
    }
}
