package io.fragcast.config;

import io.fragcast.crypto.JwtSecretFile;
import io.fragcast.crypto.KeyFile;
import io.fragcast.crypto.Secp256k1;
import io.fragcast.journal.JournalConfig;
import io.fragcast.journal.Retention;
import io.fragcast.protocol.block.BlockLimits;
import io.fragcast.protocol.block.SlowSink;
import io.fragcast.protocol.leader.Schedule;
import org.agrona.BitUtil;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Reads and checks what a node is started from. Leaves nothing open, writes nothing: it may be called again and again.
 */
public final class NodeConfigReader
{
    /** An attempt may hold a quarter of the slab: 64 MiB of 256 (DESIGN §4.2). */
    private static final int ATTEMPTS_PER_SLAB = 4;
    private static final String ENGINE_PREFIX = "engine:";
    private static final String IPC_PREFIX = "ipc:";
    private static final String JSON_LINES_PREFIX = "jsonl:";
    private static final long BYTES_PER_MBIT = 125_000L;

    private final NodeRole role;
    private final Settings settings;
    private final Secp256k1 curve;
    private final Host host;

    NodeConfigReader(
        final NodeRole role,
        final Settings settings,
        final Secp256k1 curve,
        final Host host)
    {
        this.role = role;
        this.settings = settings;
        this.curve = curve;
        this.host = host;
    }

    /**
     * Reads the configuration of a node on this host.
     *
     * @param role        of the node.
     * @param file        TOML; null if flags and environment say it all.
     * @param flags       values by the keys of their options; lists have one element a peer.
     * @param environment of the process.
     * @param curve       to check public keys with.
     * @return the configuration.
     * @throws ConfigException with the line for the operator.
     */
    public static NodeConfig read(
        final NodeRole role,
        final @Nullable Path file,
        final Map<String, List<String>> flags,
        final Map<String, String> environment,
        final Secp256k1 curve)
    {
        return read(role, file, flags, environment, curve, Host.LOCAL);
    }

    /**
     * Reads the configuration of a node that runs on this host already, from what it was started from.
     *
     * @param role        of the node.
     * @param file        TOML; null if flags and environment say it all.
     * @param flags       values by the keys of their options; lists have one element a peer.
     * @param environment of the process.
     * @param curve       to check public keys with.
     * @return the configuration.
     * @throws ConfigException with the line for the operator.
     */
    public static NodeConfig readAnew(
        final NodeRole role,
        final @Nullable Path file,
        final Map<String, List<String>> flags,
        final Map<String, String> environment,
        final Secp256k1 curve)
    {
        return read(role, file, flags, environment, curve, Host.RUNNING);
    }

    private static NodeConfig read(
        final NodeRole role,
        final @Nullable Path file,
        final Map<String, List<String>> flags,
        final Map<String, String> environment,
        final Secp256k1 curve,
        final Host host)
    {
        final Settings settings =
            new Settings(role, null == file ? null : TomlFile.read(file), flags, environment, host.cores());

        return new NodeConfigReader(role, settings, curve, host).read();
    }

    NodeConfig read()
    {
        final String name = name();
        final long chainId = chainId();
        final Path identityKeyFile = Path.of(settings.text(NodeOptions.IDENTITY_KEY));
        final Path leaderKeyFile =
            NodeRole.SEQUENCER == role ? Path.of(settings.text(NodeOptions.LEADER_KEY)) : null;
        final Setting scheduleSetting = settings.require(NodeOptions.SCHEDULE);
        final BlockLaneConfig block = block();
        final ThreadConfig threads = threads();
        final JournalConfig journal = journal(name);
        final Endpoint http = http();

        final List<PeerName> upstream = peers(NodeOptions.UPSTREAM);
        if (upstream.isEmpty() && NodeRole.SEQUENCER != role)
        {
            settings.require(NodeOptions.UPSTREAM);
        }

        final Schedule schedule = schedule(chainId, scheduleSetting, block);
        if (!upstream.isEmpty() && !block.isMulticast())
        {
            checkPort(block.listen());
        }
        checkKey(identityKeyFile);
        if (null != leaderKeyFile)
        {
            checkKey(leaderKeyFile);
        }

        return new NodeConfig(
            role,
            name,
            chainId,
            settings.profileName(),
            identityKeyFile,
            leaderKeyFile,
            schedule,
            block,
            upstream,
            RepairConfig.read(settings),
            FanoutConfig.read(settings),
            NodeRole.REPLICA == role ? deliver() : null,
            NodeRole.SEQUENCER == role ? publishChannel() : null,
            journal,
            threads,
            aeron(name),
            http,
            ScheduleConfig.read(settings, curve),
            NodeRole.SEQUENCER == role ? rpcSigners(null != http) : List.of(),
            ChainSourcesConfig.read(role, settings),
            settings::origin);
    }

