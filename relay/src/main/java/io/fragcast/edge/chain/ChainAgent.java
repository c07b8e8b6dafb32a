package io.fragcast.edge.chain;

import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.block.FinalizedBlock;
import io.fragcast.protocol.block.SealedBlock;
import org.agrona.CloseHelper;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.status.AtomicCounter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Asks the operator's sources for sealed blocks and for what is final, and hands on what they say. On a cold thread; it
 * never waits: an answer that is late is not waited for, a block that is not taken is offered again.
 */
public final class ChainAgent implements Agent
{
    /** A source on the same host answers in milliseconds, one in another region within a second. */
    private static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(4);
    private static final long FIRST_RETRY_NS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long MAX_RETRY_NS = TimeUnit.SECONDS.toNanos(15);
    /** As many as may wait for their Seal, a power of two. */
    private static final int FILE_BLOCKS = 64;
    private static final Logger LOGGER = LoggerFactory.getLogger(ChainAgent.class);

    private final String name;
    private final NanoClock clock;
    private final Predicate<SealedBlock> sealedBlocks;
    private final Consumer<FinalizedBlock> finality;
    private final @Nullable SealedFile file;
    private final long fileIntervalNs;
    private final @Nullable Source sealed;
    private final @Nullable Source finalized;
    private final @Nullable Raw raw;
    private final OwnBodies bodies;
    /** Those of the file that were read last, for a leader that wants the body of one. */
    private final @Nullable ChainBlock[] ofFile = new ChainBlock[FILE_BLOCKS];
    private final SealedBlock block = new SealedBlock();
    private final AtomicCounter unproved;
    private final AtomicCounter failures;
    private boolean isBlockOffered;
    private long nextReadNs;

    /** One client that is asked. */
    private final class Source implements AutoCloseable
    {
        private final ChainConfig.Client client;
        private final ChainHttp http;
        private final ChainPoller poller;
        private String trouble = "";

        Source(
            final ChainConfig.Client client,
            final long chainId,
            final String tag,
            final ChainConsumer consumer,
            final Counters counters)
        {
            this.client = client;
            http = new ChainHttp(client.uri(), TIMEOUT_NS);
            poller = new ChainPoller(
                http,
                chainId,
                tag,
                "latest".equals(tag),
                new ChainTiming(client.intervalNs(), TIMEOUT_NS, FIRST_RETRY_NS, MAX_RETRY_NS),
                consumer,
                clock.nanoTime(),
                counters);
        }

        int doWork(final long nowNs)
        {
            int work = 0;
            for (ChainHttp.Reply reply = http.poll(); null != reply; reply = http.poll())
            {
                tell(poller.onAnswer(reply.requestId(), reply.answer(), nowNs));
                work++;
            }

            return work + poller.doWork(nowNs);
        }

        /** Once when it begins, once when it is over. */
        private void tell(final @Nullable String failure)
        {
            final String now = null == failure ? "" : failure;
            if (!now.equals(trouble))
            {
                if (now.isEmpty())
                {
                    LOGGER.info("{}: {} answers again", name, client.uri());
                }
                else
                {
                    LOGGER.warn("{}: {}: {}", name, client.uri(), now);
                }
                trouble = now;
            }
        }

        @Override
        public void close()
        {
            http.close();
        }
    }

    /** The client of the sealed blocks, asked for whole ones. */
    private final class Raw implements AutoCloseable
    {
        private final ChainHttp http;
        private final RawBlocks blocks;
        private String trouble = "";

        Raw(final ChainConfig.Client client, final OwnBodies bodies)
        {
            http = new ChainHttp(client.uri(), TIMEOUT_NS);
            blocks = new RawBlocks(
                http,
                bodies,
                new ChainTiming(client.intervalNs(), TIMEOUT_NS, FIRST_RETRY_NS, MAX_RETRY_NS),
                clock.nanoTime());
        }

        int doWork(final long nowNs)
        {
            int work = blocks.doWork(nowNs);
            for (ChainHttp.Reply reply = http.poll(); null != reply; reply = http.poll())
            {
                final String failure = blocks.onAnswer(reply.requestId(), reply.answer(), nowNs);
                if (null != failure && !failure.equals(trouble))
                {
                    trouble = failure;
                    LOGGER.warn("{}: no whole block (debug_getRawBlock): {}", name, failure);
                }
                work++;
            }

            return work;
        }

