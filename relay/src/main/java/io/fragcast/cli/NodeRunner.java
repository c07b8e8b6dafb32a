package io.fragcast.cli;

import io.fragcast.config.ConfigException;
import io.fragcast.config.DeliverConfig;
import io.fragcast.config.NodeConfig;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.crypto.Secp256k1;
import io.fragcast.edge.jsonl.JsonLinesEdge;
import io.fragcast.journal.JournalConfig;
import io.fragcast.node.Node;
import io.fragcast.node.RelayNode;
import io.fragcast.node.ReplicaNode;
import io.fragcast.node.SequencerNode;
import org.agrona.concurrent.ShutdownSignalBarrier;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Runs one node until the process is asked to end (SIGINT, SIGTERM), then closes it in order; on SIGHUP it reads
 * its files anew. Says on standard error what the kernel granted, that the node runs, and how many of its peers are
 * connected whenever that changes.
 */
final class NodeRunner
{
    /** Beside the journal: how far standard output is. */
    private static final String CURSOR_FILE = "delivered.cursor";
    /** How late a line about peers that came or went may be. */
    private static final long STATUS_INTERVAL_MS = 100;

    private NodeRunner()
    {
    }

    static int sequencer(
        final NodeConfig config,
        final Supplier<NodeConfig> files,
        final Secp256k1 curve,
        final PrintWriter out,
        final PrintWriter err)
        throws IOException
    {
        final NodeContexts contexts = new NodeContexts(curve);
        final SequencerNode.Context ctx = contexts.sequencer(config);

        return run(config, files, contexts, () -> SequencerNode.launch(ctx), err);
    }

    static int relay(
        final NodeConfig config,
        final Supplier<NodeConfig> files,
        final Secp256k1 curve,
        final PrintWriter out,
        final PrintWriter err)
        throws IOException
    {
        final NodeContexts contexts = new NodeContexts(curve);
        final RelayNode.Context ctx = contexts.relay(config);

        return run(config, files, contexts, () -> RelayNode.launch(ctx), err);
    }

    static int replica(
        final NodeConfig config,
        final Supplier<NodeConfig> files,
        final Secp256k1 curve,
        final PrintWriter out,
        final PrintWriter err)
        throws IOException
    {
        final NodeContexts contexts = new NodeContexts(curve);
        final ReplicaNode.Context ctx = contexts.replica(config);
        deliver(ctx, Objects.requireNonNull(config.deliver(), "the options of a replica have a default"));

        return run(config, files, contexts, () -> ReplicaNode.launch(ctx), err);
    }

    private static void deliver(final ReplicaNode.Context ctx, final DeliverConfig deliver) throws IOException
    {
        if (deliver instanceof DeliverConfig.JsonLinesToFile file)
        {
            ctx.edge(JsonLinesEdge.toFile(file.file()));
        }
        else if (deliver instanceof DeliverConfig.Ipc ipc)
        {
            ctx.eventChannel(ipc.channel());
        }
        else if (deliver instanceof DeliverConfig.Engine engine)
        {
            ctx.engine(NodeContexts.engine(engine, ctx.limits()));
        }
        else
        {
            final JournalConfig journal = ctx.journal();
            ctx.edge(null == journal ? JsonLinesEdge.toStandardOutput() :
                JsonLinesEdge.toStandardOutput(journal.dir().resolve(CURSOR_FILE)));
        }
    }

    private static int run(
        final NodeConfig config,
        final Supplier<NodeConfig> files,
        final NodeContexts contexts,
        final Supplier<Node> launcher,
        final PrintWriter err)
    {
        config.aeron().install();
        try (StopSignal stop = new StopSignal();
            Node node = launch(config, launcher))
        {
            final Reload reload = new Reload(config, files, contexts, node::reload, node.counters(), err);
            return await(stop, config, reload, node, err);
        }
    }

    /** What a node refuses to run with was written by its operator: one line, not a trace. */
    private static Node launch(final NodeConfig config, final Supplier<Node> launcher)
    {
        try
        {
            return launcher.get();
        }
        catch (final IllegalArgumentException ex)
        {
            throw new ConfigException(config.name() + ": " + ex.getMessage(), ex);
        }
    }

    private static int await(
        final StopSignal stop,
        final NodeConfig config,
        final Reload reload,
        final Node node,
        final PrintWriter err)
    {
        final HangupSignal hangup = new HangupSignal();
        if (hangup.isIgnored())
        {
            err.println(config.name() + ": SIGHUP is ignored here, as under nohup: a change of files takes a restart");
        }
        node.grants().forEach((grant) -> err.println(config.name() + ": " + grant));
        err.println(config.name() + ": running");
        err.flush();

        String lastStatus = "";
        while (!stop.isGiven())
        {
            final String failure = node.failure();
            if (null != failure)
            {
                err.println(config.name() + ": ends: " + failure);
                err.flush();
                return ExitCodes.FAILED;
            }
            if (hangup.take())
            {
                reload.run();
            }
            final String status = status(reload.current(), node.counters());
            if (!status.equals(lastStatus))
            {
                err.println(config.name() + ": " + status);
                err.flush();
                lastStatus = status;
            }
        }

        err.println(config.name() + ": closing");
        err.flush();

        return ExitCodes.DONE;
    }

    private static String status(final NodeConfig config, final Counters counters)
    {
        final int upstreamCount = config.upstream().size();
        final boolean hasSinkGroup = null != config.block().multicast() && !config.block().isMulticast();
        final int sinkCount = config.block().sinks().size() + (hasSinkGroup ? 1 : 0);
        final StringBuilder status = new StringBuilder();
        if (0 < upstreamCount)
        {
            status.append("hears ").append(counters.value(FragcastCounter.SOURCES_CONNECTED))
                .append(" of ").append(upstreamCount).append(" upstream");
        }
        if (0 < sinkCount)
        {
            status.append(0 == upstreamCount ? "" : ", ")
                .append("reaches ").append(counters.value(FragcastCounter.SINKS_CONNECTED))
                .append(" of ").append(sinkCount).append(" sinks");
        }

        return 0 == status.length() ? "has no peers" : status.toString();
    }

    /** SIGINT or SIGTERM; the process ends when this is closed. */
    private static final class StopSignal implements AutoCloseable
    {
        private final CountDownLatch given = new CountDownLatch(1);
        private final ShutdownSignalBarrier barrier = new ShutdownSignalBarrier(given::countDown);

        boolean isGiven()
        {
            try
            {
                return given.await(STATUS_INTERVAL_MS, TimeUnit.MILLISECONDS);
            }
            catch (final InterruptedException ex)
            {
                Thread.currentThread().interrupt();
                return true;
            }
        }

        @Override
        public void close()
        {
            barrier.close();
        }
    }
}
