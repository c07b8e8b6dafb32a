package io.fragcast.edge.rpc;

import io.fragcast.edge.rpc.GatewayOrder.Stop;
import io.fragcast.ethereum.BasedOpMessage;
import io.fragcast.ethereum.BasedOpSsz;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The order of a gateway's messages, told as words: what has its turn as {@code env 5}, {@code frag 5#0}, {@code seal
 * 5}, what is stopped with the reason behind it.
 */
class GatewayOrderTest implements GatewayOrder.Consumer
{
    private static final int MAX_FRAGS = 8;
    private static final long ENV_HOLD_NS = TimeUnit.MILLISECONDS.toNanos(GatewayOrder.ENV_HOLD_MS);
    private static final long ENV_HOLD_INCOMPLETE_NS =
        TimeUnit.MILLISECONDS.toNanos(GatewayOrder.ENV_HOLD_INCOMPLETE_MS);
    private static final long HOLD_NS = TimeUnit.MILLISECONDS.toNanos(GatewayOrder.HOLD_MS);
    private static final byte[] HASH = new byte[32];

    private final BasedOpSsz ssz = new BasedOpSsz();
    private final List<String> turns = new ArrayList<>();
    private final List<String> stops = new ArrayList<>();
    private final GatewayOrder order =
        new GatewayOrder(MAX_FRAGS, (block, reference) -> 1_000 <= block && reference < 1_000, this);
    private long nowNs = -1;

    @Test
    void shouldPassOnWhatComesInOrder()
    {
        blocks(5, 3).forEach(this::say);

        assertThat(turns).isEqualTo(words(blocks(5, 3)));
        assertThat(stops).isEmpty();
    }

    @Test
    void shouldPutAnyTwoNeighboursInOrder()
    {
        final List<GatewayMessage> inOrder = blocks(5, 3);
        for (int i = 0; i + 1 < inOrder.size(); i++)
        {
            final GatewayOrderTest run = new GatewayOrderTest();
            final List<GatewayMessage> swapped = new ArrayList<>(inOrder);
            Collections.swap(swapped, i, i + 1);
            swapped.forEach(run::say);

            assertThat(run.turns).as("swapped at " + i).isEqualTo(words(inOrder));
            assertThat(run.stops).isEmpty();
        }
    }

    @Test
    void shouldPutAnyOrderOfOneBlockInOrder()
    {
        final Random random = new Random(7);
        final List<GatewayMessage> inOrder = block(5, 0, 6);
        for (int i = 0; i < 1_000; i++)
        {
            final GatewayOrderTest run = new GatewayOrderTest();
            final List<GatewayMessage> shuffled = new ArrayList<>(inOrder);
            Collections.shuffle(shuffled, random);
            shuffled.forEach(run::say);

            assertThat(run.turns).as("" + words(shuffled)).isEqualTo(words(inOrder));
            assertThat(run.stops).isEmpty();
        }
    }

    /** Each message is up to three places from its own, and may come again. */
    @Test
    void shouldPutWhatCameNearItsPlaceInOrderAndOnce()
    {
        final List<GatewayMessage> inOrder = blocks(5, 4);
        for (int seed = 0; seed < 2_000; seed++)
        {
            final Random random = new Random(seed);
            final List<GatewayMessage> said = new ArrayList<>();
            inOrder.forEach((message) -> said.addAll(Collections.nCopies(1 + random.nextInt(2), message)));
            for (int from = random.nextInt(4); from + 4 <= said.size(); from += 4)
            {
                Collections.shuffle(said.subList(from, from + 4), random);
            }
            final GatewayOrderTest run = new GatewayOrderTest();
            said.forEach(run::say);

            assertThat(run.turns).as("seed %d: %s", seed, words(said)).isEqualTo(words(inOrder));
            assertThat(run.stops).hasSize(said.size() - inOrder.size()).allMatch((stop) -> stop.endsWith("DUPLICATE"));
        }
    }

