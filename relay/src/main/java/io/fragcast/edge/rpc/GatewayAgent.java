package io.fragcast.edge.rpc;

import io.fragcast.FragPublisher;
import io.fragcast.PublishResult;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.edge.rpc.GatewayOrder.Stop;
import io.fragcast.ethereum.BasedOpMessage;
import io.fragcast.ethereum.BasedOpMessage.Frag;
import io.fragcast.ethereum.BasedOpMessage.Kind;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;

/**
 * Publishes what gateways posted: puts it in order, then hands one message after the other to the sequencer, the next
 * when the one before was answered. While nobody listens to the sequencer all waits, in order. Used by one thread.
 */
final class GatewayAgent implements Agent, GatewayOrder.Consumer, FragPublisher.Listener
{
    /** A cycle goes on to the answers after so many. */
    private static final int BATCH_MESSAGES = 64;
    /** Sinks connect within some of these; each try costs the sequencer a microsecond. */
    private static final long RETRY_NS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long LOG_INTERVAL_NS = TimeUnit.SECONDS.toNanos(1);
    private static final Logger LOGGER = LoggerFactory.getLogger(GatewayAgent.class);

    private final String name;
    private final GatewayQueue queue;
    private final GatewayOrder order;
    private final FragPublisher publisher;
    private final NanoClock clock;
    private final Counters counters;
    private final Deque<GatewayMessage> outbox = new ArrayDeque<>();
    private @Nullable GatewayMessage inFlight;
    private long retryNs;
    private long logNs;
    private long unlogged;

    GatewayAgent(
        final String name,
        final GatewayQueue queue,
        final int maxFragsPerBlock,
        final GatewayOrder.Terms terms,
        final FragPublisherFactory publishers,
        final NanoClock clock,
        final Counters counters)
    {
        this.name = name;
        this.queue = queue;
        this.clock = clock;
        this.counters = counters;
        order = new GatewayOrder(maxFragsPerBlock, terms, this);
        publisher = publishers.newPublisher(this);
        retryNs = clock.nanoTime();
        logNs = retryNs;
    }

    @Override
    public void onStart()
    {
        queue.consumer(Thread.currentThread());
    }

    @Override
    public int doWork()
    {
        final long nowNs = clock.nanoTime();
        int work = order.doWork(nowNs);
        for (int i = 0; i < BATCH_MESSAGES; i++)
        {
            final GatewayMessage message = queue.poll();
            if (null == message)
            {
                break;
            }
            order.onMessage(message, nowNs);
            work++;
        }
        work += publisher.poll();
        if (null == inFlight && retryNs - nowNs <= 0)
        {
            work += publishNext(nowNs);
        }
        counters.get(FragcastCounter.RPC_MESSAGES_HELD).setRelease(order.heldCount());
        counters.get(FragcastCounter.RPC_MESSAGES_QUEUED).setRelease(queue.messageCount());

        return work;
    }

    @Override
    public void onClose()
    {
        queue.close();
        publisher.close();
        final long lost = queue.messageCount();
        if (0 != lost)
        {
            LOGGER.warn("{}: closed with {} messages of the gateway that were not published", name, lost);
        }
    }

    @Override
    public String roleName()
    {
        return "gateway";
    }

    @Override
    public void onTurn(final GatewayMessage message)
    {
        outbox.add(message);
    }

    @Override
    public void onStop(final GatewayMessage message, final Stop stop)
    {
        queue.release(message);
        counters.get(switch (stop)
        {
            case DUPLICATE -> FragcastCounter.RPC_STOPPED_DUPLICATE;
            case WINDOW -> FragcastCounter.RPC_STOPPED_WINDOW;
            case ORDER -> FragcastCounter.RPC_STOPPED_ORDER;
            case CONFLICT -> FragcastCounter.RPC_STOPPED_CONFLICT;
        }).incrementRelease();
        if (Stop.DUPLICATE != stop)
        {
            log(message, stop.name());
        }
    }

    @Override
    public void onGivenUp(final long blockNumber)
    {
        counters.get(FragcastCounter.RPC_BLOCKS_GIVEN_UP).incrementRelease();
    }

    @Override
    public void onReply(
        final FragPublisher.Request request, final long blockNumber, final int seq, final PublishResult result)
    {
        final GatewayMessage message = inFlight;
        if (null == message)
        {
            throw new IllegalStateException("a reply to " + request + " of block " + blockNumber + " unasked for");
        }

        inFlight = null;
        if (isToBeOfferedAgain(result))
        {
            outbox.addFirst(message);
            retryNs = clock.nanoTime() + RETRY_NS;
        }
        else
        {
            finish(message, result);
        }
    }

    private int publishNext(final long nowNs)
    {
        final GatewayMessage message = outbox.poll();
        if (null == message)
        {
            return 0;
        }

        final PublishResult result = publish(message);
        if (PublishResult.OK == result)
        {
            inFlight = message;
            return 1;
        }
        if (isToBeOfferedAgain(result))
        {
            outbox.addFirst(message);
            retryNs = nowNs + RETRY_NS;
            return 0;
        }
        finish(message, result);

        return 1;
    }

    private static boolean isToBeOfferedAgain(final PublishResult result)
    {
        return switch (result)
        {
            case BACK_PRESSURED, NOT_CONNECTED, CLOSED -> true;
            case OK, NOT_LEADER, NO_OPEN_BLOCK, OUT_OF_ORDER, TOO_LARGE, MALFORMED, ALREADY_SEALED -> false;
        };
    }

    private PublishResult publish(final GatewayMessage signed)
    {
        final BasedOpMessage message = signed.message();
        if (message instanceof final Frag frag)
        {
            return publisher.frag(
                frag.blockNumber(), (int)frag.seq(), frag.isLast(), new FragTxs(frag, signed.signature()));
        }

        return message instanceof final BasedOpMessage.Seal seal ?
            publisher.seal(PublishRequests.seal(seal, signed.signature())) :
            publisher.env(PublishRequests.env((BasedOpMessage.Env)message, signed.signature()));
    }

    /** The sequencer took it, or never will. */
    private void finish(final GatewayMessage message, final PublishResult result)
    {
        queue.release(message);
        if (PublishResult.OK == result)
        {
            counters.get(FragcastCounter.RPC_MESSAGES_PUBLISHED).incrementRelease();
            if (Kind.SEAL == message.kind())
            {
                order.onSealed(message.blockNumber());
            }
        }
        else
        {
            counters.get(FragcastCounter.RPC_STOPPED_SEQUENCER).incrementRelease();
            log(message, result.name());
            if (Kind.ENV == message.kind())
            {
                order.onRefused(message);
            }
        }
    }

    /** At most one line a second: what comes from outside fills no disk. */
    private void log(final GatewayMessage message, final String reason)
    {
        final long nowNs = clock.nanoTime();
        if (nowNs - logNs >= 0)
        {
            LOGGER.warn("{}: {} of the gateway is not published: {}; {} more since the last line",
                name, message, reason, unlogged);
            logNs = nowNs + LOG_INTERVAL_NS;
            unlogged = 0;
        }
        else
        {
            unlogged++;
        }
    }

    /** Makes the one publisher of this agent. */
    @FunctionalInterface
    interface FragPublisherFactory
    {
        FragPublisher newPublisher(FragPublisher.Listener listener);
    }
}
