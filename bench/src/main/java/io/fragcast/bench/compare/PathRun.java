package io.fragcast.bench.compare;

import io.fragcast.BlockEvent;
import io.fragcast.BlockListener;
import io.fragcast.FragPublisher;
import io.fragcast.PublishResult;
import io.fragcast.bench.SampleChain;
import io.fragcast.config.PeerName;
import io.fragcast.node.NodeHost;
import io.fragcast.node.RelayNode;
import io.fragcast.node.ReplicaNode;
import io.fragcast.node.SequencerNode;
import org.HdrHistogram.Histogram;
import org.agrona.concurrent.Agent;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Sequencer, relay if asked for, and replicas over UDP on one thread, one frag under way at a time: the processor time
 * of that thread from the request to the last replica's delivery. What others do on the machine meanwhile does not
 * count, so that two builds can be told apart on a machine that is never quiet; it is no latency, for what runs at the
 * same time on two cores is added up here.
 */
@Command(name = "path", hidden = true, description = "One run of bench path.", mixinStandardHelpOptions = true)
final class PathRun implements Callable<Integer>
{
    private static final int FRAGS_PER_BLOCK = 10;
    private static final int TX_LENGTH = 200;
    private static final int SEQUENCER = 0;
    private static final long TIMEOUT_S = 120;

    @Mixin
    private final PeerOptions options = new PeerOptions();

    @Option(names = "--hop", description = "A relay lies between.")
    private boolean isHop;

    private final PrintStream out = System.out;
    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    private final Histogram cpuNs = Measured.newHistogram();
    private final CountDownLatch done = new CountDownLatch(1);
    private final AtomicReference<Throwable> error = new AtomicReference<>();
    private long startNs;
    private int delivered;
    private boolean isUnderWay;

    @Override
    public Integer call() throws IOException, InterruptedException
    {
        options.check();
        final PeerNodes nodes = new PeerNodes(options, FragcastPeer.Checks.ALL, false, (failure) ->
        {
            error.compareAndSet(null, failure);
            done.countDown();
        });
        try (NodeHost host = nodes.launchHost("bench-path", null))
        {
            final int relay = options.replicas + 1;
            final List<PeerName> replicas = nodes.peers(1, options.replicas);
            for (int i = 1; i <= options.replicas; i++)
            {
                final ReplicaNode.Context context = new ReplicaNode.Context().listener(new Last()).deliverHot(true);
                nodes.prepare(context, host, "replica-" + i, i);
                context.upstreams(List.of(nodes.peer(isHop ? relay : SEQUENCER)));
                ReplicaNode.launch(context);
            }
            if (isHop)
            {
                final RelayNode.Context context = new RelayNode.Context();
                nodes.prepare(context, host, "relay", relay);
                context.upstreams(List.of(nodes.peer(SEQUENCER)));
                context.sinks(replicas);
                RelayNode.launch(context);
            }
            final SequencerNode.Context context = new SequencerNode.Context().signer(nodes.signer());
            nodes.prepare(context, host, "sequencer", SEQUENCER);
            context.sinks(isHop ? List.of(nodes.peer(relay)) : replicas);
            host.addDuty(new Builder(SequencerNode.launch(context)));
            host.start();
            if (!done.await(TIMEOUT_S, TimeUnit.SECONDS))
            {
                throw new IOException("not over within " + TIMEOUT_S + " s");
            }
        }
        if (null != error.get())
        {
            throw new IOException("a node failed", error.get());
        }
        out.println("{\"p50Ns\":" + cpuNs.getValueAtPercentile(50) + ",\"p90Ns\":" + cpuNs.getValueAtPercentile(90) +
            ",\"count\":" + cpuNs.getTotalCount() + "}");

        return CommandLine.ExitCode.OK;
    }

    /**
     * Sends the next frag when all have the one before.
     */
    private final class Builder implements Agent
    {
        private final SequencerNode sequencer;
        private final FragPublisher publisher;
        private final SampleChain chain;
        private int next;
        private boolean isEnvSent;
        private boolean isFragSent;

        Builder(final SequencerNode sequencer)
        {
            this.sequencer = sequencer;
            final int txLength = Math.min(TX_LENGTH, options.bytes);
            chain = new SampleChain(options.bytes / txLength, txLength, FRAGS_PER_BLOCK);
            publisher = sequencer.newPublisher((request, blockNumber, seq, result) ->
            {
                if (PublishResult.OK != result)
                {
                    error.compareAndSet(null, new IllegalStateException(request + " refused: " + result));
                    done.countDown();
                }
            });
        }

        @Override
        public int doWork()
        {
            final int workCount = publisher.poll();
            if (isUnderWay || !sequencer.isConnected())
            {
                return workCount;
            }
            if (next == options.count)
            {
                done.countDown();
                return workCount;
            }

            return workCount + (publish() ? 1 : 0);
        }

        private boolean publish()
        {
            final long blockNumber = PeerNodes.FIRST_BLOCK + next / FRAGS_PER_BLOCK;
            final int seq = next % FRAGS_PER_BLOCK;
            final boolean isLast = FRAGS_PER_BLOCK - 1 == seq;
            isEnvSent = isEnvSent || 0 != seq || PublishResult.OK == publisher.env(chain.env(blockNumber));
            if (!isFragSent)
            {
                startNs = threads.getCurrentThreadCpuTime();
                isFragSent = isEnvSent && PublishResult.OK == publisher.frag(blockNumber, seq, isLast, chain);
            }
            if (!isFragSent || (isLast && PublishResult.OK != publisher.seal(chain.seal(blockNumber))))
            {
                return false;
            }
            isEnvSent = false;
            isFragSent = false;
            isUnderWay = true;
            next++;

            return true;
        }

        @Override
        public String roleName()
        {
            return "builder";
        }
    }

    /**
     * Waits for the last replica.
     */
    private final class Last implements BlockListener
    {
        @Override
        public void onBlockEvent(final BlockEvent event)
        {
            if (BlockEvent.Kind.FRAG == event.kind() && ++delivered % options.replicas == 0)
            {
                final long tookNs = threads.getCurrentThreadCpuTime() - startNs;
                if (delivered / options.replicas > options.warmup)
                {
                    cpuNs.recordValue(tookNs);
                }
                isUnderWay = false;
            }
        }
    }
}
