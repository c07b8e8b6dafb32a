package io.fragcast.node;

import io.fragcast.agent.StatementRing;
import io.fragcast.codecs.EvidenceDecoder;
import io.fragcast.codecs.FinalizedDecoder;
import io.fragcast.codecs.ScheduleDecoder;
import io.fragcast.codecs.TakeoverDecoder;
import io.fragcast.counter.Counters;
import io.fragcast.crypto.Secp256k1;
import io.fragcast.protocol.block.Finality;
import io.fragcast.protocol.block.MessageSigner;
import io.fragcast.protocol.leader.RunPulse;
import io.fragcast.protocol.leader.TakeoverMemory;
import io.fragcast.protocol.leader.Takeovers;
import io.fragcast.protocol.peer.Statements;
import io.fragcast.wire.EvidenceAdapter;
import io.fragcast.wire.FinalizedAdapter;
import io.fragcast.wire.ScheduleAdapter;
import io.fragcast.wire.StatementSigner;
import io.fragcast.wire.TakeoverAdapter;
import org.agrona.concurrent.EpochNanoClock;
import org.jspecify.annotations.Nullable;

import java.util.function.LongSupplier;

/**
 * What a node says to all and hears from all: the way of its own statements, and who owns which kind of them.
 */
final class NodeStatements
{
    private final NodeContext<?> ctx;
    private final Counters counters;
    private final StatementRing own;
    private final RunPulse pulse = new RunPulse();
    private final int maxFrameLength;
    private final Finality finality;
    private final LongSupplier newestBlock;
    private @Nullable TakeoverAdapter takeovers;

    NodeStatements(
        final NodeContext<?> ctx, final Finality finality, final LongSupplier newestBlock, final Counters counters)
    {
        this.finality = finality;
        this.newestBlock = newestBlock;
        this.ctx = ctx;
        this.counters = counters;
        own = new StatementRing(counters);
        maxFrameLength = Lane.maxFrameLength(ctx.schedule().mtu());
    }

    /**
     * Where a statement goes that this node makes itself, signed: checked there as anybody's, then told to all.
     *
     * @return the ring; any thread may offer.
     */
    StatementRing own()
    {
        return own;
    }

    /**
     * Where the run is, for whoever judges its leader.
     *
     * @return the pulse; the hot agent's receiver writes it.
     */
    RunPulse pulse()
    {
        return pulse;
    }

    /**
     * Names the owners of the kinds, each once; they run with the peers.
     *
     * @param statements of the control lane that is being made.
     * @param schedule   of the node.
     * @param alarms     told of proofs.
     * @param memory     of takeovers.
     * @param epochClock for what is signed.
     */
    void register(
        final Statements statements,
        final NodeSchedule schedule,
        final Alarms alarms,
        final TakeoverMemory memory,
        final EpochNanoClock epochClock)
    {
        statements.register(EvidenceDecoder.TEMPLATE_ID, EvidenceAdapter.PLACES, new EvidenceAdapter(
            statements, schedule.current(), Secp256k1.load().newVerifier(), maxFrameLength, alarms::onProof));

        statements.register(ScheduleDecoder.TEMPLATE_ID, ScheduleAdapter.PLACES, new ScheduleAdapter(
            statements,
            schedule.current(),
            maxFrameLength,
            new ScheduleIntake(ctx, schedule, own::offer, counters)));

        final MessageSigner signer = ctx.statementSigner();
        statements.register(FinalizedDecoder.TEMPLATE_ID, FinalizedAdapter.PLACES, new FinalizedAdapter(
            statements,
            schedule.current(),
            newestBlock,
            finality,
            null == ctx.chain().finalized(),
            null == signer ? null : new StatementSigner(signer),
            epochClock));
        final TakeoverAdapter adapter = new TakeoverAdapter(
            statements,
            new Takeovers(
                schedule.current().current(),
                null == signer ? null : signer.publicKey(),
                pulse,
                memory,
                schedule::adopt),
            schedule.current(),
            pulse,
            ctx.scheduleAuthority(),
            null == signer ? null : new StatementSigner(signer),
            epochClock);
        statements.register(TakeoverDecoder.TEMPLATE_ID, TakeoverAdapter.PLACES, adapter);
        takeovers = adapter;
    }

    /**
     * What was taken over in earlier lives of the node holds again. Once all kinds are registered, before the threads
     * of the node start.
     *
     * @param nowNs monotonic nanoseconds.
     */
    void recall(final long nowNs)
    {
        if (null != takeovers)
        {
            takeovers.recall(nowNs);
        }
    }
}
