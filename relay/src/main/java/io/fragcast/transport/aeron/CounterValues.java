package io.fragcast.transport.aeron;

import io.aeron.CncFileDescriptor;
import org.agrona.BufferUtil;
import org.agrona.DirectBuffer;
import org.agrona.IoUtil;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.status.AtomicCounter;

import java.nio.MappedByteBuffer;
import java.nio.file.Path;

/**
 * The values of a driver's counters, mapped for as long as this is open. Aeron unmaps its own mapping in the moment in
 * which a client is lost, beneath all threads that still count, and a write there ends the process. Made and closed by
 * one thread; the counters are used by those who own them.
 */
final class CounterValues implements AutoCloseable
{
    private final MappedByteBuffer cnc;
    private final AtomicBuffer values;

    CounterValues(final Path driverDirectory)
    {
        cnc = IoUtil.mapExistingFile(driverDirectory.resolve(CncFileDescriptor.CNC_FILE).toFile(), "counters");
        final DirectBuffer layout = CncFileDescriptor.createMetaDataBuffer(cnc);
        values = CncFileDescriptor.createCountersValuesBuffer(cnc, layout);
    }

    /**
     * A counter that the driver has given out.
     *
     * @param id of the counter.
     * @return the same, not to be used once this is closed.
     */
    AtomicCounter counter(final int id)
    {
        return new AtomicCounter(values, id);
    }

    @Override
    public void close()
    {
        BufferUtil.free(cnc);
    }
}
