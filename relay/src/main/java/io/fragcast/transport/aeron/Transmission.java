package io.fragcast.transport.aeron;

import io.aeron.driver.NetworkPublication;
import org.agrona.ErrorHandler;
import org.agrona.collections.ArrayUtil;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * Has publications of the block lane hand to the network what was committed, without a turn of the driver: that reads
 * each socket and goes round all else that Aeron does, and took longer than a write of eight datagrams. Aeron's sender
 * goes on with the same publications in the driver's turns. What it calls then has no public name (1.51.0).
 * <p>
 * Used by the thread that runs an {@link DriverThreading#INVOKER} driver; of other drivers publications are noted only.
 */
final class Transmission
{
    private static final MethodHandle SEND;

    static
    {
        try
        {
            SEND = MethodHandles.privateLookupIn(NetworkPublication.class, MethodHandles.lookup())
                .findVirtual(NetworkPublication.class, "send", MethodType.methodType(int.class, long.class));
        }
        catch (final ReflectiveOperationException ex)
        {
            throw new ExceptionInInitializerError(ex);
        }
    }

    private NetworkPublication[] publications = new NetworkPublication[0];

    void add(final NetworkPublication publication)
    {
        publications = ArrayUtil.add(publications, publication);
    }

    void remove(final NetworkPublication publication)
    {
        publications = ArrayUtil.remove(publications, publication);
    }

    /**
     * Sends, of each publication, what Aeron's sender would in one turn.
     *
     * @param nowNs        monotonic nanoseconds.
     * @param errorHandler told what one of them throws.
     * @return bytes.
     */
    int send(final long nowNs, final ErrorHandler errorHandler)
    {
        int bytes = 0;
        for (final NetworkPublication publication : publications)
        {
            bytes += send(publication, nowNs, errorHandler);
        }

        return bytes;
    }

    private static int send(
        final NetworkPublication publication, final long nowNs, final ErrorHandler errorHandler)
    {
        try
        {
            return (int)SEND.invokeExact(publication, nowNs);
        }
        catch (final Throwable ex)
        {
            errorHandler.onError(ex);
            return 0;
        }
    }
}
