package io.fragcast.protocol.peer;

import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.block.FrameDigest;
import io.fragcast.protocol.block.SignatureVerifier;
import io.fragcast.protocol.block.VerificationBudget;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.status.AtomicCounter;
import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * The flood of statements: what is signed by a key that the schedule names goes to every node, each node checks it once
 * and passes it on as it came.
 * <pre>
 *   a peer's message ─▶ kind? ─▶ known? ─▶ handler: whose, how new? ─▶ budget ─▶ signature ─▶ handler takes it
 *                                                                                    │
 *                       told to each READY peer but the one it came from ◀─ kept ◀───┘
 * </pre>
 * Of each kind so many are kept as it has places; a new one at a place takes the old one's. A peer that becomes READY
 * is told all that are kept, as one that could not take a statement at once is told it later, and all every 5 s, for a
 * link may have lost some: what is due to whom is a bit, so nothing queues. Failing checks cost the sender as they do
 * on the block lane. Used by the thread of the peers; allocates only at registration.
 */
public final class Statements
{
    /** Kinds have ids 25 to 29. */
    public static final int FIRST_TEMPLATE_ID = 25;
    /** The last of them. */
    public static final int LAST_TEMPLATE_ID = 29;

    /** The source of what this node says itself. */
    static final int SELF = -1;

    /** Verified statements known by digest: some minutes of plans, and all else for days. The oldest is forgotten. */
    private static final int MAX_KNOWN = 256;
    /** Frames to a peer in a duty cycle: nobody's many hold up what is new for others. */
    private static final int SEND_LIMIT = 4;
    /** What was lost with a link that was made anew is told again; to who knows it, it costs a hash. */
    private static final long TELL_AGAIN_NS = TimeUnit.SECONDS.toNanos(5);
    private static final int KIND_COUNT = LAST_TEMPLATE_ID - FIRST_TEMPLATE_ID + 1;

    private final long chainId;
    private final int maxLength;
    private final SignatureVerifier verifier;
    private final VerificationBudget budget;
    private final FrameDigest digests = new FrameDigest();
    private final Statement statement = new Statement();
    private final @Nullable StatementHandler[] handlers = new StatementHandler[KIND_COUNT];
    private final int[] firstPlaces = new int[KIND_COUNT];
    private final int[] placeCounts = new int[KIND_COUNT];
    private final byte[][] known = new byte[MAX_KNOWN][FrameDigest.DIGEST_LENGTH];
    private int nextKnown;
    private long chargedAtNs;
    private long toldAgainNs;

    private UnsafeBuffer kept = new UnsafeBuffer(0, 0);
    private int[] lengths = {};
    private PeerSession[] sessions = {};
    private boolean[][] isDue = {};
    private int[] dueCounts = {};

    private final AtomicCounter accepted;
    private final AtomicCounter duplicates;
    private final AtomicCounter stale;
    private final AtomicCounter foreign;
    private final AtomicCounter malformed;
    private final AtomicCounter refused;
    private final AtomicCounter overBudget;

    /**
     * A flood that knows no kinds yet.
     *
     * @param chainId   of the node.
     * @param maxLength longest message of the lane, bytes.
     * @param verifier  of this thread.
     * @param counters  of the node.
     */
    public Statements(
        final long chainId, final int maxLength, final SignatureVerifier verifier, final Counters counters)
    {
        this.chainId = chainId;
        this.maxLength = maxLength;
        this.verifier = verifier;
        budget = new VerificationBudget(this::onSessionRejected, counters);
        accepted = counters.get(FragcastCounter.STATEMENTS_ACCEPTED);
        duplicates = counters.get(FragcastCounter.STATEMENTS_KNOWN);
        stale = counters.get(FragcastCounter.STATEMENTS_STALE);
        foreign = counters.get(FragcastCounter.STATEMENTS_FOREIGN);
        malformed = counters.get(FragcastCounter.STATEMENTS_MALFORMED);
        refused = counters.get(FragcastCounter.STATEMENTS_REFUSED);
        overBudget = counters.get(FragcastCounter.STATEMENTS_OVER_BUDGET);
    }

