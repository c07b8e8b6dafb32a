package io.fragcast.node;

import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.transport.FrameLink;
import io.fragcast.transport.FrameSink;
import io.fragcast.transport.FrameSource;
import io.fragcast.transport.SendResult;
import io.fragcast.transport.aeron.AeronClient;
import io.fragcast.transport.aeron.AeronDriver;
import io.fragcast.transport.aeron.ChannelConfig;
import io.fragcast.transport.aeron.DriverConfig;
import io.fragcast.transport.aeron.DriverThreading;
import io.fragcast.transport.aeron.KernelLimits;
import io.fragcast.transport.aeron.LinkBudget;
import io.fragcast.transport.aeron.LinkConfig;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * A peer by its transport alone: streams of the block lane with the sessions that its identity gives it, and whatever
 * frames its owner sends. One thread.
 */
final class RawPeer implements AutoCloseable
{
    private final TestNetwork.Place self;
    private final AeronDriver driver;
    private final AeronClient client;
    private final Counters counters;
    private final List<FrameSink> sinks = new ArrayList<>();
    private final List<FrameSource> sources = new ArrayList<>();
    private final List<FrameLink> links = new ArrayList<>();

    RawPeer(final TestNetwork.Place self, final List<Throwable> errors)
    {
        this.self = self;
        driver = AeronDriver.launch(
            DriverConfig.embedded("test-" + self.name(), DriverThreading.INVOKER, LinkBudget.LAN), errors::add);
        client = driver.connect(self.name());
        counters = new Counters(client.counterFactory());
    }

    FrameSink sinkTo(final TestNetwork.Place peer)
    {
        final FrameSink sink = client.addSink(peer.name(), channel(peer, self, peer));
        sinks.add(sink);

        return sink;
    }

    FrameSource sourceFrom(final TestNetwork.Place peer)
    {
        return sourceFrom(peer, self);
    }

    /** Listens in the place of another, whose driver this one then is too. */
    FrameSource sourceFrom(final TestNetwork.Place peer, final TestNetwork.Place listener)
    {
        final FrameSource source = client.addSource(
            peer.name(),
            channel(listener, listener, peer),
            InetAddress.getLoopbackAddress(),
            counters.get(FragcastCounter.SOURCES_REMADE));
        sources.add(source);

        return source;
    }

    /** Asks a node on its repair lane. */
    FrameLink dialRepair(final TestNetwork.Place peer)
    {
        final FrameLink link = client.dial(
            peer.name(),
            LinkConfig.of(
                Lane.REPAIR.at(peer.peerName().endpoint()),
                Lane.REPAIR.answersAt(peer.peerName().endpoint()),
                Lane.REPAIR.streamId(),
                self.identity().sessionWith(peer.peerName().publicKey(), Lane.REPAIR),
                self.identity().answersWith(peer.peerName().publicKey(), Lane.REPAIR),
                TestNetwork.MTU,
                LinkBudget.LAN,
                KernelLimits.ofThisHost()),
            counters.get(FragcastCounter.SOURCES_REMADE));
        links.add(link);

        return link;
    }

    /** Answers a node on its bulk lane. */
    FrameLink acceptBulk(final TestNetwork.Place peer)
    {
        final FrameLink link = client.accept(
            peer.name(),
            LinkConfig.of(
                Lane.BULK.at(self.peerName().endpoint()),
                Lane.BULK.answersAt(self.peerName().endpoint()),
                Lane.BULK.streamId(),
                self.identity().sessionWith(peer.peerName().publicKey(), Lane.BULK),
                self.identity().answersWith(peer.peerName().publicKey(), Lane.BULK),
                TestNetwork.MTU,
                LinkBudget.LAN,
                KernelLimits.ofThisHost()),
            null,
            counters.get(FragcastCounter.SOURCES_REMADE));
        links.add(link);

        return link;
    }

    /** What runs after a commit. */
    void runDriver()
    {
        driver.invoke();
    }

    /** Now and then; adds no stream, takes none away. */
    void runClient()
    {
        client.invoke();
    }

    int doWork()
    {
        int work = driver.invoke() + client.invoke();
        final long nowNs = System.nanoTime();
        for (final FrameSink sink : sinks)
        {
            work += sink.doWork(nowNs);
        }
        for (final FrameSource source : sources)
        {
            work += source.doWork(nowNs);
        }
        for (final FrameLink link : links)
        {
            work += link.doWork(nowNs);
        }

        return work;
    }

    /** Works until all its streams are up. */
    void awaitConnected()
    {
        TestNetwork.await(
            self.name() + " connected",
            () -> sinks.stream().allMatch(FrameSink::isConnected) &&
                sources.stream().allMatch(FrameSource::isConnected) &&
                links.stream().allMatch(FrameLink::isConnected),
            this::doWork);
    }

    /** Sends one frame, however long the receiver makes it wait. */
    void send(final FrameSink sink, final DirectBuffer frame, final int length)
    {
        TestNetwork.await("room for a frame to " + sink.name(), () -> trySend(sink, frame, length), this::doWork);
    }

    boolean trySend(final FrameSink sink, final DirectBuffer frame, final int length)
    {
        if (SendResult.OK != sink.tryClaim(length))
        {
            return false;
        }
        sink.buffer().putBytes(sink.offset(), frame, 0, length);
        sink.commit();

        return true;
    }

    @Override
    public void close()
    {
        CloseHelper.closeAll(sinks);
        CloseHelper.closeAll(sources);
        CloseHelper.closeAll(links);
        CloseHelper.closeAll(client, driver);
    }

    private static ChannelConfig channel(
        final TestNetwork.Place receiver, final TestNetwork.Place self, final TestNetwork.Place peer)
    {
        return ChannelConfig.unicast(
            Lane.BLOCK.at(receiver.peerName().endpoint()),
            Lane.BLOCK.streamId(),
            self.identity().sessionWith(peer.peerName().publicKey(), Lane.BLOCK),
            TestNetwork.MTU,
            LinkBudget.LAN,
            KernelLimits.ofThisHost());
    }
}
