package io.fragcast.protocol.peer;

/**
 * One peer as it was seen a moment ago; any thread may read it. Times are epoch nanoseconds, 0: never.
 *
 * @param name              as configured.
 * @param isDialer          true if this side dials.
 * @param holder            number among the holders; -1 for a peer that is not dialled.
 * @param state             of the session.
 * @param failure           how it ended, or ended last; NONE once READY again.
 * @param goodbye           what was said then.
 * @param isRetried         false if it failed for good.
 * @param role              of the peer.
 * @param endpoint          where it may be dialled, as it says.
 * @param agent             its program.
 * @param schemaVersion     highest version of the schema that it speaks.
 * @param capabilities      of its Hello.
 * @param subscriptions     of its Hello.
 * @param rttNs             least round trip of late; 0: not measured.
 * @param offsetNs          its clock less this one.
 * @param errorBoundNs      how far that may be wrong; {@link #UNKNOWN_NS}: not measured.
 * @param helloInEpochNs    last Hello that came.
 * @param helloOutEpochNs   last Hello that went.
 * @param sentCount         messages sent.
 * @param receivedCount     messages received.
 * @param statusInEpochNs   last Status that came: when we learned what follows.
 * @param finalizedBlock    what it says is final.
 * @param sealedBlock       highest block that it says it has sealed.
 * @param openBlock         height of the attempt that it says it follows.
 * @param openIncarnation   incarnation of that attempt; 0: none.
 * @param openNextSeq       one more than the highest seq that it says it has of it.
 * @param heldCount         frags of that attempt that it named by Haves.
 */
public record PeerSnapshot(
    String name,
    boolean isDialer,
    int holder,
    PeerState state,
    FailureReason failure,
    GoodbyeReason goodbye,
    boolean isRetried,
    PeerRole role,
    String endpoint,
    String agent,
    int schemaVersion,
    long capabilities,
    int subscriptions,
    long rttNs,
    long offsetNs,
    long errorBoundNs,
    long helloInEpochNs,
    long helloOutEpochNs,
    long sentCount,
    long receivedCount,
    long statusInEpochNs,
    long finalizedBlock,
    long sealedBlock,
    long openBlock,
    long openIncarnation,
    int openNextSeq,
    long heldCount)
{
    /** Not measured. */
    public static final long UNKNOWN_NS = -1;

    static PeerSnapshot of(
        final PeerSession session,
        final Conversation conversation,
        final long helloInEpochNs,
        final long helloOutEpochNs,
        final long nowNs,
        final int holder,
        final long heldCount)
    {
        final Hello peer = session.peer();
        final PeerStatus status = conversation.status();
        final ClockSync clock = conversation.clock();

        return new PeerSnapshot(
            session.settings().name(),
            session.settings().isDialer(),
            holder,
            session.state(),
            session.failure(),
            session.goodbye(),
            PeerState.FAILED != session.state() || session.isRetried(),
            peer.role,
            peer.endpointText(),
            peer.agentText(),
            peer.newestVersion,
            peer.capabilities,
            peer.subscriptions,
            clock.rttNs(),
            clock.offsetNs(),
            clock.isSynchronised() ? clock.errorBoundNs(nowNs) : UNKNOWN_NS,
            helloInEpochNs,
            helloOutEpochNs,
            conversation.sentCount(),
            conversation.receivedCount(),
            conversation.statusInEpochNs(),
            status.finalizedBlock,
            status.sealedBlock,
            status.openBlock,
            status.openIncarnation,
            status.openNextSeq,
            heldCount);
    }
}
