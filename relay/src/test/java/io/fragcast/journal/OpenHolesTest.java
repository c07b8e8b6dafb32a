package io.fragcast.journal;

import io.fragcast.protocol.repair.FrameName;
import io.fragcast.protocol.repair.FramePart;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class OpenHolesTest
{
    private final OpenHoles holes = new OpenHoles();
    private final FrameName name = new FrameName();

    @Test
    void shouldCallAHeightWholeWhenOneAttemptStandsBehindTheHole()
    {
        env(7, 1);
        assertThat(holes.count()).isZero();
        holes.onHole(7);
        assertThat(holes.lacking()).as("nobody knows yet how far it goes").isEmpty();
        env(8, 1);
        assertThat(holes.lacking()).containsExactly(7, 8);

        // In any order, and of the other attempt the Env alone.
        seal(7, 1, 2);
        chunk(7, 1, 0, 1);
        frag(7, 1, 0, 2);
        frag(7, 1, 0, 2);
        env(7, 2);
        frag(7, 1, 1, 0);
        chunk(7, 1, 0, 0);
        chunk(7, 1, 0, 0);
        assertThat(holes.lacking()).containsExactly(7, 8);
        env(7, 1);
        assertThat(holes.lacking()).containsExactly(8);
        assertThat(holes.count()).isEqualTo(2);

        seal(8, 1, 1);
        frag(8, 1, 0, 0);
        assertThat(holes.lacking()).isEmpty();
        assertThat(holes.count()).isEqualTo(2);
    }

    @Test
    void shouldNotCallAnAbortedAttemptWhole()
    {
        holes.onHole(7);
        env(7, 1);
        holes.onFrame(name.set(FramePart.END, 1, 7, 1, 0, 0));
        assertThat(holes.lacking()).containsExactly(7);
    }

    @Test
    void shouldForgetWhatIsNotKeptAnyMore()
    {
        holes.onHole(7);
        env(10, 1);
        holes.forgetBelow(9);
        assertThat(holes.lacking()).containsExactly(9, 10);
        holes.forgetBelow(20);
        assertThat(holes.lackingCount()).isZero();
    }

    @Test
    void shouldTakeTheFirstHeightAloneWhereTheRunWentBack()
    {
        holes.onHole(100);
        env(7, 1);
        assertThat(holes.lacking()).containsExactly(100);
    }

    @Test
    void shouldCountWhatIsBeyondItsBound()
    {
        holes.onHole(1);
        env(OpenHoles.MAX_HEIGHTS, 1);
        assertThat(holes.lacking()).hasSize(OpenHoles.MAX_HEIGHTS);
        assertThat(holes.lackingCount()).isEqualTo(OpenHoles.MAX_HEIGHTS);

        holes.onHole(10_000);
        env(10_000, 1);
        assertThat(holes.lacking()).hasSize(OpenHoles.MAX_HEIGHTS);
        assertThat(holes.lackingCount()).isEqualTo(OpenHoles.MAX_HEIGHTS + 1);
    }

    private void env(final long blockNumber, final long incarnation)
    {
        holes.onFrame(name.set(FramePart.ENV, 1, blockNumber, incarnation, 0, 0));
    }

    private void frag(final long blockNumber, final long incarnation, final int seq, final int chunks)
    {
        name.set(FramePart.FRAG, 1, blockNumber, incarnation, seq, 0);
        name.chunkCount = chunks;
        holes.onFrame(name);
    }

    private void chunk(final long blockNumber, final long incarnation, final int seq, final int index)
    {
        holes.onFrame(name.set(FramePart.CHUNK, 1, blockNumber, incarnation, seq, index));
    }

    private void seal(final long blockNumber, final long incarnation, final int frags)
    {
        name.set(FramePart.END, 1, blockNumber, incarnation, 0, 0);
        name.fragCount = frags;
        name.isSeal = true;
        holes.onFrame(name);
    }
}