    private String name()
    {
        final Setting setting = settings.find(NodeOptions.NAME);
        if (null == setting)
        {
            return role.text();
        }
        if (!setting.value().matches("[A-Za-z0-9._-]{1,64}"))
        {
            throw setting.refuse("allowed 1 to 64 of letters, digits, - _ .");
        }

        return setting.value();
    }

    private long chainId()
    {
        final Setting setting = settings.require(NodeOptions.CHAIN_ID);
        if ("0".equals(setting.value()))
        {
            throw setting.refuse("a chain id is never 0");
        }

        return settings.longNumber(NodeOptions.CHAIN_ID);
    }

    private BlockLaneConfig block()
    {
        final Setting listenSetting = settings.require(NodeOptions.LISTEN);
        final Endpoint listen = Names.base(listenSetting, listenSetting.value());
        final boolean isMulticast = "multicast".equals(settings.choice(NodeOptions.MODE));
        final Endpoint group = group();
        if (isMulticast && null == group)
        {
            throw settings.require(NodeOptions.MODE).refuse("block.multicast = GROUP:PORT is not set");
        }

        final Setting network = settings.find(NodeOptions.INTERFACE);
        final int slab = settings.number(NodeOptions.BODY_SLAB);
        final BlockLimits production = BlockLimits.withSlab(slab, slab / ATTEMPTS_PER_SLAB);

        return new BlockLaneConfig(
            isMulticast,
            listen,
            peers(NodeOptions.SINKS),
            group,
            null == network ? listen.host() : network.value(),
            SlowSink.valueOf(settings.choice(NodeOptions.SLOW_SINK).toUpperCase(Locale.ROOT)),
            BitUtil.findNextPositivePowerOfTwo(settings.number(NodeOptions.WINDOW)),
            TimeUnit.MICROSECONDS.toNanos(settings.longNumber(NodeOptions.RTT)),
            settings.longNumber(NodeOptions.RATE) * BYTES_PER_MBIT,
            new BlockLimits(
                production.maxBodyLength(),
                settings.number(NodeOptions.MAX_TX),
                production.maxTxsPerFrag(),
                production.maxFragsPerBlock(),
                production.windowBlocks(),
                production.slabBytes(),
                production.attemptBytes()));
    }

    private @Nullable Endpoint group()
    {
        final Setting setting = settings.find(NodeOptions.MULTICAST);
        if (null == setting)
        {
            return null;
        }

        final Endpoint group = Names.single(setting, setting.value());
        final byte[] address = address(setting, group.host()).getAddress();
        if (!address(setting, group.host()).isMulticastAddress())
        {
            throw setting.refuse("not a multicast group; allowed 224.0.0.1..239.255.255.255 or ff00::/8");
        }
        if (0 == (address[address.length - 1] & 1))
        {
            throw setting.refuse("the group's last number is even; Aeron answers on the next one: allowed odd ones");
        }

        return group;
    }

    private Schedule schedule(final long chainId, final Setting scheduleSetting, final BlockLaneConfig block)
    {
        final Setting own = settings.find(NodeOptions.MTU);
        if (null != own)
        {
            checkMtu(own, block);
        }

        final Path path = Path.of(settings.text(NodeOptions.SCHEDULE));
        final Schedule schedule = ScheduleFile.read(path, curve);
        if (schedule.chainId() != chainId)
        {
            throw scheduleSetting.refuse("it is for chain " + schedule.chainId() + ", the node for " + chainId);
        }
        if (null != own && schedule.mtu() != settings.number(NodeOptions.MTU))
        {
            throw own.refuse("the schedule says " + schedule.mtu() + " for the whole network");
        }
        if (null == own)
        {
            checkMtu(ScheduleFile.mtu(path), block);
        }

        return schedule;
    }

