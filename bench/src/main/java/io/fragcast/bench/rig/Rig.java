package io.fragcast.bench.rig;

/**
 * What a run sends through: made with the recorder as its end, opened, loaded, closed.
 */
interface Rig extends AutoCloseable
{
    /**
     * Where the load goes.
     *
     * @return the target, used by the loading thread.
     */
    LoadGenerator.Target target();

    /**
     * Can a frag get to the end now?
     *
     * @return true if every link is up.
     */
    boolean isConnected();

    /**
     * Remembers where the counters stand that must not move while it is measured.
     */
    void mark();

    /**
     * What happened since {@link #mark()} that makes the figures worthless: back-pressure, skipped sinks, refusals.
     *
     * @return the reason; empty: none.
     */
    String trouble();

    @Override
    void close();
}
