package io.fragcast.node;

import io.fragcast.agent.ForwardAgent;
import io.fragcast.agent.IngestAgent;
import io.fragcast.codecs.FragChunkDecoder;
import io.fragcast.codecs.FragDecoder;
import io.fragcast.codecs.MessageHeaderDecoder;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.block.BlockLaneReceiver;
import io.fragcast.protocol.block.ReceiverPorts;
import io.fragcast.protocol.block.SlowSink;
import io.fragcast.protocol.leader.NextLeaders;
import io.fragcast.transport.FrameHandler;
import io.fragcast.transport.FrameSink;
import io.fragcast.transport.FrameSource;
import io.fragcast.transport.SendResult;
import io.fragcast.transport.aeron.ChannelConfig;
import io.fragcast.wire.BlockLaneAdapter;
import io.fragcast.wire.FrameFanout;
import io.fragcast.wire.LeaderRig;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.SystemNanoClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

/**
 * A frag of 128 KB from a sequencer with three sinks: the relay's first chunk is on its way before the sequencer has
 * sent the relay the last one, in fifty frags before ten are behind.
 * <pre>
 *   sequencer -+-> relay ----> end
 *              +-> end
 *              +-> end
 * </pre>
 * Both times are the stamps that the drivers put on their datagrams as they send them. A datagram cannot arrive before
 * it was sent, so what is shown is more than what is promised. Sequencer and relay have a thread and a driver each; the
 * relay is the forward agent over real streams, put together as the node does, with a clock beside it: a frag during
 * which the kernel took the processor away from the relay says nothing about the relay, and another takes its place.
 */
class CutThroughSystemTest
{
    /** One of 32 KB has left for all three sinks in about the time that the relay takes to check its signature. */
    private static final int BODY_LENGTH = 128 << 10;
    private static final int CHUNK_COUNT = 101;
    private static final int FRAGS_PER_BLOCK = 20;
    /** Some ten thousands of chunks: what runs then is compiled. */
    private static final int WARMUP_FRAGS = 400;
    private static final int FRAGS = 50;
    /** A hypervisor takes the processor without a trace in its guest's clocks; who stores first is always behind. */
    private static final int MAX_BEHIND = FRAGS / 5;
    /** Beside it a chunk is sent each ten microseconds or so. */
    private static final long MAX_STOLEN_NS = TimeUnit.MICROSECONDS.toNanos(20);
    private static final long DEADLINE_NS = TimeUnit.SECONDS.toNanos(100);

    private final Random random = new Random(3);
    private final List<byte[]> txs = LeaderRig.txsOfBodyLength(random, BODY_LENGTH, 400);
    private final AtomicBoolean isRunning = new AtomicBoolean(true);
    private final AtomicInteger passedFrags = new AtomicInteger();
    private final RelayWatch watch = new RelayWatch();
    private long firstForwardedNs;
    private int chunksAtEnd;

