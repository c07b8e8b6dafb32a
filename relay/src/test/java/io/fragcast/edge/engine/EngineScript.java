package io.fragcast.edge.engine;

import io.fragcast.BlockEvent.Kind;
import io.fragcast.edge.engine.EngineStandIn.Block;
import io.fragcast.ethereum.BasedOpMessage;
import io.fragcast.ethereum.BasedOpMessage.Env;
import io.fragcast.ethereum.BasedOpMessage.Frag;
import io.fragcast.ethereum.BasedOpMessage.Seal;
import io.fragcast.ethereum.Hex;
import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * What one replica delivers, drawn from a seed: blocks that are verified at once or after attempts that end otherwise,
 * and heights that are missed. Every block of the chain reaches the execution client by another way too, later.
 */
final class EngineScript
{
    /** A timestamp tells the attempts at a height apart; heights are this far apart, seconds. */
    static final long TIMESTAMP_STEP = 100;

    private static final long MS = 1_000_000L;
    private static final byte[] NONE = new byte[32];

    /**
     * One delivery.
     *
     * @param timeNs  when.
     * @param attempt it belongs to.
     * @param kind    of it.
     * @param message for ENV, FRAG, SEAL.
     */
    record Step(long timeNs, Attempt attempt, Kind kind, @Nullable EngineMessage message)
    {
    }

    /**
     * One attempt.
     *
     * @param env       that opens it.
     * @param isGood    is it verified?
     * @param envTimeNs when its Env is delivered.
     * @param endTimeNs when its terminal event is.
     */
    record Attempt(Env env, boolean isGood, long envTimeNs, long endTimeNs)
    {
    }

    /** What is delivered, in order of time. */
    final List<Step> steps = new ArrayList<>();
    /** The attempts, in order. */
    final List<Attempt> attempts = new ArrayList<>();
    /** The chain, from height 1. */
    final List<Block> chain = new ArrayList<>();
    /** When the client gets each block of the chain by another way. */
    final List<Long> otherWayNs = new ArrayList<>();

    private final Random random;
    private final List<BasedOpMessage> messages = new ArrayList<>();
    private final List<Seal> seals = new ArrayList<>();
    private long timeNs;

    EngineScript(final Random random, final int blocks)
    {
        this.random = random;
        final int gapPercent = random.nextInt(3) * 12;
        final int failPercent = random.nextInt(3) * 20;
        final boolean isSlowOtherWay = random.nextInt(3) == 0;
        long otherNs = 0;
        for (int number = 1; number <= blocks; number++)
        {
            final boolean isMissed = 1 < number && random.nextInt(100) < gapPercent;
            int attempt = 0;
            while (!isMissed && random.nextInt(100) < failPercent && attempt < 3)
            {
                fail(number, attempt++);
            }
            final Seal seal = seal(number, attempt, true, 1 + random.nextInt(6));
            final Env env = env(number, attempt);
            if (isMissed)
            {
                timeNs += 800 * MS;
            }
            else
            {
                succeed(env, seal);
            }
            seals.add(seal);
            chain.add(Block.of(seal, env.timestamp()));
            otherNs = Math.max(otherNs, timeNs + random.nextInt(isSlowOtherWay ? 5_000 : 1_000) * MS);
            otherWayNs.add(otherNs);
        }
    }

    /** The hash of a height of the chain; of another block at the height for attempts that never became it. */
    static byte[] hash(final int number, final int attempt, final boolean isGood)
    {
        final byte[] hash = new byte[32];
        ByteBuffer.wrap(hash).putInt(number).putInt(0 == number ? 0 : attempt).put((byte)(isGood ? 1 : 2));

        return hash;
    }

    static Block genesis()
    {
        final String none = Hex.toHex(NONE);

        return new Block(0, Hex.toHex(hash(0, 0, true)), none, 0, none, none, none, 0, 0);
    }

    BasedOpMessage message(final EngineMessage message)
    {
        return messages.get(ByteBuffer.wrap(message.event()).getInt());
    }

