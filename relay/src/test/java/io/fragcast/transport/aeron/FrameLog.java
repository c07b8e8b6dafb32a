package io.fragcast.transport.aeron;

import io.fragcast.transport.FrameHandler;
import org.agrona.DirectBuffer;

/**
 * Checks that numbered frames come in order, whole and untouched.
 */
final class FrameLog implements FrameHandler
{
    long received;
    long first = -1;
    long next = -1;
    long gaps;
    long backwards;
    long damaged;
    long sendTimeNs;
    long receiveTimeNs;
    boolean isFull;

    @Override
    public boolean onFrame(final DirectBuffer buffer, final int offset, final int length, final int sessionId)
    {
        if (isFull)
        {
            return false;
        }

        final long number = buffer.getLong(offset + InvokerRig.NUMBER_OFFSET);
        if (-1 == first)
        {
            first = number;
            next = number;
        }
        if (number > next)
        {
            gaps += number - next;
        }
        if (number < next)
        {
            backwards++;
        }
        for (int i = InvokerRig.NUMBER_OFFSET + 8; i < length; i++)
        {
            if ((byte)number != buffer.getByte(offset + i))
            {
                damaged++;
                break;
            }
        }
        sendTimeNs = buffer.getLong(offset + ChannelConfig.SEND_TIME_OFFSET);
        receiveTimeNs = buffer.getLong(offset + ChannelConfig.RECEIVE_TIME_OFFSET);
        next = number + 1;
        received++;

        return true;
    }
}
