package io.fragcast.config;

import org.jspecify.annotations.Nullable;

import java.util.Collection;

/**
 * Finds what somebody meant to type.
 */
final class NearestName
{
    private NearestName()
    {
    }

    /**
     * The name fewest edits away.
     *
     * @param typed      what was typed.
     * @param candidates that exist, in the order in which ties are won.
     * @return the nearest if it is at most a third of its length away, else null.
     */
    static @Nullable String of(final String typed, final Collection<String> candidates)
    {
        String nearest = null;
        int least = Integer.MAX_VALUE;
        for (final String candidate : candidates)
        {
            final int distance = distance(typed, candidate);
            if (distance < least && distance <= Math.max(1, candidate.length() / 3))
            {
                nearest = candidate;
                least = distance;
            }
        }

        return nearest;
    }

    /** Levenshtein's distance, a row at a time. */
    private static int distance(final String from, final String to)
    {
        int[] above = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++)
        {
            above[j] = j;
        }

        for (int i = 1; i <= from.length(); i++)
        {
            final int[] row = new int[to.length() + 1];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++)
            {
                final int change = above[j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(change, Math.min(row[j - 1], above[j]) + 1);
            }
            above = row;
        }

        return above[to.length()];
    }
}
