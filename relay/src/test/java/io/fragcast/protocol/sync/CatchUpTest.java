package io.fragcast.protocol.sync;

import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.block.TestFrame;
import org.junit.jupiter.api.Test;

import java.util.List;

import static io.fragcast.protocol.sync.SyncRig.FIRST;
import static io.fragcast.protocol.sync.SyncRig.story;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * A node that was away for longer than its window, from when it hears of the run to when it is live again.
 */
class CatchUpTest
{
    private static final long SECOND_NS = 1_000_000_000L;
    private static final long AWAY = 200;
    private static final long HEAD = FIRST + AWAY;
    /** From there on nobody has anything of some ranges. */
    private static final long GAP = FIRST + HeldRange.MAX_HEIGHTS;
    private static final int GAP_RANGES = 4;
    private static final long GAP_END = GAP + (long)GAP_RANGES * HeldRange.MAX_HEIGHTS;
    /** All are asked, and asked once more after a second, for each range; and the rest takes less than a second. */
    private static final long GAP_NS = (2 * GAP_RANGES + 1) * SECOND_NS;

    private final SyncRig rig = new SyncRig(3);

    @Test
    void shouldBringEveryBlockOnceInOrderThroughAllThreeModes()
    {
        rig.hold(FIRST, HEAD).away(FIRST - 1).heartbeat(HEAD - 1);

        rig.passUntilVerified(HEAD - 1, 5 * SECOND_NS);
        rig.live(HEAD);
        rig.passUntilVerified(HEAD, SECOND_NS);
        rig.pass(SECOND_NS);

        assertThat(rig.node.story()).isEqualTo(story(FIRST, HEAD + 1));
        assertThat(rig.modes)
            .containsExactly(SyncMode.LIVE, SyncMode.SEALED_CATCH_UP, SyncMode.OPEN_CATCH_UP, SyncMode.LIVE);
        assertThat(rig.count(FragcastCounter.CATCH_UP_BLOCKS)).isEqualTo(AWAY);
    }

    @Test
    void shouldCheckOneSignatureABlock()
    {
        rig.hold(FIRST, HEAD).away(FIRST - 1).heartbeat(HEAD - 1);
        final long before = rig.count(FragcastCounter.SIGNATURES_CHECKED);

        rig.passUntilVerified(HEAD - 1, 5 * SECOND_NS);

        assertThat(rig.count(FragcastCounter.SIGNATURES_CHECKED) - before).isEqualTo(AWAY);
    }

    @Test
    void shouldCheckEverySignatureOfWhatItGivesToOthers()
    {
        rig.node.receiver.checkEveryFrame();
        rig.hold(FIRST, HEAD).away(FIRST - 1).heartbeat(HEAD - 1);
        final long before = rig.count(FragcastCounter.SIGNATURES_CHECKED);

        rig.passUntilVerified(HEAD - 1, 5 * SECOND_NS);

        final int messages = 1 + SyncRig.FRAGS + 1;
        assertThat(rig.count(FragcastCounter.SIGNATURES_CHECKED) - before).isEqualTo(messages * AWAY);
    }

    @Test
    void shouldGoOnElsewhereWhenAHolderDies()
    {
        rig.hold(FIRST, HEAD).away(FIRST - 1).heartbeat(HEAD - 1);
        rig.passUntilVerified(FIRST + 30, 5 * SECOND_NS);

        rig.holders.get(0).die();
        rig.passUntilVerified(HEAD - 1, 5 * SECOND_NS);

        assertThat(rig.node.story()).isEqualTo(story(FIRST, HEAD));
    }

