package io.fragcast.transport.aeron;

import io.aeron.driver.ext.LossGenerator;
import org.agrona.concurrent.UnsafeBuffer;

import java.net.InetSocketAddress;
import java.util.Random;

/**
 * Drops the data of one stream at random: what opens, keeps alive or repairs a stream, and other streams, it lets
 * through. Used by the driver's receiver thread.
 */
final class StreamLoss implements LossGenerator
{
    private final int streamId;
    private final double rate;
    private final Random random;

    /**
     * A loss.
     *
     * @param streamId whose data is dropped.
     * @param percent  of it, 0 to 100.
     * @param seed     of the choice.
     */
    StreamLoss(final int streamId, final double percent, final long seed)
    {
        if (!(percent >= 0 && percent <= 100))
        {
            throw new IllegalArgumentException("loss = " + percent + " percent: allowed 0..100");
        }
        this.streamId = streamId;
        this.rate = percent / 100;
        random = new Random(seed);
    }

    @Override
    public boolean shouldDropFrame(final InetSocketAddress address, final UnsafeBuffer buffer, final int length)
    {
        return DatagramCheck.isForReceiver(buffer, 0, length) &&
            DatagramCheck.isData(buffer, 0) &&
            !DatagramCheck.isHeartbeat(buffer, length) &&
            streamId == DatagramCheck.dataStreamId(buffer) &&
            random.nextDouble() < rate;
    }
}
