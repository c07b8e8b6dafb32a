package io.fragcast.counter;

/**
 * Everything a node counts. The id is stable: tools find a counter by type id {@link #TYPE_ID_BASE} + id.
 */
public enum FragcastCounter
{
    FRAMES_RECEIVED(1, "frames received", "Frames polled off the block lane."),

    FRAMES_ACCEPTED(2, "frames accepted", "Frames that passed every check for the first time."),

    FRAMES_DUPLICATE(3, "frames duplicate", "Frames already known; free."),

    FRAMES_MALFORMED(4, "frames malformed", "Frames refused for length, template, version or layout."),

    FRAMES_FOREIGN_CHAIN(5, "frames foreign chain", "Frames refused for another chain id."),

    FRAMES_STALE(6, "frames stale", "Frames below the window, of a superseded attempt or of a fenced term."),

    FRAMES_FAR_FUTURE(7, "frames far future", "Frames beyond the window."),

    FRAMES_NOT_LEADER(8, "frames not leader", "Frames whose term does not lead their block."),

    FRAMES_BAD_SIGNATURE(9, "frames bad signature", "Signed frames whose signature does not hold."),

    FRAMES_BAD_HASH(10, "frames bad hash", "Pages and chunks that their header does not name."),

    FRAMES_OVER_LIMIT(11, "frames over limit", "Frames refused for frag, transaction or block limits."),

    FRAMES_OVER_BUDGET(12, "frames over budget", "Frames dropped unread because checks failed too often."),

    FRAMES_WITHOUT_HEADER(13, "frames without header",
        "Pages and chunks dropped because no verified header names them and the early store is full."),

    FRAMES_OUT_OF_STATE(14, "frames out of state",
        "Frames illegal in the state of their attempt, such as a seq after the last frag."),

    FRAMES_CONTROL_STALE(15, "frames control stale",
        "Heartbeats, starts and stops with a controlSeq that is not newer."),

    SESSIONS_REJECTED(16, "sessions rejected", "Sessions closed out for failing checks."),

    SIGNATURES_CHECKED(17, "signatures checked", "Signature checks made."),

    EQUIVOCATIONS(18, "equivocations", "Two messages signed for one place."),

    ATTEMPTS_OPENED(19, "attempts opened", "Attempts whose Env was accepted."),

    BLOCKS_VERIFIED(20, "blocks verified", "Attempts ended VERIFIED."),

    BLOCKS_MISMATCHED(21, "blocks mismatched", "Attempts ended MISMATCHED."),

    BLOCKS_ABORTED(22, "blocks aborted", "Attempts ended ABORTED."),

    BLOCKS_SUPERSEDED(23, "blocks superseded", "Attempts ended SUPERSEDED."),

    BLOCKS_MISSED(24, "blocks missed", "Blocks reported wholly missed."),

    ATTEMPTS_EVICTED(25, "attempts evicted",
        "Attempts dropped for want of room, farthest future first, or because the run that they lead is left."),

    FRAGS_DELIVERED(26, "frags delivered", "Frags handed to the consumer."),

    FRAGS_MISSING(27, "frags missing", Kind.GAUGE, "Frags known missing and not yet there."),

    DUPLICATES_DELIVERED(28, "duplicates delivered", "Events delivered twice; always 0."),

    TXS_DELIVERED(29, "txs delivered", "Transactions handed to the consumer."),

    BYTES_DELIVERED(30, "bytes delivered", "Body bytes handed to the consumer."),

    DELIVERY_BACK_PRESSURED(31, "delivery back-pressured", "Duty cycles in which the consumer could take nothing."),

    BODY_SLAB_USED(32, "body slab used bytes", Kind.GAUGE, "Bytes of the body slab in use."),

    BODY_SLAB_FULL(33, "body slab full", "Bodies refused because the slab or the attempt's share was full."),

    FRAMES_FORWARDED(34, "frames forwarded", "Frames copied to a sink."),

