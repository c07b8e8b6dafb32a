package io.fragcast.sim;

import io.fragcast.sim.SimulatorOptions.Fixed;
import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Seeds that are always run, a few that never were, and the proof that a seed is a run.
 */
class SimulatorSimTest
{
    private static final int FIXED_SEEDS = 150;
    private static final int FRESH_SEEDS = 15;
    /** In it the key of a term far ahead leads a node astray: without the way back it fails. */
    private static final long LED_ASTRAY = 209;
    /** In it nodes are told what is final. */
    private static final long TOLD_FINAL = 2;

    private final Workload workload = Workload.load();

    @Test
    void shouldHoldForFixedSeeds()
    {
        for (long seed = 1; seed <= FIXED_SEEDS; seed++)
        {
            assertHolds(run(seed));
        }
    }

    @Test
    void shouldHoldWhereANodeIsLedAstray()
    {
        assertHolds(run(LED_ASTRAY));
    }

    @Test
    void shouldHoldForFreshSeeds()
    {
        final long firstSeed = System.currentTimeMillis() * FRESH_SEEDS;
        for (long seed = firstSeed; seed < firstSeed + FRESH_SEEDS; seed++)
        {
            assertHolds(run(seed));
        }
    }

    @Test
    void shouldRepeatARunInAnyOrder()
    {
        final List<Long> forwards = new ArrayList<>();
        for (long seed = 1_000; seed < 1_020; seed++)
        {
            forwards.add(run(seed).eventHash());
        }
        final List<Long> backwards = new ArrayList<>();
        for (long seed = 1_019; seed >= 1_000; seed--)
        {
            backwards.add(0, run(seed).eventHash());
        }

        assertThat(backwards).isEqualTo(forwards).doesNotHaveDuplicates();
    }

    @Test
    void shouldNotChangeARunByTracingIt()
    {
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        final SimulatorOptions options = SimulatorOptions.draw(7, Fixed.NOTHING);
        final SimResult traced =
            Simulator.run(options, workload, new PrintStream(out, false, StandardCharsets.UTF_8));

        assertThat(traced.eventHash()).isEqualTo(run(7).eventHash());
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("SEND").contains("DELIVER").contains("VERIFIED");
    }

    @Test
    void shouldSayWhatIsFinal()
    {
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        final SimResult traced = Simulator.run(
            SimulatorOptions.draw(TOLD_FINAL, Fixed.NOTHING),
            workload,
            new PrintStream(out, false, StandardCharsets.UTF_8));

        assertHolds(traced);
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("is told that final is", "DELIVER FINALIZED");
    }

    @Test
    void shouldDeliverEveryFragWithoutFaults()
    {
        final Fixed fixed = new Fixed(5, 4, EnumSet.noneOf(Fault.class));
        int runs = 0;
        for (long seed = 1; runs < 10; seed++)
        {
            final SimulatorOptions options = SimulatorOptions.draw(seed, fixed);
            final SimResult result = Simulator.run(options, workload, null);
            assertHolds(result);
            // A node that starts may hear the second leader first, and follows the run from there.
            if (1 == options.leaders())
            {
                runs++;
                assertThat(result.fragsDelivered()).as("seed %d", seed)
                    .isEqualTo(result.fragsPublished() * options.replicas());
            }
        }
    }

    @Test
    void shouldHoldUnderEveryFaultAtOnce()
    {
        final Fixed fixed = new Fixed(6, 5, EnumSet.allOf(Fault.class));
        for (long seed = 1; seed <= 20; seed++)
        {
            assertHolds(Simulator.run(SimulatorOptions.draw(seed, fixed), workload, null));
        }
    }

    private SimResult run(final long seed)
    {
        return Simulator.run(SimulatorOptions.draw(seed, Fixed.NOTHING), workload, null);
    }

    private static void assertHolds(final SimResult result)
    {
        final SimResult.SimFailureReport failure = result.failure();
        if (null != failure)
        {
            throw new AssertionError(
                "seed " + result.options().seed() + " (" + result.options().describe() + "): " + failure.message() +
                "; replay: ./fragcast sim --seeds " + result.options().seed() + " --trace", failure.thrown());
        }
    }
}
