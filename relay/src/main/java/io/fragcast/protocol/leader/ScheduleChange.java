package io.fragcast.protocol.leader;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * What one schedule changes in the one before, and whether it may while nodes run.
 */
public final class ScheduleChange
{
    private ScheduleChange()
    {
    }

    /**
     * Compares two schedules. What has begun stays: the number, first block and keys of a term that led a block
     * already, and the end of one that has ended.
     *
     * @param before      that holds.
     * @param after       that shall hold.
     * @param newestBlock heard of; -1: none yet.
     * @return a sentence a change; empty if nothing changes.
     * @throws IllegalArgumentException naming the broken rule.
     */
    public static List<String> between(final Schedule before, final Schedule after, final long newestBlock)
    {
        check(before.chainId() == after.chainId(),
            "chain-id " + after.chainId() + ": the node carries chain " + before.chainId());
        check(before.mtu() == after.mtu(),
            "mtu " + after.mtu() + ": the streams run with " + before.mtu() + "; changing it takes a restart");

        final List<String> changes = new ArrayList<>();
        for (int i = 0; i < before.termCount(); i++)
        {
            final LeaderTerm old = before.term(i);
            final LeaderTerm now = after.termNumbered(old.number());
            if (old.firstBlock() <= newestBlock)
            {
                checkBegun(old, now, newestBlock);
            }
            if (null == now)
            {
                changes.add("term " + old.number() + " removed");
            }
            else if (!isSame(old, now))
            {
                changes.add("term " + old.number() + " changed: " + difference(old, now));
            }
        }
        for (int i = 0; i < after.termCount(); i++)
        {
            final LeaderTerm now = after.term(i);
            if (null == before.termNumbered(now.number()))
            {
                check(now.firstBlock() > newestBlock, "term " + now.number() + " is new, but its first block " +
                    now.firstBlock() + " has passed: " + newestBlock + " was heard of");
                changes.add("term " + now.number() + " added: " + range(now));
            }
        }
        if (before.autoTakeover() != after.autoTakeover())
        {
            changes.add("auto-takeover " + after.autoTakeover());
        }
        if (!changes.isEmpty())
        {
            check(after.version() > before.version() || 0 == before.version() && 0 == after.version(),
                "version " + after.version() + " is not above " + before.version() + ", which holds");
        }

        return changes;
    }

    private static void checkBegun(final LeaderTerm old, final @Nullable LeaderTerm now, final long newestBlock)
    {
        final String begun = "term " + old.number() + " has begun: ";
        check(null != now, begun + "it cannot be removed");
        final LeaderTerm same = Objects.requireNonNull(now, "checked");
        check(same.firstBlock() == old.firstBlock(), begun + "its first block cannot change");
        check(Arrays.equals(same.publicKey(), old.publicKey()), begun + "its key cannot change");
        final long oldUntil = earlierUntil(old);
        final long sameUntil = earlierUntil(same);
        check(oldUntil == sameUntil || Math.min(oldUntil, sameUntil) >= newestBlock, begun +
            "its old key cannot hold until " + sameUntil + ", " + newestBlock + " was heard of");
        check(Arrays.equals(same.anchor(), old.anchor()), begun + "its anchor cannot change");
        check(same.lastBlock() == old.lastBlock() || Math.min(same.lastBlock(), old.lastBlock()) >= newestBlock,
            begun + "its last block cannot be " + same.lastBlock() + ", " + newestBlock + " was heard of");
    }

    private static String difference(final LeaderTerm old, final LeaderTerm now)
    {
        final List<String> differences = new ArrayList<>();
        if (old.firstBlock() != now.firstBlock() || old.lastBlock() != now.lastBlock())
        {
            differences.add(range(old) + " is now " + range(now));
        }
        if (!Arrays.equals(old.publicKey(), now.publicKey()))
        {
            differences.add("another key");
        }
        if (!isSameEarlier(old.earlier(), now.earlier()))
        {
            final EarlierKey earlier = now.earlier();
            differences.add(null == earlier ? "no old key" : "an old key until " + earlier.lastBlock());
        }
        if (!Arrays.equals(old.identity(), now.identity()))
        {
            differences.add("another identity");
        }
        if (!Arrays.equals(old.anchor(), now.anchor()))
        {
            differences.add("another anchor");
        }
        if (!old.endpoints().equals(now.endpoints()))
        {
            differences.add("other endpoints");
        }

        return String.join(", ", differences);
    }

    private static boolean isSameEarlier(final @Nullable EarlierKey old, final @Nullable EarlierKey now)
    {
        return null == old || null == now ? null == old && null == now :
            old.lastBlock() == now.lastBlock() && Arrays.equals(old.publicKey(), now.publicKey());
    }

    /** A term without one has one that has run out before it began. */
    private static long earlierUntil(final LeaderTerm term)
    {
        final EarlierKey earlier = term.earlier();

        return null == earlier ? term.firstBlock() - 1 : earlier.lastBlock();
    }

    private static boolean isSame(final LeaderTerm old, final LeaderTerm now)
    {
        return difference(old, now).isEmpty();
    }

    private static String range(final LeaderTerm term)
    {
        return "blocks " + term.firstBlock() + (Long.MAX_VALUE == term.lastBlock() ? " on" : " to " + term.lastBlock());
    }

    private static void check(final boolean isTrue, final String broken)
    {
        if (!isTrue)
        {
            throw new IllegalArgumentException(broken);
        }
    }
}
