package io.fragcast.bench.compare;

import org.agrona.concurrent.UnsafeBuffer;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * What the receivers of one process got: a place for the latency of each message at each replica, written to the file
 * that all contenders write. Written by the receiving thread, allocating nothing; {@link #isOver} may be asked by any
 * thread, {@link #write} is called after the receiving thread has ended.
 */
final class DeliveryLog
{
    static final int RECORD_LENGTH = 16;

    static final long NOT_DELIVERED = Long.MIN_VALUE;
    private static final int TOLD = 20;
    private static final long QUIET_NS = TimeUnit.SECONDS.toNanos(5);

    private final int count;
    private final int warmup;
    private final long[] latenciesNs;
    private volatile long received;
    private volatile long heardNs;
    private long duplicates;
    private long bad;
    private long measuredFromNs;
    private long measuredToNs;

    DeliveryLog(final int count, final int replicas, final int warmup)
    {
        this.warmup = warmup;
        this.count = count;
        latenciesNs = new long[Math.multiplyExact(count, replicas)];
        Arrays.fill(latenciesNs, NOT_DELIVERED);
    }

    @SuppressWarnings("NonAtomicOperationOnVolatileField") // One thread writes.
    void onDelivery(final long message, final int replica, final long intendedNs, final long nowNs)
    {
        if (message < 0 || message >= count)
        {
            onBad("message " + message + " of " + count);
            return;
        }
        final int place = replica * count + (int)message;
        if (NOT_DELIVERED != latenciesNs[place])
        {
            duplicates++;
            return;
        }
        latenciesNs[place] = nowNs - intendedNs;
        if (0 == replica)
        {
            measuredFromNs = warmup == message ? nowNs : measuredFromNs;
            measuredToNs = nowNs;
        }
        heardNs = nowNs;
        received++;
    }

    /** What came cannot be used; the first few are told of. */
    void onBad(final String what)
    {
        if (++bad <= TOLD)
        {
            System.out.println("BAD " + what);
        }
    }

    /** Has everything come, or nothing for so long that nothing more will? */
    boolean isOver(final long nowNs)
    {
        final long heard = heardNs;

        return received == latenciesNs.length || (0 != heard && nowNs - heard > QUIET_NS);
    }

    long received()
    {
        return received;
    }

    void write(final Path file) throws IOException
    {
        write(file, latenciesNs, count);
    }

    /**
     * Writes what all contenders write.
     *
     * @param file   to write.
     * @param values a value a message, replica after replica; those not delivered are left out.
     * @param count  of messages.
     * @throws IOException if it cannot be written.
     */
    static void write(final Path file, final long[] values, final int count) throws IOException
    {
        final byte[] record = new byte[RECORD_LENGTH];
        final UnsafeBuffer buffer = new UnsafeBuffer(record);
        try (OutputStream out = Files.newOutputStream(file);
            OutputStream buffered = new BufferedOutputStream(out))
        {
            for (int i = 0; i < values.length; i++)
            {
                if (NOT_DELIVERED != values[i])
                {
                    buffer.putInt(0, i % count, ByteOrder.LITTLE_ENDIAN);
                    buffer.putInt(4, i / count, ByteOrder.LITTLE_ENDIAN);
                    buffer.putLong(8, values[i], ByteOrder.LITTLE_ENDIAN);
                    buffered.write(record);
                }
            }
        }
    }

    String summary()
    {
        return "{\"received\":" + received + ",\"duplicates\":" + duplicates + ",\"bad\":" + bad +
            ",\"elapsedNs\":" + (measuredToNs - measuredFromNs) + "}";
    }
}
