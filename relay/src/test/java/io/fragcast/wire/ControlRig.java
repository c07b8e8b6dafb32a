package io.fragcast.wire;

import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.crypto.Secp256k1;
import io.fragcast.protocol.peer.ControlSender;
import io.fragcast.protocol.peer.Hello;
import io.fragcast.protocol.peer.HolderConsumer;
import io.fragcast.protocol.peer.PeerRole;
import io.fragcast.protocol.peer.PeerSession;
import io.fragcast.protocol.peer.PeerSettings;
import io.fragcast.protocol.peer.PeerState;
import io.fragcast.protocol.peer.PeerTable;
import io.fragcast.protocol.peer.SessionTimeouts;
import io.fragcast.protocol.peer.StatementHandler;
import io.fragcast.protocol.peer.Statements;
import io.fragcast.transport.FrameLink;
import io.fragcast.transport.FrameSink;
import io.fragcast.transport.FrameSource;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Nodes that talk over the control lane in one thread's own time: the production tables, sessions, proxies and adapters
 * over links of memory. A test moves the time, cuts links and shifts clocks.
 */
final class ControlRig
{
    static final long CHAIN_ID = LeaderRig.CHAIN_ID;
    static final long STEP_NS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long EPOCH_NS = 1_700_000_000_000_000_000L;

    static final int MAX_LENGTH = 1_376;

    final Secp256k1 curve = Secp256k1.load();
    long nowNs = 1_000;
    private final List<Node> nodes = new ArrayList<>();
    private final List<Wire> wires = new ArrayList<>();

    Node node(final int key)
    {
        final Node node = new Node(key);
        nodes.add(node);

        return node;
    }

    /** A link that the first dials. */
    Wire link(final Node dialer, final Node server)
    {
        final Wire wire = new Wire(dialer, server);
        wires.add(wire);

        return wire;
    }

    void start()
    {
        nodes.forEach(Node::start);
    }

    void run(final long durationNs)
    {
        final long endNs = nowNs + durationNs;
        while (nowNs - endNs < 0)
        {
            step();
        }
    }

    /** Runs until a condition holds; false if it did not in a minute of the rig's time. */
    boolean runUntil(final BooleanSupplier condition)
    {
        final long endNs = nowNs + TimeUnit.MINUTES.toNanos(1);
        while (!condition.getAsBoolean())
        {
            if (nowNs - endNs >= 0)
            {
                return false;
            }
            step();
        }

        return true;
    }

    void step()
    {
        nowNs += STEP_NS;
        wires.forEach(Wire::deliver);
        nodes.forEach(Node::doWork);
    }

    static byte[] key(final int number)
    {
        final byte[] key = new byte[Hello.KEY_LENGTH];
        key[0] = 2;
        key[32] = (byte)number;

        return key;
    }

    /** One node: its table, and what its hot agent was told of holders. */
    final class Node
    {
        final Counters counters = Counters.inMemory();
        final Hello hello = new Hello();
        final RecordingHolders holders = new RecordingHolders();
        final List<PeerSettings> peers = new ArrayList<>();
        final List<ControlSender> senders = new ArrayList<>();
        final List<RecordingSink> sinks = new ArrayList<>();
        final Map<Integer, StatementHandler> handlers = new TreeMap<>();
        Consumer<Statements> owners = (statements) -> {};
        final Random random;
        int maxReady = 64;
        long skewNs;
        boolean isRunning = true;
        PeerTable table;
        final List<ControlAdapter> adapters = new ArrayList<>();

        private Node(final int number)
        {
            random = new Random(number);
            hello.chainId = CHAIN_ID;
            hello.mtu = 1_408;
            hello.newestVersion = 1;
            hello.oldestVersion = 1;
            hello.role = PeerRole.RELAY;
            hello.capabilities = Hello.ANSWERS_WANTS | Hello.TAKES_HAVES;
            hello.subscriptions = Hello.BLOCKS | Hello.HAVES;
            hello.endpoint("10.0.0." + number + ":14040").agent("fragcast/test");
            System.arraycopy(key(number), 0, hello.nodeKey, 0, Hello.KEY_LENGTH);
        }

        /** Makes the table anew, as a process that starts does. */
        void start()
        {
            table = new PeerTable(
                hello,
                peers,
                senders,
                holders,
                statements(),
                SessionTimeouts.PRODUCTION,
                maxReady,
                128,
                random::nextLong,
                counters);
            adapters.clear();
            for (int i = 0; i < peers.size(); i++)
            {
                adapters.add(new ControlAdapter(table.session(i), () -> nowNs, this::epochNs, counters));
            }
        }

