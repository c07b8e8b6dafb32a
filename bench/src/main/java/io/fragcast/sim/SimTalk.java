package io.fragcast.sim;

import io.fragcast.agent.HolderHints;
import io.fragcast.agent.HolderRing;
import io.fragcast.agent.HolderTee;
import io.fragcast.agent.HoldingsRing;
import io.fragcast.agent.PeerAgent;
import io.fragcast.agent.StatementRing;
import io.fragcast.codecs.HelloDecoder;
import io.fragcast.counter.Counters;
import io.fragcast.protocol.block.FrameForwarder;
import io.fragcast.protocol.peer.Hello;
import io.fragcast.protocol.peer.HolderConsumer;
import io.fragcast.protocol.peer.PeerRole;
import io.fragcast.protocol.peer.PeerSettings;
import io.fragcast.protocol.peer.PeerTable;
import io.fragcast.protocol.peer.SessionTimeouts;
import io.fragcast.protocol.peer.Statements;
import io.fragcast.protocol.repair.RepairClient;
import io.fragcast.transport.FrameLink;
import io.fragcast.wire.ControlProxy;
import org.agrona.concurrent.Agent;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * The control lane of a process of a {@link LeanNode}, on which nothing is stated: who is there, what each has, how far
 * it is. Holders that a node dials are numbered as they are asked.
 */
final class SimTalk
{
    private static final int HOLDINGS_LENGTH = 64 << 10;
    /** Heights that peers are told of, at least the window of the block lane. */
    private static final int HEIGHTS = 64;
    private static final int NEWS_LIMIT = 64;

    private final HolderRing news = new HolderRing();
    private final HoldingsRing holdings;
    private final PeerAgent agent;
    private @Nullable HolderHints hints;

    /**
     * A lane.
     *
     * @param net      of the run.
     * @param index    of the node.
     * @param role     of the node.
     * @param dialled  pairs to those it dials.
     * @param dialling pairs to those who dial it.
     * @param next     takes what the node accepts first.
     * @param behind   hears too what holders say; null: nobody does.
     * @param random   of the process.
     * @param clock    of the node.
     * @param counters of the process.
     */
    SimTalk(
        final LeanNode.Network net,
        final int index,
        final PeerRole role,
        final List<SimLink.Pair> dialled,
        final List<SimLink.Pair> dialling,
        final FrameForwarder next,
        final @Nullable HolderRing behind,
        final SimRandom random,
        final SimClock clock,
        final Counters counters)
    {
        holdings = new HoldingsRing(next, HOLDINGS_LENGTH, counters);
        final int maxFrameLength = net.maxFrameLength();
        final long chainId = net.schedule().chainId();
        final List<PeerSettings> peers = new ArrayList<>();
        dialled.forEach((pair) -> peers.add(settings(pair.holder(), true)));
        dialling.forEach((pair) -> peers.add(settings(pair.asking(), false)));
        final FrameLink[] links = Stream.concat(
            dialled.stream().map((pair) -> pair.askingEnd(maxFrameLength)),
            dialling.stream().map((pair) -> pair.holdingEnd(maxFrameLength))).toArray(FrameLink[]::new);
        final HolderConsumer told = null == behind ? news : new HolderTee(news, behind);
        final PeerTable table = new PeerTable(
            hello(net, index, role),
            peers,
            Arrays.stream(links).map((link) -> new ControlProxy(link, chainId)).toList(),
            told,
            new Statements(chainId, maxFrameLength, net.verifier(), counters),
            SessionTimeouts.PRODUCTION,
            links.length,
            HEIGHTS,
            random.forPart(5)::nextLong,
            counters);
        agent = new PeerAgent(
            "node " + index,
            clock,
            clock.epochNanos(),
            links,
            new HoldingsRing[]{holdings},
            new StatementRing(counters),
            table,
            () -> 0,
            () -> {},
            counters);
    }

    /** Takes what the hot agent accepts, and hands it on. */
    FrameForwarder accepted()
    {
        return holdings;
    }

    Agent agent()
    {
        return agent;
    }

    /** What holders say goes to whoever asks them. */
    void hint(final RepairClient client)
    {
        hints = new HolderHints(client);
    }

    /** Has to be called in each duty cycle of the hot agent. */
    void doHotWork()
    {
        if (null != hints)
        {
            news.poll(hints, NEWS_LIMIT);
        }
    }

    private static Hello hello(final LeanNode.Network net, final int index, final PeerRole role)
    {
        final Hello hello = new Hello();
        hello.chainId = net.schedule().chainId();
        hello.mtu = net.schedule().mtu();
        hello.newestVersion = HelloDecoder.SCHEMA_VERSION;
        hello.oldestVersion = 1;
        hello.role = role;
        hello.capabilities = Hello.TAKES_HAVES | Hello.ANSWERS_WANTS | Hello.ANSWERS_RANGES |
            (PeerRole.REPLICA == role ? 0 : Hello.FORWARDS);
        hello.subscriptions = Hello.HAVES | Hello.BLOCKS;
        System.arraycopy(SimControl.identity(index), 0, hello.nodeKey, 0, Hello.KEY_LENGTH);

        return hello.endpoint("node-" + index + ":14040").agent("fragcast");
    }

    private static PeerSettings settings(final int node, final boolean isDialled)
    {
        return new PeerSettings("node " + node, SimControl.identity(node), isDialled);
    }
}
