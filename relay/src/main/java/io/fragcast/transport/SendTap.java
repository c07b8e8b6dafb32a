package io.fragcast.transport;

import org.agrona.DirectBuffer;

import java.net.InetSocketAddress;

/**
 * Sees each frame that a transport has handed to the network, retransmissions too, in the order in which it did. Called
 * on the sending thread, which waits meanwhile: for tests and measurements.
 */
@FunctionalInterface
public interface SendTap
{
    /**
     * One frame left.
     *
     * @param destination of the datagram that it was in.
     * @param streamId    of its stream.
     * @param buffer      holding the message, during the call.
     * @param offset      of its first byte.
     * @param length      in bytes.
     */
    void onFrameSent(InetSocketAddress destination, int streamId, DirectBuffer buffer, int offset, int length);
}
