package io.fragcast.protocol.leader;

import org.junit.jupiter.api.Test;

import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

class ScheduleChangeTest
{
    private static final int MTU = 1_408;
    private final LeaderTerm first = term(1, 0, 99, 1);
    private final LeaderTerm second = term(2, 100, 199, 2);
    private final Schedule before = new Schedule(10, MTU, List.of(first, second));

    @Test
    void shouldSayWhatChanges()
    {
        final Schedule after = new Schedule(10, MTU, List.of(
            first, term(2, 100, 149, 3), term(3, 150, Long.MAX_VALUE, 1)));

        assertThat(ScheduleChange.between(before, after, 50)).containsExactly(
            "term 2 changed: blocks 100 to 199 is now blocks 100 to 149, another key",
            "term 3 added: blocks 150 on");
        assertThat(ScheduleChange.between(before, new Schedule(10, MTU, List.of(first)), 50))
            .containsExactly("term 2 removed");
        assertThat(ScheduleChange.between(before, before, 50)).isEmpty();
    }

    @Test
    void shouldKeepWhatHasBegun()
    {
        assertRefused(new Schedule(10, MTU, List.of(first)), 100, "term 2 has begun: it cannot be removed");
        assertRefused(new Schedule(10, MTU, List.of(first, term(2, 100, 199, 7))), 100, "its key cannot change");
        assertRefused(new Schedule(10, MTU, List.of(first, term(2, 100, 120, 2))), 130,
            "its last block cannot be 120, 130 was heard of");
        assertRefused(new Schedule(10, MTU, List.of(first, second, term(3, 200, 210, 2))), 205,
            "term 3 is new, but its first block 200 has passed");
        assertThat(ScheduleChange.between(
            before, new Schedule(10, MTU, List.of(first, term(2, 100, 130, 2))), 130)).hasSize(1);
    }

    @Test
    void shouldLetAnOldKeyEndEarlierButNotBeforeWhatWasHeard()
    {
        final Schedule overlapping = new Schedule(10, MTU, List.of(first, overlapping(150)));

        assertThat(ScheduleChange.between(overlapping, new Schedule(10, MTU, List.of(first, overlapping(140))), 130))
            .containsExactly("term 2 changed: an old key until 140");
        assertThat(ScheduleChange.between(before, overlapping, 50)).hasSize(1);
        assertThatThrownBy(() ->
            ScheduleChange.between(overlapping, new Schedule(10, MTU, List.of(first, overlapping(120))), 130))
            .hasMessageContaining("its old key cannot hold until 120, 130 was heard of");
        assertThatThrownBy(() -> ScheduleChange.between(before, overlapping, 130))
            .hasMessageContaining("its old key cannot hold until 150");
    }

    private LeaderTerm overlapping(final long lastBlock)
    {
        return new LeaderTerm(
            2, 100, 199, second.publicKey(), null, List.of(), null, new EarlierKey(first.publicKey(), lastBlock));
    }

    @Test
    void shouldKeepTheNetwork()
    {
        assertRefused(new Schedule(11, MTU, List.of(first, second)), 1, "chain-id 11");
        assertRefused(new Schedule(10, 8_960, List.of(first, second)), 1, "mtu 8960");
    }

    @Test
    void shouldTakeOnlyAHigherVersion()
    {
        final Schedule versioned = new Schedule(10, MTU, List.of(first), 4);
        final List<LeaderTerm> terms = List.of(first, second);

        assertThat(ScheduleChange.between(versioned, new Schedule(10, MTU, terms, 5), 1)).hasSize(1);
        for (final long version : new long[]{0, 3, 4})
        {
            assertThatThrownBy(() -> ScheduleChange.between(versioned, new Schedule(10, MTU, terms, version), 1))
                .hasMessage("version " + version + " is not above 4, which holds");
        }
    }

    @Test
    void shouldGoOnWhereATermThatStaysIs()
    {
        final CurrentSchedule current = new CurrentSchedule(before);
        final LeaderTracker leaders = new LeaderTracker(current);
        leaders.onControl(2, 7);
        final Schedule after = new Schedule(10, MTU, List.of(second, term(3, 200, 299, 1)));

        current.adopt(after);
        leaders.onSchedule(after);

        assertNull(current.termOfBlock(50));
        assertNotNull(current.leaderOf(3, 250));
        assertEquals(2, current.termCount());
        assertEquals(200, current.ledBlocks(0, 1_000));
        assertFalse(leaders.isNewer(2, 7));
        assertTrue(leaders.isNewer(2, 8));
        assertTrue(leaders.isNewer(3, 0));
        assertFalse(leaders.isNewer(1, 9), "a term that is gone says nothing new");
    }

    private void assertRefused(final Schedule after, final long newestBlock, final String reason)
    {
        assertThatThrownBy(() -> ScheduleChange.between(before, after, newestBlock))
            .isInstanceOf(IllegalArgumentException.class).hasMessageContaining(reason);
    }

    private static LeaderTerm term(final int number, final long first, final long last, final int key)
    {
        return new LeaderTerm(number, first, last, new byte[]{4, (byte)key}, null, List.of(), null);
    }
}
