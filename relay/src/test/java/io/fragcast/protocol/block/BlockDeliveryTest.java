package io.fragcast.protocol.block;

import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Goal: an event taken twice, or behind one that follows it, is counted by whoever offers it; one refused is not.
 */
class BlockDeliveryTest
{
    private final BlockLimits limits = BlockLimits.withSlab(4 << 20, 4 << 20);
    private final Counters counters = Counters.inMemory();
    private final BodySlab slab = new BodySlab(limits.slabBytes());
    private boolean isReady = true;
    private final BlockDelivery delivery =
        new BlockDelivery((event) -> isReady, slab, TestBlock.CHAIN_ID, counters);

    @Test
    void shouldCountWhatIsDeliveredTwiceOrTooLate()
    {
        final BlockAssembler first = attempt(100, 1);
        final BlockAssembler restarted = attempt(100, 2);
        final BlockAssembler next = attempt(101, 1);

        offer(Delivery.GAP, first);
        offer(Delivery.ENV, first);
        isReady = false;
        offer(Delivery.SEAL, first);
        isReady = true;
        offer(Delivery.SEAL, first);
        offer(Delivery.SUPERSEDED, first);
        offer(Delivery.ENV, restarted);
        offer(Delivery.ENV, next);
        assertThat(duplicates()).isZero();

        offer(Delivery.ENV, next);
        assertThat(duplicates()).isEqualTo(1);
        offer(Delivery.SEAL, next);
        offer(Delivery.ENV, next);
        assertThat(duplicates()).isEqualTo(2);
        offer(Delivery.VERIFIED, restarted);
        assertThat(duplicates()).isEqualTo(3);
        offer(Delivery.ENV, first);
        assertThat(duplicates()).isEqualTo(4);
    }

    private void offer(final int kind, final BlockAssembler attempt)
    {
        assertThat(delivery.offer(kind, attempt, 0, 0, 0, 0, 0, 0)).isEqualTo(isReady);
        assertThat(delivery.isRefused()).isEqualTo(!isReady);
    }

    private long duplicates()
    {
        return counters.value(FragcastCounter.DUPLICATES_DELIVERED);
    }

    private BlockAssembler attempt(final long number, final long incarnation)
    {
        final BlockAssembler attempt =
            new BlockAssembler(slab, limits, delivery, new SealVerifier(slab, null), counters);
        attempt.open(1, number, incarnation, 0);

        return attempt;
    }
}