    @Test
    @Timeout(150)
    void shouldForwardTheFirstChunkBeforeTheLastIsSent() throws Exception
    {
        final ExecutorService executor = Executors.newSingleThreadExecutor();
        try (TestNetwork network = new TestNetwork())
        {
            final TestNetwork.Place sequencerPlace = network.place("cut-sequencer");
            final TestNetwork.Place relayPlace = network.place("cut-relay");
            final List<TestNetwork.Place> ends =
                List.of(network.place("cut-end"), network.place("cut-other-1"), network.place("cut-other-2"));
            final NodeHost host = network.host("cut-source", true);
            final SequencerNode sequencer = SequencerNode.launch(
                network.sequencer(host, sequencerPlace, relayPlace, ends.get(1), ends.get(2)));
            host.start();
            final RawPeer end = network.rawPeer(ends.get(0));
            final FrameSource fromRelay = end.sourceFrom(relayPlace);
            final FrameSource[] others = {
                end.sourceFrom(sequencerPlace, ends.get(1)), end.sourceFrom(sequencerPlace, ends.get(2))};
            final RawPeer relay = network.rawPeer(relayPlace);
            final Counters counters = Counters.inMemory();
            final ForwardAgent agent = relayAgent(
                network,
                relay,
                watch.source(relay.sourceFrom(sequencerPlace)),
                watch.sink(relay.sinkTo(ends.get(0))),
                counters);
            final Future<?> relayThread = executor.submit(() -> runRelay(relay, agent));
            final Runnable endWork = () ->
            {
                LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(200));
                end.doWork();
                fromRelay.poll(this::onFrameAtEnd, 64);
                others[0].poll(CutThroughSystemTest::drop, 64);
                others[1].poll(CutThroughSystemTest::drop, 64);
            };
            TestNetwork.await(
                "connected",
                () -> sequencer.isConnected() && fromRelay.isConnected() &&
                    1 == counters.value(FragcastCounter.SINKS_CONNECTED),
                endWork);

            final List<Long> leadsNs = new ArrayList<>();
            final TestBuilder builder = new TestBuilder(sequencer, 1);
            final long deadlineNs = System.nanoTime() + DEADLINE_NS;
            int sent = 0;
            int behind = 0;
            while (leadsNs.size() < FRAGS && behind <= MAX_BEHIND && System.nanoTime() - deadlineNs < 0)
            {
                publish(builder, sent++, endWork);
                if (sent > WARMUP_FRAGS && watch.stolenNs <= MAX_STOLEN_NS)
                {
                    final long leadNs = watch.lastChunkSentNs - firstForwardedNs;
                    if (leadNs > 0)
                    {
                        leadsNs.add(leadNs);
                    }
                    else
                    {
                        behind++;
                    }
                }
            }
            builder.awaitReplies();
            isRunning.set(false);
            relayThread.get();

            leadsNs.sort(null);
            assertThat(leadsNs).as("behind in " + behind + " frags").isNotEmpty();
            System.out.printf("the first chunk is forwarded before the last is sent by %.1f us at least, %.1f us in " +
                "the median of %d frags; %d were behind (%d more, in which the relay was not running all the time)%n",
                leadsNs.get(0) / 1e3,
                leadsNs.get(leadsNs.size() / 2) / 1e3,
                leadsNs.size(),
                behind,
                sent - WARMUP_FRAGS - leadsNs.size() - behind);
            assertEquals(FRAGS, leadsNs.size(), "frags whose first chunk was in time");
            assertEquals(0, counters.value(FragcastCounter.SINK_WAITED));
            network.assertNoErrors();
        }
        finally
        {
            isRunning.set(false);
            executor.shutdown();
        }
    }

    private void publish(final TestBuilder builder, final int index, final Runnable endWork)
    {
        final int seq = index % FRAGS_PER_BLOCK;
        if (0 == seq)
        {
            builder.env();
        }
        chunksAtEnd = 0;
        builder.frag(FRAGS_PER_BLOCK - 1 == seq, txs);
        TestNetwork.await(
            "frag " + index + " at the end",
            () -> CHUNK_COUNT == chunksAtEnd && index + 1 == passedFrags.get(),
            endWork);
        if (FRAGS_PER_BLOCK - 1 == seq)
        {
            builder.seal();
        }
    }

    private void runRelay(final RawPeer relay, final ForwardAgent agent)
    {
        long clientDeadlineNs = System.nanoTime();
        while (isRunning.get())
        {
            watch.onCycle();
            relay.runDriver();
            agent.doWork();
            if (clientDeadlineNs - System.nanoTime() < 0)
            {
                clientDeadlineNs += TimeUnit.MILLISECONDS.toNanos(1);
                relay.runClient();
            }
        }
    }

    private static ForwardAgent relayAgent(
        final TestNetwork network,
        final RawPeer peer,
        final FrameSource source,
        final FrameSink sink,
        final Counters counters)
    {
        final FrameFanout fanout = new FrameFanout(
            List.of(sink), NextLeaders.NONE, SlowSink.WAIT, TestNetwork.MTU - 32, peer::runDriver, counters);
        final BlockLaneReceiver receiver = new BlockLaneReceiver(
            network.schedule,
            TestNetwork.LIMITS,
            new ReceiverPorts(
                LeaderRig.CURVE.newVerifier(),
                fanout,
                (delivery) -> true,
                null,
                (first, firstOffset, firstLength, firstDigest, second, secondOffset, secondLength) -> true,
                (sessionId) -> {}),
            counters);
        final IngestAgent ingest = new IngestAgent(
            "cut-relay",
            SystemNanoClock.INSTANCE,
            new FrameSource[]{source},
            new BlockLaneAdapter(receiver, SystemNanoClock.INSTANCE, counters),
            receiver,
            () -> {},
            counters);

        return new ForwardAgent(
            "cut-relay", SystemNanoClock.INSTANCE, ingest, fanout, counters);
    }

    private boolean onFrameAtEnd(
        final DirectBuffer buffer, final int offset, final int length, final int sessionId)
    {
        if (FragChunkDecoder.TEMPLATE_ID == templateId(buffer, offset) && 1 == ++chunksAtEnd)
        {
            firstForwardedNs = buffer.getLong(offset + ChannelConfig.SEND_TIME_OFFSET);
        }

        return true;
    }

    private static boolean drop(
        final DirectBuffer buffer, final int offset, final int length, final int sessionId)
    {
        return true;
    }

    private static int templateId(final DirectBuffer buffer, final int offset)
    {
        return buffer.getShort(offset + MessageHeaderDecoder.templateIdEncodingOffset()) & 0xFFFF;
    }

    /**
     * What the relay saw of the last frag, and for how long it was not running then: from the last cycle in which the
     * header had not come to the claim for the second chunk, when the first one is gone. Written by the relay's thread,
     * read by the test's after {@code passedFrags}.
     */
    private final class RelayWatch
    {
        long lastChunkSentNs;
        long stolenNs;

        private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        private long offCpuNs;
        private long offCpuBeforeNs;
        private long offCpuAtHeaderNs;
        private int chunksIn;
        private int claims;

        void onCycle()
        {
            offCpuBeforeNs = offCpuNs;
            offCpuNs = offCpuNs();
        }

        FrameSource source(final FrameSource source)
        {
            return new WatchedSource(source);
        }

        FrameSink sink(final FrameSink sink)
        {
            return new WatchedSink(sink);
        }

        private void onFrame(final DirectBuffer buffer, final int offset)
        {
            final int templateId = templateId(buffer, offset);
            if (FragDecoder.TEMPLATE_ID == templateId)
            {
                offCpuAtHeaderNs = offCpuBeforeNs;
                chunksIn = 0;
                claims = 0;
            }
            else if (FragChunkDecoder.TEMPLATE_ID == templateId)
            {
                lastChunkSentNs = buffer.getLong(offset + ChannelConfig.SEND_TIME_OFFSET);
                chunksIn++;
            }
        }

        /** The header's claim, that of the first chunk, that of the second. */
        private void onClaim()
        {
            if (3 == ++claims)
            {
                stolenNs = offCpuNs() - offCpuAtHeaderNs;
            }
        }

        private long offCpuNs()
        {
            return System.nanoTime() - threads.getCurrentThreadCpuTime();
        }

        private final class WatchedSource implements FrameSource
        {
            private final FrameSource source;

            WatchedSource(final FrameSource source)
            {
                this.source = source;
            }

            @Override
            public int poll(final FrameHandler handler, final int frameLimit)
            {
                return source.poll(
                    (buffer, offset, length, sessionId) ->
                    {
                        onFrame(buffer, offset);
                        final boolean isTaken = handler.onFrame(buffer, offset, length, sessionId);
                        if (CHUNK_COUNT == chunksIn)
                        {
                            chunksIn = 0;
                            passedFrags.incrementAndGet();
                        }
                        return isTaken;
                    },
                    frameLimit);
            }

            @Override
            public int doWork(final long nowNs)
            {
                return source.doWork(nowNs);
            }

            @Override
            public boolean isConnected()
            {
                return source.isConnected();
            }

            @Override
            public int sessionId()
            {
                return source.sessionId();
            }

            @Override
            public String name()
            {
                return source.name();
            }

            @Override
            public void close()
            {
                source.close();
            }
        }

        private final class WatchedSink implements FrameSink
        {
            private final FrameSink sink;

            WatchedSink(final FrameSink sink)
            {
                this.sink = sink;
            }

            @Override
            public SendResult tryClaim(final int length)
            {
                onClaim();

                return sink.tryClaim(length);
            }

            @Override
            public MutableDirectBuffer buffer()
            {
                return sink.buffer();
            }

            @Override
            public int offset()
            {
                return sink.offset();
            }

            @Override
            public void commit()
            {
                sink.commit();
            }

            @Override
            public boolean isDrained()
            {
                return sink.isDrained();
            }

            @Override
            public boolean isConnected()
            {
                return sink.isConnected();
            }

            @Override
            public int doWork(final long nowNs)
            {
                return sink.doWork(nowNs);
            }

            @Override
            public String name()
            {
                return sink.name();
            }

            @Override
            public void close()
            {
                sink.close();
            }
        }
    }
}
