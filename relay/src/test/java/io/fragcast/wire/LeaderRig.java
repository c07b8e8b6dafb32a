package io.fragcast.wire;

import io.fragcast.Env;
import io.fragcast.FragPublisher;
import io.fragcast.PublishResult;
import io.fragcast.Seal;
import io.fragcast.agent.BroadcastAgent;
import io.fragcast.counter.Counters;
import io.fragcast.crypto.Secp256k1;
import io.fragcast.edge.ipc.PublishRing;
import io.fragcast.ethereum.OrderedTrieRoot;
import io.fragcast.protocol.block.BlockLimits;
import io.fragcast.protocol.block.FragBroadcaster;
import io.fragcast.protocol.block.LeaderMemory;
import io.fragcast.protocol.block.SlowSink;
import io.fragcast.protocol.leader.LeaderTerm;
import io.fragcast.protocol.leader.Schedule;
import io.fragcast.transport.FrameSink;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A leader from the Java API to its sinks, over the in-process ring, on one thread and a clock that the test moves.
 */
public final class LeaderRig
{
    /** Chain of all tests. */
    public static final long CHAIN_ID = 8453;
    /** The default MTU less Aeron's header. */
    public static final int FRAME_LENGTH = 1376;
    /** The curve, native where it loads. */
    public static final Secp256k1 CURVE = Secp256k1.load();
    /** Leads terms 1, 2 and 4. */
    public static final byte[] LEADER_KEY = key(1);
    /** Leads term 3. */
    public static final byte[] OTHER_KEY = key(2);

    /** As nodes see it. */
    public final Schedule schedule;
    /** Of the leader. */
    public final Counters counters = Counters.inMemory();
    /** What the sequencer said, oldest first. */
    public final List<Reply> replies = new ArrayList<>();
    /** False: replies are heard and let go. */
    public boolean isKeepingReplies = true;
    /** The builder's end. */
    public final FragPublisher publisher;
    /** The machine. */
    public final FragBroadcaster broadcaster;
    /** Monotonic nanoseconds. */
    public long nowNs = 1_000_000;
    /** Epoch nanoseconds. */
    public long epochNs = 1_795_235_821_000_000_000L;

    private final PublishRing ring;
    private final PublishAdapter adapter;
    private final FrameFanout fanout;

    /**
     * One reply.
     *
     * @param request     of the builder.
     * @param blockNumber named.
     * @param seq         named.
     * @param result      said.
     */
    public record Reply(FragPublisher.Request request, long blockNumber, int seq, PublishResult result)
    {
    }

    /**
     * A leader over given sinks.
     *
     * @param slowSink    policy.
     * @param limits      of the network.
     * @param nextLeaders sinks of tier 0.
     * @param peers       sinks of tier 1.
     */
    public LeaderRig(
        final SlowSink slowSink,
        final BlockLimits limits,
        final List<FrameSink> nextLeaders,
        final List<FrameSink> peers)
    {
        this(slowSink, limits, nextLeaders, peers, LeaderMemory.ofThisProcess(CHAIN_ID));
    }

    /**
     * A leader that had an earlier life.
     *
     * @param slowSink    policy.
     * @param limits      of the network.
     * @param nextLeaders sinks of tier 0.
     * @param peers       sinks of tier 1.
     * @param memory      of the earlier life.
     */
    public LeaderRig(
        final SlowSink slowSink,
        final BlockLimits limits,
        final List<FrameSink> nextLeaders,
        final List<FrameSink> peers,
        final LeaderMemory memory)
    {
        schedule = new Schedule(CHAIN_ID, FRAME_LENGTH + 32, List.of(
            term(1, 1, 5, LEADER_KEY),
            term(2, 6, 1_000, LEADER_KEY),
            term(3, 1_001, 2_000, OTHER_KEY),
            term(4, 2_001, Long.MAX_VALUE, LEADER_KEY)));
        final List<FrameSink> sinks = new ArrayList<>(nextLeaders);
        sinks.addAll(peers);
        final long first = (1L << nextLeaders.size()) - 1;
        fanout = new FrameFanout(sinks, (blockNumber) -> first, slowSink, FRAME_LENGTH, () -> {}, counters);
        final BlockLaneProxy proxy = new BlockLaneProxy(fanout, null, FRAME_LENGTH);
        broadcaster = new FragBroadcaster(schedule, CURVE.newSigner(LEADER_KEY), proxy, limits, counters, memory);
        adapter = new PublishAdapter(broadcaster, counters);
        ring = new PublishRing(limits, () -> {});
        publisher = ring.publisher(
            (request, blockNumber, seq, result) ->
            {
                if (isKeepingReplies)
                {
                    replies.add(new Reply(request, blockNumber, seq, result));
                }
            });
    }

