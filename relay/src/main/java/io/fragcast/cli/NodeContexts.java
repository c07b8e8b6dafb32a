package io.fragcast.cli;

import io.fragcast.config.AeronConfig;
import io.fragcast.config.BlockLaneConfig;
import io.fragcast.config.ChainSourcesConfig;
import io.fragcast.config.DeliverConfig;
import io.fragcast.config.Endpoint;
import io.fragcast.config.NodeConfig;
import io.fragcast.config.PeerName;
import io.fragcast.crypto.JwtSecretFile;
import io.fragcast.crypto.KeyFile;
import io.fragcast.crypto.Secp256k1;
import io.fragcast.edge.chain.ChainConfig;
import io.fragcast.edge.engine.EngineConfig;
import io.fragcast.node.Identity;
import io.fragcast.node.MulticastGroup;
import io.fragcast.node.NodeContext;
import io.fragcast.node.NodeUpdate;
import io.fragcast.node.PeerLists;
import io.fragcast.node.RelayNode;
import io.fragcast.node.ReplicaNode;
import io.fragcast.node.SequencerNode;
import io.fragcast.protocol.block.BlockLimits;
import io.fragcast.transport.aeron.LinkBudget;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * Turns what the operator wrote into what a node is told; reads the key files. Opens nothing else.
 */
final class NodeContexts
{
    /** The cadence that Base and based-op publish at. */
    private static final long CADENCE_NS = TimeUnit.MILLISECONDS.toNanos(200);

    private final Secp256k1 curve;

    NodeContexts(final Secp256k1 curve)
    {
        this.curve = curve;
    }

    SequencerNode.Context sequencer(final NodeConfig config) throws IOException
    {
        final Path leaderKey = Objects.requireNonNull(config.leaderKeyFile(), "the options of a sequencer require it");

        return fill(new SequencerNode.Context(), config)
            .signer(curve.newSigner(KeyFile.read(leaderKey)))
            .statementSigner(curve.newSigner(KeyFile.read(leaderKey)))
            .publishChannel(config.publishChannel())
            .gatewaySigners(config.rpcSigners());
    }

    RelayNode.Context relay(final NodeConfig config) throws IOException
    {
        return fill(new RelayNode.Context(), config);
    }

    ReplicaNode.Context replica(final NodeConfig config) throws IOException
    {
        return fill(new ReplicaNode.Context(), config);
    }

    /**
     * What of a configuration a running node may take.
     *
     * @param config read anew.
     * @return all of it, with the keys that may not change.
     * @throws IOException if a file cannot be read.
     */
    NodeUpdate update(final NodeConfig config) throws IOException
    {
        final List<PeerName> holders = config.repair().holders();
        final List<PeerName> requesters = config.repair().requesters();
        final Path leaderKey = config.leaderKeyFile();
        final DeliverConfig deliver = config.deliver();

        return new NodeUpdate(
            config.schedule(),
            new PeerLists(
                config.upstream(),
                config.block().sinks(),
                null == holders ? config.upstream() : holders,
                null == requesters ? config.block().sinks() : requesters),
            new Identity(curve, KeyFile.read(config.identityKeyFile())).publicKey(),
            null == leaderKey ? null : curve.publicKey(KeyFile.read(leaderKey)),
            config.rpcSigners(),
            deliver instanceof final DeliverConfig.Engine engine ? JwtSecretFile.read(engine.jwtSecretFile()) : null);
    }

    static EngineConfig engine(final DeliverConfig.Engine engine, final BlockLimits limits) throws IOException
    {
        return new EngineConfig(
            engine.uri(),
            JwtSecretFile.read(engine.jwtSecretFile()),
            TimeUnit.MILLISECONDS.toNanos(engine.timeoutMs()),
            EngineConfig.queueLength(limits.attemptBytes()));
    }

    private <C extends NodeContext<C>> C fill(final C ctx, final NodeConfig config) throws IOException
    {
        final BlockLaneConfig block = config.block();
        final AeronConfig aeron = config.aeron();
        final MulticastGroup group = group(block);

        return ctx
            .name(config.name())
            .schedule(config.schedule())
            .scheduleSource(config.scheduleSource())
            .identity(new Identity(curve, KeyFile.read(config.identityKeyFile())))
            .listen(block.listen())
            .upstreams(config.upstream())
            .holders(config.repair().holders())
            .requesters(config.repair().requesters())
            .fanout(config.fanout())
            .upstreamGroup(block.isMulticast() ? group : null)
            .sinks(block.sinks())
            .sinkGroup(block.isMulticast() ? null : group)
            .slowSink(block.slowSink())
            .budget(new LinkBudget(block.rttNs(), 1, CADENCE_NS, block.bytesPerSecond(), block.windowBytes()))
            .limits(block.limits())
            .journal(config.journal())
            .threads(config.threads())
            .driverDirectory(aeron.dir(), aeron.isExternal())
            .http(config.http())
            .chain(chain(config.chainSources()));
    }

    private static ChainConfig chain(final ChainSourcesConfig sources)
    {
        return new ChainConfig(
            client(sources.sealedUrl(), sources.sealedIntervalMs()),
            sources.sealedFile(),
            TimeUnit.MILLISECONDS.toNanos(sources.sealedIntervalMs()),
            client(sources.finalityUrl(), sources.finalityIntervalMs()),
            sources.isFromHolders());
    }

    private static ChainConfig.@Nullable Client client(final @Nullable URI url, final int intervalMs)
    {
        return null == url ? null : new ChainConfig.Client(url, TimeUnit.MILLISECONDS.toNanos(intervalMs));
    }

    private static @Nullable MulticastGroup group(final BlockLaneConfig block)
    {
        final Endpoint group = block.multicast();

        return null == group ? null : new MulticastGroup(group.host(), group.port(), block.networkInterface());
    }
}
