package io.fragcast.protocol.peer;

import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.status.AtomicCounter;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * All peers of a node: one session each, who of them has what, and what this node tells them. Pure: no IO, no clock, no
 * chance of its own. Used by one thread, but for {@link #snapshot()}, which any may read.
 * <pre>
 *   accepted frames ──▶ Holdings ──▶ Status, Have ──▶ peers
 *   peers ──▶ PeerSession ──▶ Status, Have ──▶ PeerKnowledge, less what this node has ──▶ HolderConsumer
 * </pre>
 * Allocates only the snapshot, on a change of state and each second.
 */
public final class PeerTable
{
    private static final long SNAPSHOT_INTERVAL_NS = TimeUnit.SECONDS.toNanos(1);

    private final PeerSession[] sessions;
    private final ControlSender[] senders;
    private final HolderNumbers holders;
    private final int heights;
    private final PeerKnowledge knowledge;
    private final Holdings holdings;
    private final HolderConsumer consumer;
    private final PeerAdmission admission;
    private final HaveTeller teller;
    private final Statements statements;
    private FeedConsumer feeds = (peer, kind, nowNs) -> {};
    private final PeerGauges gauges;

    private final AtomicCounter holderNewsLost;
    private final AtomicCounter knowledgeRefused;

    private final BiFunction<Integer, PeerSettings, PeerSession> newSession;
    private volatile List<PeerSnapshot> snapshot = List.of();
    private boolean isChanged = true;
    private long outOfSightCount;
    private long snapshotAtNs;

    /**
     * A table of configured peers.
     *
     * @param self     this node's Hello; nonces are the table's.
     * @param peers    in the order of their links; those dialled are the holders, in this order. The place of one that
     *                 is {@link PeerSettings#NOBODY} may be given to a peer later.
     * @param senders  one a peer.
     * @param consumer told of the holders.
     * @param statements that are passed on, with the owners of their kinds.
     * @param timeouts of each session.
     * @param maxReady most peers with a session.
     * @param heights  most heights in sight.
     * @param random   uniform over all longs.
     * @param counters of this node.
     */
    public PeerTable(
        final Hello self,
        final List<PeerSettings> peers,
        final List<? extends ControlSender> senders,
        final HolderConsumer consumer,
        final Statements statements,
        final SessionTimeouts timeouts,
        final int maxReady,
        final int heights,
        final LongSupplier random,
        final Counters counters)
    {
        final int count = peers.size();
        this.senders = senders.toArray(new ControlSender[0]);
        this.consumer = consumer;
        this.statements = statements;
        this.heights = heights;
        sessions = new PeerSession[count];
        holders = new HolderNumbers(sessions);
        knowledge = new PeerKnowledge(1 + count, heights);
        holdings = new Holdings(self.chainId, knowledge);
        admission = new PeerAdmission(self, sessions, maxReady);
        teller = new HaveTeller(sessions, holdings, knowledge);
        final SessionOwner owner = new Owner();
        newSession = (index, settings) -> new PeerSession(
            index, settings, self, owner, this.senders[index], timeouts, random, counters);
        for (int i = 0; i < count; i++)
        {
            sessions[i] = newSession.apply(i, peers.get(i));
        }
        statements.attach(sessions);
        holders.renumber();

        gauges = new PeerGauges(counters);
        holderNewsLost = counters.get(FragcastCounter.HOLDER_NEWS_LOST);
        knowledgeRefused = counters.get(FragcastCounter.KNOWLEDGE_REFUSED);
    }

    /**
     * Before the first duty cycle.
     *
     * @param consumer told what peers say about feeding.
     */
    public void feedsTo(final FeedConsumer consumer)
    {
        feeds = consumer;
    }

    /**
     * Says something about feeding.
     *
     * @param peer number of its session.
     * @param kind what.
     * @return false if it was not taken now: back-pressure, or the peer is not READY.
     */
    public boolean sendFeed(final int peer, final FeedKind kind)
    {
        return PeerState.READY == sessions[peer].state() && senders[peer].sendFeed(kind);
    }

    /**
     * Drives every session, and tells what is due.
     *
     * @param nowNs   monotonic nanoseconds.
     * @param epochNs epoch nanoseconds.
     * @return work done.
     */
    public int doWork(final long nowNs, final long epochNs)
    {
        int workCount = 0;
        for (int i = 0; i < sessions.length; i++)
        {
            if (!sessions[i].settings().isNobody())
            {
                workCount += sessions[i].doWork(nowNs, epochNs, senders[i].isConnected(), holdings);
            }
        }
        workCount += teller.doWork(nowNs) + statements.doWork(nowNs);
        if (isChanged || nowNs - snapshotAtNs >= 0)
        {
            isChanged = false;
            snapshotAtNs = nowNs + SNAPSHOT_INTERVAL_NS;
            publish(nowNs);
            workCount++;
        }

        return workCount;
    }

    /**
     * An Env was accepted.
     *
     * @param leaderTerm  of the attempt.
     * @param blockNumber of the attempt.
     * @param incarnation of the attempt.
     * @param nowNs       monotonic nanoseconds.
     */
    public void onEnv(final int leaderTerm, final long blockNumber, final long incarnation, final long nowNs)
    {
        if (!holdings.onEnv(leaderTerm, blockNumber, incarnation))
        {
            teller.tellNews();
            holdings.onEnv(leaderTerm, blockNumber, incarnation);
        }
        teller.onNews(nowNs);
    }

    /**
     * A frag's header was accepted.
     *
     * @param leaderTerm  of the attempt.
     * @param blockNumber of the attempt.
     * @param incarnation of the attempt.
     * @param seq         of the frag.
     * @param nowNs       monotonic nanoseconds.
     */
    public void onFrag(
        final int leaderTerm, final long blockNumber, final long incarnation, final int seq, final long nowNs)
    {
        if (!holdings.onFrag(leaderTerm, blockNumber, incarnation, seq))
        {
            teller.tellNews();
            holdings.onFrag(leaderTerm, blockNumber, incarnation, seq);
        }
        teller.onNews(nowNs);
    }

    /**
     * An Abort was accepted.
     *
     * @param leaderTerm  of the attempt.
     * @param blockNumber of the attempt.
     * @param incarnation of the attempt.
     * @param nowNs       monotonic nanoseconds.
     */
    public void onAbort(final int leaderTerm, final long blockNumber, final long incarnation, final long nowNs)
    {
        if (!holdings.onAbort(leaderTerm, blockNumber, incarnation))
        {
            teller.tellNews();
            holdings.onAbort(leaderTerm, blockNumber, incarnation);
        }
        teller.onNews(nowNs);
    }

    /**
     * A block is final: told with the next Status.
     *
     * @param blockNumber of the block.
     */
    public void onFinalized(final long blockNumber)
    {
        holdings.onFinalized(blockNumber);
    }

    /**
     * A Seal was accepted.
     *
     * @param leaderTerm  of the attempt.
     * @param blockNumber of the attempt.
     * @param incarnation of the attempt.
     * @param hash        holds the hash of the block.
     * @param hashOffset  of its first byte.
     * @param digest      of the Seal, 32 bytes.
     * @param nowNs       monotonic nanoseconds.
     */
    public void onSeal(
        final int leaderTerm,
        final long blockNumber,
        final long incarnation,
        final DirectBuffer hash,
        final int hashOffset,
        final byte[] digest,
        final long nowNs)
    {
        if (!holdings.onSeal(leaderTerm, blockNumber, incarnation, hash, hashOffset, digest))
        {
            teller.tellNews();
            holdings.onSeal(leaderTerm, blockNumber, incarnation, hash, hashOffset, digest);
        }
        teller.onNews(nowNs);
    }

    /**
     * Gives a place to another peer. Whoever had it hears a Goodbye, and nothing of it is known any more. Allocates.
     *
     * @param index    of the place.
     * @param settings of the peer, of the same side as the place; NOBODY: the place is empty.
     * @param nowNs    monotonic nanoseconds.
     */
    public void assign(final int index, final PeerSettings settings, final long nowNs)
    {
        final PeerSession left = sessions[index];
        if (!left.settings().isNobody() && PeerState.FAILED != left.state() && PeerState.DIALING != left.state())
        {
            left.dismiss(GoodbyeReason.SHUTDOWN, nowNs);
        }
        sessions[index] = newSession.apply(index, settings);
        holders.renumber();
        isChanged = true;
    }

    /**
     * Says Goodbye to all.
     *
     * @param nowNs monotonic nanoseconds.
     */
    public void shutdown(final long nowNs)
    {
        for (final PeerSession session : sessions)
        {
            if (PeerState.FAILED != session.state() && PeerState.DIALING != session.state())
            {
                session.dismiss(GoodbyeReason.SHUTDOWN, nowNs);
            }
        }
        publish(nowNs);
    }

    /**
     * Says the Goodbyes that the links did not take at once.
     *
     * @return true if none is left.
     */
    public boolean flushGoodbyes()
    {
        boolean isDone = true;
        for (final PeerSession session : sessions)
        {
            isDone &= session.sendGoodbyeDue();
        }

        return isDone;
    }

    /** {@return how many peers there are} */
    public int sessionCount()
    {
        return sessions.length;
    }

    /**
     * The session of a peer.
     *
     * @param index of the peer.
     * @return its session.
     */
    public PeerSession session(final int index)
    {
        return sessions[index];
    }

    /**
     * Called before the first Hello.
     *
     * @param leaders says of an identity key, 33 bytes, whether it leads in some term: such a peer needs no free place.
     */
    public void favour(final Predicate<byte[]> leaders)
    {
        admission.favour(leaders);
    }

    /** {@return what is passed on} */
    public Statements statements()
    {
        return statements;
    }

    /** {@return what this node has} */
    public Holdings holdings()
    {
        return holdings;
    }

    /**
     * Who has what; peer i is number i + 1.
     *
     * @return the knowledge.
     */
    public PeerKnowledge knowledge()
    {
        return knowledge;
    }

    /**
     * Every peer as it was a moment ago. Any thread may ask.
     *
     * @return in the order of the configuration, immutable.
     */
    public List<PeerSnapshot> snapshot()
    {
        return snapshot;
    }

    private boolean isInSight(final long blockNumber)
    {
        return !holdings.hasBlocks() || -heights < blockNumber - holdings.highestBlock() &&
            blockNumber - holdings.highestBlock() < heights;
    }

    private void publish(final long nowNs)
    {
        final List<PeerSnapshot> peers = new ArrayList<>(sessions.length);
        for (int i = 0; i < sessions.length; i++)
        {
            if (!sessions[i].settings().isNobody())
            {
                peers.add(sessions[i].snapshot(nowNs, holders.of(i), knowledge.heldOf(1 + i, sessions[i].status())));
                tellHolder(sessions[i]);
            }
        }
        snapshot = List.copyOf(peers);
        knowledgeRefused.setRelease(outOfSightCount + knowledge.refusedCount());
        gauges.write(sessions, nowNs);
    }

    private void tellHolder(final PeerSession session)
    {
        final int holder = holders.of(session.index());
        final boolean isReady = PeerState.READY == session.state();
        if (HolderNumbers.NULL_HOLDER != holder && holders.isLeading(session.index()) &&
            !consumer.onHolder(
                holder, isReady, session.clock().rttNs(), isReady ? session.peer().capabilities : 0))
        {
            holderNewsLost.incrementRelease();
        }
    }

    /** What the sessions tell, kept out of the table's own face. */
    private final class Owner implements SessionOwner
    {
        @Override
        public GoodbyeReason check(final PeerSession session, final Hello hello)
        {
            return admission.check(session, hello);
        }

        @Override
        public void onTransition(final PeerSession session, final PeerState from, final long nowNs)
        {
            final int index = session.index();
            isChanged = true;
            if (PeerState.FAILED == session.state())
            {
                gauges.onFailure(session.failure());
            }
            if (PeerState.HELLO_RECEIVED == session.state())
            {
                final PeerSession other = admission.sessionWith(session.peer(), session);
                if (null != other)
                {
                    other.dismiss(GoodbyeReason.DUPLICATE, nowNs);
                }
            }
            if (PeerState.READY == session.state())
            {
                teller.start(index, holdings.highestBlock() - Math.min(holdings.highestBlock(), heights - 1));
                statements.start(index);
            }
            else if (PeerState.READY == from)
            {
                knowledge.forget(1 + index);
                teller.stop(index);
                statements.stop(index);
            }
        }

        @Override
        public void onStatus(final PeerSession session, final PeerStatus status)
        {
            final int holder = holders.of(session.index());
            if (HolderNumbers.NULL_HOLDER != holder && !consumer.onHolderStatus(
                holder,
                status.sealedBlock,
                status.openTerm,
                status.openBlock,
                status.openIncarnation,
                status.openNextSeq))
            {
                holderNewsLost.incrementRelease();
            }
        }

        @Override
        public void onHave(final PeerSession session, final HaveList haves)
        {
            final int peer = 1 + session.index();
            final int holder = holders.of(session.index());
            for (int i = 0; i < haves.size(); i++)
            {
                final int term = haves.leaderTerm(i);
                final long block = haves.blockNumber(i);
                final long incarnation = haves.incarnation(i);
                final int word = haves.word(i);
                if (!isInSight(block) || word >= PeerKnowledge.ENV_SEQ / Long.SIZE)
                {
                    outOfSightCount++;
                    continue;
                }
                knowledge.onHas(peer, term, block, incarnation, word, haves.bits(i), haves.parts(i));
                final long bits =
                    haves.bits(i) & ~knowledge.fragsOf(PeerKnowledge.SELF, term, block, incarnation, word);
                final int parts = haves.parts(i) & ~knowledge.partsOf(PeerKnowledge.SELF, term, block, incarnation);
                if (HolderNumbers.NULL_HOLDER != holder && 0 != (bits | parts) &&
                    !consumer.onHolderHas(holder, term, block, incarnation, word * Long.SIZE, bits, parts))
                {
                    holderNewsLost.incrementRelease();
                }
            }
        }

        @Override
        public void onMeasured(final PeerSession session)
        {
            tellHolder(session);
        }

        @Override
        public void onFeed(final PeerSession session, final FeedKind kind, final long nowNs)
        {
            feeds.onFeed(session.index(), kind, nowNs);
        }

        @Override
        public void onStatement(
            final PeerSession session,
            final DirectBuffer buffer,
            final int offset,
            final int length,
            final long nowNs)
        {
            statements.onStatement(session.index(), buffer, offset, length, nowNs);
        }
    }
}
