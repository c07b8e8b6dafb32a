package io.fragcast.edge.rpc;

import org.agrona.concurrent.ManyToOneConcurrentArrayQueue;
import org.jspecify.annotations.Nullable;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * From the threads of the HTTP server to the one that publishes: bounded by messages and by bytes, and counting a
 * message until it was published or stopped, wherever it waits meanwhile.
 */
final class GatewayQueue
{
    /** Four blocks of the most frags that a block may have. */
    static final int MAX_MESSAGES = 4 << 10;
    /** An attempt's most: 64 MiB, DESIGN §4.2. */
    static final long MAX_BYTES = 64 << 20;

    private final ManyToOneConcurrentArrayQueue<GatewayMessage> queue =
        new ManyToOneConcurrentArrayQueue<>(MAX_MESSAGES);
    private final AtomicLong messages = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private volatile boolean isClosed;
    private volatile @Nullable Thread consumer;

    /**
     * Takes a message, or nothing of it.
     *
     * @param message to queue; any thread.
     * @return false if it must come again later.
     */
    boolean offer(final GatewayMessage message)
    {
        final long messagesWithIt = messages.incrementAndGet();
        final long bytesWithIt = bytes.addAndGet(message.lengthBytes());
        if (messagesWithIt <= MAX_MESSAGES && bytesWithIt <= MAX_BYTES && !isClosed && queue.offer(message))
        {
            // It may be parked for a millisecond, which is thirty times what the rest of the way to the wire takes.
            LockSupport.unpark(consumer);
            return true;
        }
        release(message);

        return false;
    }

    /**
     * Names the thread to wake when a message comes.
     *
     * @param thread that polls.
     */
    void consumer(final Thread thread)
    {
        consumer = thread;
    }

    /**
     * The next message; it still counts.
     *
     * @return null if there is none.
     */
    @Nullable GatewayMessage poll()
    {
        return queue.poll();
    }

    /**
     * A message is done with.
     *
     * @param message that was published or stopped.
     */
    void release(final GatewayMessage message)
    {
        messages.decrementAndGet();
        bytes.addAndGet(-message.lengthBytes());
    }

    /**
     * Messages that were taken and are not done with.
     *
     * @return how many.
     */
    long messageCount()
    {
        return messages.get();
    }

    void close()
    {
        isClosed = true;
    }
}
