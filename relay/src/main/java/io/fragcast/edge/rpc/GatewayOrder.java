package io.fragcast.edge.rpc;

import io.fragcast.ethereum.BasedOpMessage;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * Puts the messages of a gateway into the order of a builder: Env, Frag 0..k, Seal, each once. What comes before its
 * turn waits for it, for so long and so many at most; what came before is dropped; what can have no turn is stopped.
 * <pre>
 *   none ──Env──▶ open(next seq) ──last frag──▶ complete ──Seal──▶ sealed
 *                  │        ▲                      │
 *                  │        └─ Env of this height, or of a lower one that is not sealed: at once
 *                  └────────── Env of a higher one: when the Seal came, or was waited for long enough
 * </pre>
 * So one message that the gateway lost costs the block it belongs to, and nothing else: the next Env goes on. A height
 * that is opened anew begins anew: the same frag may come in both attempts. The same Env again is a duplicate, until a
 * frag follows that differs from the one taken in its place: then the gateway has started the block over, and so does
 * the sequencer ({@link RepeatedBlock}). Pure; used by one thread.
 */
final class GatewayOrder
{
    /** An Env waits so long for one Seal: half of a block time of 2 s; requests overtake each other by ms. */
    static final long ENV_HOLD_MS = 1_000;
    /** And one cadence where frags are missing too: a gateway that gives a block up says nothing. */
    static final long ENV_HOLD_INCOMPLETE_MS = 200;
    /** What waits for an Env that waits must outlast it. */
    static final long HOLD_MS = 2 * ENV_HOLD_MS;
    /** More than a second of frags at the cadence of 200 ms, or at one fifty times as fast. */
    static final int MAX_HELD = 256;
    /** DESIGN's window, in blocks past the one that was opened last. */
    static final int WINDOW_BLOCKS = 64;
    /** Blocks whose messages are still known when they come again. */
    static final int MAX_ENDED = 8;

    /** Why a message has no turn. */
    enum Stop
    {
        /** It came before, and was taken. */
        DUPLICATE,
        /** Too far ahead, in blocks or seqs, or too many wait already. */
        WINDOW,
        /** Its turn is over, or what must come before it never came. */
        ORDER,
        /** Another message was taken in its place. */
        CONFLICT
    }

    /** What becomes of each message, in order. */
    interface Consumer
    {
        /**
         * It is its turn.
         *
         * @param message to publish.
         */
        void onTurn(GatewayMessage message);

        /**
         * It will have none.
         *
         * @param message that was stopped.
         * @param stop    why.
         */
        void onStop(GatewayMessage message, Stop stop);

        /**
         * A block was opened and will have no Seal.
         *
         * @param blockNumber its height.
         */
        void onGivenUp(long blockNumber);
    }

    /** Tells whether a block is in a term of ours that began after another block. */
    @FunctionalInterface
    interface Terms
    {
        /**
         * May a block be this far ahead?
         *
         * @param blockNumber    of the block.
         * @param reference      opened last, lower.
         * @return true if a term after the reference's is ours and has the block among its first.
         */
        boolean isStartOfLaterTerm(long blockNumber, long reference);
    }

    private enum Verdict
    {
        TURN, HOLD, DUPLICATE, WINDOW, ORDER, CONFLICT, START_OVER
    }

    private record Held(GatewayMessage message, long sinceNs)
    {
    }

    /** An attempt at a block, by the roots of what was taken for it. */
    private static final class Block
    {
        private final long number;
        private final byte[] envRoot;
        private final List<byte[]> fragRoots = new ArrayList<>();
        private byte[] sealRoot = NO_ROOT;
        private boolean isComplete;
        private @Nullable RepeatedBlock repeated;

        Block(final long number, final byte[] envRoot)
        {
            this.number = number;
            this.envRoot = envRoot;
        }
    }

    private static final byte[] NO_ROOT = new byte[0];

    private final int maxFragsPerBlock;
    private final Terms terms;
    private final Consumer consumer;
    private final List<Held> held = new ArrayList<>();
    /** The latest first. */
    private final List<Block> ended = new ArrayList<>();
    private Block open = new Block(0, NO_ROOT);
    private boolean isOpen;
    private boolean hasReference;
    private long reference;
    private boolean hasSealed;
    private long sealedBlock;

    /**
     * An order without any block yet: the first Env may be of any height.
     *
     * @param maxFragsPerBlock of the network.
     * @param terms            of the schedule.
     * @param consumer         takes what has its turn.
     */
    GatewayOrder(final int maxFragsPerBlock, final Terms terms, final Consumer consumer)
    {
        this.maxFragsPerBlock = maxFragsPerBlock;
        this.terms = terms;
        this.consumer = consumer;
    }

