package io.fragcast.sim;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.LongStream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whoever missed more than the window fetches it all, though a holder lies and others are killed in mid-way: the same
 * few worlds, and some that nobody has seen. {@code fragcast sim} runs one beside each fiftieth seed.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CatchUpSimTest
{
    private static final int FIXED = Integer.getInteger("fragcast.sim.catchups", 8);
    private static final int FRESH = 2;
    /** In it a holder names a height before the path brings the one below it. */
    private static final long NAMED_AHEAD = 211;

    private final Workload workload = Workload.load();
    private long unheard;
    private long gaps;

    static LongStream seeds()
    {
        return LongStream.concat(
            LongStream.concat(LongStream.rangeClosed(1, FIXED), LongStream.of(NAMED_AHEAD)),
            ThreadLocalRandom.current().longs(FRESH, 1L << 32, 1L << 40));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void shouldMissNothing(final long seed)
    {
        final CatchUpResult result = SimCatchUp.run(workload, seed);

        assertThat(result.world()).contains("lies");
        unheard += result.unheard();
        gaps += result.gaps();
    }

    /** The fixed worlds alone are enough for that. */
    @AfterAll
    void shouldHaveMetEveryFault()
    {
        assertThat(unheard).as("heights that went unheard").isGreaterThan(100);
        assertThat(gaps).isEqualTo(unheard);
    }
}
