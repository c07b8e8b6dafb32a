package io.fragcast.protocol.fanout;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;

/**
 * A tree that a leader's frames take: each node's parent, which feeds it, and its backup, which feeds it too, so that
 * either may die without a frame being late. Node 0 is the leader; a parent stands before its children, so there is no
 * cycle; a backup is neither the parent nor fed by the node. Immutable.
 * <pre>
 *   0 leader ──┬─▶ 1 next leader
 *              ├─▶ 2 relay ──┬─▶ 4        parent  ───▶
 *              └─▶ 3 relay ┄┄┴┄▶          backup  ┄┄┄▶
 * </pre>
 */
public final class Plan
{
    /** No such node. */
    public static final int NO_NODE = 0xFFFF;
    /** Bytes of an identity key that name a node: of its x coordinate, after the byte that says which y. */
    public static final int ID_OFFSET = 1;

    private final int leaderTerm;
    private final int version;
    private final long validFromBlock;
    private final int degree;
    private final int spareDegree;
    private final long[] ids;
    private final int[] parents;
    private final int[] backups;
    private final int[] depths;

    /**
     * A plan.
     *
     * @param leaderTerm     whose blocks it is for.
     * @param version        above that of the plan before of the same term.
     * @param validFromBlock first block that goes its way.
     * @param degree         most children of a node, and most that it is the backup of; the leader has the next leaders
     *                       on top.
     * @param spareDegree    most orphans that a node feeds besides.
     * @param ids            of the nodes, the leader first.
     * @param parents        by node: its parent, which stands before it; {@link #NO_NODE} for the leader alone.
     * @param backups        by node: its backup, or {@link #NO_NODE}.
     * @throws IllegalArgumentException naming what is broken.
     */
    public Plan(
        final int leaderTerm,
        final int version,
        final long validFromBlock,
        final int degree,
        final int spareDegree,
        final long[] ids,
        final int[] parents,
        final int[] backups)
    {
        this.leaderTerm = leaderTerm;
        this.version = version;
        this.validFromBlock = validFromBlock;
        this.degree = degree;
        this.spareDegree = spareDegree;
        this.ids = ids.clone();
        this.parents = parents.clone();
        this.backups = backups.clone();
        depths = new int[ids.length];
        final String broken = brokenRule();
        if (null != broken)
        {
            throw new IllegalArgumentException("plan " + leaderTerm + "/" + version + ": " + broken);
        }
    }

    /**
     * What names a node in a plan: 64 bits of its identity key, for nobody makes a key to a given half of them.
     *
     * @param identity 33 bytes, compressed.
     * @return the id.
     */
    public static long idOf(final byte[] identity)
    {
        return ByteBuffer.wrap(identity, ID_OFFSET, Long.BYTES).getLong();
    }

    /**
     * Whose blocks it is for.
     *
     * @return the term's number.
     */
    public int leaderTerm()
    {
        return leaderTerm;
    }

    /**
     * Which plan of the term.
     *
     * @return the version.
     */
    public int version()
    {
        return version;
    }

    /**
     * First block that goes its way.
     *
     * @return height.
     */
    public long validFromBlock()
    {
        return validFromBlock;
    }

    /**
     * Most children of a node.
     *
     * @return count.
     */
    public int degree()
    {
        return degree;
    }

    /**
     * Most orphans that a node feeds besides.
     *
     * @return count.
     */
    public int spareDegree()
    {
        return spareDegree;
    }

    /**
     * How many nodes there are, the leader among them.
     *
     * @return count.
     */
    public int size()
    {
        return ids.length;
    }

    /**
     * Who a node is.
     *
     * @param node below {@link #size()}.
     * @return its id.
     */
    public long id(final int node)
    {
        return ids[node];
    }

    /**
     * Finds a node.
     *
     * @param id of the node.
     * @return its place, or {@link #NO_NODE}.
     */
    public int nodeOf(final long id)
    {
        for (int i = 0; i < ids.length; i++)
        {
            if (id == ids[i])
            {
                return i;
            }
        }

        return NO_NODE;
    }

    /**
     * Who feeds a node.
     *
     * @param node fed.
     * @return the parent, or {@link #NO_NODE} for the leader.
     */
    public int parent(final int node)
    {
        return parents[node];
    }

    /**
     * Who feeds a node besides its parent.
     *
     * @param node fed.
     * @return the backup, or {@link #NO_NODE}.
     */
    public int backup(final int node)
    {
        return backups[node];
    }

    /**
     * How many relays a frame passes on the way to a node.
     *
     * @param node fed.
     * @return relays; 0 for a child of the leader.
     */
    public int relays(final int node)
    {
        return Math.max(0, depths[node] - 1);
    }

    /**
     * Does a node get its frames, by parents, from another?
     *
     * @param node     fed.
     * @param ancestor asked about.
     * @return true also if both are the same.
     */
    public boolean isBelow(final int node, final int ancestor)
    {
        int above = node;
        while (NO_NODE != above && above > ancestor)
        {
            above = parents[above];
        }

        return above == ancestor;
    }

    /**
     * Is it of a later term, or a later version of the same?
     *
     * @param other plan, or null for none.
     * @return true if this is newer.
     */
    public boolean isNewerThan(final @Nullable Plan other)
    {
        return null == other || other.isOlderTermThan(this) ||
            leaderTerm == other.leaderTerm && Integer.compareUnsigned(version, other.version) > 0;
    }

    /**
     * Is it of an earlier term?
     *
     * @param other plan, or null for none.
     * @return true if so; false beside none.
     */
    public boolean isOlderTermThan(final @Nullable Plan other)
    {
        return null != other && Integer.compareUnsigned(leaderTerm, other.leaderTerm) < 0;
    }

    @Override
    public String toString()
    {
        final StringBuilder text = new StringBuilder(64)
            .append("Plan{").append(leaderTerm).append('/').append(version).append(" from ").append(validFromBlock);
        for (int i = 0; i < ids.length; i++)
        {
            text.append(' ').append(i).append(':').append(Long.toHexString(ids[i])).append('<').append(parents[i])
                .append('|').append(backups[i]);
        }

        return text.append('}').toString();
    }

    private @Nullable String brokenRule()
    {
        if (0 == ids.length || ids.length > NO_NODE || parents.length != ids.length || backups.length != ids.length)
        {
            return ids.length + " nodes, " + parents.length + " parents, " + backups.length + " backups";
        }
        if (NO_NODE != parents[0] || NO_NODE != backups[0])
        {
            return "somebody feeds the leader";
        }
        for (int i = 1; i < ids.length; i++)
        {
            if (nodeOf(ids[i]) != i)
            {
                return "node " + i + " stands there twice";
            }
            if (parents[i] < 0 || parents[i] >= i)
            {
                return "node " + i + " has parent " + parents[i];
            }
            depths[i] = depths[parents[i]] + 1;
        }
        for (int i = 1; i < ids.length; i++)
        {
            final int backup = backups[i];
            if (NO_NODE != backup &&
                (backup < 0 || backup >= ids.length || backup == parents[i] || isBelow(backup, i)))
            {
                return "node " + i + " has backup " + backup;
            }
        }

        return null;
    }
}
