package io.fragcast.transport.aeron;

import io.aeron.driver.ReceiveChannelEndpointSupplier;
import io.aeron.driver.SendChannelEndpointSupplier;
import io.aeron.driver.ext.LossGenerator;
import io.fragcast.counter.Counters;
import org.jspecify.annotations.Nullable;

/**
 * What one media driver lets through, and where it counts the rest. A stream that comes in is let through if a source
 * asked for it; what answers one that goes out, if the driver has its publication.
 */
final class Admission
{
    private final AdmissionTable inbound = new AdmissionTable();
    private volatile Counters counters = Counters.inMemory();

    AdmissionTable inbound()
    {
        return inbound;
    }

    Counters counters()
    {
        return counters;
    }

    void counters(final Counters counters)
    {
        this.counters = counters;
    }

    ReceiveChannelEndpointSupplier receiveEndpoints(final @Nullable LossGenerator dataLoss)
    {
        return (udpChannel, dispatcher, statusIndicator, context) ->
            new ValidatingReceiveChannelEndpoint(udpChannel, dispatcher, statusIndicator, context, this, dataLoss);
    }

    SendChannelEndpointSupplier sendEndpoints()
    {
        return (udpChannel, statusIndicator, context) ->
            new ValidatingSendChannelEndpoint(udpChannel, statusIndicator, context, this);
    }
}
