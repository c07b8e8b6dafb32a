package io.fragcast.config;

import org.jspecify.annotations.Nullable;

import java.util.List;

import static io.fragcast.config.NodeRole.RELAY;
import static io.fragcast.config.NodeRole.REPLICA;
import static io.fragcast.config.NodeRole.SEQUENCER;
import static io.fragcast.config.Option.Kind.BYTES;
import static io.fragcast.config.Option.Kind.LIST;
import static io.fragcast.config.Option.Kind.NUMBER;
import static io.fragcast.config.Option.Kind.PATH;
import static io.fragcast.config.Option.Kind.TEXT;

/**
 * The table of all options: readers, help and the check for unknown keys go by it alone.
 */
public final class NodeOptions
{
    /** Smallest network MTU: what every IPv4 path of 1,500 carries through one tunnel or two. */
    public static final int MIN_MTU = 1408;
    /** Largest that Aeron takes. */
    public static final int MAX_MTU = 65_504;
    /** Under it every key but {@code dir} and {@code driver} goes to Aeron as it is. */
    static final String AERON_TABLE = "aeron";

    static final Option CHAIN_ID = number("chain-id", null, 1, Long.MAX_VALUE, "EIP-155",
        "Chain that is carried; frames of others are refused.").required();
    static final Option NAME = Option.text("name", TEXT, "letters, digits, - _ .",
        "Names the node in logs, threads and folders; its role unless set.");
    static final Option PROFILE = Option.text("profile", TEXT, "name",
        "Set of defaults from tuning/profiles; chosen by the number of cores unless set.");
    static final Option IDENTITY_KEY = Option.text("identity.key-file", PATH, "file, 0600",
        "Key that peers know the node by; fragcast keygen makes one.").required();
    static final Option LEADER_KEY = Option.text("leader.key-file", PATH, "file, 0600",
        "Relay key that the schedule names for this sequencer's terms.").of(SEQUENCER).required();
    static final Option SCHEDULE = Option.text("schedule.file", PATH, "file",
        "Who leads which block, and the network's MTU.").required();

    static final Option SCHEDULE_AUTHORITY = Option.text("schedule.authority", TEXT, "PUBKEY",
        "Whose signed schedules and takeovers the node takes from its peers and from schedule.url.");
    static final Option SCHEDULE_URL = Option.text("schedule.url", TEXT, "http://, https://",
        "Where the node asks for the newest schedule, signed by schedule.authority.");
    static final Option SCHEDULE_POLL = number("schedule.poll-seconds", "30", 1, 86_400, "seconds",
        "How often it asks.");
    static final Option SCHEDULE_TAKEOVERS = Option.text("schedule.takeovers", PATH, "file",
        "Takeovers that schedule.authority signed, one a line, followed as it grows: fragcast schedule takeover.");

    static final Option MODE = Option.choice("block.mode", "unicast", List.of("unicast", "multicast"),
        "How upstream peers send: one stream a peer, or one for a group on a trusted network.");
    static final Option LISTEN = Option.text("block.listen", TEXT, "HOST:PORT",
        "Where upstream peers reach the node: first port of its block of 8.").or("127.0.0.1:14040");
    static final Option SINKS = Option.text("block.sinks", LIST, "PUBKEY@HOST:PORT",
        "Whom the node sends to, in order; PUBKEY may be @FILE with the key in hex.");
    static final Option MULTICAST = Option.text("block.multicast", TEXT, "GROUP:PORT",
        "Group to send to (sequencer, relay) or to listen to (mode = multicast); its last number is odd.");
    static final Option INTERFACE = Option.text("block.interface", TEXT, "ADDRESS or ADDRESS/BITS",
        "Network of the group; the address of block.listen unless set.");
    static final Option MTU = number("block.mtu", null, MIN_MTU, MAX_MTU, "bytes, a multiple of 32",
        "Must be the schedule's, which holds unless this is set; here to be checked against the interface.");
    static final Option SLOW_SINK = Option.choice("block.slow-sink", "skip", List.of("skip", "wait"),
        "Leave frames out for a sink that is out of window, or hold all until it took them.");
    static final Option WINDOW = Option.number("block.window", BYTES, "bytes, rounded up to a power of two", "256k",
        32 << 10, 64 << 20, "Most that one sink may have in flight: a burst of this size is not pushed back.");
    static final Option RTT = number("block.rtt-us", "100", 1, 1_000_000, "microseconds",
        "Round trip to the farthest peer; lingers and NAK delays are derived from it.");
    static final Option RATE = number("block.rate-mbps", "1000", 1, 400_000, "Mbit/s",
        "Most that the path carries; the window holds what is in flight meanwhile.");
    static final Option BODY_SLAB = Option.number("block.body-slab", BYTES, "bytes", "256m", 16 << 20, 1 << 30,
        "Bodies held in all; a quarter of it an attempt.");
    static final Option MAX_TX = Option.number("block.max-tx-length", BYTES, "bytes", "128k", 1, 1 << 20,
        "Longest transaction that is taken.");

