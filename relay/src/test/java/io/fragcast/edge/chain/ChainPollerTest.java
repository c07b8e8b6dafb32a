package io.fragcast.edge.chain;

import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Goal: each block once and in order, one question at a time, whatever the client does; who cannot answer is asked ever
 * more seldom.
 */
class ChainPollerTest
{
    private static final long MS = 1_000_000L;
    private static final ChainTiming TIMING = new ChainTiming(1_000 * MS, 4_000 * MS, 200 * MS, 1_600 * MS);
    private static final long CHAIN = 10;

    private final Counters counters = Counters.inMemory();
    private final List<String> asked = new ArrayList<>();
    private final List<String> taken = new ArrayList<>();
    private long lastId;
    private int answers;
    private long nowNs = 5;
    private boolean isConsumerReady = true;
    private ChainPoller poller = poller("latest", true);

    @Test
    void shouldAskForEachBlockOnTheWay()
    {
        start();
        ask("latest");
        answerFirst(100);
        ask("latest");
        answer(block(100));
        ask("latest");
        answer(block(103));
        askNow("0x65");
        answer(block(101));
        askNow("0x66");
        answer(block(102));
        askNow("latest");
        answer(block(103));
        ask("latest");

        assertThat(taken).containsExactly("100", "101", "102", "103");
    }

    /** What was sealed before the first answer came is asked for as well: its Seals may be here already. */
    @Test
    void shouldAskForWhatWasSealedBeforeTheFirstAnswer()
    {
        start();
        ask("latest");
        answer(block(100));
        for (long number = 100 - ChainPoller.MAX_BEHIND; number < 98; number++)
        {
            askNow(hex(number));
            answer(ChainAnswer.none());
        }
        askNow("0x62");
        answer(block(98));
        askNow("0x63");
        answer(block(99));
        askNow("latest");
        answer(block(101));
        askNow("0x64");
        answer(block(100));
        askNow("latest");
        answer(block(101));
        ask("latest");

        assertThat(taken).containsExactly("98", "99", "100", "101");
    }

    @Test
    void shouldNotLookForBlocksBelowTheFirstOfAChain()
    {
        start();
        ask("latest");
        answer(block(1));
        askNow("0x0");
        answer(block(0));
        askNow("latest");
        answer(block(1));

        assertThat(taken).containsExactly("0", "1");
    }

    @Test
    void shouldLeaveOutWhatIsTooFarBehind()
    {
        start();
        ask("latest");
        answerFirst(100);
        ask("latest");
        answer(block(1_000));

        askNow(hex(1_000 - ChainPoller.MAX_BEHIND));
    }

    @Test
    void shouldTakeAnotherBlockOfTheSameHeight()
    {
        start();
        ask("latest");
        answerFirst(100);
        ask("latest");
        answer(ChainAnswer.block(new ChainBlock(100, new byte[]{9}, null)));
        ask("latest");
        answer(block(99));

        assertThat(taken).containsExactly("100", "100", "99");
    }

    @Test
    void shouldJumpToWhatIsFinal()
    {
        poller = poller("finalized", false);
        start();
        ask("finalized");
        answer(ChainAnswer.none());
        ask("finalized");
        answer(block(64));
        ask("finalized");
        answer(block(128));

        assertThat(taken).containsExactly("64", "128");
    }

    @Test
    void shouldNotListenToAnotherChain()
    {
        askNow("");
        assertThat(answer(ChainAnswer.chain(11))).isEqualTo("it carries chain 11, not 10");
        pass(200);
        askNow("");
        answer(ChainAnswer.chain(CHAIN));
        askNow("latest");
    }

    @Test
    void shouldAskEverMoreSeldomWhoFails()
    {
        start();
        ask("latest");
        assertThat(answer(ChainAnswer.failed("status 503"))).isEqualTo("status 503");
        for (final int waitMs : new int[]{200, 400, 800, 1_600, 1_600})
        {
            pass(waitMs - 1);
            assertThat(asked).isEmpty();
            pass(1);
            askNow("latest");
            answer(ChainAnswer.failed("no connection"));
        }
        pass(1_600);
        askNow("latest");
        answerFirst(7);
        assertThat(counters.value(FragcastCounter.CHAIN_FAILURES)).isEqualTo(6);
        ask("latest");
        answer(ChainAnswer.failed("once more"));
        pass(200);
        askNow("latest");
    }

    @Test
    void shouldTakeAQuestionForLostAndNotListenToItsAnswer()
    {
        start();
        ask("latest");
        final long lost = lastId;
        pass(4_000);
        assertThat(counters.value(FragcastCounter.CHAIN_FAILURES)).isEqualTo(1);
        poller.onAnswer(lost, block(100), nowNs);
        assertThat(taken).isEmpty();
        pass(200);
        askNow("latest");
        answerFirst(100);
        assertThat(taken).containsExactly("100");
    }

    @Test
    void shouldOfferABlockAgainAndAskNothingMeanwhile()
    {
        start();
        isConsumerReady = false;
        ask("latest");
        answerFirst(100);
        pass(10_000);
        assertThat(asked).isEmpty();
        isConsumerReady = true;
        pass(1);
        assertThat(taken).containsExactly("100");
        pass(1);
        askNow("latest");
    }

    @Test
    void shouldGoOnWhenWhatWasOnTheWayIsGone()
    {
        start();
        ask("latest");
        answerFirst(100);
        ask("latest");
        answer(block(103));
        askNow("0x65");
        answer(ChainAnswer.none());
        ask("latest");
        answer(block(101));

        assertThat(taken).containsExactly("100", "101");
    }

    private ChainPoller poller(final String tag, final boolean isEachWanted)
    {
        return new ChainPoller(
            (requestId, block) ->
            {
                lastId = requestId;
                asked.add(block);
            },
            CHAIN,
            tag,
            isEachWanted,
            TIMING,
            this::onBlock,
            nowNs,
            counters);
    }

    private void start()
    {
        askNow("");
        answer(ChainAnswer.chain(CHAIN));
    }

    /** After the interval, and not before it. */
    private void ask(final String block)
    {
        // The first after the chain's id is due at once.
        if (answers > 1)
        {
            pass(999);
            assertThat(asked).isEmpty();
            pass(1);
        }
        askNow(block);
    }

    private void askNow(final String block)
    {
        poller.doWork(nowNs);
        assertThat(asked).containsExactly(block);
        asked.clear();
    }

    private @Nullable String answer(final ChainAnswer answer)
    {
        answers++;

        return poller.onAnswer(lastId, answer, nowNs);
    }

    /** The first that the client tells of; it has nothing below. */
    private void answerFirst(final long number)
    {
        answer(block(number));
        for (long before = Math.max(0, number - ChainPoller.MAX_BEHIND); before < number; before++)
        {
            askNow(hex(before));
            answer(ChainAnswer.none());
        }
        askNow("latest");
        answer(block(number));
    }

    private static String hex(final long number)
    {
        return "0x" + Long.toHexString(number);
    }

    private void pass(final long ms)
    {
        nowNs += ms * MS;
        poller.doWork(nowNs);
    }

    private boolean onBlock(final ChainBlock block)
    {
        if (isConsumerReady)
        {
            taken.add(Long.toString(block.number()));
        }

        return isConsumerReady;
    }

    private static ChainAnswer block(final long number)
    {
        return ChainAnswer.block(new ChainBlock(number, new byte[]{(byte)number}, null));
    }
}
