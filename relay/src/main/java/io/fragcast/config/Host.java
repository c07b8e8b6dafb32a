package io.fragcast.config;

import org.jspecify.annotations.Nullable;

import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;

/**
 * What a configuration is checked against; tests bring hosts of their own.
 */
interface Host
{
    /** The host that runs us. */
    Host LOCAL = new Host()
    {
        @Override
        public int cores()
        {
            return Runtime.getRuntime().availableProcessors();
        }

        @Override
        public @Nullable LocalInterface interfaceOf(final InetAddress address)
        {
            return LocalInterface.of(address);
        }

        @Override
        public @Nullable String whyNotBound(final InetSocketAddress address)
        {
            try (DatagramSocket socket = new DatagramSocket(address))
            {
                return socket.isBound() ? null : "cannot be bound";
            }
            catch (final SocketException ex)
            {
                return String.valueOf(ex.getMessage());
            }
        }
    };

    /** The host that runs us while the node runs too: the ports that its files name are its own. */
    Host RUNNING = new Host()
    {
        @Override
        public int cores()
        {
            return LOCAL.cores();
        }

        @Override
        public @Nullable LocalInterface interfaceOf(final InetAddress address)
        {
            return LOCAL.interfaceOf(address);
        }

        @Override
        public @Nullable String whyNotBound(final InetSocketAddress address)
        {
            return null;
        }
    };

    /**
     * How many cores there are.
     *
     * @return count.
     */
    int cores();

    /**
     * The interface that has an address.
     *
     * @param address to look for.
     * @return the interface; null if none has it.
     */
    @Nullable LocalInterface interfaceOf(InetAddress address);

    /**
     * Can a UDP port be bound? Tried for a moment: the media driver would only log that it cannot.
     *
     * @param address with the port.
     * @return null if it can, else the reason.
     */
    @Nullable String whyNotBound(InetSocketAddress address);
}