    SINK_SKIPPED_WINDOW(35, "sink skipped window", "Frames not sent to one sink because it was out of window."),

    SINK_SKIPPED_UNCONNECTED(36, "sink skipped unconnected",
        "Frames not sent to one sink because it was not connected."),

    SINK_WAITED(37, "sink waited", "Duty cycles in which a frame waited for a sink (slow-sink = wait)."),

    PUBLISHED_ENVS(38, "published envs", "Envs published."),

    PUBLISHED_FRAGS(39, "published frags", "Frags published."),

    PUBLISHED_SEALS(40, "published seals", "Seals published."),

    PUBLISHED_ABORTS(41, "published aborts", "Aborts published."),

    PUBLISHED_HEARTBEATS(42, "published heartbeats", "Heartbeats published."),

    PUBLISHED_BYTES(43, "published bytes", "Body bytes published, once however many sinks."),

    PUBLISH_REFUSED(44, "publish refused", "Requests of the builder refused."),

    PUBLISH_BACK_PRESSURED(45, "publish back-pressured", "Requests of the builder pushed back."),

    SOURCES_REMADE(46, "sources remade", "Images left and made anew."),

    DATAGRAMS_REFUSED_ADDRESS(47, "datagrams refused address", "Datagrams from an address that is not admitted."),

    DATAGRAMS_REFUSED_SESSION(48, "datagrams refused session", "Datagrams of a session that is not admitted."),

    DATAGRAMS_REFUSED_LAYOUT(49, "datagrams refused layout",
        "Data datagrams whose frames do not tile or do not fit the term."),

    DATAGRAMS_REFUSED_SETUP(50, "datagrams refused setup",
        "SETUPs of a term length, MTU or publication that is not taken."),

    DATAGRAMS_REFUSED_CONTROL(51, "datagrams refused control", "SM, NAK, RTT, ERR refused."),

    JOURNAL_FRAMES(52, "journal frames", "Frames written to the journal."),

    JOURNAL_BYTES(53, "journal bytes", "Bytes written to the journal."),

    JOURNAL_HOLES(54, "journal holes", "HOLE records written."),

    JOURNAL_FRAMES_LOST(55, "journal frames lost", "Frames that the ring buffer could not take."),

    JOURNAL_RING_HIGH_WATER(56, "journal ring high water bytes", Kind.GAUGE,
        "Most bytes ever waiting in the journal's ring buffer."),

    JOURNAL_DISK_ALARM(57, "journal disk alarm", Kind.GAUGE, "1 while journaling is stopped for want of disk."),

    EDGE_EVENTS(58, "edge events", "Events handed to the edge."),

    EDGE_BACK_PRESSURED(59, "edge back-pressured", "Events that the edge's ring buffer could not take at once."),

    HOT_ERRORS(60, "hot errors", "Exceptions caught by an agent's error handler; always 0."),

    FRAMES_OVER_HOPS(61, "frames over hops", "Accepted frames not forwarded because they passed too many relays."),

    FRAMES_HELD(62, "frames held", "Pages and chunks put by until the header that names them is verified."),

    SOURCES_CONNECTED(63, "sources connected", Kind.GAUGE, "Upstream streams heard now."),

    SINKS_CONNECTED(64, "sinks connected", Kind.GAUGE, "Downstream streams listened to now."),

    LATENCIES_NEGATIVE(65, "latencies negative", "Latencies that two clocks made negative; recorded as 0."),

    EDGE_RING_HIGH_WATER(66, "edge ring high water bytes", Kind.GAUGE,
        "Most bytes ever waiting in the ring buffer to the edges."),

    SINK_UNSENT_HIGH_WATER(67, "sink unsent high water bytes", Kind.GAUGE,
        "Most bytes ever seen committed to one sink and not yet on the network."),

    SCHEDULE_RELOADS(68, "schedule reloads", "Schedules taken while the node ran."),

