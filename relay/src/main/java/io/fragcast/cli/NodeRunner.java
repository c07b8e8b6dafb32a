package io.fragcast.cli;

import io.fragcast.config.DeliverConfig;
import io.fragcast.config.NodeConfig;
import io.fragcast.crypto.Secp256k1;
import io.fragcast.edge.jsonl.JsonLinesEdge;
import io.fragcast.node.RelayNode;
import io.fragcast.node.ReplicaNode;
import io.fragcast.node.SequencerNode;
import io.fragcast.transport.aeron.Grant;
import org.agrona.concurrent.ShutdownSignalBarrier;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.Objects;
import java.util.Set;

/**
 * Runs one node until the process is asked to end (SIGINT, SIGTERM), then closes it in order.
 */
final class NodeRunner
{
    private NodeRunner()
    {
    }

    static int sequencer(
        final NodeConfig config, final Secp256k1 curve, final PrintWriter out, final PrintWriter err)
        throws IOException
    {
        config.aeron().install();
        try (ShutdownSignalBarrier barrier = new ShutdownSignalBarrier();
            SequencerNode node = SequencerNode.launch(new NodeContexts(curve).sequencer(config)))
        {
            return await(barrier, config, node.grants(), err);
        }
    }

    static int relay(final NodeConfig config, final Secp256k1 curve, final PrintWriter out, final PrintWriter err)
        throws IOException
    {
        config.aeron().install();
        try (ShutdownSignalBarrier barrier = new ShutdownSignalBarrier();
            RelayNode node = RelayNode.launch(new NodeContexts(curve).relay(config)))
        {
            return await(barrier, config, node.grants(), err);
        }
    }

    static int replica(final NodeConfig config, final Secp256k1 curve, final PrintWriter out, final PrintWriter err)
        throws IOException
    {
        config.aeron().install();
        final ReplicaNode.Context ctx = new NodeContexts(curve).replica(config);
        deliver(ctx, Objects.requireNonNull(config.deliver(), "the options of a replica have a default"));
        try (ShutdownSignalBarrier barrier = new ShutdownSignalBarrier();
            ReplicaNode node = ReplicaNode.launch(ctx))
        {
            return await(barrier, config, node.grants(), err);
        }
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
        else
        {
            ctx.edge(JsonLinesEdge.toStandardOutput());
        }
    }

    private static int await(
        final ShutdownSignalBarrier barrier, final NodeConfig config, final Set<Grant> grants, final PrintWriter err)
    {
        grants.forEach((grant) -> err.println(config.name() + ": " + grant));
        err.println(config.name() + ": running");
        err.flush();
        barrier.await();
        err.println(config.name() + ": closing");
        err.flush();

        return ExitCodes.DONE;
    }
}
