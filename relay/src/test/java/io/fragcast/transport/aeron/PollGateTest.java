package io.fragcast.transport.aeron;

import org.agrona.concurrent.CachedNanoClock;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Sockets of links are left alone for a while once found empty, those of the block lane never.
 */
class PollGateTest
{
    private final CachedNanoClock clock = new CachedNanoClock();

    @Test
    void shouldLeaveAnEmptySocketAloneForAWhile()
    {
        final PollGate gate = new PollGate(clock);
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
        final PollGate gate = new PollGate(clock);

        gate.onRead(false);

        assertThat(gate.isOpen()).isTrue();
    }

    @Test
    void shouldReadTheBlockLaneEachTurn()
    {
        final PollGate gate = new PollGate(clock);
        gate.openAlways();

        gate.onRead(true);

        assertThat(gate.isOpen()).isTrue();
    }
}