    SCHEDULE_RELOADS_REFUSED(69, "schedule reloads refused", "Schedules refused while the node ran."),

    ENGINE_SENT(70, "engine sent", "Env, frags and seals sent to the execution client."),

    ENGINE_TAKEN(71, "engine taken", "Env, frags and seals that the execution client took."),

    ENGINE_REFUSED(72, "engine refused",
        "Env, frags and seals that the execution client refused, the deliberate ones among them."),

    ENGINE_TIMEOUTS(73, "engine timeouts", "Requests that the execution client did not answer in time."),

    ENGINE_UNREACHABLE(74, "engine unreachable",
        "Requests for which the execution client could not be reached, or refused the JWT secret."),

    ENGINE_RESET_DELIBERATE(75, "engine reset deliberate",
        "Env sent so that the execution client discards the open block of an attempt that is over."),

    ENGINE_RESET_UNEXPECTED(76, "engine reset unexpected",
        "Open blocks that the execution client discarded though they were to go on; always 0."),

    ENGINE_BLOCKS_SEALED(77, "engine blocks sealed", "Blocks sealed in the execution client."),

    ENGINE_BLOCKS_SKIPPED(78, "engine blocks skipped",
        "Blocks that the execution client had already, lacked the parent of, refused, or had no room for."),

    ENGINE_QUEUE_BYTES(79, "engine queue bytes", Kind.GAUGE, "Bytes that wait for the execution client."),

    REPAIR_WANTS_SENT(80, "repair wants sent", "Wants sent that name holes."),

    REPAIR_RANGES_SENT(81, "repair ranges sent", "RangeRequests sent."),

    REPAIR_HOLES_ASKED(82, "repair holes asked", "Messages and pieces asked for; again if asked again."),

    FRAGS_REPAIRED(83, "frags repaired", "Frags whole thanks to a repaired frame."),

    REPAIR_TIMEOUTS(84, "repair timeouts",
        "Requests that a holder left without an answer in time; what they asked for went to the next."),

    REPAIR_HOLDER_BUSY(85, "repair holder busy", "Answers of a holder that had no time."),

    REPAIR_NOT_FOUND(86, "repair not found", "Messages and pieces that a holder did not have."),

    REPAIR_HOLDERS_READY(87, "repair holders ready", Kind.GAUGE, "Holders that can be asked now."),

    BLOCK_LANE_POISONED(88, "block lane poisoned",
        "Frames refused by hash or signature whose place was then filled by repair: somebody wrote first."),

    REPAIR_REQUESTS(89, "repair requests", "Wants and range requests of peers."),

    REPAIR_FRAMES_SERVED(90, "repair frames served", "Frames sent to peers in answer."),

    REPAIR_BYTES_SERVED(91, "repair bytes served", "Bytes of the frames sent to peers in answer."),

    REPAIR_BUSY(92, "repair busy", "Requests not looked at because too many ask, or one asks too often."),

    REPAIR_REFUSED(93, "repair refused", "Requests refused: a foreign chain, an inverted or too long range."),

    REPAIR_UNPROVED(94, "repair unproved", "Requests whose sender had not yet shown that answers reach it."),

    REPAIR_TRUNCATED(95, "repair truncated", "Answers cut short by a budget."),

    REPAIR_MISSING(96, "repair missing", "Messages and pieces asked for that this node does not have."),

    REPAIR_ARCHIVE_READS(97, "repair archive reads", "Looks into the archive for frames that memory no longer has."),

    REPAIR_MALFORMED(98, "repair malformed", "Requests refused for length, template, version or layout."),

    REPAIR_ANSWERS_DROPPED(99, "repair answers dropped", "Busy answers that the link did not take."),

    REPAIR_MEMORY_EVICTED(100, "repair memory evicted", "Frames that memory gave up for newer ones."),

    REPAIR_MEMORY_LOST(101, "repair memory lost", "Accepted frames that the ring to memory could not take."),