    static final Option UPSTREAM = Option.text("peers.upstream", LIST, "PUBKEY@HOST:PORT",
        "Whom the node listens to; PUBKEY may be @FILE with the key in hex.");
    static final Option HOLDERS = Option.text("repair.holders", LIST, "PUBKEY@HOST:PORT",
        "Whom the node asks for what it lost, three are plenty; peers.upstream unless set.");
    static final Option REQUESTERS = Option.text("repair.requesters", LIST, "PUBKEY@HOST:PORT",
        "Whose questions the node answers, from wherever they dial; block.sinks unless set.");
    static final Option KNOWN = Option.text("peers.known", LIST, "PUBKEY@HOST:PORT",
        "Whom a leader's plan may have the node hear or feed, besides those named elsewhere.");
    static final Option FANOUT_DEGREE = number("fanout.degree", "0", 0, 16, "peers",
        "Children of a node in the tree that a leader plans, and as many it is the backup of; 0: block.sinks hold.");
    static final Option FANOUT_SPARE_DEGREE = number("fanout.spare-degree", "2", 0, 16, "peers",
        "Peers that the node feeds besides because their parents are silent and they asked.");
    static final Option DELIVER = Option.text("deliver.to", TEXT, "jsonl:-, jsonl:FILE, ipc:CHANNEL or engine:URL",
        "Where verified blocks go.").or("jsonl:-").of(REPLICA);
    static final Option JWT_SECRET = Option.text("deliver.jwt-secret-file", PATH, "file, 0600",
        "Secret of the execution client's Engine API, as geth writes it; with engine:URL.").of(REPLICA);
    static final Option ENGINE_TIMEOUT = number("deliver.engine-timeout-ms", "4000", 100, 60_000, "milliseconds",
        "When a call of the Engine API is taken for lost: longer than the client takes for its longest frag.")
        .of(REPLICA);
    static final Option PUBLISH = Option.text("publish.from", TEXT, "ipc:CHANNEL",
        "Aeron IPC channel that the block builder publishes to.").or("ipc:aeron:ipc").of(SEQUENCER);

    static final Option JOURNAL_DIR = Option.text("journal.dir", PATH, "folder",
        "What was accepted is kept here; journal/NAME unless set.");
    static final Option KEEP_BLOCKS = number("journal.keep-blocks", "0", 0, Integer.MAX_VALUE, "blocks",
        "Whole files go when all their blocks are farther below the newest, and nobody needs them; 0: no limit.");
    static final Option KEEP_MEGABYTES = number("journal.keep-megabytes", "0", 0, Integer.MAX_VALUE, "MB",
        "Oldest files go when all together take more of the disk; 0: no limit.");
    static final Option KEEP_HOURS = number("journal.keep-hours", "0", 0, 1_000_000, "hours",
        "Files go when their last record is older; 0: no limit.");
    static final Option RING_BYTES = Option.number("journal.ring-bytes", BYTES, "bytes, a power of two", "64m",
        1 << 20, 1 << 30, "What a disk that stands still may leave waiting before holes are recorded.");
    static final Option BLOCK_BYTES = Option.number("journal.block-bytes", BYTES, "bytes, a power of two", "64m",
        1 << 20, 1 << 30, "Mapped at once; a file begins as one, sparse.");
    static final Option ROLL = Option.choice("journal.roll", "hour", List.of("five-minutes", "hour", "day"),
        "When a new file is begun.");

    static final Option THREAD_MODE = Option.choice("threads.mode", "invoker",
        List.of("invoker", "shared", "dedicated"),
        "One hot thread that runs the media driver too; a hot thread and a driver's; or one for each.");
    static final Option IDLE = Option.choice("threads.idle", "backoff", List.of("spin", "backoff"),
        "What a hot thread does when there is nothing to do: spin on its core, or give way.");
    static final Option WARM_UP = number("threads.warm-up-ms", "0", 0, 60_000, "milliseconds",
        "Longest time that a made-up chain is run through the node's machines before it starts, in memory alone, so " +
        "that its first frags meet compiled code; 0: not at all.");
    static final Option AFFINITY_BROADCAST = affinity("broadcast").of(SEQUENCER);
    static final Option AFFINITY_FORWARD = affinity("forward").of(RELAY);
    static final Option AFFINITY_INGEST = affinity("ingest").of(SEQUENCER, REPLICA);
    static final Option AFFINITY_JOURNAL = affinity("journal");
    static final Option AFFINITY_EDGE = affinity("edge").of(SEQUENCER, REPLICA);
    static final Option AFFINITY_DRIVER = affinity("driver");

