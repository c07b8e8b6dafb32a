package io.fragcast.bench.rig;

import io.fragcast.FragPublisher;
import io.fragcast.PublishResult;
import io.fragcast.bench.SampleChain;
import io.fragcast.config.Endpoint;
import io.fragcast.config.PeerName;
import io.fragcast.config.ThreadConfig;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.crypto.Secp256k1;
import io.fragcast.edge.rpc.HttpFragPublisher;
import io.fragcast.ethereum.Keccak;
import io.fragcast.node.Identity;
import io.fragcast.node.NodeContext;
import io.fragcast.node.NodeHost;
import io.fragcast.node.ReplicaNode;
import io.fragcast.node.SequencerNode;
import io.fragcast.protocol.block.BlockLimits;
import io.fragcast.protocol.leader.LeaderTerm;
import io.fragcast.protocol.leader.Schedule;
import io.fragcast.transport.FreePorts;
import io.fragcast.transport.aeron.DriverConfig;
import io.fragcast.transport.aeron.DriverThreading;
import io.fragcast.transport.aeron.LinkBudget;
import org.HdrHistogram.Histogram;
import org.agrona.CloseHelper;

import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * A gateway that posts blocks to a sequencer of this process, whose one replica is up or was never there:
 * <pre>
 *   HttpFragPublisher -> HTTP -> sequencer [ -> replica ]
 * </pre>
 */
final class PostRig implements AutoCloseable
{
    static final int FRAGS_PER_BLOCK = 10;
    private static final String HOST = "127.0.0.1";
    private static final long CHAIN_ID = 4_670;
    /** What a sequencer takes while nobody listens is 4,096 messages: 341 blocks of 12. */
    private static final int WARMUP_BLOCKS = 140;
    private static final int BLOCKS = 200;
    private static final int TXS = 20;
    private static final int TX_LENGTH = 300;
    private static final int SLAB_BYTES = 64 << 20;
    private static final byte[] GATEWAY_KEY = key(1);
    private static final byte[] LEADER_KEY = key(2);
    private static final long DEADLINE_NS = TimeUnit.SECONDS.toNanos(30);
    private static final long POLL_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private final Secp256k1 curve = Secp256k1.load();
    private final Schedule schedule = new Schedule(CHAIN_ID, 1_408, List.of(new LeaderTerm(
        1, 1, Long.MAX_VALUE, curve.publicKey(LEADER_KEY), null, List.of(), SampleChain.blockHash(0))));
    private final SampleChain chain = new SampleChain(TXS, TX_LENGTH, FRAGS_PER_BLOCK);
    private final NodeHost host;
    private final SequencerNode sequencer;
    private final FragPublisher gateway;
    private final boolean isReplicaUp;

    PostRig(final boolean isReplicaUp) throws IOException
    {
        this.isReplicaUp = isReplicaUp;
        final Identity sequencerIdentity = new Identity(curve, key(3));
        final Identity replicaIdentity = new Identity(curve, key(4));
        final PeerName replicaName = new PeerName(replicaIdentity.publicKey(), new Endpoint(HOST, FreePorts.block()));
        final PeerName sequencerName =
            new PeerName(sequencerIdentity.publicKey(), new Endpoint(HOST, FreePorts.block()));

        host = NodeHost.launch(
            "post",
            ThreadConfig.unpinned(ThreadConfig.Mode.INVOKER, false),
            DriverConfig.embedded("bench-post", DriverThreading.INVOKER, LinkBudget.LAN),
            PostRig::onError);
        boolean isUp = false;
        try
        {
            if (isReplicaUp)
            {
                ReplicaNode.launch(
                    prepare(new ReplicaNode.Context(), "replica", replicaIdentity, replicaName)
                        .upstreams(List.of(sequencerName))
                        .listener((event) -> {}));
            }
            sequencer = SequencerNode.launch(
                prepare(new SequencerNode.Context(), "sequencer", sequencerIdentity, sequencerName)
                    .signer(curve.newSigner(LEADER_KEY))
                    .sinks(List.of(replicaName))
                    .http(new Endpoint(HOST, 0))
                    .gatewaySigners(List.of(Keccak.address(curve.publicKey(GATEWAY_KEY)))));
            host.start();
            gateway = new HttpFragPublisher(
                URI.create("http://" + HOST + ":" + sequencer.httpPort()),
                GATEWAY_KEY,
                curve,
                (request, blockNumber, seq, result) -> {});
            isUp = true;
        }
        finally
        {
            if (!isUp)
            {
                host.close();
            }
        }
    }

    /**
     * Posts all blocks, one request after the other.
     *
     * @return nanoseconds from call to answer, of those after the warm-up.
     */
    Histogram run()
    {
        final Histogram answerNs = new Histogram(3);
        if (isReplicaUp)
        {
            await("the replica", sequencer::isConnected);
        }
        for (int i = 1; i <= WARMUP_BLOCKS + BLOCKS; i++)
        {
            final Histogram recorded = i > WARMUP_BLOCKS ? answerNs : new Histogram(3);
            final long blockNumber = i;
            post(recorded, () -> gateway.env(chain.env(blockNumber)));
            for (int seq = 0; seq < FRAGS_PER_BLOCK; seq++)
            {
                final int nextSeq = seq;
                post(recorded, () -> gateway.frag(blockNumber, nextSeq, FRAGS_PER_BLOCK - 1 == nextSeq, chain));
            }
            post(recorded, () -> gateway.seal(chain.seal(blockNumber)));
        }

        final long messages = (long)(WARMUP_BLOCKS + BLOCKS) * (FRAGS_PER_BLOCK + 2);
        if (isReplicaUp)
        {
            await("all published", () -> messages == published());
        }
        else if (0 != published())
        {
            throw new IllegalStateException("published, though nobody listens");
        }

        return answerNs;
    }

    @Override
    public void close()
    {
        CloseHelper.closeAll(gateway, host);
    }

    private long published()
    {
        return sequencer.counters().value(FragcastCounter.RPC_MESSAGES_PUBLISHED);
    }

    private interface Post
    {
        PublishResult call();
    }

    private static void post(final Histogram recorded, final Post post)
    {
        final long startNs = System.nanoTime();
        final PublishResult result = post.call();
        recorded.recordValue(System.nanoTime() - startNs);
        if (PublishResult.OK != result)
        {
            throw new IllegalStateException("a post is answered " + result);
        }
    }

    private <C extends NodeContext<C>> C prepare(
        final C ctx, final String name, final Identity identity, final PeerName peerName)
    {
        return ctx
            .name(name)
            .schedule(schedule)
            .identity(identity)
            .listen(peerName.endpoint())
            .limits(BlockLimits.withSlab(SLAB_BYTES, SLAB_BYTES / 2))
            .host(host)
            .errorHandler(PostRig::onError);
    }

    private static void await(final String what, final BooleanSupplier condition)
    {
        final long deadlineNs = System.nanoTime() + DEADLINE_NS;
        while (!condition.getAsBoolean())
        {
            if (System.nanoTime() - deadlineNs > 0)
            {
                throw new IllegalStateException("not within 30 s: " + what);
            }
            LockSupport.parkNanos(POLL_NS);
        }
    }

    private static void onError(final Throwable error)
    {
        System.err.println(error);
    }

    private static byte[] key(final int number)
    {
        final byte[] key = new byte[Secp256k1.PRIVATE_KEY_LENGTH];
        key[key.length - 1] = (byte)number;

        return key;
    }
}