    /**
     * One duty cycle, 10 us long.
     *
     * @return work done.
     */
    public int cycle()
    {
        nowNs += 10_000;
        epochNs += 10_000;

        return fanout.doWork() + adapter.doWork() + ring.poll(adapter, 1) + broadcaster.doWork(nowNs, epochNs);
    }

    /** What runs the leader in a node, instead of {@link #cycle}; another source takes turns with the ring. */
    BroadcastAgent agent(final PublishSource other)
    {
        return new BroadcastAgent(
            "leader", () -> nowNs, () -> epochNs, new PublishSource[]{ring, other}, adapter, broadcaster, fanout,
            () -> {}, counters);
    }

    /** Cycles until everything queued is sent, and hands the replies over. */
    public void settle()
    {
        int idle = 0;
        while (idle < 2)
        {
            idle = 0 == cycle() && broadcaster.isIdle() ? idle + 1 : 0;
        }
        publisher.poll();
    }

    /**
     * Lets time pass without work.
     *
     * @param durationNs how long.
     */
    public void pass(final long durationNs)
    {
        nowNs += durationNs;
        epochNs += durationNs;
    }

    /** The reply to the request made last. */
    PublishResult lastResult()
    {
        return replies.get(replies.size() - 1).result();
    }

    /**
     * An env with random fields.
     *
     * @param blockNumber height.
     * @param parentHash  32 bytes.
     * @return the env.
     */
    public static Env env(final long blockNumber, final byte[] parentHash)
    {
        final Random random = new Random(blockNumber);

        return new Env(
            blockNumber, parentHash, bytes(random, 20), 1_795_235_821L + blockNumber, 30_000_000, random.nextLong(),
            bytes(random, 32), bytes(random, 32), bytes(random, random.nextInt(257)), bytes(random, 32), new byte[0]);
    }

    /**
     * A seal with random fields.
     *
     * @param blockNumber height.
     * @param parentHash  of the env.
     * @param totalFrags  frags published.
     * @return the seal.
     */
    public static Seal seal(final long blockNumber, final byte[] parentHash, final int totalFrags)
    {
        final Random random = new Random(-blockNumber);

        return new Seal(
            totalFrags, blockNumber, random.nextLong(), 30_000_000, parentHash, bytes(random, 32), bytes(random, 32),
            bytes(random, 32), hash(blockNumber), new byte[0]);
    }

    /**
     * A seal that the transactions verify.
     *
     * @param blockNumber height.
     * @param parentHash  of the env.
     * @param totalFrags  frags published.
     * @param txs         of all frags.
     * @return the seal.
     */
    public static Seal seal(
        final long blockNumber, final byte[] parentHash, final int totalFrags, final List<byte[]> txs)
    {
        final OrderedTrieRoot trie = new OrderedTrieRoot();
        txs.forEach((tx) -> trie.add(new UnsafeBuffer(tx), 0, tx.length));
        final byte[] root = new byte[32];
        trie.root(root);
        final Seal seal = seal(blockNumber, parentHash, totalFrags);

        return new Seal(
            totalFrags, blockNumber, seal.gasUsed(), seal.gasLimit(), parentHash, root, seal.receiptsRoot(),
            seal.stateRoot(), seal.blockHash(), new byte[0]);
    }

    /**
     * Block hash that {@link #seal(long, byte[], int)} gives a height.
     *
     * @param blockNumber height.
     * @return 32 bytes.
     */
    public static byte[] hash(final long blockNumber)
    {
        return bytes(new Random(31 * blockNumber + 7), 32);
    }

    /**
     * Transactions whose FragBody is exactly so long.
     *
     * @param random     source of their bytes and cuts.
     * @param bodyLength wanted; 80 for none, at least 85 else.
     * @param maxTx      longest.
     * @return the transactions.
     */
    public static List<byte[]> txsOfBodyLength(final Random random, final int bodyLength, final int maxTx)
    {
        final List<byte[]> txs = new ArrayList<>();
        int left = bodyLength - 80;
        while (left > 0)
        {
            int length = 1 + random.nextInt(Math.min(maxTx, left - 4));
            final int rest = left - 4 - length;
            if (rest > 0 && rest < 5)
            {
                length = length > 5 ? length - 5 : left - 4;
            }
            txs.add(bytes(random, length));
            left -= 4 + length;
        }

        return txs;
    }

    /**
     * Random bytes.
     *
     * @param random source.
     * @param length how many.
     * @return the bytes.
     */
    public static byte[] bytes(final Random random, final int length)
    {
        final byte[] bytes = new byte[length];
        random.nextBytes(bytes);

        return bytes;
    }

    static LeaderTerm term(final int number, final long first, final long last, final byte[] key)
    {
        return new LeaderTerm(number, first, last, CURVE.publicKey(key), null, List.of(), null);
    }

    private static byte[] key(final int last)
    {
        final byte[] key = new byte[32];
        key[31] = (byte) last;

        return key;
    }
}