    static final Option AERON_DIR = Option.text("aeron.dir", PATH, "folder",
        "Folder of the media driver, /dev/shm/fragcast-NAME unless set; as a flag it names a running driver.");
    static final Option AERON_DRIVER = Option.choice("aeron.driver", "embedded", List.of("embedded", "external"),
        "Run a media driver in aeron.dir, or use the one that runs there.");
    static final Option HTTP_HOST = Option.text("http.host", TEXT, "HOST",
        "Address that the HTTP server listens on; it has no TLS and no passwords.").or("127.0.0.1");
    static final Option HTTP_PORT = number("http.port", "0", 0, 65_535, "port",
        "Port of the node's HTTP server; 0: none.");

    static final Option RPC_SIGNERS = Option.text("rpc.signers", LIST, "0xADDRESS",
        "Gateways whose based_env, based_newFrag and based_sealFrag are taken over HTTP; none: no JSON-RPC.")
        .of(SEQUENCER);

    static final Option SEALED_URL = Option.text("sealed.url", TEXT, "http://HOST:PORT",
        "JSON-RPC of an execution client whose latest blocks are held against the Seals, on a sequencer its own, " +
        "signed for those who ask; by debug_getRawBlock whole blocks of which no frags are left. None unless set.");
    static final Option SEALED_FILE = Option.text("sealed.file", PATH, "file",
        "The same from JSON lines, one block a line, followed as it grows; gzip is read once; none unless set.");
    static final Option SEALED_INTERVAL = number("sealed.interval-ms", "1000", 50, 60_000, "milliseconds",
        "How often either is looked at.");
    static final Option SEALED_HOLDERS = Option.choice("sealed.holders", "ignore", List.of("ask", "ignore"),
        "Ask repair.holders, leaders among them, for the sealed blocks that leaders signed, and hold them against " +
        "the Seals; for whole blocks, too, where frags do not give one: kept in blocks/ beside the journal.")
        .of(REPLICA);
    static final Option FINALITY_URL = Option.text("finality.url", TEXT, "http://HOST:PORT",
        "JSON-RPC of an execution client that is asked which block is final; none unless set.");
    static final Option FINALITY_INTERVAL = number("finality.interval-ms", "4000", 50, 60_000, "milliseconds",
        "How often it is asked.");

    private static final List<Option> ALL = List.of(
        CHAIN_ID, NAME, PROFILE, IDENTITY_KEY, LEADER_KEY,
        SCHEDULE, SCHEDULE_AUTHORITY, SCHEDULE_URL, SCHEDULE_POLL, SCHEDULE_TAKEOVERS,
        MODE, LISTEN, SINKS, MULTICAST, INTERFACE, MTU, SLOW_SINK, WINDOW, RTT, RATE, BODY_SLAB, MAX_TX,
        UPSTREAM, HOLDERS, REQUESTERS, KNOWN, FANOUT_DEGREE, FANOUT_SPARE_DEGREE,
        DELIVER, JWT_SECRET, ENGINE_TIMEOUT, PUBLISH,
        JOURNAL_DIR, KEEP_BLOCKS, KEEP_MEGABYTES, KEEP_HOURS, RING_BYTES, BLOCK_BYTES, ROLL,
        THREAD_MODE, IDLE, WARM_UP, AFFINITY_BROADCAST, AFFINITY_FORWARD, AFFINITY_INGEST, AFFINITY_JOURNAL,
        AFFINITY_EDGE, AFFINITY_DRIVER,
        AERON_DIR, AERON_DRIVER, HTTP_HOST, HTTP_PORT, RPC_SIGNERS,
        SEALED_URL, SEALED_FILE, SEALED_INTERVAL, SEALED_HOLDERS, FINALITY_URL, FINALITY_INTERVAL);

    private NodeOptions()
    {
    }

    /**
     * The options of all roles.
     *
     * @return in the order of help.
     */
    public static List<Option> all()
    {
        return ALL;
    }

    /**
     * The options of one role.
     *
     * @param role asked for.
     * @return in the order of help.
     */
    public static List<Option> of(final NodeRole role)
    {
        return ALL.stream().filter((option) -> option.roles().contains(role)).toList();
    }

    /**
     * An option by its key.
     *
     * @param key dotted.
     * @return the option, or null.
     */
    public static @Nullable Option find(final String key)
    {
        for (final Option option : ALL)
        {
            if (option.key().equals(key))
            {
                return option;
            }
        }

        return null;
    }

    private static Option affinity(final String agent)
    {
        return number("threads.affinity." + agent, "-1", -1, 1023, "CPU",
            "CPU that the " + agent + " thread is pinned to; -1: none.");
    }

    private static Option number(
        final String key,
        final @Nullable String defaultText,
        final long min,
        final long max,
        final String unit,
        final String why)
    {
        return Option.number(key, NUMBER, unit, defaultText, min, max, why);
    }
}
