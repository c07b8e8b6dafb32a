package io.fragcast.protocol.fanout;

import org.jspecify.annotations.Nullable;

/**
 * The streams of the block lane as {@link TreeKeeper} wants them.
 */
public interface TreeLinks
{
    /** Nothing was heard yet. */
    long NEVER_NS = Long.MIN_VALUE;

    /**
     * From now on these nodes are heard and fed, in place of those that the plan knows and does not name here. Called
     * on a change alone.
     *
     * @param sources ids of those who feed this node.
     * @param sinks   ids of those whom it feeds, first tier first.
     * @param plan    that holds, or null while there is none and the configuration holds.
     */
    void follow(long[] sources, long[] sinks, @Nullable Plan plan);

    /**
     * When a node was heard last.
     *
     * @param id of a source.
     * @return monotonic nanoseconds, or {@link #NEVER_NS}.
     */
    long heardNs(long id);
}
