package io.fragcast.edge.engine;

import io.fragcast.counter.FragcastCounter;
import io.fragcast.edge.engine.EngineScript.Attempt;
import io.fragcast.ethereum.Hex;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * 10,000 seeded runs of the sequencer against the strict stand-in, with faults, Aborts, gaps and restarts of either
 * side. What must hold is looked up in the stand-in, which knows what it discarded, not in the machine alone.
 */
class EngineSequencerSimTest
{
    private static final int RUNS = 10_000;
    private static final long GENESIS_SEED = 7_000_000;

    private long checkedBlocks;
    private long deliberateResets;
    private long restarts;
    private long faults;
    private long sealedBlocks;

    @Test
    void shouldNeverLoseAnOpenBlockAndOpenEveryVerifiedBlockThatItCan()
    {
        for (long seed = GENESIS_SEED; seed < GENESIS_SEED + RUNS; seed++)
        {
            final EngineSimulation run = new EngineSimulation(seed);
            run.run();
            check(seed, run);
        }

        // The runs are about something.
        assertThat(checkedBlocks).isGreaterThan(2L * RUNS);
        assertThat(deliberateResets).isGreaterThan(RUNS);
        assertThat(restarts).isGreaterThan(RUNS / 3);
        assertThat(faults).isGreaterThan(RUNS);
        assertThat(sealedBlocks).isGreaterThan(3L * RUNS);
    }

    private void check(final long seed, final EngineSimulation run)
    {
        assertThat(run.value(FragcastCounter.ENGINE_RESET_UNEXPECTED)).as("unexpected resets, seed %d", seed).isZero();
        assertThat(run.standIn.discards()).as("discards, seed %d", seed).allMatch(
            (error) -> error.startsWith("cannot open a new unsealed block"));
        final long deliberate = run.value(FragcastCounter.ENGINE_RESET_DELIBERATE);
        if (run.isCalm)
        {
            assertThat(deliberate).as("deliberate resets, seed %d", seed).isEqualTo(endedOpen(run));
            assertThat(run.standIn.discards()).as("discards, seed %d", seed).hasSize((int)deliberate);
        }
        else
        {
            assertThat(deliberate).as("deliberate resets, seed %d", seed)
                .isLessThanOrEqualTo(run.standIn.discards().size());
        }
        for (final Attempt attempt : run.script.attempts)
        {
            if (attempt.isGood() && run.whole.contains(attempt))
            {
                checkOpened(seed, run, attempt);
            }
        }

        deliberateResets += deliberate;
        restarts += run.restarts;
        faults += run.faults;
        sealedBlocks += run.value(FragcastCounter.ENGINE_BLOCKS_SEALED);
    }

    /** Attempts that ended otherwise after the client had opened them, and after which another was opened. */
    private static long endedOpen(final EngineSimulation run)
    {
        long count = 0;
        boolean isLeftOpen = false;
        for (final Attempt attempt : run.script.attempts)
        {
            if (run.openedNs.containsKey(attempt.env().timestamp()))
            {
                count += isLeftOpen ? 1 : 0;
                isLeftOpen = !attempt.isGood();
            }
        }

        return count;
    }

    /** A verified block is open as soon as its parent is there, unless the client has the block from elsewhere. */
    private void checkOpened(final long seed, final EngineSimulation run, final Attempt attempt)
    {
        final long number = attempt.env().number();
        final Long parentNs = run.knownNs.get(Hex.toHex(attempt.env().parentHash()));
        if (null == parentNs)
        {
            return;
        }
        final long possibleNs = Math.max(attempt.envTimeNs(), parentNs);
        final long latestNs = possibleNs + EngineSimulation.OPEN_WITHIN_NS;
        if (!run.isCalm && possibleNs < run.faultsEndNs + EngineSimulation.CALM_NS)
        {
            return;
        }
        final Long openedNs = run.openedNs.get(attempt.env().timestamp());
        if (null == openedNs && run.elsewhereNs.getOrDefault(number, Long.MAX_VALUE) <= latestNs)
        {
            return;
        }

        assertThat(openedNs).as("block %d opened, possible from %d, seed %d", number, possibleNs, seed)
            .isNotNull()
            .isBetween(attempt.envTimeNs(), latestNs);
        assertThat(run.standIn.hasBlock(Hex.toHex(EngineScript.hash((int)number, attemptOf(attempt), true))))
            .as("block %d sealed, seed %d", number, seed).isTrue();
        checkedBlocks++;
    }

    private static int attemptOf(final Attempt attempt)
    {
        return (int)(attempt.env().timestamp() % EngineScript.TIMESTAMP_STEP);
    }
}
