package io.fragcast.edge.engine;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/**
 * One attempt at a block: its messages, kept until the execution client has the block, for a client that lost it is
 * sent it again from its Env.
 */
final class BlockAttempt
{
    private enum End
    {
        NONE, VERIFIED, OTHERWISE
    }

    private final EngineMessage env;
    private final List<EngineMessage> frags = new ArrayList<>();
    private @Nullable EngineMessage seal;
    private End end = End.NONE;
    private boolean isGivenUp;
    private int nextFrag;
    private int restarts;
    private long length;

    BlockAttempt(final EngineMessage env)
    {
        this.env = env;
        length = env.event().length;
    }

    void add(final EngineMessage message)
    {
        if (isGivenUp)
        {
            return;
        }
        if (EngineMethod.SEAL == message.method())
        {
            seal = message;
        }
        else
        {
            frags.add(message);
        }
        length += message.event().length;
    }

    /** Its terminal event came. A block without a last frag is none that the client could seal. */
    void end(final boolean isVerified)
    {
        final boolean isWhole = null != seal && !frags.isEmpty() && frags.get(frags.size() - 1).isLast();
        end = isVerified && isWhole ? End.VERIFIED : End.OTHERWISE;
    }

    /** Nothing more of it is sent; what it holds is let go. */
    void giveUp()
    {
        isGivenUp = true;
        frags.clear();
        seal = null;
        length = 0;
    }

    /** From the Env again. */
    void rewind()
    {
        nextFrag = 0;
    }

    /** What follows the last that the client took; null: nothing yet. */
    @Nullable EngineMessage next()
    {
        if (nextFrag < frags.size())
        {
            return frags.get(nextFrag);
        }

        // The client would make a sealed block its head; one that was not verified must not become that.
        return End.VERIFIED == end ? seal : null;
    }

    void onFragTaken()
    {
        nextFrag++;
    }

    int onRestart()
    {
        return ++restarts;
    }

    EngineMessage env()
    {
        return env;
    }

    long blockNumber()
    {
        return env.blockNumber();
    }

    byte[] parentHash()
    {
        return env.hash();
    }

    /** The hash of a verified block; else none. */
    byte[] blockHash()
    {
        return null == seal ? EngineMessage.NO_HASH : seal.hash();
    }

    long length()
    {
        return length;
    }

    boolean isEnded()
    {
        return End.NONE != end;
    }

    boolean isVerified()
    {
        return End.VERIFIED == end;
    }

    boolean isGivenUp()
    {
        return isGivenUp;
    }

    /** Is it, or may it become, a block for the client? */
    boolean isLive()
    {
        return !isGivenUp && End.OTHERWISE != end;
    }
}