    @Test
    void shouldPassOnEachMessageOnceHoweverOftenItComes()
    {
        final List<GatewayMessage> inOrder = blocks(5, 3);
        for (final GatewayMessage message : inOrder)
        {
            say(message);
            say(message);
        }
        assertThat(turns).isEqualTo(words(inOrder));
        assertThat(stops).hasSize(inOrder.size()).allMatch((stop) -> stop.endsWith("DUPLICATE"));

        inOrder.forEach(this::say);
        assertThat(turns).isEqualTo(words(inOrder));
        assertThat(stops).hasSize(2 * inOrder.size()).allMatch((stop) -> stop.endsWith("DUPLICATE"));
    }

    @Test
    void shouldKnowADuplicateOfWhatWaits()
    {
        say(frag(5, 0, 0, false));
        say(frag(5, 0, 0, false));
        say(env(5, 0));

        assertThat(turns).containsExactly("env 5", "frag 5#0");
        assertThat(stops).containsExactly("frag 5#0 DUPLICATE");
    }

    @Test
    void shouldTakeTheSameFragAgainWhenTheHeightIsOpenedAnew()
    {
        say(env(5, 0));
        say(frag(5, 0, 0, false));
        say(env(5, 1));
        say(frag(5, 0, 0, false));
        say(env(5, 0));

        assertThat(turns).containsExactly("env 5", "frag 5#0", "env 5", "frag 5#0");
        assertThat(stops).containsExactly("5 given up", "env 5 DUPLICATE");
    }

    @Test
    void shouldStopAnotherMessageInATakenPlace()
    {
        say(env(5, 0));
        say(frag(5, 0, 0, false));
        say(frag(5, 0, 1, false));
        say(frag(5, 2, 0, false));
        say(frag(5, 2, 1, false));
        say(frag(5, 1, 0, false));
        say(frag(5, 3, 0, true));
        say(seal(5, 4));
        say(seal(5, 3));

        assertThat(turns).containsExactly("env 5", "frag 5#0", "frag 5#1", "frag 5#2", "frag 5#3", "seal 5");
        assertThat(stops).containsExactly("frag 5#0 CONFLICT", "frag 5#2 CONFLICT", "seal 5 CONFLICT");
    }

    /** As a gateway does that was restarted, or sorts anew on the same parent. */
    @Test
    void shouldStartABlockOverThatTheGatewayStartsOver()
    {
        block(5, 0, 4).subList(0, 4).forEach(this::say);
        final List<GatewayMessage> anew = List.of(
            env(5, 0), frag(5, 0, 0, false), frag(5, 1, 1, false), frag(5, 2, 0, true), seal(5, 3));
        anew.forEach(this::say);

        assertThat(turns).containsExactly(
            "env 5", "frag 5#0", "frag 5#1", "frag 5#2", "env 5", "frag 5#0", "frag 5#1", "frag 5#2", "seal 5");
        assertThat(stops).containsExactly("env 5 DUPLICATE", "frag 5#0 DUPLICATE", "5 given up");
        anew.forEach(this::say);
        assertThat(turns).hasSize(9);
    }

    @Test
    void shouldStartABlockOverWhateverTwoNeighboursOfItOvertakeEachOther()
    {
        final List<GatewayMessage> anew = List.of(
            env(5, 0), frag(5, 0, 0, false), frag(5, 1, 0, false), frag(5, 2, 1, false), frag(5, 3, 1, true),
            seal(5, 4));
        for (int i = 1; i + 1 < anew.size(); i++)
        {
            final GatewayOrderTest run = new GatewayOrderTest();
            block(5, 0, 5).subList(0, 5).forEach(run::say);
            final List<GatewayMessage> swapped = new ArrayList<>(anew);
            Collections.swap(swapped, i, i + 1);
            swapped.forEach(run::say);

            assertThat(run.turns.subList(5, run.turns.size())).as("swapped at " + i).isEqualTo(words(anew));
            assertThat(run.stops).contains("5 given up").allMatch(
                (stop) -> stop.endsWith("DUPLICATE") || stop.endsWith("given up"));
        }
    }