    /**
     * Names the owner of a kind. Before the first statement comes.
     *
     * @param templateId of the kind.
     * @param places     statements of the kind that are kept at most.
     * @param handler    that owns it.
     * @return this.
     */
    public Statements register(final int templateId, final int places, final StatementHandler handler)
    {
        final int kind = templateId - FIRST_TEMPLATE_ID;
        if (kind < 0 || kind >= KIND_COUNT || null != handlers[kind] || places < 1)
        {
            throw new IllegalArgumentException("template " + templateId + " with " + places + " places");
        }
        handlers[kind] = handler;
        firstPlaces[kind] = lengths.length;
        placeCounts[kind] = places;
        lengths = Arrays.copyOf(lengths, lengths.length + places);
        kept = new UnsafeBuffer(ByteBuffer.allocateDirect(lengths.length * maxLength));
        attach(sessions);

        return this;
    }

    /**
     * This node says something itself: checked as anybody's, then kept and told to all.
     *
     * @param buffer holding the statement, signed.
     * @param offset of its first byte.
     * @param length in bytes.
     * @param nowNs  monotonic nanoseconds.
     * @return true if it was accepted.
     */
    public boolean publish(final DirectBuffer buffer, final int offset, final int length, final long nowNs)
    {
        return onStatement(SELF, buffer, offset, length, nowNs);
    }

    /**
     * Keeps and tells a statement that its handler has accepted before, as the handler of one in several parts does
     * with the parts once it is whole.
     *
     * @param templateId of its kind.
     * @param place      among those of its kind.
     * @param buffer     holding it.
     * @param offset     of its first byte.
     * @param length     in bytes.
     */
    public void keep(
        final int templateId, final int place, final DirectBuffer buffer, final int offset, final int length)
    {
        keep(SELF, templateId - FIRST_TEMPLATE_ID, place, buffer, offset, length);
    }

    /**
     * Tells a statement no more.
     *
     * @param templateId of its kind.
     * @param place      among those of its kind.
     */
    public void drop(final int templateId, final int place)
    {
        final int index = firstPlaces[templateId - FIRST_TEMPLATE_ID] + place;
        lengths[index] = 0;
        for (int i = 0; i < sessions.length; i++)
        {
            setDue(i, index, false);
        }
    }

    /** The sessions, in the order of their indices. */
    void attach(final PeerSession[] peers)
    {
        sessions = peers;
        isDue = new boolean[peers.length][lengths.length];
        dueCounts = new int[peers.length];
    }

    /** A peer became READY: it is told all there is. */
    void start(final int session)
    {
        for (int i = 0; i < lengths.length; i++)
        {
            setDue(session, i, lengths[i] > 0);
        }
    }

    /** A peer is READY no more. */
    void stop(final int session)
    {
        for (int i = 0; i < lengths.length; i++)
        {
            setDue(session, i, false);
        }
    }

    int doWork(final long nowNs)
    {
        int workCount = 0;
        for (final StatementHandler handler : handlers)
        {
            workCount += null == handler ? 0 : handler.doWork(nowNs);
        }
        final boolean isToldAgain = nowNs - toldAgainNs >= TELL_AGAIN_NS;
        toldAgainNs = isToldAgain ? nowNs : toldAgainNs;
        for (int i = 0; i < sessions.length; i++)
        {
            if (isToldAgain && PeerState.READY == sessions[i].state())
            {
                start(i);
            }
            workCount += dueCounts[i] > 0 ? tell(i) : 0;
        }

        return workCount;
    }

