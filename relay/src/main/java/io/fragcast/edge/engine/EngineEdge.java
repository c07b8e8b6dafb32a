package io.fragcast.edge.engine;

import io.fragcast.BlockEvent;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.edge.Edge;
import io.fragcast.edge.engine.EngineAnswer.Outcome;
import io.fragcast.wire.BlockEventView;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemEpochClock;
import org.agrona.concurrent.status.AtomicCounter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.concurrent.TimeUnit;

/**
 * Delivers to an execution client over the Engine API, as an unmodified op-geth of based-op takes it. Events wait in a
 * queue of its own, so that a client that is slow or down delays no other edge and never the node: what does not fit is
 * given up by whole blocks, counted. Nothing is kept over a restart; what the client has is asked of it.
 */
public final class EngineEdge implements Edge
{
    /** Frags come this far apart: looking more often for a missing parent finds nothing sooner. */
    private static final long POLL_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(200);
    /** Two blocks: a client that is back is found within them. */
    private static final long MAX_BACKOFF_NS = TimeUnit.SECONDS.toNanos(4);
    /** A fourth of what geth keeps an idle connection for; a request on one that was closed has no known outcome. */
    private static final long MAX_IDLE_NS = TimeUnit.SECONDS.toNanos(30);
    private static final Logger LOGGER = LoggerFactory.getLogger(EngineEdge.class);

    private final EngineConfig config;
    private final NanoClock clock;
    private final EngineHttp http;
    private final EngineSequencer sequencer;
    private final EngineEvents events = new EngineEvents();
    private final BlockEventView view = new BlockEventView();
    private final GasCheck gas = new GasCheck();
    private final AtomicCounter overGas;
    private Outcome lastOutcome = Outcome.OK;

    /**
     * An edge to one execution client; it is called when there is something to send.
     *
     * @param config   which client.
     * @param clock    monotonic.
     * @param counters of the node.
     */
    public EngineEdge(final EngineConfig config, final NanoClock clock, final Counters counters)
    {
        this.config = config;
        this.clock = clock;
        overGas = counters.get(FragcastCounter.ENGINE_FRAGS_OVER_GAS);
        http = new EngineHttp(config, SystemEpochClock.INSTANCE);
        sequencer = new EngineSequencer(
            http,
            new EngineTiming(config.requestTimeoutNs(), POLL_INTERVAL_NS, MAX_BACKOFF_NS, MAX_IDLE_NS),
            config.maxQueueLength(),
            clock.nanoTime(),
            counters);
    }

    /**
     * Signs with another secret from now on. Any thread.
     *
     * @param secret 32 bytes that the client shares.
     */
    public void secret(final byte[] secret)
    {
        http.secret(secret);
    }

    @Override
    public boolean onEvent(final DirectBuffer buffer, final int offset, final int length)
    {
        final BlockEvent event = view.wrap(buffer, offset, length);
        switch (event.kind())
        {
            case ENV ->
            {
                gas.open(events.gasLimit(event));
                sequencer.onEnv(events.keep(event, buffer, offset, length));
            }
            case FRAG -> onFrag(event, buffer, offset, length);
            case SEAL ->
            {
                if (!gas.isOver())
                {
                    sequencer.onMessage(events.keep(event, buffer, offset, length));
                }
            }
            case VERIFIED, MISMATCHED, ABORTED, SUPERSEDED ->
            {
                if (!gas.isOver())
                {
                    sequencer.onEnd(event.kind());
                }
            }
            case REORG ->
            {
                LOGGER.warn("{}: block {} of term {} takes {} blocks back", name(), event.blockNumber(),
                    Integer.toUnsignedString(event.leaderTerm()), event.missing());
                sequencer.onReorg(event.blockNumber());
            }
            case SEAL_MISMATCHED -> LOGGER.error(
                "{}: block {} was sealed as another than its seal names", name(), event.blockNumber());
            default ->
            {
                // GAP: the next Env names a parent that the client has, or has not. FINALIZED: it knows.
            }
        }

        return true;
    }

    @Override
    public int doWork()
    {
        final long nowNs = clock.nanoTime();
        int work = 0;
        for (EngineHttp.Reply reply = http.poll(); null != reply; reply = http.poll())
        {
            tell(reply);
            sequencer.onAnswer(reply.requestId(), reply.answer(), nowNs);
            work++;
        }

        return work + sequencer.doWork(nowNs);
    }

    @Override
    public void flush()
    {
        // What may go goes in doWork.
    }

    @Override
    public String name()
    {
        return "engine:" + config.uri();
    }

    @Override
    public void close()
    {
        http.close();
    }

    /** What cannot fit the block's gas is not sent, nor anything of the block after it: the next Env discards it. */
    private void onFrag(final BlockEvent event, final DirectBuffer buffer, final int offset, final int length)
    {
        if (gas.isOver())
        {
            return;
        }
        event.forEachTx(gas);
        if (gas.isOver())
        {
            overGas.incrementRelease();
            LOGGER.warn("{}: block {}: frag {} cannot fit the block's gas limit; nothing more of it is sent",
                name(), event.blockNumber(), event.seq());
            sequencer.onEnd(BlockEvent.Kind.MISMATCHED);
        }
        else
        {
            sequencer.onMessage(events.keep(event, buffer, offset, length));
        }
    }

    /** A client that is shut is told of once; each refusal of a block, but those made on purpose. */
    private void tell(final EngineHttp.Reply reply)
    {
        final EngineAnswer answer = reply.answer();
        switch (answer.outcome())
        {
            case OK ->
            {
                if (Outcome.OK != lastOutcome)
                {
                    LOGGER.info("{}: answers again", name());
                }
            }
            case SHUT_OUT, UNKNOWN ->
            {
                if (lastOutcome != answer.outcome())
                {
                    LOGGER.warn("{}: {}: {}", name(), reply.method().label(), answer.text());
                }
            }
            default ->
            {
                if (EngineRefusal.BLOCK_OPEN != EngineRefusal.of(answer.text()))
                {
                    LOGGER.warn("{}: {} refused: {}", name(), reply.method().label(), answer.text());
                }
            }
        }
        lastOutcome = Outcome.REFUSED == answer.outcome() || Outcome.UNREAD == answer.outcome() ?
            Outcome.OK : answer.outcome();
    }
}