    @Test
    void shouldTakeARangeFromAHolderThatStallsWithinItsTimeout()
    {
        rig.hold(FIRST, HEAD).away(FIRST - 1).heartbeat(HEAD - 1);
        rig.passUntilVerified(FIRST + 30, 5 * SECOND_NS);

        rig.holders.get(0).isAlive = false;
        rig.passUntilVerified(HEAD - 1, 2 * StreamLeecher.MIN_TIMEOUT_NS);

        assertThat(rig.node.story()).isEqualTo(story(FIRST, HEAD));
        assertThat(rig.count(FragcastCounter.CATCH_UP_TIMEOUTS)).isEqualTo(1);
        assertThat(rig.count(FragcastCounter.CATCH_UP_REASSIGNED)).isGreaterThanOrEqualTo(1);
    }

    @Test
    void shouldChargeAHolderWhoseFrameDoesNotHoldAndFetchItElsewhere()
    {
        final List<SyncRig.Holder> honest = rig.holders.subList(1, 3);
        for (long number = FIRST; number < HEAD; number++)
        {
            rig.hold(number, honest);
            for (final TestFrame frame : rig.block(number).frames(SyncRig.FRAGS, 3, 400))
            {
                rig.holders.get(0).hold(frame.flip(8 * (frame.buffer().capacity() - 1)));
            }
        }
        rig.away(FIRST - 1).heartbeat(HEAD - 1);

        rig.passUntilVerified(HEAD - 1, 10 * SECOND_NS);

        assertThat(rig.node.story()).isEqualTo(story(FIRST, HEAD));
        assertThat(rig.count(FragcastCounter.CATCH_UP_BROKEN)).isGreaterThanOrEqualTo(1);
    }

    @Test
    void shouldLeaveAHolderThatSendsEmptyChunksAndNeverEnds()
    {
        final SyncRig.Holder endless = rig.holders.get(0);
        endless.isKeepingFrames = true;
        endless.lie = (chunk) ->
        {
            chunk.items = 0;
            chunk.nextBlock = 0;
            chunk.state = StreamState.OPEN;
        };

        isCaughtUp();

        assertThat(rig.count(FragcastCounter.CATCH_UP_IGNORED)).isPositive();
        assertThat(rig.count(FragcastCounter.CATCH_UP_TIMEOUTS)).as("it is not waited for").isZero();
    }

    @Test
    void shouldLeaveAHolderThatSaysItHasSentEverythingAndSentNothing()
    {
        final SyncRig.Holder empty = rig.holders.get(0);
        empty.isKeepingFrames = true;
        empty.lie = (chunk) -> chunk.items = 0;

        isCaughtUp();

        assertThat(rig.count(FragcastCounter.CATCH_UP_INCOMPLETE)).isBetween(1L, 6L);
    }

    @Test
    void shouldAskElsewhereForWhatAHolderCountsAndDoesNotSend()
    {
        rig.holders.get(0).isKeepingFrames = true;

        isCaughtUp();

        assertThat(rig.count(FragcastCounter.CATCH_UP_IGNORED)).isPositive();
        assertThat(rig.count(FragcastCounter.CATCH_UP_INCOMPLETE)).as("nothing of it is taken for whole").isZero();
    }

    @Test
    void shouldGoLiveThoughAHolderClaimsWhatNobodyHas()
    {
        rig.holders.get(0).lie = (chunk) -> chunk.newestBlock += 1_000;

        isCaughtUp();
        rig.pass(SECOND_NS);

        assertThat(rig.catchUp.mode()).isEqualTo(SyncMode.LIVE);
        assertThat(rig.count(FragcastCounter.CATCH_UP_GIVEN_UP)).isZero();
    }

    @Test
    void shouldNotBeginWithWhatIsBeyondItsWindowBeforeItHearsWhereTheRunIs()
    {
        rig.hold(FIRST, HEAD).away(FIRST - 1);

        rig.live(HEAD);
        assertThat(rig.count(FragcastCounter.FRAMES_FAR_FUTURE)).isPositive();
        assertThat(rig.count(FragcastCounter.SIGNATURES_CHECKED)).isZero();
        rig.heartbeat(HEAD);
        rig.passUntilVerified(HEAD, 5 * SECOND_NS);

        assertThat(rig.node.story()).isEqualTo(story(FIRST, HEAD + 1));
    }