    REPAIR_ARCHIVE_EVICTED(102, "repair archive evicted", "Heights that the archive's index gave up for newer ones."),

    RPC_MESSAGES_TAKEN(103, "rpc messages taken", "Messages of gateways answered OK."),

    RPC_MESSAGES_PUBLISHED(104, "rpc messages published", "Messages of gateways that the sequencer took."),

    RPC_MESSAGES_QUEUED(105, "rpc messages queued", Kind.GAUGE,
        "Messages of gateways taken and neither published nor stopped."),

    RPC_MESSAGES_HELD(106, "rpc messages held", Kind.GAUGE,
        "Messages of gateways that wait for one that must come before them."),

    RPC_REFUSED_FORM(107, "rpc refused by form", "Requests refused: not JSON-RPC, or not a message of based-op."),

    RPC_REFUSED_SIGNATURE(108, "rpc refused by signature", "Messages refused: no key made the signature."),

    RPC_REFUSED_SIGNER(109, "rpc refused by signer", "Messages refused: signed by no allowed gateway."),

    RPC_REFUSED_LIMIT(110, "rpc refused by limit", "Messages refused: more than the network carries."),

    RPC_REFUSED_BUSY(111, "rpc refused when busy", "Messages refused: the queue to the sequencer is full."),

    RPC_STOPPED_DUPLICATE(112, "rpc stopped as duplicate",
        "Messages taken that came before, and were not published again."),

    RPC_STOPPED_WINDOW(113, "rpc stopped by window", "Messages taken, then dropped: too far ahead."),

    RPC_STOPPED_ORDER(114, "rpc stopped by order",
        "Messages taken, then dropped: late, or what must come before never came."),

    RPC_STOPPED_CONFLICT(115, "rpc stopped by conflict",
        "Messages taken, then dropped: another was published in that place."),

    RPC_STOPPED_SEQUENCER(116, "rpc stopped by sequencer", "Messages taken, then refused by the sequencer."),

    RPC_BLOCKS_GIVEN_UP(117, "rpc blocks given up", "Blocks of gateways that another was opened over."),

    ATTEMPTS_LIVE(118, "attempts live", Kind.GAUGE, "Attempts that have a place in the table now."),

    EARLY_PIECES_HELD(119, "early pieces held", Kind.GAUGE, "Pages and chunks that wait for what names them."),

    CONTROL_RECEIVED(120, "control received", "Messages polled off the control lane."),

    CONTROL_MALFORMED(121, "control malformed", "Control messages refused for length, template, version or layout."),

    CONTROL_OUT_OF_STATE(122, "control out of state",
        "Control messages illegal in the state of their session, or of another chain."),

    CONTROL_BACK_PRESSURED(123, "control back-pressured", "Control messages that a link did not take at once."),

    TIMES_IGNORED(124, "times ignored", "Time messages without a stamp, repeated, or answering no open question."),

    PEERS_READY(125, "peers ready", Kind.GAUGE, "Peers whose session is READY now."),

    SESSIONS_UNREACHABLE(126, "sessions unreachable", "Sessions ended because the link did not open in time."),

    SESSIONS_WITHOUT_HELLO(127, "sessions without hello", "Sessions ended because no Hello came in time."),

    SESSIONS_WITHOUT_ECHO(128, "sessions without echo",
        "Sessions ended because the peer did not show in time that it hears us."),

    SESSIONS_SILENT(129, "sessions silent", "Sessions ended because the peer fell silent."),

    SESSIONS_LINK_LOST(130, "sessions link lost", "Sessions ended because the link closed."),

    SESSIONS_REFUSED(131, "sessions refused", "Sessions ended or refused by a Goodbye of ours."),

    SESSIONS_DISMISSED(132, "sessions dismissed", "Sessions ended or refused by a peer's Goodbye."),

    CLOCK_OFFSET(133, "clock offset ns", Kind.GAUGE,
        "Clock of the peer that is known best, less this host's, nanoseconds."),

