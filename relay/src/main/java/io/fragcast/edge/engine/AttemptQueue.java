package io.fragcast.edge.engine;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The attempts that the execution client has not done with, oldest first. Bounded: when full, the oldest whole attempt
 * that is neither being sent nor being received is given up, so that a client that stands still holds up nobody.
 */
final class AttemptQueue
{
    /** Half an hour of 2 s blocks; mostly the bytes are the limit. */
    static final int MAX_ATTEMPTS = 1_024;

    private final List<BlockAttempt> attempts = new ArrayList<>();
    private final long maxLength;
    private long length;
    private long skipped;

    AttemptQueue(final long maxLength)
    {
        this.maxLength = maxLength;
    }

    void open(final EngineMessage env)
    {
        final BlockAttempt attempt = new BlockAttempt(env);
        attempts.add(attempt);
        length += attempt.length();
    }

    /** A frag, or the seal, of the newest attempt. */
    void add(final EngineMessage message)
    {
        final BlockAttempt newest = newest();
        if (null != newest)
        {
            length -= newest.length();
            newest.add(message);
            length += newest.length();
        }
    }

    /** The attempt that events belong to; null: its Env was not seen. */
    @Nullable BlockAttempt newest()
    {
        final BlockAttempt last = attempts.isEmpty() ? null : attempts.get(attempts.size() - 1);

        return null == last || last.isEnded() ? null : last;
    }

    /** The first that is to be sent, or is being sent; those before it that are done with are let go. */
    @Nullable BlockAttempt first()
    {
        while (!attempts.isEmpty())
        {
            final BlockAttempt attempt = attempts.get(0);
            if (attempt.isLive())
            {
                return attempt;
            }
            if (!attempt.isEnded())
            {
                return null;
            }
            remove(attempt);
        }

        return null;
    }

    /** The next live one after another; null: none. */
    @Nullable BlockAttempt after(final BlockAttempt attempt)
    {
        for (int i = attempts.indexOf(attempt) + 1; i < attempts.size(); i++)
        {
            if (attempts.get(i).isLive())
            {
                return attempts.get(i);
            }
        }

        return null;
    }

    /** Does it build on a block that is waiting here too, and so cannot be known before that one is? */
    boolean isChained(final BlockAttempt attempt)
    {
        for (int i = attempts.indexOf(attempt) - 1; i >= 0; i--)
        {
            final BlockAttempt earlier = attempts.get(i);
            if (earlier.isLive() && Arrays.equals(attempt.parentHash(), earlier.blockHash()))
            {
                return true;
            }
        }

        return false;
    }

    void remove(final BlockAttempt attempt)
    {
        length -= attempt.length();
        attempts.remove(attempt);
    }

    void giveUp(final BlockAttempt attempt)
    {
        if (attempt.isLive())
        {
            skipped++;
        }
        letGo(attempt);
    }

    /** The client's head is here: what it has a block for is done with. */
    void giveUpTo(final long headNumber, final byte[] headHash)
    {
        for (final BlockAttempt attempt : attempts)
        {
            if (Arrays.equals(attempt.blockHash(), headHash))
            {
                // It was sealed, though the answer was lost.
                letGo(attempt);
            }
            else if (Long.compareUnsigned(attempt.blockNumber(), headNumber) <= 0)
            {
                giveUp(attempt);
            }
        }
    }

    /** Blocks from a height on are of a branch that lost. */
    void giveUpFrom(final long blockNumber)
    {
        for (final BlockAttempt attempt : attempts)
        {
            if (Long.compareUnsigned(attempt.blockNumber(), blockNumber) >= 0)
            {
                giveUp(attempt);
            }
        }
    }

    void giveUpBefore(final BlockAttempt attempt)
    {
        for (int i = attempts.indexOf(attempt) - 1; i >= 0; i--)
        {
            giveUp(attempts.get(i));
        }
    }

    /**
     * Makes room for what was just added.
     *
     * @param current being sent; null: none.
     */
    void shrink(final @Nullable BlockAttempt current)
    {
        for (int i = 0; i < attempts.size() - 1 && isOverfull(); i++)
        {
            final BlockAttempt attempt = attempts.get(i);
            if (attempt != current)
            {
                giveUp(attempt);
                remove(attempt);
                i--;
            }
        }
    }

    long length()
    {
        return length;
    }

    /** Attempts given up that might have become blocks, since last asked. */
    long takeSkipped()
    {
        final long count = skipped;
        skipped = 0;

        return count;
    }

    private void letGo(final BlockAttempt attempt)
    {
        length -= attempt.length();
        attempt.giveUp();
    }

    private boolean isOverfull()
    {
        return attempts.size() > MAX_ATTEMPTS || length > maxLength;
    }
}
