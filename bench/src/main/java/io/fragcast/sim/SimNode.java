package io.fragcast.sim;

import io.fragcast.sim.checker.SimFailure;
import org.jspecify.annotations.Nullable;

/**
 * One node: a machine whose disk outlives its processes; all else starts anew with each {@link SimProcess}.
 */
final class SimNode
{
    /**
     * What the node does now.
     */
    enum State
    {
        /** Its agents run. */
        UP,
        /** Its agents stand still; what comes waits. */
        PAUSED,
        /** There is no process. */
        DOWN
    }

    /** The process died in the middle of what it did: nothing after it happens. */
    private static final class Killed extends RuntimeException
    {
        private static final long serialVersionUID = 1;

        private Killed()
        {
            super("killed", null, false, false);
        }
    }

    /** Between two duty cycles of a node that has nothing to do. */
    private static final long IDLE_NS = 4_000_000;
    private static final Runnable NOBODY = () -> {};

    private final SimContext ctx;
    private final Topology topology;
    private final SimSite site;

    private State state = State.DOWN;
    private @Nullable SimProcess process;
    private long nextDutyNs = Long.MAX_VALUE;
    private int framesToLive;
    private Runnable onKilled = NOBODY;

    SimNode(final SimContext ctx, final Topology topology, final SimSite site)
    {
        this.ctx = ctx;
        this.topology = topology;
        this.site = site;
    }

    int index()
    {
        return site.index();
    }

    State state()
    {
        return state;
    }

    SimClock clock()
    {
        return site.clock();
    }

    SimDisk disk()
    {
        return site.disk();
    }

    /** Starts a process over what is on the disk. */
    void start()
    {
        spare();
        process = new SimProcess(ctx, topology, site, this::onFrame);
        state = State.UP;
        ctx.deliveries().onNodeUp(site.index());
        ctx.proofs().onNodeUp(site.index());
        ctx.evidence().onNodeUp(site.index());
        ctx.takeovers().onNodeUp(site.index(), ctx.events().nowNs());
        wake();
    }

    /** Kills the process. */
    void stop()
    {
        state = State.DOWN;
        nextDutyNs = Long.MAX_VALUE;
        final SimBuilder builder = site.builder();
        if (null != builder)
        {
            builder.onLeaderDown();
        }
    }

    /** Kills the process in the middle of its work: so many frames leave it yet, the next one does not. */
    void dieAfter(final int frames, final Runnable onKilled)
    {
        framesToLive = frames;
        this.onKilled = onKilled;
    }

    /** It need not die. */
    void spare()
    {
        onKilled = NOBODY;
    }

    void pause()
    {
        state = State.PAUSED;
        nextDutyNs = Long.MAX_VALUE;
    }

    void resume()
    {
        state = State.UP;
        wake();
    }

    /** Something has come, or there is room again. */
    void wake()
    {
        if (State.UP == state)
        {
            scheduleDuty(ctx.events().nowNs() + 1 + site.random().between(0L, ctx.options().cycleNs()));
        }
    }

    /** The execution client beside the node calls a block final; false if there is nobody to be told. */
    boolean onFinalized(final long blockNumber, final byte[] hash)
    {
        final SimProcess process = this.process;
        if (State.UP != state || null == process)
        {
            return false;
        }
        process.onFinalized(blockNumber, hash);
        wake();

        return true;
    }

    /** Everything that must hold of the node's own counters when a run ends. */
    void checkAccounts()
    {
        final SimProcess process = this.process;
        if (null != process)
        {
            process.checkCounters();
            process.checkControl();
            process.checkEventList(State.UP == state);
        }
    }

    private void onFrame()
    {
        if (NOBODY != onKilled && 0 == framesToLive--)
        {
            throw new Killed();
        }
    }

    private void scheduleDuty(final long timeNs)
    {
        if (timeNs < nextDutyNs)
        {
            nextDutyNs = timeNs;
            ctx.events().at(timeNs, this::duty);
        }
    }

    private void duty(final long nowNs)
    {
        final SimProcess process = this.process;
        if (State.UP != state || nowNs != nextDutyNs || null == process)
        {
            return;
        }

        nextDutyNs = Long.MAX_VALUE;
        final int workCount;
        try
        {
            workCount = process.doWork();
        }
        catch (final Killed ex)
        {
            final Runnable onKilled = this.onKilled;
            spare();
            onKilled.run();
            return;
        }
        catch (final SimFailure ex)
        {
            throw ex;
        }
        catch (final Exception | AssertionError ex)
        {
            throw new SimFailure("node " + site.index() + " threw " + ex, ex);
        }
        process.checkCounters();
        scheduleDuty(nowNs + (workCount > 0 ? Math.max(1, ctx.options().cycleNs()) : IDLE_NS));
    }
}
