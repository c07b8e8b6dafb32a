package io.fragcast.edge.engine;

import io.fragcast.BlockEvent.Kind;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A sequencer of requests with the test for its execution client: what it asks is written down, and answered by hand.
 */
abstract class EngineSequencerScenario
{
    static final long MS = 1_000_000L;
    static final EngineTiming TIMING =
        new EngineTiming(500 * MS, 200 * MS, 800 * MS, 30_000 * MS);
    static final int EVENT_LENGTH = 100;
    static final String BLOCK_OPEN =
        "cannot open a new unsealed block while there's one already in progress";

    final Counters counters = Counters.inMemory();
    final List<String> asked = new ArrayList<>();
    EngineSequencer sequencer;
    long nowNs;
    long lastId;

    @BeforeEach
    void start()
    {
        sequencer = new EngineSequencer(this::onAsk, TIMING, 100 * EVENT_LENGTH, nowNs, counters);
    }

    /** After block 7 was left: block 8 waits until the client has block 7 from elsewhere. */
    void shouldOpenTheNextWhoseParentIsThere()
    {
        end(Kind.VERIFIED);
        env(8, 0);
        expect("HEAD");
        answer(head(6));
        expect("BLOCK " + hash(7));
        answer(EngineAnswer.block(false));
        nowNs += TIMING.pollIntervalNs();
        expect("HEAD");
        answer(head(7));
        expect("ENV 8");
        ok();
    }

    void sealBlock(final int number)
    {
        sendUpToSeal(number);
        ok();
        expectNothing();
    }

    void sendUpToSeal(final int number)
    {
        openBlock(number);
        frag(number, 0, true);
        expect("FRAG " + number + "#0");
        ok();
        seal(number);
        end(Kind.VERIFIED);
        expect("SEAL " + number);
    }

    void openBlock(final int number)
    {
        env(number, 0);
        expect("HEAD");
        answer(head(number - 1));
        expect("ENV " + number);
        ok();
    }

    void whole(final int number)
    {
        env(number, 0);
        frag(number, 0, true);
        seal(number);
        end(Kind.VERIFIED);
    }

    void env(final int number, final int attempt)
    {
        final byte[] event = new byte[EVENT_LENGTH];
        event[0] = (byte)attempt;
        sequencer.onEnv(new EngineMessage(
            EngineMethod.ENV, number, 0, false, EngineScript.hash(number - 1, 0, true), event));
    }

    void frag(final int number, final int seq, final boolean isLast)
    {
        sequencer.onMessage(new EngineMessage(
            EngineMethod.FRAG, number, seq, isLast, EngineMessage.NO_HASH, new byte[EVENT_LENGTH]));
    }

    void seal(final int number)
    {
        sequencer.onMessage(new EngineMessage(
            EngineMethod.SEAL, number, 0, false, EngineScript.hash(number, 0, true), new byte[EVENT_LENGTH]));
    }

    void end(final Kind kind)
    {
        sequencer.onEnd(kind);
    }

    static EngineAnswer head(final int number)
    {
        return EngineAnswer.head(number, EngineScript.hash(number, 0, true));
    }

    static String hash(final int number)
    {
        return HexFormat.of().formatHex(EngineScript.hash(number, 0, true), 0, 8);
    }

    void ok()
    {
        answer(EngineAnswer.ok());
    }

    void refuse(final String error)
    {
        answer(EngineAnswer.refused(error));
    }

    void answer(final EngineAnswer answer)
    {
        sequencer.onAnswer(lastId, answer, nowNs);
    }

    void expect(final String request)
    {
        work();
        assertThat(asked).containsExactly(request);
        asked.clear();
    }

    void expectNothing()
    {
        work();
        assertThat(asked).isEmpty();
    }

    void work()
    {
        int work;
        do
        {
            work = sequencer.doWork(nowNs);
        }
        while (0 != work);
    }

    void assertCount(final FragcastCounter counter, final long count)
    {
        assertThat(counters.value(counter)).as(counter.label()).isEqualTo(count);
    }

    void onAsk(
        final long id, final EngineMethod method, final @Nullable EngineMessage message, final byte[] hash)
    {
        lastId = id;
        final String what = null == message ?
            (0 == hash.length ? "" : " " + HexFormat.of().formatHex(hash, 0, 8)) :
            " " + message.blockNumber() + (EngineMethod.FRAG == method ? "#" + message.seq() : "");
        asked.add(method + what);
    }
}