    /**
     * A message came.
     *
     * @param message in the order of arrival.
     * @param nowNs   monotonic nanoseconds.
     */
    void onMessage(final GatewayMessage message, final long nowNs)
    {
        final Verdict verdict = judge(message);
        if (Verdict.HOLD == verdict)
        {
            hold(message, nowNs);
        }
        else
        {
            apply(message, verdict);
            drain();
        }
    }

    /**
     * Ends the wait of what waited long enough.
     *
     * @param nowNs monotonic nanoseconds.
     * @return messages that wait no longer.
     */
    int doWork(final long nowNs)
    {
        final int before = held.size();
        if (0 != before)
        {
            for (int i = indexOfDue(nowNs); i >= 0; i = indexOfDue(nowNs))
            {
                final GatewayMessage message = held.remove(i).message;
                // Whatever keeps an Env waiting was lost.
                apply(message, BasedOpMessage.Kind.ENV == message.kind() ? Verdict.TURN : Verdict.ORDER);
                drain();
            }
        }

        return before - held.size();
    }

    /**
     * The sequencer sealed a block.
     *
     * @param blockNumber its height: nothing at or below it has a turn any more.
     */
    void onSealed(final long blockNumber)
    {
        hasSealed = true;
        sealedBlock = blockNumber;
    }

    /**
     * The sequencer refused an Env: nothing is open.
     *
     * @param env the message.
     */
    void onRefused(final GatewayMessage env)
    {
        if (isOpen && Arrays.equals(open.envRoot, env.root()))
        {
            close();
            drain();
        }
    }

    /**
     * Messages that wait for their turn.
     *
     * @return how many.
     */
    int heldCount()
    {
        return held.size();
    }

    private Verdict judge(final GatewayMessage message)
    {
        return switch (message.kind())
        {
            case ENV -> judgeEnv(message);
            case FRAG -> judgeFrag(message);
            case SEAL -> judgeSeal(message);
        };
    }

    private Verdict judgeEnv(final GatewayMessage env)
    {
        final long number = env.blockNumber();
        if (isOpen && open.number == number && Arrays.equals(open.envRoot, env.root()))
        {
            return Verdict.DUPLICATE;
        }
        for (final Block block : ended)
        {
            if (block.number == number && Arrays.equals(block.envRoot, env.root()))
            {
                return Verdict.DUPLICATE;
            }
        }
        if (hasSealed && Long.compareUnsigned(number, sealedBlock) <= 0)
        {
            return Verdict.ORDER;
        }

        return isOpen && Long.compareUnsigned(number, open.number) > 0 ? Verdict.HOLD : Verdict.TURN;
    }

    private Verdict judgeFrag(final GatewayMessage frag)
    {
        if (Long.compareUnsigned(frag.seq(), maxFragsPerBlock) >= 0)
        {
            return Verdict.WINDOW;
        }
        final int seq = (int)frag.seq();
        if (isOpen && open.number == frag.blockNumber())
        {
            if (seq < open.fragRoots.size())
            {
                final Verdict verdict = judgeKnown(open.fragRoots.get(seq), frag);

                return Verdict.CONFLICT == verdict ? judgeOther(open.repeated, frag) : verdict;
            }

            return open.isComplete ? Verdict.ORDER : seq == open.fragRoots.size() ? Verdict.TURN : Verdict.HOLD;
        }

        Verdict verdict = Verdict.HOLD;
        for (final Block block : ended)
        {
            if (block.number == frag.blockNumber() && Verdict.DUPLICATE != verdict)
            {
                verdict = seq < block.fragRoots.size() ? judgeKnown(block.fragRoots.get(seq), frag) : Verdict.ORDER;
            }
        }

        return Verdict.HOLD == verdict ? judgeUnopened(frag.blockNumber()) : verdict;
    }

    private Verdict judgeSeal(final GatewayMessage seal)
    {
        if (Long.compareUnsigned(((BasedOpMessage.Seal)seal.message()).totalFrags(), maxFragsPerBlock) > 0)
        {
            return Verdict.WINDOW;
        }
        if (isOpen && open.number == seal.blockNumber())
        {
            return open.isComplete ? Verdict.TURN : Verdict.HOLD;
        }
        for (final Block block : ended)
        {
            if (block.number == seal.blockNumber())
            {
                return NO_ROOT == block.sealRoot ? Verdict.ORDER : judgeKnown(block.sealRoot, seal);
            }
        }

        return judgeUnopened(seal.blockNumber());
    }

    /** Of a block that none of the last was: it waits for its Env, unless that is over or far away. */
    private Verdict judgeUnopened(final long blockNumber)
    {
        if (!hasReference)
        {
            return Verdict.HOLD;
        }
        if (Long.compareUnsigned(blockNumber, reference) <= 0)
        {
            return Verdict.ORDER;
        }

        return Long.compareUnsigned(blockNumber - reference, WINDOW_BLOCKS) <= 0 ||
            terms.isStartOfLaterTerm(blockNumber, reference) ? Verdict.HOLD : Verdict.WINDOW;
    }

