package io.fragcast.transport.aeron;

import org.agrona.concurrent.CachedNanoClock;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Goal: sockets of links are left alone for a while once found empty, those of the block lane never but while a frame
 * is being sent.
 */
class PollGateTest
{
    private final PollGate.Transmission transmission = new PollGate.Transmission();
    private final CachedNanoClock clock = new CachedNanoClock();

    @Test
    void shouldLeaveAnEmptySocketAloneForAWhile()
    {
        final PollGate gate = new PollGate(transmission, clock);
        assertThat(gate.isOpen()).isTrue();

        gate.onRead(true);
        clock.advance(PollGate.PATIENCE_NS - 1);
        assertThat(gate.isOpen()).isFalse();

        clock.advance(1);
        assertThat(gate.isOpen()).isTrue();
    }

    @Test
    void shouldReadOnWhileAnythingComes()
    {
        final PollGate gate = new PollGate(transmission, clock);

        gate.onRead(false);

        assertThat(gate.isOpen()).isTrue();
    }

    @Test
    void shouldReadTheBlockLaneEachTurn()
    {
        final PollGate gate = new PollGate(transmission, clock);
        gate.openAlways();

        gate.onRead(true);

        assertThat(gate.isOpen()).isTrue();
    }

    @Test
    void shouldReadNothingDuringATransmission()
    {
        final PollGate gate = new PollGate(transmission, clock);
        gate.openAlways();

        transmission.isUnderWay = true;
        assertThat(gate.isOpen()).isFalse();

        transmission.isUnderWay = false;
        assertThat(gate.isOpen()).isTrue();
    }
}