    @Test
    void shouldWaitWhileNothingIsDelivered()
    {
        rig.hold(FIRST, HEAD).away(FIRST - 1).heartbeat(HEAD - 1);
        rig.node.isConsumerReady = false;

        rig.pass(10 * SECOND_NS);
        assertThat(rig.node.events).isEmpty();
        final long fetched = rig.count(FragcastCounter.CATCH_UP_BLOCKS);
        assertThat(fetched).isLessThanOrEqualTo(CatchUp.PUSH_AHEAD);
        rig.node.isConsumerReady = true;
        rig.passUntilVerified(HEAD - 1, 5 * SECOND_NS);

        assertThat(rig.node.story()).isEqualTo(story(FIRST, HEAD));
        assertThat(rig.count(FragcastCounter.CATCH_UP_INCOMPLETE)).isZero();
    }

    @Test
    void shouldGiveUpWhatNobodyHasAndSayHowMuch()
    {
        rig.hold(FIRST + 20, HEAD).away(FIRST - 1).heartbeat(HEAD - 1);

        rig.passUntilVerified(HEAD - 1, 10 * SECOND_NS);

        assertThat(rig.node.story().get(0)).isEqualTo("GAP@" + (FIRST + 20) + " missing 20");
        assertThat(rig.node.story().subList(1, rig.node.story().size())).isEqualTo(story(FIRST + 20, HEAD));
        assertThat(rig.count(FragcastCounter.CATCH_UP_GIVEN_UP)).isEqualTo(20);
    }

    @Test
    void shouldGiveUpARangeAtOnceWhereALeaderWentOnWithoutAnybody()
    {
        final long before = FIRST + 10;
        final long after = before + 4 * HeldRange.MAX_HEIGHTS;
        rig.hold(FIRST, before).hold(after, HEAD).away(FIRST - 1).heartbeat(HEAD - 1);

        rig.passUntilVerified(HEAD - 1, 20 * SECOND_NS);

        assertThat(rig.count(FragcastCounter.CATCH_UP_GIVEN_UP)).isEqualTo(after - before);
    }

    @Test
    void shouldGiveUpARangeAtOnceThoughAHolderIsItselfBehindIt()
    {
        rig.hold(FIRST, GAP);
        hold(GAP_END, HEAD, rig.holders.subList(0, 1));
        rig.away(FIRST - 1).heartbeat(HEAD - 1);

        rig.passUntilVerified(HEAD - 1, GAP_NS);

        assertThat(rig.count(FragcastCounter.CATCH_UP_GIVEN_UP)).isEqualTo(GAP_END - GAP);
    }

    @Test
    void shouldAskEachHolderOnceBeforeItAsksTheFirstAgain()
    {
        hold(FIRST, GAP, rig.holders.subList(0, 2));
        hold(GAP_END, HEAD, rig.holders.subList(0, 2));
        rig.away(FIRST - 1).heartbeat(HEAD - 1);

        rig.passUntilVerified(HEAD - 1, GAP_NS);

        assertThat(rig.count(FragcastCounter.CATCH_UP_GIVEN_UP)).isEqualTo(GAP_END - GAP);
        assertThat(rig.count(FragcastCounter.CATCH_UP_INCOMPLETE)).as("each is asked twice for each range")
            .isLessThanOrEqualTo(2 * 2 * (GAP_RANGES + 1));
    }

    @Test
    void shouldNotGiveUpWhatAHolderIsStillToFinish()
    {
        final SyncRig relayed = new SyncRig(1);
        final StreamSeeder relay = relayed.holders.get(0).seeder;
        relay.onOpenBlock(FIRST);
        relayed.hold(FIRST + 20, HEAD).away(FIRST - 1).heartbeat(HEAD - 1);
        relayed.pass(5 * SECOND_NS);
        assertThat(relayed.node.story()).isEmpty();

        relayed.hold(FIRST, FIRST + 20);
        relay.onOpenBlock(HEAD);
        relayed.passUntilVerified(HEAD - 1, 5 * SECOND_NS);

        assertThat(relayed.node.story()).isEqualTo(story(FIRST, HEAD));
        assertThat(relayed.count(FragcastCounter.CATCH_UP_GIVEN_UP)).isZero();
    }