    /** A frag that differs from the one taken: of a block that is started over, or a contradiction. */
    private static Verdict judgeOther(final @Nullable RepeatedBlock repeated, final GatewayMessage frag)
    {
        if (null == repeated || repeated.hasDuplicate(frag.seq()))
        {
            return Verdict.CONFLICT;
        }

        return repeated.isFirstToDiffer(frag) ? Verdict.START_OVER : Verdict.HOLD;
    }

    private static Verdict judgeKnown(final byte[] root, final GatewayMessage message)
    {
        return Arrays.equals(root, message.root()) ? Verdict.DUPLICATE : Verdict.CONFLICT;
    }

    private void apply(final GatewayMessage message, final Verdict verdict)
    {
        if (Verdict.TURN == verdict)
        {
            take(message);
        }
        else if (Verdict.START_OVER == verdict)
        {
            Objects.requireNonNull(open.repeated, "nothing came again").before(message).forEach(this::take);
            take(message);
        }
        else
        {
            if (Verdict.DUPLICATE == verdict && isOpen && open.number == message.blockNumber())
            {
                noteRepeated(message);
            }
            consumer.onStop(message, switch (verdict)
            {
                case DUPLICATE -> Stop.DUPLICATE;
                case WINDOW -> Stop.WINDOW;
                case ORDER -> Stop.ORDER;
                case CONFLICT -> Stop.CONFLICT;
                case TURN, HOLD, START_OVER -> throw new IllegalStateException(message + " is not stopped");
            });
        }
    }

    private void take(final GatewayMessage message)
    {
        if (message.message() instanceof final BasedOpMessage.Frag frag)
        {
            open.fragRoots.add(message.root());
            open.isComplete = frag.isLast();
        }
        else if (BasedOpMessage.Kind.SEAL == message.kind())
        {
            open.sealRoot = message.root();
            close();
        }
        else
        {
            open(message);
        }
        consumer.onTurn(message);
    }

    private void noteRepeated(final GatewayMessage duplicate)
    {
        final RepeatedBlock repeated = open.repeated;
        if (BasedOpMessage.Kind.ENV == duplicate.kind())
        {
            open.repeated = new RepeatedBlock(duplicate);
        }
        else if (BasedOpMessage.Kind.FRAG == duplicate.kind() && null != repeated)
        {
            repeated.onDuplicate(duplicate);
        }
    }

    private void open(final GatewayMessage env)
    {
        if (isOpen)
        {
            close();
            consumer.onGivenUp(open.number);
        }
        open = new Block(env.blockNumber(), env.root());
        isOpen = true;
        hasReference = true;
        reference = env.blockNumber();
    }

    private void close()
    {
        isOpen = false;
        ended.add(0, open);
        if (ended.size() > MAX_ENDED)
        {
            ended.remove(MAX_ENDED);
        }
    }

    private void hold(final GatewayMessage message, final long nowNs)
    {
        for (final Held other : held)
        {
            if (other.message.kind() == message.kind() &&
                other.message.blockNumber() == message.blockNumber() &&
                other.message.seq() == message.seq())
            {
                final Verdict verdict = judgeKnown(other.message.root(), message);
                // A second Env of a height opens it anew when its time comes; of a frag or a seal there is one.
                if (Verdict.DUPLICATE == verdict || BasedOpMessage.Kind.ENV != message.kind())
                {
                    apply(message, verdict);
                    return;
                }
            }
        }
        if (MAX_HELD == held.size())
        {
            consumer.onStop(message, Stop.WINDOW);
        }
        else
        {
            held.add(new Held(message, nowNs));
        }
    }

    /** After something had its turn others may have theirs, or none any more. */
    private void drain()
    {
        int i = 0;
        while (i < held.size())
        {
            final GatewayMessage message = held.get(i).message;
            final Verdict verdict = judge(message);
            if (Verdict.HOLD == verdict)
            {
                i++;
            }
            else
            {
                held.remove(i);
                apply(message, verdict);
                i = Verdict.TURN == verdict || Verdict.START_OVER == verdict ? 0 : i;
            }
        }
    }

    private int indexOfDue(final long nowNs)
    {
        for (int i = 0; i < held.size(); i++)
        {
            final Held waiting = held.get(i);
            final long holdMs = BasedOpMessage.Kind.ENV != waiting.message.kind() ? HOLD_MS :
                open.isComplete ? ENV_HOLD_MS : ENV_HOLD_INCOMPLETE_MS;
            if (nowNs - waiting.sinceNs - TimeUnit.MILLISECONDS.toNanos(holdMs) >= 0)
            {
                return i;
            }
        }

        return -1;
    }
}
