package io.fragcast.transport;

import java.io.IOException;
import java.net.BindException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Finds ports on loopback for nodes that run on one host: blocks of {@link #BLOCK_LENGTH}, as a node takes them, that
 * are free for UDP and TCP.
 * <p>
 * Blocks lie in 15000 to 31999, below the ports that Linux hands out by itself (32768 and up): a number that was found
 * by binding port 0 is given to the next socket that asks for any, often before its finder binds it. A TCP socket on
 * the last port of a block holds it until this process ends, so that of several processes that search at once each
 * finds its own, while all UDP ports and the other TCP ports of the block stay free for use.
 * <p>
 * Any thread.
 */
public final class FreePorts
{
    /** Ports of a node. */
    public static final int BLOCK_LENGTH = 8;

    private static final int FIRST = 15_000;
    private static final int END = 32_000;
    private static final int BLOCKS = (END - FIRST) / BLOCK_LENGTH;

    /** Held so that they stay bound. */
    private static final List<ServerSocket> HOLDERS = new ArrayList<>();

    private FreePorts()
    {
    }

    /**
     * Finds the ports of a node.
     *
     * @return the first of {@link #BLOCK_LENGTH}.
     * @throws IOException if no block is free.
     */
    public static int block() throws IOException
    {
        return blocks(1);
    }

    /**
     * Finds the ports of several nodes in a row.
     *
     * @param count of blocks.
     * @return the first of {@code count *} {@link #BLOCK_LENGTH}.
     * @throws IOException if no such row is free.
     */
    public static int blocks(final int count) throws IOException
    {
        final int length = count * BLOCK_LENGTH;
        final int start = new Random().nextInt(BLOCKS);
        for (int i = 0; i < BLOCKS; i++)
        {
            final int first = FIRST + (start + i) % BLOCKS * BLOCK_LENGTH;
            if (first + length <= END && hold(first, length))
            {
                return first;
            }
        }

        throw new BindException("no " + length + " successive ports are free between " + FIRST + " and " + END);
    }

    private static synchronized boolean hold(final int first, final int length) throws IOException
    {
        final InetAddress loopback = InetAddress.getLoopbackAddress();
        final int last = first + length - 1;
        final ServerSocket holder = new ServerSocket();
        try
        {
            holder.setReuseAddress(false);
            holder.bind(new InetSocketAddress(loopback, last), 1);
            for (int port = first; port <= last; port++)
            {
                new DatagramSocket(port, loopback).close();
                if (port < last)
                {
                    new ServerSocket(port, 1, loopback).close();
                }
            }
        }
        catch (final SocketException ex)
        {
            holder.close();
            return false;
        }
        HOLDERS.add(holder);

        return true;
    }
}
