package io.fragcast.config;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Collections;

/**
 * A network interface of this host.
 *
 * @param name such as eth0.
 * @param mtu  longest packet in bytes, IP header included.
 */
record LocalInterface(String name, int mtu)
{
    /**
     * The interface that has an address; for the wildcard the one with the smallest MTU, as frames may leave by any.
     *
     * @param address of the host.
     * @return the interface; null if none has it.
     */
    static @Nullable LocalInterface of(final InetAddress address)
    {
        try
        {
            if (address.isAnyLocalAddress())
            {
                return narrowest();
            }

            // 127.0.0.2 belongs to the loopback interface, though only 127.0.0.1 is assigned to it.
            final NetworkInterface found = NetworkInterface.getByInetAddress(
                address.isLoopbackAddress() ? InetAddress.getLoopbackAddress() : address);

            return null == found ? null : new LocalInterface(found.getName(), found.getMTU());
        }
        catch (final SocketException ex)
        {
            throw new ConfigException("network interfaces cannot be read: " + ex.getMessage(), ex);
        }
    }

    private static @Nullable LocalInterface narrowest() throws SocketException
    {
        LocalInterface narrowest = null;
        for (final NetworkInterface candidate : Collections.list(NetworkInterface.getNetworkInterfaces()))
        {
            if (candidate.isUp() && (null == narrowest || candidate.getMTU() < narrowest.mtu))
            {
                narrowest = new LocalInterface(candidate.getName(), candidate.getMTU());
            }
        }

        return narrowest;
    }
}