    @Test
    void shouldAskAgainForWhatAHolderHadNotFinishedWhenItWasAsked()
    {
        final long open = FIRST + 20;
        final SyncRig relayed = new SyncRig(1);
        relayed.hold(FIRST, open).hold(open + 1, HEAD);
        relayed.holders.get(0).hold(relayed.block(open).frames(SyncRig.FRAGS, 3, 400).get(0));
        relayed.away(FIRST - 1).heartbeat(HEAD - 1);
        relayed.passUntilVerified(open - 1, 5 * SECOND_NS);
        relayed.pass(SECOND_NS / 2);

        relayed.hold(open, relayed.holders);
        relayed.passUntilVerified(HEAD - 1, 5 * SECOND_NS);

        assertThat(relayed.node.story()).isEqualTo(story(FIRST, HEAD));
        assertThat(relayed.count(FragcastCounter.CATCH_UP_INCOMPLETE)).isPositive();
        assertThat(relayed.count(FragcastCounter.CATCH_UP_GIVEN_UP)).isZero();
    }

    @Test
    void shouldGiveUpWhatAHolderHasGivenUp()
    {
        final SyncRig relayed = new SyncRig(1);
        relayed.holders.get(0).seeder.onOpenBlock(FIRST);
        relayed.hold(FIRST + 20, HEAD).away(FIRST - 1).heartbeat(HEAD - 1);
        relayed.pass(5 * SECOND_NS);
        relayed.holders.get(0).seeder.onOpenBlock(HEAD);

        relayed.passUntilVerified(HEAD - 1, 10 * SECOND_NS);

        assertThat(relayed.node.story().get(0)).isEqualTo("GAP@" + (FIRST + 20) + " missing 20");
    }

    @Test
    void shouldNotWaitForTheSlowOneOfThree()
    {
        final SyncRig two = new SyncRig(2);
        two.hold(FIRST, HEAD).away(FIRST - 1).heartbeat(HEAD - 1);
        final long twoNs = two.passUntilVerified(HEAD - 1, 5 * SECOND_NS);

        rig.holders.get(2).link.delayNs = 50_000_000;
        rig.hold(FIRST, HEAD).away(FIRST - 1).heartbeat(HEAD - 1);
        final long threeNs = rig.passUntilVerified(HEAD - 1, 5 * SECOND_NS);

        // The last range of the slow one costs its two ways there and back once, whatever there is to fetch.
        assertThat(threeNs).isLessThan(12 * twoNs / 10 + 4 * 50_000_000L);
    }

    @Test
    void shouldIgnoreWhatComesWhileItIsLive()
    {
        rig.hold(FIRST, FIRST + 10).away(FIRST - 1);
        rig.live(FIRST);
        rig.pass(SECOND_NS);
        final long ignored = rig.count(FragcastCounter.CATCH_UP_IGNORED);

        for (final TestFrame frame : rig.block(FIRST + 1).frames(SyncRig.FRAGS, 3, 400))
        {
            rig.catchUp.onFrame(0, frame.buffer(), 0, frame.buffer().capacity(), rig.node.nowNs.get());
        }
        rig.pass(SECOND_NS);

        assertThat(rig.count(FragcastCounter.CATCH_UP_IGNORED) - ignored).isPositive();
        assertThat(rig.count(FragcastCounter.CATCH_UP_BROKEN)).isZero();
        assertThat(rig.isVerified(FIRST + 1)).isFalse();
        assertThat(rig.modes).containsExactly(SyncMode.LIVE);
    }