    private void checkMtu(final Setting setting, final BlockLaneConfig block)
    {
        final Setting listen = settings.require(NodeOptions.LISTEN);
        final InetAddress address = address(listen, block.listen().host());
        final LocalInterface link = host.interfaceOf(address);
        if (null == link)
        {
            throw listen.refuse("no interface of this host has that address");
        }

        final long mtu;
        try
        {
            mtu = Long.parseLong(setting.value());
        }
        catch (final NumberFormatException ex)
        {
            throw setting.refuse("not a number of bytes");
        }
        MtuCheck.check(setting, mtu, link, block.listen().host().indexOf(':') >= 0);
    }

    private void checkPort(final Endpoint listen)
    {
        final Setting setting = settings.require(NodeOptions.LISTEN);
        final String reason =
            host.whyNotBound(new InetSocketAddress(address(setting, listen.host()), listen.port()));
        if (null != reason)
        {
            throw setting.refuse(reason + "; every node on a host has its own 8 ports");
        }
    }

    private List<PeerName> peers(final Option option)
    {
        return settings.list(option).stream().map(Names::peer).toList();
    }

    private DeliverConfig deliver()
    {
        final Setting setting = settings.require(NodeOptions.DELIVER);
        final String to = setting.value();
        if ("jsonl:-".equals(to))
        {
            return new DeliverConfig.JsonLinesToStdout();
        }
        if (to.startsWith(JSON_LINES_PREFIX) && to.length() > JSON_LINES_PREFIX.length())
        {
            return new DeliverConfig.JsonLinesToFile(Path.of(to.substring(JSON_LINES_PREFIX.length())));
        }
        if (to.startsWith(IPC_PREFIX) && to.length() > IPC_PREFIX.length())
        {
            return new DeliverConfig.Ipc(to.substring(IPC_PREFIX.length()));
        }

        if (to.startsWith(ENGINE_PREFIX) && to.length() > ENGINE_PREFIX.length())
        {
            return engine(setting, to.substring(ENGINE_PREFIX.length()));
        }

        throw setting.refuse("this version delivers to jsonl:-, jsonl:FILE, ipc:CHANNEL or engine:URL");
    }

    private DeliverConfig.Engine engine(final Setting setting, final String url)
    {
        final URI uri = Names.url(setting, url, "http://127.0.0.1:8551");
        final Setting file = settings.find(NodeOptions.JWT_SECRET);
        if (null == file)
        {
            throw setting.refuse("the Engine API wants a secret: set deliver.jwt-secret-file");
        }
        final Path secretFile = Path.of(file.value());
        try
        {
            Arrays.fill(JwtSecretFile.read(secretFile), (byte)0);
        }
        catch (final IOException ex)
        {
            throw new ConfigException(role.text() + ": " + ex.getMessage(), ex);
        }

        return new DeliverConfig.Engine(uri, secretFile, settings.number(NodeOptions.ENGINE_TIMEOUT));
    }

    private String publishChannel()
    {
        final Setting setting = settings.require(NodeOptions.PUBLISH);
        final String from = setting.value();
        if (!from.startsWith(IPC_PREFIX) || from.length() == IPC_PREFIX.length())
        {
            throw setting.refuse("this version is fed through ipc:CHANNEL, such as ipc:aeron:ipc");
        }

        return from.substring(IPC_PREFIX.length());
    }