    /** What the frags of an Env come to. */
    Block execute(final Env env, final List<Frag> frags)
    {
        for (final Block block : chain)
        {
            if (block.number() == env.number() && block.timestamp() == env.timestamp())
            {
                return block;
            }
        }

        final int attempt = (int)(env.timestamp() % TIMESTAMP_STEP);

        return Block.of(seal((int)env.number(), attempt, false, frags.size()), env.timestamp());
    }

    private void fail(final int number, final int attempt)
    {
        final Env env = env(number, attempt);
        final int total = 1 + random.nextInt(6);
        final int sent = random.nextInt(total + 1);
        final boolean isSealed = sent == total && random.nextBoolean();
        final Kind kind = isSealed ? Kind.MISMATCHED : random.nextBoolean() ? Kind.ABORTED : Kind.SUPERSEDED;
        deliver(env, false, sent, total, isSealed ? seal(number, attempt, false, total) : null, kind);
    }

    private void succeed(final Env env, final Seal seal)
    {
        final int total = (int)seal.totalFrags();
        deliver(env, true, total, total, seal, Kind.VERIFIED);
    }

    private void deliver(
        final Env env,
        final boolean isGood,
        final int sent,
        final int total,
        final @Nullable Seal seal,
        final Kind end)
    {
        final List<Step> pending = new ArrayList<>();
        timeNs += (1 + random.nextInt(20)) * MS;
        final long envNs = timeNs;
        final Attempt unfinished = new Attempt(env, isGood, envNs, envNs);
        pending.add(new Step(timeNs, unfinished, Kind.ENV, message(EngineMethod.ENV, env, env.parentHash(), 0, false)));
        for (int seq = 0; seq < sent; seq++)
        {
            timeNs += (1 + random.nextInt(200)) * MS;
            final boolean isLast = total - 1 == seq;
            final Frag frag = new Frag(env.number(), seq, isLast, List.of());
            pending.add(new Step(timeNs, unfinished, Kind.FRAG,
                message(EngineMethod.FRAG, frag, EngineMessage.NO_HASH, seq, isLast)));
        }
        timeNs += random.nextInt(50) * MS;
        if (null != seal)
        {
            pending.add(new Step(timeNs, unfinished, Kind.SEAL,
                message(EngineMethod.SEAL, seal, seal.blockHash(), 0, false)));
        }
        pending.add(new Step(timeNs, unfinished, end, null));

        final Attempt attempt = new Attempt(env, isGood, envNs, timeNs);
        attempts.add(attempt);
        for (final Step step : pending)
        {
            steps.add(new Step(step.timeNs(), attempt, step.kind(), step.message()));
        }
    }

    private EngineMessage message(
        final EngineMethod method, final BasedOpMessage inner, final byte[] hash, final int seq, final boolean isLast)
    {
        final long number = inner instanceof Env env ? env.number() :
            inner instanceof Frag frag ? frag.blockNumber() : ((Seal)inner).blockNumber();
        messages.add(inner);

        return new EngineMessage(
            method, number, seq, isLast, hash, ByteBuffer.allocate(4).putInt(messages.size() - 1).array());
    }

    private byte[] parentHash(final int number)
    {
        return 1 == number ? hash(0, 0, true) : seals.get(number - 2).blockHash();
    }

    private Env env(final int number, final int attempt)
    {
        return new Env(
            number, parentHash(number), new byte[20], number * TIMESTAMP_STEP + attempt, 30_000_000, 7, NONE, NONE,
            NONE, NONE);
    }

    private Seal seal(final int number, final int attempt, final boolean isGood, final int totalFrags)
    {
        final byte[] root = Arrays.copyOf(new byte[] {(byte)number, (byte)attempt}, 32);

        return new Seal(
            totalFrags, number, 21_000, 30_000_000, parentHash(number), root, root, root,
            hash(number, attempt, isGood));
    }
}