        @Override
        public void close()
        {
            http.close();
        }
    }

    /**
     * An agent; the file is opened now, clients are called when it runs.
     *
     * @param name         of the node.
     * @param config       which sources.
     * @param chainId      of the node.
     * @param sealedBlocks takes a sealed block, valid during the call; false to be offered it again.
     * @param finality     takes what is final.
     * @param bodies       that a leader wants of its own client.
     * @param clock        monotonic.
     * @param counters     of the node.
     */
    public ChainAgent(
        final String name,
        final ChainConfig config,
        final long chainId,
        final Predicate<SealedBlock> sealedBlocks,
        final Consumer<FinalizedBlock> finality,
        final OwnBodies bodies,
        final NanoClock clock,
        final Counters counters)
    {
        this.name = name;
        this.clock = clock;
        this.sealedBlocks = sealedBlocks;
        this.finality = finality;
        unproved = counters.get(FragcastCounter.SEALED_BLOCKS_UNPROVED);
        failures = counters.get(FragcastCounter.CHAIN_FAILURES);
        fileIntervalNs = config.fileIntervalNs();
        try
        {
            file = null == config.file() ? null : new SealedFile(config.file(), chainId);
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(name + ": cannot read " + config.file(), ex);
        }
        sealed = null == config.sealed() ? null :
            new Source(config.sealed(), chainId, "latest", this::onSealed, counters);
        this.bodies = bodies;
        raw = null == config.sealed() ? null : new Raw(config.sealed(), bodies);
        finalized = null == config.finalized() ? null :
            new Source(config.finalized(), chainId, "finalized", this::onFinalized, counters);
    }

    @Override
    public int doWork()
    {
        final long nowNs = clock.nanoTime();
        int work = readFile(nowNs);
        if (null != sealed)
        {
            work += sealed.doWork(nowNs);
        }
        if (null != finalized)
        {
            work += finalized.doWork(nowNs);
        }
        final Long wanted = bodies.pollWanted();
        if (null != wanted)
        {
            onBodyWanted(wanted);
        }
        if (null != raw)
        {
            work += raw.doWork(nowNs);
        }

        return work;
    }

    @Override
    public void onClose()
    {
        CloseHelper.closeAll(sealed, finalized, raw, file);
    }

    @Override
    public String roleName()
    {
        return name + " chain";
    }

    /** One block a cycle, for a long line takes its time. */
    private int readFile(final long nowNs)
    {
        if (isBlockOffered)
        {
            isBlockOffered = !sealedBlocks.test(block);
            return isBlockOffered ? 0 : 1;
        }
        if (null == file || nowNs - nextReadNs < 0)
        {
            return 0;
        }

        try
        {
            final ChainBlock next = file.next();
            if (null == next)
            {
                nextReadNs = nowNs + fileIntervalNs;
                return 0;
            }
            ofFile[(int)next.number() & FILE_BLOCKS - 1] = next;
            isBlockOffered = fill(next) && !sealedBlocks.test(block);
        }
        catch (final IOException ex)
        {
            failures.incrementRelease();
            LOGGER.warn("{}: {}", name, ex.getMessage());
        }

        return 1;
    }

    /** What the file has is here; else the client is asked, if there is one. */
    private void onBodyWanted(final long number)
    {
        final ChainBlock known = ofFile[(int)number & FILE_BLOCKS - 1];
        if (null != known && number == known.number() && null != known.body())
        {
            bodies.tell(number, known.body());
        }
        else if (null != raw)
        {
            raw.blocks.want(number);
        }
    }

    private boolean onSealed(final ChainBlock next)
    {
        // What the file offers stays in place meanwhile.
        return !isBlockOffered && (!fill(next) || sealedBlocks.test(block));
    }

    private boolean onFinalized(final ChainBlock next)
    {
        finality.accept(new FinalizedBlock(next.number(), next.hash()));

        return true;
    }

    private boolean fill(final ChainBlock next)
    {
        final boolean isProved = next.fill(block);
        if (!isProved)
        {
            unproved.incrementRelease();
        }

        return isProved;
    }
}
