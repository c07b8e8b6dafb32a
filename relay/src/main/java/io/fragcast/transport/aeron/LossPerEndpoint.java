package io.fragcast.transport.aeron;

import io.aeron.driver.ext.LossGenerator;

import java.net.InetSocketAddress;

/**
 * A lossy network before a driver: what each receiver loses is its own.
 */
@FunctionalInterface
public interface LossPerEndpoint
{
    /**
     * The loss before one receiver.
     *
     * @param endpoint that its publications send to.
     * @return decides, on the driver's receiver thread, which datagrams are dropped before anything else sees them.
     */
    LossGenerator newLoss(InetSocketAddress endpoint);
}
