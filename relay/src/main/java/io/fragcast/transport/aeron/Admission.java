package io.fragcast.transport.aeron;

import io.aeron.driver.ReceiveChannelEndpointSupplier;
import io.aeron.driver.SendChannelEndpointSupplier;
import io.aeron.driver.ext.LossGenerator;
import io.aeron.driver.media.ReceiveChannelEndpoint;
import io.aeron.driver.media.SendChannelEndpoint;
import io.fragcast.counter.Counters;
import org.jspecify.annotations.Nullable;

/**
 * What one media driver lets through, and where it counts the rest.
 */
final class Admission
{
    private final AdmissionTable<InboundSession> inbound = new AdmissionTable<>();
    private final AdmissionTable<OutboundSession> outbound = new AdmissionTable<>();
    private volatile Counters counters = Counters.inMemory();

    AdmissionTable<InboundSession> inbound()
    {
        return inbound;
    }

    AdmissionTable<OutboundSession> outbound()
    {
        return outbound;
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
        return ReceiveChannelEndpoint::new;
    }

    SendChannelEndpointSupplier sendEndpoints()
    {
        return SendChannelEndpoint::new;
    }
}