    @Test
    void shouldDropWhatComesOfATermBefore()
    {
        rig.hold(FIRST, HEAD).away(FIRST - 1).heartbeat(HEAD - 1);
        rig.passUntilVerified(FIRST + 30, 5 * SECOND_NS);
        final long ignored = rig.count(FragcastCounter.CATCH_UP_IGNORED);

        rig.catchUp.onLeaderTerm(2);
        rig.pass(20_000_000);
        assertThat(rig.count(FragcastCounter.CATCH_UP_IGNORED)).isGreaterThan(ignored);
        rig.passUntilVerified(HEAD - 1, 5 * SECOND_NS);

        assertThat(rig.node.story()).isEqualTo(story(FIRST, HEAD));
    }

    @Test
    void shouldNotHoldMoreThanItsBudget()
    {
        final SyncRig small = new SyncRig(3, 20 * SegmentPool.SEGMENT_LENGTH);
        small.hold(FIRST, HEAD).away(FIRST - 1).heartbeat(HEAD - 1);
        small.node.isConsumerReady = false;
        small.pass(3 * SECOND_NS);
        final long heldBytes = small.count(FragcastCounter.CATCH_UP_BYTES);
        assertThat(heldBytes).isLessThan(20L * SegmentPool.SEGMENT_LENGTH + (1 << 20));
        small.node.isConsumerReady = true;
        small.passUntilVerified(HEAD - 1, 10 * SECOND_NS);

        assertThat(small.node.story()).isEqualTo(story(FIRST, HEAD));
    }

    @Test
    void shouldNotFollowAClaimThatNobodyProves()
    {
        rig.hold(FIRST, FIRST + 5).away(FIRST + 4);
        rig.pass(SECOND_NS);
        rig.catchUp.onStatus(0, Long.MAX_VALUE / 2, Long.MAX_VALUE / 2, 0);
        rig.pass(5 * SECOND_NS);

        assertThat(rig.count(FragcastCounter.CATCH_UP_GIVEN_UP)).isZero();
        assertThat(rig.node.receiver.progress().cursor()).isEqualTo(FIRST + 5);
        rig.catchUp.onStatus(0, FIRST + 4, FIRST + 5, 0);
        rig.live(FIRST + 5);
        rig.pass(SECOND_NS);
        assertThat(rig.node.story()).isEqualTo(story(FIRST + 5, FIRST + 6));
    }

    @Test
    void shouldGoOnWithoutHoldersWhenPatienceIsAtAnEnd()
    {
        rig.holders.forEach(SyncRig.Holder::die);
        rig.away(FIRST - 1).heartbeat(HEAD - 1);
        rig.pass(CatchUp.PATIENCE_NS - SECOND_NS);
        assertThat(rig.node.receiver.progress().cursor()).isEqualTo(FIRST);
        rig.pass(2 * SECOND_NS);

        for (final TestFrame frame : rig.block(HEAD).frames(SyncRig.FRAGS, 3, 400))
        {
            rig.node.offer(frame);
        }
        rig.pass(SECOND_NS);

        assertThat(rig.node.story().get(0)).isEqualTo("GAP@" + HEAD + " missing " + AWAY);
        assertThat(rig.isVerified(HEAD)).isTrue();
    }

    @Test
    void shouldKeepWhatWasCaughtUpFromTheSinks()
    {
        rig.hold(FIRST, HEAD).away(FIRST - 1).heartbeat(HEAD - 1);
        final int forwarded = rig.node.forwarded.size();
        rig.passUntilVerified(HEAD - 1, 5 * SECOND_NS);

        assertThat(rig.node.forwarded).hasSize(forwarded);
        assertThat(rig.caughtUp).isNotEmpty();
    }

    private void isCaughtUp()
    {
        rig.hold(FIRST, HEAD).away(FIRST - 1).heartbeat(HEAD - 1);
        rig.passUntilVerified(HEAD - 1, 5 * SECOND_NS);
        assertThat(rig.node.story()).isEqualTo(story(FIRST, HEAD));
    }

    private void hold(final long from, final long to, final List<SyncRig.Holder> by)
    {
        for (long number = from; number < to; number++)
        {
            rig.hold(number, by);
        }
    }
}
