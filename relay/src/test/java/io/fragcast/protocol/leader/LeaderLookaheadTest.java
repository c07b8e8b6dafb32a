package io.fragcast.protocol.leader;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which sinks come first, for every place of a block among the terms.
 */
class LeaderLookaheadTest
{
    private static final byte OWN = 'S';

    private final List<LeaderLookahead.Target> targets = List.of(
        target('A'), target('B'), target('C'), new LeaderLookahead.Target(null, "224.0.1.1:40456"));

    @Test
    void shouldNameTheNextTwoLeadersAndNotTheCurrentOne()
    {
        final LeaderLookahead lookahead = lookahead(schedule("AABACSB"));

        assertThat(lookahead.sinks(0)).as("a leads, then b").isEqualTo(0b110);
        assertThat(lookahead.sinks(10)).as("the same leader's second term").isEqualTo(0b110);
        assertThat(lookahead.sinks(20)).as("b leads, then a").isEqualTo(0b101);
        assertThat(lookahead.sinks(30)).as("a leads, then c, and the node itself").isEqualTo(0b100);
        assertThat(lookahead.sinks(49)).as("c leads, then the node itself and b").isEqualTo(0b010);
        assertThat(lookahead.sinks(50)).isEqualTo(0b010);
        assertThat(lookahead.sinks(60)).as("the last term").isZero();
        assertThat(lookahead.sinks(70)).as("nobody leads there").isZero();
        assertThat(lookahead.sinks(0)).as("back again").isEqualTo(0b110);
    }

    @Test
    void shouldLookFromWhereNobodyLeads()
    {
        final LeaderLookahead lookahead = lookahead(new Schedule(1, 1408, List.of(
            term(1, 100, 'A'), term(2, 110, 'B'), term(3, 120, 'C'))));

        assertThat(lookahead.sinks(5)).isEqualTo(0b011);
        assertThat(lookahead.sinks(100)).isEqualTo(0b110);
    }

    @Test
    void shouldTakeANewSchedule()
    {
        final LeaderLookahead lookahead = lookahead(schedule("AB"));
        assertThat(lookahead.sinks(3)).isEqualTo(0b010);

        lookahead.onSchedule(schedule("AC"));

        assertThat(lookahead.sinks(3)).isEqualTo(0b100);
    }

    @Test
    void shouldKnowALeaderWithoutIdentityByItsEndpoint()
    {
        final LeaderLookahead lookahead = lookahead(new Schedule(1, 1408, List.of(
            term(1, 0, 'A'),
            new LeaderTerm(2, 10, 19, key('B'), null, List.of("10.9.9.9:14040", "10.0.0.66:14040"), null),
            new LeaderTerm(3, 20, 29, key('C'), null, List.of("224.0.1.1:40456"), null))));

        assertThat(lookahead.sinks(0)).as("b by its second endpoint; a group is no leader").isEqualTo(0b010);
    }

    @Test
    void shouldKnowALeaderThatChangesItsKey()
    {
        final LeaderTerm changed = new LeaderTerm(2, 10, 19, key('X'), key('A'), List.of(), null);
        final LeaderLookahead lookahead = lookahead(new Schedule(1, 1408, List.of(
            term(1, 0, 'A'), changed, term(3, 20, 'B'), term(4, 30, 'C'))));

        assertThat(lookahead.sinks(0)).isEqualTo(0b110);
        assertThat(lookahead.sinks(10)).isEqualTo(0b110);
    }

    @Test
    void shouldFindTheLeadersAmongOtherSinks()
    {
        final LeaderLookahead lookahead = lookahead(schedule("ABC"));
        final long before = lookahead.sinks(0);

        lookahead.onTargets(List.of(target('Z'), target('C'), target('B'), target('A')));

        assertThat(before).isEqualTo(0b110);
        assertThat(lookahead.sinks(0)).isEqualTo(0b0110);
        lookahead.onTargets(List.of(target('C')));
        assertThat(lookahead.sinks(0)).isEqualTo(0b1);
    }

    private LeaderLookahead lookahead(final Schedule schedule)
    {
        return new LeaderLookahead(schedule, key((char)OWN), targets);
    }

    /** A term of ten blocks a letter. */
    private static Schedule schedule(final String leaders)
    {
        final List<LeaderTerm> terms = new ArrayList<>();
        for (int i = 0; i < leaders.length(); i++)
        {
            terms.add(term(1 + i, 10L * i, leaders.charAt(i)));
        }

        return new Schedule(1, 1408, terms);
    }

    private static LeaderTerm term(final int number, final long first, final char leader)
    {
        return new LeaderTerm(number, first, first + 9, key(leader), key(leader), List.of(), null);
    }

    private static LeaderLookahead.Target target(final char leader)
    {
        return new LeaderLookahead.Target(key(leader), "10.0.0." + (int)leader + ":14040");
    }

    private static byte[] key(final char leader)
    {
        return new byte[]{2, (byte)leader};
    }
}
