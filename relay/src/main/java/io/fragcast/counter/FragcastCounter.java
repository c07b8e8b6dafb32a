package io.fragcast.counter;

/**
 * Everything a node counts. The id is stable: tools find a counter by type id {@link #TYPE_ID_BASE} + id.
 */
public enum FragcastCounter
{
    /** Frames polled off the block lane. */
    FRAMES_RECEIVED(1, "frames received"),

    /** Frames that passed every check for the first time. */
    FRAMES_ACCEPTED(2, "frames accepted"),

    /** Frames already known; free. */
    FRAMES_DUPLICATE(3, "frames duplicate"),

    /** Frames refused for length, template, version or layout. */
    FRAMES_MALFORMED(4, "frames malformed"),

    /** Frames refused for another chain id. */
    FRAMES_FOREIGN_CHAIN(5, "frames foreign chain"),

    /** Frames below the window, of a superseded attempt or of a fenced term. */
    FRAMES_STALE(6, "frames stale"),

    /** Frames beyond the window. */
    FRAMES_FAR_FUTURE(7, "frames far future"),

    /** Frames whose term does not lead their block. */
    FRAMES_NOT_LEADER(8, "frames not leader"),

    /** Signed frames whose signature does not hold. */
    FRAMES_BAD_SIGNATURE(9, "frames bad signature"),

    /** Pages and chunks that their header does not name. */
    FRAMES_BAD_HASH(10, "frames bad hash"),

    /** Frames refused for frag, transaction or block limits. */
    FRAMES_OVER_LIMIT(11, "frames over limit"),

    /** Frames dropped unread because checks failed too often. */
    FRAMES_OVER_BUDGET(12, "frames over budget"),

    /** Pages and chunks dropped because no verified header names them and the early store is full. */
    FRAMES_WITHOUT_HEADER(13, "frames without header"),

    /** Frames illegal in the state of their attempt, such as a seq after the last frag. */
    FRAMES_OUT_OF_STATE(14, "frames out of state"),

    /** Heartbeats, starts and stops with a controlSeq that is not newer. */
    FRAMES_CONTROL_STALE(15, "frames control stale"),

    /** Sessions closed out for failing checks. */
    SESSIONS_REJECTED(16, "sessions rejected"),

    /** Signature checks made. */
    SIGNATURES_CHECKED(17, "signatures checked"),

    /** Two messages signed for one place. */
    EQUIVOCATIONS(18, "equivocations"),

    /** Attempts whose Env was accepted. */
    ATTEMPTS_OPENED(19, "attempts opened"),

    /** Attempts ended VERIFIED. */
    BLOCKS_VERIFIED(20, "blocks verified"),

    /** Attempts ended MISMATCHED. */
    BLOCKS_MISMATCHED(21, "blocks mismatched"),

    /** Attempts ended ABORTED. */
    BLOCKS_ABORTED(22, "blocks aborted"),

    /** Attempts ended SUPERSEDED. */
    BLOCKS_SUPERSEDED(23, "blocks superseded"),

    /** Blocks reported wholly missed. */
    BLOCKS_MISSED(24, "blocks missed"),

    /** Attempts dropped for want of room, farthest future first. */
    ATTEMPTS_EVICTED(25, "attempts evicted"),

    /** Frags handed to the consumer. */
    FRAGS_DELIVERED(26, "frags delivered"),

    /** Frags known missing and not yet there (gauge). */
    FRAGS_MISSING(27, "frags missing"),

    /** Events delivered twice; always 0. */
    DUPLICATES_DELIVERED(28, "duplicates delivered"),

    /** Transactions handed to the consumer. */
    TXS_DELIVERED(29, "txs delivered"),

    /** Body bytes handed to the consumer. */
    BYTES_DELIVERED(30, "bytes delivered"),

    /** Duty cycles in which the consumer could take nothing. */
    DELIVERY_BACK_PRESSURED(31, "delivery back-pressured"),

    /** Bytes of the body slab in use (gauge). */
    BODY_SLAB_USED(32, "body slab used bytes"),

    /** Bodies refused because the slab or the attempt's share was full. */
    BODY_SLAB_FULL(33, "body slab full"),

    /** Frames copied to a sink. */
    FRAMES_FORWARDED(34, "frames forwarded"),