    @Test
    void shouldNotStartOverForAFragThatCameAgainAsItWas()
    {
        block(5, 0, 4).subList(0, 3).forEach(this::say);
        say(env(5, 0));
        say(frag(5, 0, 0, false));
        say(frag(5, 0, 1, false));

        assertThat(turns).containsExactly("env 5", "frag 5#0", "frag 5#1");
        assertThat(stops).containsExactly("env 5 DUPLICATE", "frag 5#0 DUPLICATE", "frag 5#0 CONFLICT");
    }

    @Test
    void shouldGoOnWithTheNextBlockThoughAMessageWasLost()
    {
        final List<GatewayMessage> first = block(5, 0, 3);
        final List<GatewayMessage> second = block(6, 0, 3);
        for (int lost = 0; lost < first.size(); lost++)
        {
            final GatewayOrderTest run = new GatewayOrderTest();
            for (int i = 0; i < first.size(); i++)
            {
                if (lost != i)
                {
                    run.say(first.get(i));
                }
            }
            second.forEach(run::say);
            assertThat(run.turns.contains("env 6")).as("with message %d lost", lost).isEqualTo(0 == lost);
            // One Seal alone is waited for longer.
            final long holdNs = first.size() - 1 == lost ? ENV_HOLD_NS : ENV_HOLD_INCOMPLETE_NS;
            run.await(holdNs - 1);
            assertThat(run.turns.contains("env 6")).isEqualTo(0 == lost);
            run.await(1);

            assertThat(run.turns.subList(run.turns.indexOf("env 6"), run.turns.size()))
                .as("with message %d lost", lost).isEqualTo(words(second));
            run.await(HOLD_NS);
            assertThat(run.order.heldCount()).isZero();
        }
    }

    @Test
    void shouldStopWhatWaitedForSomethingThatNeverCame()
    {
        say(frag(5, 0, 0, false));
        say(seal(7, 1));
        await(HOLD_NS - 1);
        assertThat(stops).isEmpty();

        await(1);
        assertThat(stops).containsExactly("frag 5#0 ORDER", "seal 7 ORDER");
        say(env(5, 0));
        assertThat(turns).containsExactly("env 5");
    }

    @Test
    void shouldStopWhatIsLate()
    {
        blocks(5, 1).forEach(this::say);
        order.onSealed(5);
        say(env(5, 1));
        say(env(4, 0));
        say(frag(4, 0, 0, false));
        say(frag(5, MAX_FRAGS - 1, 0, false));
        say(seal(4, 1));
        say(env(6, 0));
        say(frag(6, 0, 0, true));
        say(frag(6, 1, 0, true));

        assertThat(stops).containsExactly("env 5 ORDER", "env 4 ORDER", "frag 4#0 ORDER", "frag 5#7 ORDER",
            "seal 4 ORDER", "frag 6#1 ORDER");
        assertThat(turns).endsWith("seal 5", "env 6", "frag 6#0");
    }

    @Test
    void shouldStopWhatIsFarAhead()
    {
        say(env(5, 0));
        say(frag(5, MAX_FRAGS, 0, false));
        say(frag(5, Long.MIN_VALUE, 0, false));
        say(frag(5 + GatewayOrder.WINDOW_BLOCKS + 1, 0, 0, false));
        say(seal(-1, 1));
        say(seal(6, MAX_FRAGS + 1));
        assertThat(stops).containsExactly("frag 5#8 WINDOW", "frag 5#9223372036854775808 WINDOW", "frag 70#0 WINDOW",
            "seal 18446744073709551615 WINDOW", "seal 6 WINDOW");

        say(frag(5 + GatewayOrder.WINDOW_BLOCKS, MAX_FRAGS - 1, 0, false));
        say(frag(1_000, 0, 0, false));
        say(seal(6, MAX_FRAGS));
        assertThat(stops).hasSize(5);
        assertThat(order.heldCount()).as("at the limits, and at the start of a later term").isEqualTo(3);
    }

