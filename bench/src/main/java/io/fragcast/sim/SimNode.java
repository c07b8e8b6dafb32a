package io.fragcast.sim;

import io.fragcast.codecs.MessageHeaderDecoder;
import io.fragcast.codecs.TakeoverDecoder;
import io.fragcast.protocol.block.MessageSigner;
import io.fragcast.protocol.leader.LeaderTerm;
import io.fragcast.sim.checker.SimFailure;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

import java.util.Arrays;

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

        private final transient Runnable onKilled;

        private Killed(final Runnable onKilled)
        {
            super("killed", null, false, false);
            this.onKilled = onKilled;
        }
    }

    /** Between two duty cycles of a node that has nothing to do. */
    private static final long IDLE_NS = 4_000_000;
    private static final Runnable NOBODY = () -> {};
    /** Above the parts of what outlives the processes. */
    private static final long LIFE_PART = 1_000;

    private final SimContext ctx;
    private final Topology topology;
    private final SimSite site;
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final TakeoverDecoder takeover = new TakeoverDecoder();

    private State state = State.DOWN;
    private @Nullable SimProcess process;
    private long nextDutyNs = Long.MAX_VALUE;
    private long lives;
    private int framesToLive;
    private Runnable onKilled = NOBODY;
    private int otherFramesToLive;
    private Runnable onKilledAsking = NOBODY;
    private int copiesToSay;
    private Runnable onKilledTakingOver = NOBODY;
    private long saidNs = Long.MIN_VALUE;
    private int copiesSaid;

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
        process = new SimProcess(
            ctx,
            topology,
            site,
            new SimLife(site.random().forPart(LIFE_PART + lives++), this::onBlockFrame, this::onOtherFrame));
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

    /** Kills the process in the middle of its work: so many frames of blocks leave it yet, the next one does not. */
    void dieAfter(final int frames, final Runnable onKilled)
    {
        framesToLive = frames;
        this.onKilled = onKilled;
    }

    /** The same of the frames by which it asks, answers, and talks to its peers. */
    void dieAsking(final int frames, final Runnable onKilled)
    {
        otherFramesToLive = frames;
        onKilledAsking = onKilled;
    }

    /** The same while it tells one peer after the other that a term of its own begins early: so many are told. */
    void dieTakingOver(final int copies, final Runnable onKilled)
    {
        copiesToSay = copies;
        onKilledTakingOver = onKilled;
    }

    /** It need not die. */
    void spare()
    {
        onKilled = NOBODY;
        onKilledAsking = NOBODY;
        onKilledTakingOver = NOBODY;
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

    private void onBlockFrame(final SimPath path, final DirectBuffer buffer, final int length)
    {
        if (NOBODY != onKilled && 0 == framesToLive--)
        {
            throw new Killed(onKilled);
        }
    }

    private void onOtherFrame(final SimPath path, final DirectBuffer buffer, final int length)
    {
        if (NOBODY != onKilledAsking && 0 == otherFramesToLive--)
        {
            throw new Killed(onKilledAsking);
        }
        header.wrap(buffer, SimFrameSink.CLAIM_OFFSET);
        if (TakeoverDecoder.TEMPLATE_ID == header.templateId())
        {
            takeover.wrapAndApplyHeader(buffer, SimFrameSink.CLAIM_OFFSET, header);
            onTakeover((int)takeover.leaderTerm(), takeover.issueTimeNs());
        }
    }

    private void onTakeover(final int termNumber, final long issueTimeNs)
    {
        final MessageSigner signer = site.signer();
        final LeaderTerm term = ctx.schedule().termNumbered(termNumber);
        if (null == signer || null == term || !Arrays.equals(signer.publicKey(), term.publicKey()))
        {
            return;
        }
        copiesSaid = issueTimeNs == saidNs ? copiesSaid : 0;
        saidNs = issueTimeNs;
        if (NOBODY != onKilledTakingOver && copiesSaid == copiesToSay)
        {
            ctx.takeovers().onDeath(copiesSaid);
            throw new Killed(onKilledTakingOver);
        }
        copiesSaid++;
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
            spare();
            ex.onKilled.run();
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
