package io.fragcast.protocol.fanout;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * Whom a node feeds because they asked. Each asks again every second, and is forgotten when it does not. Used by one
 * thread; of fixed capacity.
 */
final class Orphans
{
    /** Three questions, of which one may be lost and one late. */
    static final long EXPIRE_NS = TimeUnit.SECONDS.toNanos(3);

    private final long[] ids;
    private final long[] askedNs;
    private final boolean[] isLeader;
    private int size;

    Orphans(final int capacity)
    {
        ids = new long[capacity];
        askedNs = new long[capacity];
        isLeader = new boolean[capacity];
    }

    int size()
    {
        return size;
    }

    long id(final int index)
    {
        return ids[index];
    }

    boolean has(final long id)
    {
        return indexOf(id) < size;
    }

    /**
     * One asks. A leader is always taken: it takes the place of one that is none.
     *
     * @return false if there is no room.
     */
    boolean onAsked(final long id, final boolean isNextLeader, final long nowNs)
    {
        int index = indexOf(id);
        if (index == size && size == ids.length)
        {
            index = isNextLeader ? firstOther() : size;
            if (index == size)
            {
                return false;
            }
        }
        size = Math.max(size, index + 1);
        ids[index] = id;
        askedNs[index] = nowNs;
        isLeader[index] = isNextLeader;

        return true;
    }

    /** True if it was one. */
    boolean remove(final long id)
    {
        final int index = indexOf(id);
        if (index == size)
        {
            return false;
        }
        size--;
        System.arraycopy(ids, index + 1, ids, index, size - index);
        System.arraycopy(askedNs, index + 1, askedNs, index, size - index);
        System.arraycopy(isLeader, index + 1, isLeader, index, size - index);

        return true;
    }

    /** True if some were forgotten. */
    boolean expire(final long nowNs)
    {
        final int before = size;
        for (int i = size - 1; i >= 0; i--)
        {
            if (nowNs - (askedNs[i] + EXPIRE_NS) >= 0)
            {
                remove(ids[i]);
            }
        }

        return before != size;
    }

    long[] ids()
    {
        return Arrays.copyOf(ids, size);
    }

    private int indexOf(final long id)
    {
        for (int i = 0; i < size; i++)
        {
            if (id == ids[i])
            {
                return i;
            }
        }

        return size;
    }

    private int firstOther()
    {
        for (int i = 0; i < size; i++)
        {
            if (!isLeader[i])
            {
                return i;
            }
        }

        return size;
    }
}