    CLOCK_ERROR_BOUND(134, "clock error bound ns", Kind.GAUGE,
        "How far that offset may be wrong, nanoseconds; -1 while no clock is known."),

    CLOCK_STEPS(135, "clock steps", "Times that measurements of a peer contradicted each other: a clock was set."),

    KNOWLEDGE_REFUSED(136, "knowledge refused", "Haves of attempts out of sight, or for which there was no room."),

    HOLDER_NEWS_LOST(137, "holder news lost", "News of holders that the ring buffer to the hot agent could not take."),

    HOLDINGS_LOST(138, "holdings lost",
        "Accepted messages that the ring buffer to the peer agent could not take: no Have names them."),

    NEXT_LEADER_STALLS(139, "next leader stalls",
        "Times that a frag's datagrams to a next leader stopped leaving, and the others were served."),

    JOURNAL_EVENTS_LOST(140, "journal events lost", "Events that neither the ring buffer nor its reserve could take."),

    STATEMENTS_ACCEPTED(141, "statements accepted",
        "Statements that were new and held their check: kept and passed on."),

    STATEMENTS_KNOWN(142, "statements known", "Statements that came again; dropped before any check."),

    STATEMENTS_STALE(143, "statements stale", "Statements no newer than what is held here."),

    STATEMENTS_FOREIGN(144, "statements foreign",
        "Statements of another chain, of a kind without an owner here, or that no key of the schedule may make."),

    STATEMENTS_MALFORMED(145, "statements malformed", "Statements that are not laid out as their kind is."),

    STATEMENTS_REFUSED(146, "statements refused", "Statements whose signature or proof does not hold."),

    STATEMENTS_OVER_BUDGET(147, "statements over budget",
        "Statements dropped unread because checks that failed had spent their share."),

    STATEMENTS_LOST(148, "statements lost", "Statements that the ring buffer between two agents could not take."),

    REORGS(149, "reorgs", "Times that the run went on from an earlier block under a later leader."),

    BLOCKS_TAKEN_BACK(150, "blocks taken back", "Blocks delivered as verified that a reorg took back."),

    FORK_TREE_BLOCKS(151, "fork tree blocks", Kind.GAUGE, "Verified blocks known above the finalized one."),

    FORK_TREE_EVICTED(152, "fork tree evicted", Kind.GAUGE, "Blocks that left the fork tree because it was full."),

    FINALIZED_BLOCK(153, "finalized block", Kind.GAUGE, "Highest block that was called final."),

    FINALITY_CONFLICTS(154, "finality conflicts",
        "Times that another block was called final than the one delivered at its height."),

    SEALED_BLOCKS_CHECKED(155, "sealed blocks checked", "Sealed blocks held against the Seal of their height."),

    SEALED_BLOCKS_MISMATCHED(156, "sealed blocks mismatched", "Sealed blocks that are not what the Seal names."),

    SEALED_BLOCKS_UNMATCHED(157, "sealed blocks unmatched",
        "Sealed blocks let go unchecked: no Seal came for them, or they are of another branch."),

    ENGINE_REORGS(158, "engine reorgs", "Reorgs after which blocks that waited for the execution client were dropped."),

    CONFIG_RELOADS(159, "config reloads", "Configurations read anew while the node ran that changed something."),

    CONFIG_RELOADS_REFUSED(160, "config reloads refused",
        "Configurations read anew that were wrong, or asked for what takes a restart: nothing of them was taken."),

    SEALED_BLOCKS_UNPROVED(161, "sealed blocks unproved",
        "Blocks of a source of sealed blocks whose header does not give their hash: not looked at."),

    CHAIN_REQUESTS(162, "chain requests", "Questions to execution clients for sealed and final blocks."),

    CHAIN_FAILURES(163, "chain failures",
        "Questions to execution clients that failed, and lines of the file of sealed blocks that are none."),