        private Statements statements()
        {
            final Statements statements = new Statements(CHAIN_ID, MAX_LENGTH, curve.newVerifier(), counters);
            handlers.forEach((templateId, handler) -> statements.register(templateId, 2, handler));
            owners.accept(statements);

            return statements;
        }

        void doWork()
        {
            if (isRunning)
            {
                table.doWork(nowNs, epochNs());
            }
        }

        long epochNs()
        {
            return EPOCH_NS + nowNs + skewNs;
        }

        PeerSession session(final int index)
        {
            return table.session(index);
        }

        PeerState state()
        {
            return session(0).state();
        }

        long count(final FragcastCounter counter)
        {
            return counters.value(counter);
        }

        private int add(final Node peer, final boolean isDialer, final Wire wire, final RecordingSink sink)
        {
            peers.add(new PeerSettings("node " + peer.hello.nodeKey[32], peer.hello.nodeKey.clone(), isDialer));
            senders.add(new ControlProxy(new MemoryLink(wire, sink), hello.chainId));
            sinks.add(sink);

            return peers.size() - 1;
        }
    }

    /** A link: frames travel for some time each way, unless it is cut. */
    final class Wire
    {
        final Node dialer;
        final Node server;
        final int dialerIndex;
        final int serverIndex;
        final RecordingSink forth = new RecordingSink("forth");
        final RecordingSink back = new RecordingSink("back");
        boolean isOpen = true;
        long forthNs = STEP_NS;
        long backNs = STEP_NS;
        private final Deque<Flight> toServer = new ArrayDeque<>();
        private final Deque<Flight> toDialer = new ArrayDeque<>();

        private Wire(final Node dialer, final Node server)
        {
            this.dialer = dialer;
            this.server = server;
            dialerIndex = dialer.add(server, true, this, forth);
            serverIndex = server.add(dialer, false, this, back);
        }

        private void deliver()
        {
            collect(forth, toServer, forthNs);
            collect(back, toDialer, backNs);
            handOver(toServer, server, serverIndex);
            handOver(toDialer, dialer, dialerIndex);
        }

        private void collect(final RecordingSink sink, final Deque<Flight> flights, final long delayNs)
        {
            for (final byte[] frame : sink.frames)
            {
                if (isOpen)
                {
                    flights.add(new Flight(nowNs - STEP_NS + delayNs, frame));
                }
            }
            sink.frames.clear();
        }

        private void handOver(final Deque<Flight> flights, final Node to, final int index)
        {
            while (!flights.isEmpty() && flights.peek().atNs - nowNs <= 0)
            {
                final byte[] frame = flights.remove().frame;
                if (isOpen && to.isRunning)
                {
                    to.adapters.get(index).onFrame(new UnsafeBuffer(frame), 0, frame.length, 1);
                }
            }
        }
    }

    private record Flight(long atNs, byte[] frame)
    {
    }

    private record MemoryLink(Wire wire, RecordingSink recording) implements FrameLink
    {
        @Override
        public FrameSource source()
        {
            throw new UnsupportedOperationException("the rig hands frames over itself");
        }

        @Override
        public FrameSink sink()
        {
            return recording;
        }

        @Override
        public boolean isConnected()
        {
            return wire.isOpen && wire.dialer.isRunning && wire.server.isRunning;
        }

        @Override
        public String name()
        {
            return recording.name();
        }

        @Override
        public void close()
        {
        }
    }

    /** What a hot agent would have been told. */
    static final class RecordingHolders implements HolderConsumer
    {
        final List<String> haves = new ArrayList<>();
        boolean isReady;
        long rttNs;
        long capabilities;
        long openBlock;
        int openNextSeq;
        long sealedBlock;

        @Override
        public boolean onHolder(final int holder, final boolean ready, final long rtt, final long capabilitySet)
        {
            isReady = ready;
            rttNs = rtt;
            capabilities = capabilitySet;

            return true;
        }

        @Override
        public boolean onHolderStatus(
            final int holder,
            final long sealed,
            final int openTerm,
            final long open,
            final long openIncarnation,
            final int nextSeq)
        {
            sealedBlock = sealed;
            openBlock = open;
            openNextSeq = nextSeq;

            return true;
        }

        @Override
        public boolean onHolderHas(
            final int holder,
            final int leaderTerm,
            final long blockNumber,
            final long incarnation,
            final int firstSeq,
            final long bits,
            final int parts)
        {
            haves.add(holder + ": " + leaderTerm + '/' + blockNumber + '/' + incarnation + ' ' + firstSeq + "+0x" +
                Long.toHexString(bits) + ' ' + parts);

            return true;
        }
    }
}
