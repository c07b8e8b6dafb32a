package io.fragcast.wire;

import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.leader.LeaderTerm;
import io.fragcast.protocol.leader.Schedule;
import io.fragcast.protocol.peer.PeerState;
import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Goal: a signed schedule that one node has reaches all, in parts; what is older, or signed by nobody, goes nowhere.
 * Method: nodes in a line over proxies and adapters; a text is signed here if it begins with "signed".
 */
class ScheduleFloodTest
{
    private static final int TEMPLATE_ID = 25;
    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);

    private final Schedule schedule = new Schedule(LeaderRig.CHAIN_ID, 1_408, List.of(new LeaderTerm(
        1, 1, Long.MAX_VALUE, LeaderRig.CURVE.publicKey(LeaderRig.LEADER_KEY), null, List.of(), null)), 3);
    private final ControlRig rig = new ControlRig();
    private final ControlRig.Node a = rig.node(1);
    private final ControlRig.Node b = rig.node(2);
    private final ControlRig.Node c = rig.node(3);
    private final Texts textsOfA = own(a);
    private final Texts textsOfB = own(b);
    private final Texts textsOfC = own(c);

    @Test
    void shouldReachEveryNode()
    {
        line();
        final String text = "signed 4 " + "term ".repeat(1_000);
        say(a, 4, text);
        rig.run(SECOND_NS);

        assertThat(textsOfA.taken).containsExactly(text);
        assertThat(textsOfB.taken).containsExactly(text);
        assertThat(textsOfC.taken).containsExactly(text);
    }

    @Test
    void shouldTellTheNewestToWhoComesLate()
    {
        rig.link(a, b);
        final ControlRig.Wire late = rig.link(b, c);
        late.isOpen = false;
        rig.start();
        assertThat(rig.runUntil(() -> PeerState.READY == a.state())).isTrue();
        say(a, 4, "signed 4 " + "term ".repeat(1_000));
        rig.run(SECOND_NS);
        say(a, 5, "signed 5 in one part");
        rig.run(SECOND_NS);
        late.isOpen = true;
        assertThat(rig.runUntil(() -> !textsOfC.taken.isEmpty())).isTrue();
        rig.run(SECOND_NS);
        assertThat(textsOfC.taken).containsExactly("signed 5 in one part");
    }

    @Test
    void shouldNotTakeWhatIsOlderOrUnsigned()
    {
        line();
        say(a, 2, "signed 2");
        assertThat(a.count(FragcastCounter.STATEMENTS_STALE)).isEqualTo(1);
        say(a, 4, "by nobody");
        assertThat(a.count(FragcastCounter.STATEMENTS_REFUSED)).isEqualTo(1);
        say(a, 9, "signed 4");
        assertThat(a.count(FragcastCounter.STATEMENTS_REFUSED)).as("its version is another").isEqualTo(2);
        rig.run(SECOND_NS);
        assertThat(textsOfB.taken).isEmpty();

        say(a, 4, "signed 4");
        rig.run(SECOND_NS);
        assertThat(textsOfC.taken).containsExactly("signed 4");
    }

    private void line()
    {
        rig.link(a, b);
        rig.link(b, c);
        rig.start();
        assertThat(rig.runUntil(() -> PeerState.READY == a.state() && PeerState.READY == c.state())).isTrue();
    }

    private void say(final ControlRig.Node node, final long version, final String text)
    {
        ScheduleProxy.send(
            LeaderRig.CHAIN_ID,
            version,
            text.getBytes(StandardCharsets.UTF_8),
            ControlRig.MAX_LENGTH,
            (templateId, buffer, offset, length) ->
            {
                assertThat(templateId).isEqualTo(TEMPLATE_ID);
                return node.table.statements().publish(buffer, offset, length, rig.nowNs);
            });
    }

    private Texts own(final ControlRig.Node node)
    {
        final Texts texts = new Texts();
        node.owners = (statements) -> statements.register(TEMPLATE_ID, ScheduleAdapter.PLACES,
            new ScheduleAdapter(statements, schedule, ControlRig.MAX_LENGTH, texts));

        return texts;
    }

    private static final class Texts implements ScheduleAdapter.TextConsumer
    {
        final List<String> taken = new ArrayList<>();

        @Override
        public long versionOf(final byte[] text)
        {
            final String[] words = new String(text, StandardCharsets.UTF_8).split(" ");

            return "signed".equals(words[0]) ? Long.parseLong(words[1]) : NOT_SIGNED;
        }

        @Override
        public void onSigned(final byte[] text)
        {
            taken.add(new String(text, StandardCharsets.UTF_8));
        }

        @Override
        public int doWork(final long nowNs)
        {
            return 0;
        }
    }
}