    LEADER_STATE(164, "leader state", Kind.GAUGE,
        "What this sequencer is to the block that the run is at: 0 following, 1 next, 2 leading, 3 fenced."),

    LEADER_FENCED(165, "leader fenced",
        "Times that another leader took over blocks of this one before they were done."),

    ATTEMPTS_DROPPED(166, "attempts dropped",
        "Open attempts of this leader that ended unsaid, because their block went to another."),

    TAKEOVERS(167, "takeovers", "Times that a term began early here, for the leaders before it were gone."),

    STREAMS_OPENED(168, "streams opened", "Sessions of the bulk lane that were opened here."),

    STREAMS_PRUNED(169, "streams pruned", "Sessions that were ended because their requester opened a fourth."),

    STREAMS_REFUSED(170, "streams refused",
        "Sessions not begun: a foreign chain, a kind that is not kept, or no proof that answers arrive."),

    STREAM_FAULTS(171, "stream faults",
        "Requests beyond a limit, or with another start than their session: its sessions were ended."),

    STREAM_BYTES_SENT(172, "stream bytes sent", "Bytes of items sent on the bulk lane."),

    STREAM_REPLIES_DROPPED(173, "stream replies dropped", "Refusals on the bulk lane that the link did not take."),

    BULK_MALFORMED(174, "bulk malformed", "Messages of the bulk lane that are not what they claim to be."),

    CATCH_UP_MODE(175, "catch-up mode", Kind.GAUGE,
        "0 live, 1 fetching sealed blocks, 2 fetching what is left of the open one."),

    CATCH_UP_BLOCKS(176, "catch-up blocks", "Heights that were fetched whole and handed on."),

    CATCH_UP_BYTES(177, "catch-up bytes", "Bytes of frames fetched on the bulk lane."),

    CATCH_UP_IGNORED(178, "catch-up ignored",
        "Frames of the bulk lane that nobody waits for: not asked for, of a session that is over, or too many."),

    CATCH_UP_TIMEOUTS(179, "catch-up timeouts", "Sessions given up because their holder sent nothing in time."),

    CATCH_UP_REASSIGNED(180, "catch-up reassigned", "Ranges that were asked of another holder than the first."),

    CATCH_UP_INCOMPLETE(181, "catch-up incomplete", "Heights that came without a Seal or with something missing."),

    CATCH_UP_BROKEN(182, "catch-up broken",
        "Heights whose frames did not hold: their range was discarded, their holder charged."),

    CATCH_UP_GIVEN_UP(183, "catch-up given up", "Heights that no holder has."),

    SCHEDULE_POLLS_FAILED(184, "schedule polls failed", "Questions to schedule.url without a newer, signed answer."),

    JOURNAL_FILES(185, "journal files", Kind.GAUGE, "Files of the journal."),

    JOURNAL_DISK_BYTES(186, "journal disk bytes", Kind.GAUGE, "Length of the files of the journal, bytes."),

    JOURNAL_FILES_DROPPED(187, "journal files dropped", "Files of the journal that its limits let go."),

    JOURNAL_FRAMES_FILLED(188, "journal frames filled",
        "Frames journaled later, for a hole stands where they were lost."),

    JOURNAL_HOLES_LEFT(189, "journal holes left", "Holes of the journal that nobody filled: too many at once."),

    ENGINE_FRAGS_OVER_GAS(190, "engine frags over gas",
        "Frags that cannot fit the gas limit of their block: not sent to the execution client, nor what follows."),

    FRAMES_REFUSED_AGAIN(191, "frames refused again",
        "Frames with a signature that was found not to hold before: not checked again."),

    PLANS_MADE(192, "plans made", "Plans of the tree that this node signed as the leader."),

    PLANS_ADOPTED(193, "plans adopted", "Plans of the tree that came to hold here."),

    PLAN_PEERS_LEFT_OUT(194, "plan peers left out", Kind.GAUGE,
        "Ready peers that the newest plan made here has no room for; they ask to be fed."),

