package io.fragcast.edge.engine;

import io.fragcast.BlockEvent.Kind;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.edge.engine.EngineAnswer.Outcome;
import io.fragcast.edge.engine.EngineScript.Attempt;
import io.fragcast.edge.engine.EngineScript.Step;
import io.fragcast.edge.engine.EngineStandIn.Block;
import io.fragcast.ethereum.BasedOpMessage.Env;
import io.fragcast.ethereum.BasedOpMessage.Frag;
import io.fragcast.ethereum.BasedOpMessage.Seal;
import io.fragcast.ethereum.Hex;
import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;

/**
 * One seeded run of the sequencer against the stand-in, in virtual time: the network loses, delays and breaks requests
 * and answers, either side restarts, and after a while the faults end. Everything is drawn from the seed; one thread.
 */
final class EngineSimulation
{
    static final long MS = 1_000_000L;
    static final EngineTiming TIMING =
        new EngineTiming(500 * MS, 200 * MS, 800 * MS, 30_000 * MS);
    /** A poll, and a block's worth of round trips of at most 10 ms: head, Env twice, 6 frags, Seal, and the next. */
    static final long OPEN_WITHIN_NS = TIMING.pollIntervalNs() + 250 * MS;
    /** What a fault may leave behind: a request to be waited out, then a back-off. */
    static final long CALM_NS = 2 * TIMING.requestTimeoutNs() + TIMING.maxBackoffNs() + OPEN_WITHIN_NS;

    /** Of a run's length; what follows shows that it recovers. */
    private static final double MAX_FAULTY = 0.7;
    /** How late the machine's own timers may be met. */
    private static final long TIMER_NS = 10 * MS;
    private static final long NEVER = Long.MAX_VALUE;

    private record Event(long timeNs, long order, Runnable action)
    {
    }

    final Counters counters = Counters.inMemory();
    final EngineScript script;
    final EngineStandIn standIn;
    /** Attempts that the machine of today was given whole, from Env to end. */
    final Set<Attempt> whole = new HashSet<>();
    /** When the client opened the block of an attempt for the last time. */
    final Map<Long, Long> openedNs = new HashMap<>();
    /** When the client first had a block. */
    final Map<String, Long> knownNs = new HashMap<>();
    /** When its head first reached a height by another way. */
    final Map<Long, Long> elsewhereNs = new HashMap<>();
    final boolean isCalm;
    final long faultsEndNs;
    int restarts;
    int faults;

    private final PriorityQueue<Event> events = new PriorityQueue<>(
        (left, right) -> left.timeNs() != right.timeNs() ?
            Long.compare(left.timeNs(), right.timeNs()) : Long.compare(left.order(), right.order()));
    private final Random random;
    private final int lostPercent;
    private final int brokenPercent;
    private final int latePercent;
    private @Nullable EngineSequencer sequencer;
    private @Nullable Attempt given;
    private boolean isSkipping;
    private int edgeLife;
    private int engineLife;
    private boolean isEngineUp = true;
    private long nowNs;
    private long order;

    EngineSimulation(final long seed)
    {
        random = new Random(seed);
        script = new EngineScript(random, 6 + random.nextInt(10));
        standIn = new EngineStandIn(script::execute, EngineScript.genesis());
        knownNs.put(EngineScript.genesis().hash(), 0L);
        isCalm = 0 == random.nextInt(4);
        final long lengthNs = script.steps.get(script.steps.size() - 1).timeNs();
        faultsEndNs = isCalm ? 0 : (long)(lengthNs * random.nextDouble() * MAX_FAULTY);
        lostPercent = isCalm ? 0 : random.nextInt(3) * 5;
        brokenPercent = isCalm ? 0 : random.nextInt(3) * 5;
        latePercent = isCalm ? 0 : random.nextInt(3) * 5;
        if (!isCalm)
        {
            drawRestarts();
        }
    }

    void run()
    {
        startEdge();
        for (final Step step : script.steps)
        {
            at(step.timeNs(), () -> deliver(step));
        }
        for (int i = 0; i < script.chain.size(); i++)
        {
            final Block block = script.chain.get(i);
            at(script.otherWayNs.get(i), () -> receive(block));
        }

        final long endNs = Math.max(
            script.steps.get(script.steps.size() - 1).timeNs(),
            script.otherWayNs.get(script.otherWayNs.size() - 1)) + CALM_NS;
        while (nowNs < endNs)
        {
            for (Event event = events.peek(); null != event && event.timeNs() <= nowNs; event = events.peek())
            {
                events.remove();
                event.action().run();
            }
            work();
            final Event next = events.peek();
            nowNs = Math.min(nowNs + TIMER_NS, null == next ? NEVER : Math.max(nowNs, next.timeNs()));
        }
    }

    long value(final FragcastCounter counter)
    {
        return counters.value(counter);
    }

    private void work()
    {
        final EngineSequencer machine = sequencer;
        while (null != machine && 0 != machine.doWork(nowNs))
        {
            // Until it waits.
        }
    }

    private void drawRestarts()
    {
        for (int i = random.nextInt(4); i > 0; i--)
        {
            final long whenNs = (long)(faultsEndNs * random.nextDouble());
            final long downNs = random.nextInt(3_000) * MS;
            if (whenNs + downNs < faultsEndNs)
            {
                at(whenNs, () -> stopEngine(random.nextBoolean() ? 0 : downNs));
            }
        }
        for (int i = random.nextInt(4); i > 0; i--)
        {
            final long whenNs = (long)(faultsEndNs * random.nextDouble());
            // A process takes longer to start than a request of its earlier life is under way.
            final long downNs = 2 * TIMING.requestTimeoutNs() + random.nextInt(2_000) * MS;
            if (whenNs + downNs < faultsEndNs)
            {
                at(whenNs, this::stopEdge);
                at(whenNs + downNs, this::startEdge);
            }
        }
    }

