package io.fragcast.node;

import io.fragcast.transport.FreePorts;
import org.agrona.CloseHelper;
import org.agrona.ErrorHandler;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A long way between two nodes of one machine: who is told of the line's ports instead of a node's reaches that node,
 * and is answered, each way after the same delay. To the node each sender is a socket of the line's, as behind a router
 * that translates addresses.
 * <pre>
 *   sender ─▶ line's port p ── delay ──▶ socket of this sender ─▶ node's port p
 *   sender ◀─ line's port p ◀── delay ── socket of this sender ◀─ node's port p
 * </pre>
 * Nothing overtakes, and nothing is lost but what {@link #loseOneIn} says. One thread forwards, from {@link #start} to
 * {@link #close}; another asks what it counted.
 */
final class DelayLine implements AutoCloseable
{
    private static final int MAX_DATAGRAM_LENGTH = 65_507;
    private static final int SOCKET_BUFFER_LENGTH = 1 << 20;
    /** Aeron's SETUP and heartbeat are shorter, and any frame of ours is longer. */
    private static final int SHORTEST_FRAME_LENGTH = 64;
    private static final long IDLE_NS = TimeUnit.MILLISECONDS.toNanos(10);

    /** A datagram on its way. */
    private record Delayed(long dueNs, DatagramChannel from, SocketAddress to, ByteBuffer bytes)
    {
    }

    /** What happens to what comes to a socket. */
    private interface Receiver
    {
        void onDatagram(SocketAddress source, ByteBuffer bytes) throws IOException;
    }

    private final long delayNs;
    private final ErrorHandler errorHandler;
    private final Selector selector;
    private final Thread thread = new Thread(this::run, "delay line");
    private final ArrayDeque<Delayed> delayed = new ArrayDeque<>();
    private final Map<Integer, Front> fronts = new HashMap<>();
    private final ByteBuffer received = ByteBuffer.allocateDirect(MAX_DATAGRAM_LENGTH);
    private final AtomicLong lost = new AtomicLong();
    private final AtomicLong forwarded = new AtomicLong();
    private volatile boolean isClosed;

    /**
     * A line.
     *
     * @param delayNs      one way.
     * @param errorHandler told of what ends its thread.
     */
    DelayLine(final long delayNs, final ErrorHandler errorHandler)
    {
        this.delayNs = delayNs;
        this.errorHandler = errorHandler;
        try
        {
            selector = Selector.open();
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    /** The first of eight ports that lead to the eight of a node. Before the start. */
    int portsTo(final int nodePort)
    {
        try
        {
            final int first = FreePorts.block();
            for (int i = 0; i < FreePorts.BLOCK_LENGTH; i++)
            {
                fronts.put(first + i, new Front(open(first + i), loopback(nodePort + i)));
            }

            return first;
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    /** Of the frames that come to a port of the line one in so many is lost, at random. Before the start. */
    void loseOneIn(final int count, final int port, final long seed)
    {
        final Front front = fronts.get(port);
        front.random = new Random(seed);
        front.lossOneIn = count;
    }

    void start()
    {
        thread.start();
    }

    /** Frames that were lost. */
    long lost()
    {
        return lost.get();
    }

    /** Datagrams that came through, either way. */
    long forwarded()
    {
        return forwarded.get();
    }

    @Override
    public void close()
    {
        isClosed = true;
        selector.wakeup();
        try
        {
            thread.join();
        }
        catch (final InterruptedException ex)
        {
            Thread.currentThread().interrupt();
        }
        selector.keys().forEach((key) -> CloseHelper.close(key.channel()));
        CloseHelper.close(selector);
    }

    private void run()
    {
        try
        {
            while (!isClosed)
            {
                await();
                for (final SelectionKey key : selector.selectedKeys())
                {
                    receive((DatagramChannel)key.channel(), (Receiver)key.attachment());
                }
                selector.selectedKeys().clear();
                forward();
            }
        }
        catch (final IOException ex)
        {
            errorHandler.onError(ex);
        }
    }

    /** Until a datagram comes, or the next one is due. */
    private void await() throws IOException
    {
        final long waitNs = delayed.isEmpty() ? IDLE_NS : delayed.peek().dueNs - System.nanoTime();
        if (waitNs > 0)
        {
            selector.select(TimeUnit.NANOSECONDS.toMillis(waitNs) + 1);
        }
        else
        {
            selector.selectNow();
        }
    }

    private void receive(final DatagramChannel channel, final Receiver receiver) throws IOException
    {
        while (true)
        {
            final SocketAddress source = channel.receive(received.clear());
            if (null == source)
            {
                return;
            }
            receiver.onDatagram(source, ByteBuffer.allocate(received.flip().remaining()).put(received).flip());
        }
    }

    private void delay(final DatagramChannel from, final SocketAddress to, final ByteBuffer bytes)
    {
        delayed.add(new Delayed(System.nanoTime() + delayNs, from, to, bytes));
    }

    private void forward() throws IOException
    {
        while (!delayed.isEmpty() && delayed.peek().dueNs - System.nanoTime() <= 0)
        {
            final Delayed next = delayed.peek();
            if (0 == next.from.send(next.bytes, next.to))
            {
                // Its socket's buffer is full: later.
                return;
            }
            delayed.remove();
            forwarded.incrementAndGet();
        }
    }

    private DatagramChannel open(final int port) throws IOException
    {
        final DatagramChannel channel = DatagramChannel.open();
        channel.configureBlocking(false);
        channel.setOption(StandardSocketOptions.SO_RCVBUF, SOCKET_BUFFER_LENGTH);
        channel.setOption(StandardSocketOptions.SO_SNDBUF, SOCKET_BUFFER_LENGTH);

        return channel.bind(loopback(port));
    }

    private static InetSocketAddress loopback(final int port)
    {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    /** A port of the line, and the port of the node behind it. */
    private final class Front implements Receiver
    {
        private final DatagramChannel channel;
        private final SocketAddress node;
        private final Map<SocketAddress, DatagramChannel> sockets = new HashMap<>();
        private Random random;
        private int lossOneIn;

        private Front(final DatagramChannel channel, final SocketAddress node) throws IOException
        {
            this.channel = channel;
            this.node = node;
            channel.register(selector, SelectionKey.OP_READ, this);
        }

        @Override
        public void onDatagram(final SocketAddress source, final ByteBuffer bytes) throws IOException
        {
            if (0 != lossOneIn && bytes.remaining() >= SHORTEST_FRAME_LENGTH && 0 == random.nextInt(lossOneIn))
            {
                lost.incrementAndGet();
                return;
            }
            DatagramChannel socket = sockets.get(source);
            if (null == socket)
            {
                socket = open(0);
                final Receiver back = (from, answer) -> delay(channel, source, answer);
                socket.register(selector, SelectionKey.OP_READ, back);
                sockets.put(source, socket);
            }
            delay(socket, node, bytes);
        }
    }
}