    PLAN_NEIGHBOURS_UNKNOWN(195, "plan neighbours unknown", Kind.GAUGE,
        "Nodes that the plan has this node hear or feed, but whose names its configuration does not hold."),

    PARENTS_REPLACED(196, "parents replaced", "Times that a parent fell silent and another took its place."),

    ORPHANS_FED(197, "orphans fed", Kind.GAUGE, "Peers that asked to be fed, and are."),

    ORPHANS_REFUSED(198, "orphans refused", "Times that a peer asked to be fed and there was no room."),

    MULTICAST_LOST(199, "multicast lost",
        "Times that an upstream peer was not heard by multicast for two seconds, and was asked to send by unicast."),

    SEALED_BLOCKS_SIGNED(200, "sealed blocks signed", "Sealed blocks of its own that this leader signed for others."),

    SEALED_BLOCKS_TOO_LONG(201, "sealed blocks too long",
        "Sealed blocks of its own that this leader told nobody, for the header does not fit a frame."),

    SEALED_BLOCKS_FETCHED(202, "sealed blocks fetched", "Sealed blocks that holders gave, signed by their leader."),

    SEALED_BLOCKS_FORGED(203, "sealed blocks forged",
        "Messages that holders gave as sealed blocks and that no leader signed."),
    /** Whole blocks asked for. */
    BODIES_WANTED(204, "bodies wanted",
        "Sealed blocks whose body could not be rebuilt here from frags, so that holders are asked for it."),
    /** Whole blocks that came. */
    BODIES_FETCHED(205, "bodies fetched", "Bodies that holders gave and that the roots of their header name."),
    /** Bodies that are none. */
    BODIES_FORGED(206, "bodies forged", "Bodies that holders gave and that their header does not name."),
    /** Whole blocks that nobody had. */
    BODIES_GIVEN_UP(207, "bodies given up", "Bodies that no holder had for a minute, or that there was no room for."),
    /** Bodies rebuilt for others. */
    BODIES_REBUILT(208, "bodies rebuilt", "Bodies that were rebuilt from frags for those who ask."),
    /** Bodies that could not be given. */
    BODIES_NOT_HAD(209, "bodies not had",
        "Bodies asked for that the frags here do not give, and that the execution client did not tell."),
    /** Heights of holes. */
    JOURNAL_HEIGHTS_LACKING(210, "journal heights lacking", Kind.GAUGE,
        "Heights in holes of the journal, or passed by unheard, of which no attempt stands whole behind."),
    /** What fills them from elsewhere. */
    HOLE_FRAMES_FETCHED(211, "hole frames fetched", "Frames that holders gave for holes of the journal."),
    /** What does not. */
    HOLE_FETCHES_BROKEN(212, "hole fetches broken",
        "Holders left alone for a minute, for what they gave for a hole of the journal does not hold.");

    /** Type id of the first counter in Aeron's counters file; above the ids that Aeron keeps for itself. */
    public static final int TYPE_ID_BASE = 4670;

    /**
     * How a value moves.
     */
    public enum Kind
    {
        /** Only up, from 0 at start. */
        COUNT,
        /** Up and down, or the most ever seen. */
        GAUGE
    }

    private final int id;
    private final String label;
    private final Kind kind;
    private final String meaning;

    FragcastCounter(final int id, final String label, final String meaning)
    {
        this(id, label, Kind.COUNT, meaning);
    }

    FragcastCounter(final int id, final String label, final Kind kind, final String meaning)
    {
        this.id = id;
        this.label = label;
        this.kind = kind;
        this.meaning = meaning;
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
     * How the value moves.
     *
     * @return the kind.
     */
    public Kind kind()
    {
        return kind;
    }

    /**
     * What is counted: a sentence for an operator.
     *
     * @return the meaning.
     */
    public String meaning()
    {
        return meaning;
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