    /** Frames not sent to one sink because it was out of window. */
    SINK_SKIPPED_WINDOW(35, "sink skipped window"),

    /** Frames not sent to one sink because it was not connected. */
    SINK_SKIPPED_UNCONNECTED(36, "sink skipped unconnected"),

    /** Duty cycles in which a frame waited for a sink (slow-sink = wait). */
    SINK_WAITED(37, "sink waited"),

    /** Envs published. */
    PUBLISHED_ENVS(38, "published envs"),

    /** Frags published. */
    PUBLISHED_FRAGS(39, "published frags"),

    /** Seals published. */
    PUBLISHED_SEALS(40, "published seals"),

    /** Aborts published. */
    PUBLISHED_ABORTS(41, "published aborts"),

    /** Heartbeats published. */
    PUBLISHED_HEARTBEATS(42, "published heartbeats"),

    /** Body bytes published, once however many sinks. */
    PUBLISHED_BYTES(43, "published bytes"),

    /** Requests of the builder refused. */
    PUBLISH_REFUSED(44, "publish refused"),

    /** Requests of the builder pushed back. */
    PUBLISH_BACK_PRESSURED(45, "publish back-pressured"),

    /** Images left and made anew. */
    SOURCES_REMADE(46, "sources remade"),

    /** Datagrams from an address that is not admitted. */
    DATAGRAMS_REFUSED_ADDRESS(47, "datagrams refused address"),

    /** Datagrams of a session that is not admitted. */
    DATAGRAMS_REFUSED_SESSION(48, "datagrams refused session"),

    /** Data datagrams whose frames do not tile or do not fit the term. */
    DATAGRAMS_REFUSED_LAYOUT(49, "datagrams refused layout"),

    /** SETUPs with another term length, MTU or session. */
    DATAGRAMS_REFUSED_SETUP(50, "datagrams refused setup"),

    /** SM, NAK, RTT, ERR refused. */
    DATAGRAMS_REFUSED_CONTROL(51, "datagrams refused control"),

    /** Frames written to the journal. */
    JOURNAL_FRAMES(52, "journal frames"),

    /** Bytes written to the journal. */
    JOURNAL_BYTES(53, "journal bytes"),

    /** HOLE records written. */
    JOURNAL_HOLES(54, "journal holes"),

    /** Frames that the ring buffer could not take. */
    JOURNAL_FRAMES_LOST(55, "journal frames lost"),

    /** Most bytes ever waiting in the journal's ring buffer. */
    JOURNAL_RING_HIGH_WATER(56, "journal ring high water bytes"),

    /** 1 while journaling is stopped for want of disk (gauge). */
    JOURNAL_DISK_ALARM(57, "journal disk alarm"),

    /** Events handed to the edge. */
    EDGE_EVENTS(58, "edge events"),

    /** Events that the edge's ring buffer could not take at once. */
    EDGE_BACK_PRESSURED(59, "edge back-pressured"),

    /** Exceptions caught by an agent's error handler; always 0. */
    HOT_ERRORS(60, "hot errors"),

    /** Accepted frames not forwarded because they passed too many relays. */
    FRAMES_OVER_HOPS(61, "frames over hops"),

    /** Pages and chunks put by until the header that names them is verified. */
    FRAMES_HELD(62, "frames held"),

    /** Upstream streams heard now (gauge). */
    SOURCES_CONNECTED(63, "sources connected"),

    /** Downstream streams listened to now (gauge). */
    SINKS_CONNECTED(64, "sinks connected");

    /** Type id of the first counter in Aeron's counters file; above the ids that Aeron keeps for itself. */
    public static final int TYPE_ID_BASE = 4670;

    private final int id;
    private final String label;

    FragcastCounter(final int id, final String label)
    {
        this.id = id;
        this.label = label;
    }

    /**
     * Stable number of the counter.
     *
     * @return the id.
     */
    public int id()
    {
        return id;
    }

    /**
     * Subject, then action.
     *
     * @return the label.
     */
    public String label()
    {
        return label;
    }

    /**
     * Type id in Aeron's counters file.
     *
     * @return the type id.
     */
    public int typeId()
    {
        return TYPE_ID_BASE + id;
    }
}
