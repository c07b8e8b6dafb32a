package io.fragcast.transport.aeron;

import io.aeron.driver.ext.LossGenerator;
import io.aeron.protocol.HeaderFlyweight;
import org.agrona.concurrent.UnsafeBuffer;

import java.net.InetSocketAddress;

/**
 * Drops nothing, and knows the live stream as well as somebody on the path does: the best informed attacker.
 */
final class Wiretap implements LossGenerator
{
    private int publisherPort;
    int initialTermId;
    int termId;
    int nextOffset;

    @Override
    public boolean shouldDropFrame(final InetSocketAddress address, final UnsafeBuffer buffer, final int length)
    {
        if (0 == publisherPort)
        {
            publisherPort = address.getPort();
        }
        if (publisherPort == address.getPort())
        {
            if (HeaderFlyweight.HDR_TYPE_SETUP == DatagramCheck.type(buffer, 0))
            {
                initialTermId = DatagramCheck.setupInitialTermId(buffer);
            }
            else
            {
                termId = DatagramCheck.dataTermId(buffer);
                nextOffset = DatagramCheck.endOffset(buffer, length);
            }
        }

        return false;
    }
}
