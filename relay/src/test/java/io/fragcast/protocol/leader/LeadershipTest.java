package io.fragcast.protocol.leader;

import io.fragcast.counter.Counters;
import org.junit.jupiter.api.Test;

import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

class LeadershipTest
{
    private static final int MTU = 1_408;

    private final byte[] own = key(1);
    private final Schedule schedule = new Schedule(8453, MTU, List.of(
        term(1, 1, 10, own), term(2, 11, 20, key(2)), term(3, 21, 30, own), term(4, 31, 40, key(2))));
    private final Leadership leadership = new Leadership(schedule, own, Counters.inMemory());

    @Test
    void shouldLeadWhereTheRunIs()
    {
        assertThat(leadership.isLeading(null)).as("nothing is known of the run").isFalse();
        leadership.onRun(10, 1);
        assertThat(leadership.isLeading(null)).isTrue();
        leadership.onRun(11, 1);
        assertThat(leadership.isLeading(null)).isFalse();
        leadership.onRun(21, 2);
        assertThat(leadership.isLeading(null)).isTrue();
    }

    @Test
    void shouldLeadATermThatItBeganAheadOfTheRunUntilThatIsOver()
    {
        final LeaderTerm begun = schedule.term(2);

        assertThat(leadership.isLeading(begun)).as("nothing is known of the run").isTrue();
        leadership.onRun(12, 2);
        assertThat(leadership.state()).isEqualTo(LeaderState.NEXT);
        assertThat(leadership.isLeading(begun)).isTrue();
        leadership.onRun(30, 3);
        assertThat(leadership.isLeading(begun)).isTrue();
        leadership.onRun(31, 3);
        assertThat(leadership.isLeading(begun)).isFalse();
    }

    @Test
    void shouldNotLeadWhereTheRunGoesOnUnderALaterTerm()
    {
        leadership.onRun(25, 3);
        leadership.onRun(25, 4);
        assertThat(leadership.state()).isEqualTo(LeaderState.FENCED);
        assertThat(leadership.isLeading(schedule.term(2))).isFalse();
    }

    private static LeaderTerm term(final int number, final long firstBlock, final long lastBlock, final byte[] key)
    {
        return new LeaderTerm(number, firstBlock, lastBlock, key, null, List.of(), null);
    }

    private static byte[] key(final int fill)
    {
        final byte[] key = new byte[65];
        key[0] = 4;
        key[64] = (byte)fill;

        return key;
    }
}
