package io.fragcast.sim;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What nodes hold does not grow with the chain: {@code fragcast sim --endurance 1000000} is the long form.
 */
class EnduranceSimTest
{
    /** Simulated seconds of chain; journals drop what is old in each. */
    private static final int BLOCKS = 4_000;
    private static final int SAMPLES = 4;
    /** What is not of the chain: code that is compiled, classes that are loaded. A block in memory takes 5 KB. */
    private static final long TOLERANCE_BYTES = 2 << 20;

    @Test
    void shouldHoldNoMoreAfterManyBlocks()
    {
        final List<SimEndurance.Sample> samples = new ArrayList<>();
        SimEndurance.run(Workload.load(), BLOCKS, SAMPLES, samples::add);

        final SimEndurance.Sample first = samples.get(1);
        final SimEndurance.Sample last = samples.get(SAMPLES - 1);
        assertThat(last.blocks()).isGreaterThanOrEqualTo(BLOCKS).isGreaterThan(first.blocks());
        assertThat(last.heapBytes()).isLessThan(first.heapBytes() + TOLERANCE_BYTES);
        assertThat(last.directBytes()).isEqualTo(first.directBytes());
    }
}