    @Test
    void shouldHoldSoManyAtMost()
    {
        for (int i = 0; i < GatewayOrder.MAX_HELD; i++)
        {
            say(frag(i, 0, 0, false));
        }
        assertThat(stops).isEmpty();
        say(frag(GatewayOrder.MAX_HELD, 0, 0, false));

        assertThat(stops).containsExactly("frag 256#0 WINDOW");
        assertThat(order.heldCount()).isEqualTo(GatewayOrder.MAX_HELD);
    }

    @Test
    void shouldTakeALowerHeightAtOnceIfItIsNotSealed()
    {
        say(env(9, 0));
        say(env(5, 0));
        say(frag(9, 0, 0, false));
        say(frag(5, 0, 0, false));

        assertThat(turns).containsExactly("env 9", "env 5", "frag 5#0");
        assertThat(stops).containsExactly("9 given up", "frag 9#0 ORDER");
    }

    @Test
    void shouldHaveNothingOpenWhenTheSequencerRefusedTheEnv()
    {
        final GatewayMessage env = env(5, 0);
        say(env);
        order.onRefused(env);
        say(env(6, 0));

        assertThat(turns).containsExactly("env 5", "env 6");
        assertThat(stops).isEmpty();
    }

    @Override
    public void onTurn(final GatewayMessage message)
    {
        turns.add(word(message));
    }

    @Override
    public void onStop(final GatewayMessage message, final Stop stop)
    {
        stops.add(word(message) + " " + stop);
    }

    @Override
    public void onGivenUp(final long blockNumber)
    {
        stops.add(blockNumber + " given up");
    }

    private void say(final GatewayMessage message)
    {
        order.onMessage(message, nowNs);
    }

    private void await(final long durationNs)
    {
        nowNs += durationNs;
        order.doWork(nowNs);
    }

    private List<GatewayMessage> blocks(final long firstBlock, final int count)
    {
        final List<GatewayMessage> messages = new ArrayList<>();
        for (int i = 0; i < count; i++)
        {
            messages.addAll(block(firstBlock + i, 0, 3));
        }

        return messages;
    }

    private List<GatewayMessage> block(final long number, final int content, final int frags)
    {
        final List<GatewayMessage> messages = new ArrayList<>();
        messages.add(env(number, content));
        for (int i = 0; i < frags; i++)
        {
            messages.add(frag(number, i, content, frags - 1 == i));
        }
        messages.add(seal(number, frags));

        return messages;
    }

    private GatewayMessage env(final long number, final int content)
    {
        return signed(new BasedOpMessage.Env(
            number, HASH, new byte[20], content, 0, 0, HASH, HASH, new byte[0], HASH));
    }

    private GatewayMessage frag(final long number, final long seq, final int content, final boolean isLast)
    {
        return signed(new BasedOpMessage.Frag(number, seq, isLast, List.of(new byte[]{(byte)content})));
    }

    private GatewayMessage seal(final long number, final int totalFrags)
    {
        return signed(new BasedOpMessage.Seal(totalFrags, number, 0, 0, HASH, HASH, HASH, HASH, HASH));
    }

    private GatewayMessage signed(final BasedOpMessage message)
    {
        return GatewayMessage.of(message, new byte[65], ssz.root(message));
    }

    private static List<String> words(final List<GatewayMessage> messages)
    {
        return messages.stream().map(GatewayOrderTest::word).toList();
    }

    private static String word(final GatewayMessage message)
    {
        return message.kind().label() + " " + Long.toUnsignedString(message.blockNumber()) +
            (BasedOpMessage.Kind.FRAG == message.kind() ? "#" + Long.toUnsignedString(message.seq()) : "");
    }
}