    private void stopEngine(final long downNs)
    {
        restarts++;
        engineLife++;
        standIn.restart();
        isEngineUp = false;
        at(nowNs + downNs, () -> isEngineUp = true);
    }

    private void stopEdge()
    {
        restarts++;
        sequencer = null;
        whole.clear();
        edgeLife++;
    }

    private void startEdge()
    {
        if (null != sequencer)
        {
            return;
        }
        edgeLife++;
        final int life = edgeLife;
        sequencer = new EngineSequencer(
            (id, method, message, hash) -> ask(life, id, method, message, hash), TIMING, 1 << 20, nowNs, counters);
        isSkipping = true;
        final Attempt begun = given;
        if (null != begun && begun.endTimeNs() > nowNs && random.nextBoolean())
        {
            // A replica that was started again may deliver the block under way from its start.
            isSkipping = false;
            for (final Step step : script.steps)
            {
                if (step.attempt() == begun && step.timeNs() < nowNs)
                {
                    deliver(step);
                }
            }
        }
    }

    private void deliver(final Step step)
    {
        if (Kind.ENV == step.kind())
        {
            given = step.attempt();
            isSkipping = false;
        }
        final EngineSequencer machine = sequencer;
        if (null == machine)
        {
            return;
        }
        if (isSkipping)
        {
            return;
        }
        final EngineMessage message = step.message();
        if (null == message)
        {
            machine.onEnd(step.kind());
            whole.add(step.attempt());
        }
        else if (Kind.ENV == step.kind())
        {
            machine.onEnv(message);
        }
        else
        {
            machine.onMessage(message);
        }
    }

    private void receive(final Block block)
    {
        if (!isEngineUp || !standIn.hasBlock(block.parentHash()))
        {
            at(nowNs + 50 * MS, () -> receive(block));
            return;
        }
        standIn.newPayload(block);
        if (block.number() > standIn.head().number())
        {
            standIn.forkchoice(block.hash());
            elsewhereNs.put(block.number(), nowNs);
        }
        look(null);
    }

    private void ask(
        final int life,
        final long id,
        final EngineMethod method,
        final @Nullable EngineMessage message,
        final byte[] hash)
    {
        if (!isEngineUp)
        {
            answer(life, id, MS, EngineAnswer.failed(Outcome.SHUT_OUT, "connection refused"));
            return;
        }

        final boolean isFaulty = nowNs < faultsEndNs;
        final int roll = isFaulty ? random.nextInt(100) : 100;
        final int engine = engineLife;
        long takesNs = (1 + random.nextInt(4)) * MS;
        if (roll < lostPercent)
        {
            faults++;
            if (random.nextBoolean())
            {
                at(nowNs + takesNs, () -> execute(engine, method, message, hash));
            }
            return;
        }
        if (roll < lostPercent + brokenPercent)
        {
            faults++;
            answer(life, id, takesNs, EngineAnswer.failed(Outcome.UNKNOWN, "connection reset"));
            if (random.nextBoolean())
            {
                at(nowNs + random.nextInt(1_000) * MS, () -> execute(engine, method, message, hash));
            }
            return;
        }
        if (roll < lostPercent + brokenPercent + latePercent)
        {
            faults++;
            takesNs = random.nextInt(1_000) * MS;
        }
        at(nowNs + takesNs, () ->
        {
            final EngineAnswer answer = execute(engine, method, message, hash);
            answer(life, id, (1 + random.nextInt(4)) * MS, answer);
        });
    }

    private EngineAnswer execute(
        final int life, final EngineMethod method, final @Nullable EngineMessage message, final byte[] hash)
    {
        if (life != engineLife || !isEngineUp)
        {
            return EngineAnswer.failed(Outcome.UNKNOWN, "connection reset");
        }
        if (null == message)
        {
            return EngineMethod.HEAD == method ?
                EngineAnswer.head(standIn.head().number(), Hex.bytes("hash", standIn.head().hash())) :
                EngineAnswer.block(standIn.hasBlock(Hex.toHex(hash)));
        }

        final Object inner = script.message(message);
        final String error = inner instanceof Env env ? standIn.env(env) :
            inner instanceof Frag frag ? standIn.newFrag(frag) : standIn.seal((Seal)inner);
        look(inner instanceof Env env && null == error ? env : null);

        return null == error ? EngineAnswer.ok() : EngineAnswer.refused(error);
    }

    private void look(final @Nullable Env opened)
    {
        if (null != opened)
        {
            openedNs.put(opened.timestamp(), nowNs);
        }
        for (final Block block : script.chain)
        {
            if (standIn.hasBlock(block.hash()))
            {
                knownNs.putIfAbsent(block.hash(), nowNs);
            }
        }
    }

    private void answer(final int life, final long id, final long delayNs, final EngineAnswer answer)
    {
        at(nowNs + delayNs, () ->
        {
            final EngineSequencer machine = sequencer;
            if (null != machine && life == edgeLife)
            {
                machine.onAnswer(id, answer, nowNs);
            }
        });
    }

    private void at(final long timeNs, final Runnable action)
    {
        events.add(new Event(timeNs, order++, action));
    }
}