    private JournalConfig journal(final String name)
    {
        final Retention retention = new Retention(
            settings.number(NodeOptions.KEEP_BLOCKS),
            (long)settings.number(NodeOptions.KEEP_MEGABYTES) << 20,
            TimeUnit.HOURS.toMillis(settings.number(NodeOptions.KEEP_HOURS)));
        final JournalConfig.Roll roll = JournalConfig.Roll.valueOf(
            settings.choice(NodeOptions.ROLL).toUpperCase(Locale.ROOT).replace('-', '_'));

        return new JournalConfig(
            settings.path(NodeOptions.JOURNAL_DIR, Path.of("journal", name)),
            powerOfTwo(NodeOptions.BLOCK_BYTES),
            roll,
            powerOfTwo(NodeOptions.RING_BYTES),
            retention);
    }

    private int powerOfTwo(final Option option)
    {
        final int value = settings.number(option);
        if (!BitUtil.isPowerOfTwo(value))
        {
            throw settings.require(option).refuse(
                "not a power of two; the next is " + BitUtil.findNextPositivePowerOfTwo(value));
        }

        return value;
    }

    private ThreadConfig threads()
    {
        final ThreadConfig.Mode mode =
            ThreadConfig.Mode.valueOf(settings.choice(NodeOptions.THREAD_MODE).toUpperCase(Locale.ROOT));
        final ThreadConfig threads = new ThreadConfig(
            mode,
            "spin".equals(settings.choice(NodeOptions.IDLE)),
            cpu(NodeOptions.AFFINITY_BROADCAST),
            cpu(NodeOptions.AFFINITY_FORWARD),
            cpu(NodeOptions.AFFINITY_INGEST),
            cpu(NodeOptions.AFFINITY_JOURNAL),
            cpu(NodeOptions.AFFINITY_EDGE),
            cpu(NodeOptions.AFFINITY_DRIVER),
            settings.number(NodeOptions.WARM_UP));
        if (threads.spinningThreadCount() > host.cores())
        {
            throw settings.require(NodeOptions.IDLE).refuse(threads.spinningThreadCount() + " threads of mode " +
                mode.name().toLowerCase(Locale.ROOT) + " would spin; this host has " + host.cores() + " cores");
        }

        return threads;
    }

    private int cpu(final Option option)
    {
        final int cpu = option.roles().contains(role) ? settings.number(option) : ThreadConfig.NO_CPU;
        if (cpu >= host.cores())
        {
            throw settings.require(option).refuse("this host has " + host.cores() + " cores; allowed -1.." +
                (host.cores() - 1));
        }

        return cpu;
    }

    private AeronConfig aeron(final String name)
    {
        final boolean isExternal = "external".equals(settings.choice(NodeOptions.AERON_DRIVER)) ||
            settings.isFlag(NodeOptions.AERON_DIR) && !settings.isFlag(NodeOptions.AERON_DRIVER);
        final Path sharedMemory = Path.of("/dev/shm");
        final Path parent = Files.isDirectory(sharedMemory) ?
            sharedMemory : Path.of(System.getProperty("java.io.tmpdir"));

        return new AeronConfig(
            settings.path(NodeOptions.AERON_DIR, parent.resolve("fragcast-" + name)),
            isExternal,
            settings.aeronProperties());
    }

    private @Nullable Endpoint http()
    {
        final Setting host = settings.require(NodeOptions.HTTP_HOST);
        final int port = settings.number(NodeOptions.HTTP_PORT);

        return 0 == port ? null : Names.single(host, host.value() + ':' + port);
    }

    private List<byte[]> rpcSigners(final boolean hasHttp)
    {
        final List<Setting> signers = settings.list(NodeOptions.RPC_SIGNERS);
        if (!hasHttp && !signers.isEmpty())
        {
            throw signers.get(0).refuse("nothing is served: http.port is not set");
        }

        return signers.stream().map(Names::address).toList();
    }

    private void checkKey(final Path file)
    {
        try
        {
            Arrays.fill(KeyFile.read(file), (byte)0);
        }
        catch (final IOException ex)
        {
            throw new ConfigException(role.text() + ": " + ex.getMessage(), ex);
        }
    }

    private static InetAddress address(final Setting setting, final String literal)
    {
        try
        {
            return InetAddress.getByName(literal);
        }
        catch (final UnknownHostException ex)
        {
            throw setting.refuse("not an address: " + literal);
        }
    }
}