    /** True if it is new and holds. */
    boolean onStatement(
        final int session, final DirectBuffer buffer, final int offset, final int length, final long nowNs)
    {
        if (length < Statement.MIN_LENGTH || length > maxLength)
        {
            malformed.incrementRelease();
            return false;
        }
        statement.wrap(buffer, offset, length);
        final int kind = statement.templateId - FIRST_TEMPLATE_ID;
        final StatementHandler handler = 0 <= kind && kind < KIND_COUNT ? handlers[kind] : null;
        if (null == handler || statement.chainId != chainId)
        {
            foreign.incrementRelease();
            return false;
        }
        if (!statement.isUnsignedPartZero())
        {
            malformed.incrementRelease();
            return false;
        }
        digests.ofRegion(buffer, offset, Statement.SIGNED_OFFSET, statement.signedLength(), statement.digest);
        if (isKnown(statement.digest))
        {
            duplicates.incrementRelease();
            return false;
        }
        if (!budget.isOpen(session, nowNs))
        {
            overBudget.incrementRelease();
            return false;
        }
        if (!isProved(handler, session, nowNs))
        {
            return false;
        }

        accepted.incrementRelease();
        System.arraycopy(statement.digest, 0, known[nextKnown], 0, FrameDigest.DIGEST_LENGTH);
        nextKnown = (nextKnown + 1) % MAX_KNOWN;
        final int place = statement.slot;
        handler.onAccepted(statement, nowNs);
        keep(session, kind, place, buffer, offset, length);

        return true;
    }

    private boolean isProved(final StatementHandler handler, final int session, final long nowNs)
    {
        return switch (handler.onClaim(statement, nowNs))
        {
            case SIGNED -> isSigned(session, nowNs);
            case PROVED -> true;
            case HELD -> false;
            case DISPROVED -> isCharged(session, nowNs);
            case MALFORMED -> isCounted(malformed);
            case FOREIGN -> isCounted(foreign);
            case STALE -> isCounted(stale);
            case OVER_BUDGET -> isCounted(overBudget);
        };
    }

    private boolean isSigned(final int session, final long nowNs)
    {
        final byte[] orKey = statement.orKey;
        if (!isSignedBy(statement.key) && (null == orKey || !isSignedBy(orKey)))
        {
            return isCharged(session, nowNs);
        }
        budget.onHeld(session);

        return true;
    }

    private boolean isSignedBy(final byte[] key)
    {
        return verifier.verify(
            statement.digest, statement.buffer, statement.offset + Statement.SIGNATURE_OFFSET, key);
    }

    private boolean isCharged(final int session, final long nowNs)
    {
        refused.incrementRelease();
        chargedAtNs = nowNs;
        budget.onFailure(session, nowNs);

        return false;
    }

    private static boolean isCounted(final AtomicCounter counter)
    {
        counter.incrementRelease();

        return false;
    }

    private boolean isKnown(final byte[] digest)
    {
        for (final byte[] each : known)
        {
            if (Arrays.equals(each, digest))
            {
                return true;
            }
        }

        return false;
    }

    private void keep(
        final int session,
        final int kind,
        final int place,
        final DirectBuffer buffer,
        final int offset,
        final int length)
    {
        assert 0 <= place && place < placeCounts[kind] : "place " + place + " of " + placeCounts[kind];

        final int index = firstPlaces[kind] + place;
        kept.putBytes(index * maxLength, buffer, offset, length);
        lengths[index] = length;
        for (int i = 0; i < sessions.length; i++)
        {
            setDue(i, index, i != session && PeerState.READY == sessions[i].state());
        }
    }

    private int tell(final int session)
    {
        int workCount = 0;
        for (int i = 0; i < lengths.length && workCount < SEND_LIMIT && dueCounts[session] > 0; i++)
        {
            if (isDue[session][i])
            {
                if (!sessions[session].sendStatement(kept, i * maxLength, lengths[i]))
                {
                    break;
                }
                setDue(session, i, false);
                workCount++;
            }
        }

        return workCount;
    }

    private void setDue(final int session, final int index, final boolean isNowDue)
    {
        dueCounts[session] += (isNowDue ? 1 : 0) - (isDue[session][index] ? 1 : 0);
        isDue[session][index] = isNowDue;
    }

    private void onSessionRejected(final int session)
    {
        if (SELF != session)
        {
            sessions[session].dismiss(GoodbyeReason.VALIDATION, chargedAtNs);
        }
    }
}
