package io.fragcast.bench.compare;

import io.fragcast.bench.SampleChain;
import io.fragcast.config.Endpoint;
import io.fragcast.config.PeerName;
import io.fragcast.config.ThreadConfig;
import io.fragcast.crypto.Secp256k1;
import io.fragcast.node.Identity;
import io.fragcast.node.NodeContext;
import io.fragcast.node.NodeHost;
import io.fragcast.protocol.block.BlockLimits;
import io.fragcast.protocol.block.MessageSigner;
import io.fragcast.protocol.block.SlowSink;
import io.fragcast.protocol.leader.LeaderTerm;
import io.fragcast.protocol.leader.Schedule;
import io.fragcast.transport.SendTap;
import io.fragcast.transport.aeron.DriverConfig;
import io.fragcast.transport.aeron.DriverThreading;
import org.agrona.ErrorHandler;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What the two processes of a Fragcast contender agree upon: keys, ports, the schedule, and how nodes are set up. Node
 * 0 is the sequencer, or where there is a relay, which is 1, those behind it count on.
 */
final class PeerNodes
{
    static final long FIRST_BLOCK = 1_000_000;

    private static final long CHAIN_ID = 4670;
    private static final int PORTS_A_NODE = 8;
    private static final int SLAB_BYTES = 64 << 20;

    private final PeerOptions options;
    private final FragcastPeer.Checks checks;
    private final boolean isBalanced;
    private final ErrorHandler errors;
    private final byte[] leaderKey;
    private final Secp256k1 curve = Secp256k1.load();

    PeerNodes(
        final PeerOptions options,
        final FragcastPeer.Checks checks,
        final boolean isBalanced,
        final ErrorHandler errors)
    {
        // Both processes know the keys: no secret, they sign what a benchmark sends to itself.
        leaderKey = key("leader");
        this.options = options;
        this.checks = checks;
        this.isBalanced = isBalanced;
        this.errors = errors;
    }

    /** A host with the one driver of this process. */
    NodeHost launchHost(final String name, final @Nullable SendTap tap)
    {
        final DriverConfig driver = DriverConfig.embedded(
            name, isBalanced ? DriverThreading.SHARED : DriverThreading.INVOKER, options.budget());
        final DriverConfig lossy =
            0 == options.lossPercent ? driver : driver.withDataLoss((endpoint) -> options.newLoss());

        return NodeHost.launch(
            name,
            ThreadConfig.unpinned(isBalanced ? ThreadConfig.Mode.SHARED : ThreadConfig.Mode.INVOKER, !isBalanced),
            null == tap ? lossy : lossy.withSendTap(tap),
            errors);
    }

    void prepare(final NodeContext<?> context, final NodeHost host, final String name, final int node)
    {
        context.name(name);
        context.schedule(new Schedule(CHAIN_ID, options.mtu, List.of(new LeaderTerm(
            1,
            FIRST_BLOCK,
            Long.MAX_VALUE,
            curve.publicKey(leaderKey),
            null,
            List.of(),
            SampleChain.blockHash(FIRST_BLOCK - 1)))));
        context.identity(new Identity(curve, key("node " + node)));
        context.listen(peer(node).endpoint());
        context.limits(BlockLimits.withSlab(SLAB_BYTES, SLAB_BYTES / 2));
        // As plain Aeron's sender waits for room, and drops nothing.
        context.slowSink(SlowSink.WAIT);
        context.budget(options.budget());
        context.host(host);
        context.errorHandler(errors);
        if (FragcastPeer.Checks.ALL != checks)
        {
            context.verifiers(() -> (digest, buffer, offset, publicKey) -> true);
        }
    }

    PeerName peer(final int node)
    {
        return new PeerName(
            new Identity(curve, key("node " + node)).publicKey(),
            new Endpoint(0 == node ? options.from : options.to, options.port + PORTS_A_NODE * node));
    }

    /** Peers with consecutive numbers. */
    List<PeerName> peers(final int first, final int count)
    {
        return IntStream.range(first, first + count).mapToObj(this::peer).toList();
    }

    /** Signs, or where signatures are not looked at, does as if. */
    MessageSigner signer()
    {
        final MessageSigner signer = curve.newSigner(leaderKey);

        return FragcastPeer.Checks.ALL == checks ? signer : new NoSignatures(signer.publicKey());
    }

    Secp256k1 curve()
    {
        return curve;
    }

    private static byte[] key(final String owner)
    {
        try
        {
            return MessageDigest.getInstance("SHA-256").digest(
                ("fragcast bench " + owner).getBytes(StandardCharsets.US_ASCII));
        }
        catch (final NoSuchAlgorithmException ex)
        {
            throw new IllegalStateException(ex);
        }
    }

    /**
     * Leaves signatures blank.
     *
     * @param key that would sign.
     */
    private record NoSignatures(byte[] key) implements MessageSigner
    {
        @Override
        public void sign(final byte[] digest, final MutableDirectBuffer buffer, final int signatureOffset)
        {
            buffer.setMemory(signatureOffset, Secp256k1.SIGNATURE_LENGTH, (byte)0);
        }

        @Override
        public byte[] publicKey()
        {
            return key.clone();
        }
    }
}
