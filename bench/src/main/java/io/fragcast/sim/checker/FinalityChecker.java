package io.fragcast.sim.checker;

import java.util.Arrays;
import java.util.TreeMap;

/**
 * What is final stays: a node says FINALIZED of a block that it delivered as VERIFIED and was told to be final, each
 * time of a higher one, and takes nothing back from there on down; and it does say so.
 */
public final class FinalityChecker
{
    /** What one process of a node was told and said. */
    private static final class Life
    {
        private final TreeMap<Long, byte[]> told = new TreeMap<>();
        private final TreeMap<Long, byte[]> verified = new TreeMap<>();
        private long finalized = Long.MIN_VALUE;
    }

    private final Life[] lives;
    private long said;

    FinalityChecker(final int nodes)
    {
        lives = new Life[nodes];
        for (int i = 0; i < nodes; i++)
        {
            lives[i] = new Life();
        }
    }

    /**
     * A node was told.
     *
     * @param node        index.
     * @param blockNumber height.
     * @param hash        of the block.
     * @return false if it knew.
     */
    public boolean onTold(final int node, final long blockNumber, final byte[] hash)
    {
        final TreeMap<Long, byte[]> told = lives[node].told;
        final boolean isNews = told.isEmpty() || told.lastKey() < blockNumber;
        if (isNews)
        {
            told.put(blockNumber, hash);
        }

        return isNews;
    }

    /**
     * Times that all nodes said FINALIZED.
     *
     * @return count.
     */
    public long said()
    {
        return said;
    }

    void onNodeUp(final int node)
    {
        lives[node] = new Life();
    }

    void onVerified(final int node, final Attempt attempt, final byte[] hash)
    {
        lives[node].verified.put(attempt.blockNumber(), hash);
    }

    void onReorg(final int node, final Attempt attempt)
    {
        final Life life = lives[node];
        if (attempt.blockNumber() <= life.finalized)
        {
            throw failure(node, "takes back what is final, from " + attempt + " on, up to " + life.finalized);
        }
        life.verified.tailMap(attempt.blockNumber()).clear();
    }

    void onFinalized(final int node, final Attempt attempt, final byte[] hash)
    {
        final Life life = lives[node];
        final long number = attempt.blockNumber();
        if (number <= life.finalized)
        {
            throw failure(node, "says FINALIZED of " + attempt + " after block " + life.finalized);
        }
        if (!Arrays.equals(hash, life.told.get(number)))
        {
            throw failure(node, "says FINALIZED of " + attempt + ", which nobody told it");
        }
        if (!Arrays.equals(hash, life.verified.get(number)))
        {
            throw failure(node, "says FINALIZED of " + attempt + ", which it did not verify");
        }
        life.finalized = number;
        said++;
    }

    /** What the node has yet to say; empty: nothing. */
    String missing(final int node)
    {
        final Life life = lives[node];
        if (life.told.isEmpty() || life.told.lastKey() <= life.finalized)
        {
            return "";
        }
        final boolean isVerified =
            Arrays.equals(life.told.lastEntry().getValue(), life.verified.get(life.told.lastKey()));

        return isVerified ? "replica " + node + " does not say that block " + life.told.lastKey() + " is final" : "";
    }

    private static SimFailure failure(final int node, final String what)
    {
        return new SimFailure("node " + node + ' ' + what);
    }
}
