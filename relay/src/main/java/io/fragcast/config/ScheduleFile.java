package io.fragcast.config;

import io.fragcast.crypto.Secp256k1;
import io.fragcast.protocol.leader.EarlierKey;
import io.fragcast.protocol.leader.LeaderTerm;
import io.fragcast.protocol.leader.Schedule;
import org.jspecify.annotations.Nullable;
import org.tomlj.TomlArray;
import org.tomlj.TomlTable;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * Reads schedule.toml: who leads which block.
 * <pre>
 *   chain-id = 10
 *   mtu = 1408
 *   version = 3                    # optional: a running node takes a changed file only with a higher one
 *   auto-takeover = 3              # optional: cadences of silence after which the next leader takes over by itself
 *
 *   [[term]]
 *   number = 1
 *   first-block = 0
 *   last-block = 999               # optional: open
 *   key = "@keys/leader.pub"       # relay key, 33 bytes in hex, or the file that holds it
 *   identity = "@keys/node.pub"    # optional
 *   endpoints = ["10.0.0.1:14040"] # optional
 *   anchor = "0x..."               # optional: parent hash with which the term may start a new run
 *   old-key = "@keys/before.pub"   # optional: the leader's key before, valid too for the first blocks of the term,
 *   old-key-until = 99             # to this one
 *
 *   [[rotation]]                   # after the terms: leaders in turn, each for so many blocks
 *   first-block = 1000
 *   last-block = 99999             # optional: as long as the schedule can say, 16,384 terms
 *   blocks-per-term = 100
 *   first-number = 2               # optional: the next one
 *   leader = [                     # in order
 *     { key = "@keys/a.pub", identity = "...", endpoints = ["10.0.0.1:14040"] },
 *     { key = "@keys/b.pub", identity = "...", endpoints = ["10.0.0.2:14040"] }
 *   ]
 * </pre>
 */
public final class ScheduleFile
{
    private static final int HASH_LENGTH = 32;
    private static final List<String> ROOT_KEYS =
        List.of("chain-id", "mtu", "version", "auto-takeover", "term", "rotation");
    /** A rotation of hours lasts for years; one of blocks is to be renewed in time. */
    private static final int MAX_ROTATION_TERMS = 16_384;
    /** A minute: who waits longer does not need it automatic. */
    private static final int MAX_AUTO_TAKEOVER = 300;
    private static final List<String> ROTATION_KEYS =
        List.of("first-block", "last-block", "blocks-per-term", "first-number", "leader");
    private static final List<String> LEADER_KEYS = List.of("key", "identity", "endpoints");
    private static final List<String> TERM_KEYS =
        List.of(
            "number", "first-block", "last-block", "key", "identity", "endpoints", "anchor", "old-key",
            "old-key-until");

    private final TomlFile file;
    private final Secp256k1 curve;
    private final boolean isLocal;

    private ScheduleFile(final TomlFile file, final Secp256k1 curve, final boolean isLocal)
    {
        this.file = file;
        this.curve = curve;
        this.isLocal = isLocal;
    }

    /**
     * Reads a schedule.
     *
     * @param path  of the file.
     * @param curve to expand keys with.
     * @return the schedule.
     * @throws ConfigException with file and line of the first error.
     */
    public static Schedule read(final Path path, final Secp256k1 curve)
    {
        return new ScheduleFile(TomlFile.read(path), curve, true).read();
    }

    /**
     * Reads a schedule that did not come as a file of this host: it must hold its keys itself, not name their files.
     *
     * @param name  of where it came from, for errors.
     * @param text  TOML.
     * @param curve to expand keys with.
     * @return the schedule.
     * @throws ConfigException with name and line of the first error.
     */
    public static Schedule parse(final String name, final String text, final Secp256k1 curve)
    {
        return new ScheduleFile(TomlFile.parse(name, text), curve, false).read();
    }

    static Setting mtu(final Path path)
    {
        final TomlFile file = TomlFile.read(path);
        final Setting mtu = file.find(List.of("mtu"));

        return null == mtu ? new Setting("mtu", List.of(Integer.toString(NodeOptions.MIN_MTU)), file.name()) : mtu;
    }

    private Schedule read()
    {
        checkKeys(file.table(), ROOT_KEYS);
        final Setting chainId = require(file.table(), "chain-id", file.name());
        if (0 == number(chainId, 0, Long.MAX_VALUE))
        {
            throw chainId.refuse("a chain id is never 0");
        }

        final Setting mtu = file.find(List.of("mtu"));
        final int mtuLength = null == mtu ? NodeOptions.MIN_MTU :
            (int)number(mtu, NodeOptions.MIN_MTU, NodeOptions.MAX_MTU);
        if (null != mtu && 0 != mtuLength % 32)
        {
            throw mtu.refuse("not a multiple of 32; the next lower is " + (mtuLength & -32));
        }

        final List<LeaderTerm> terms = new ArrayList<>();
        forEachTable("term", (table, at) -> addTerm(table, at, terms));
        forEachTable("rotation", (table, at) -> addRotation(table, at, terms));
        if (terms.isEmpty())
        {
            throw new ConfigException(file.name() + ": the schedule is empty: it needs a [[term]] or a [[rotation]]");
        }

        final Setting version = file.find(List.of("version"));
        final Setting autoTakeover = file.find(List.of("auto-takeover"));

        return new Schedule(
            number(chainId, 1, Long.MAX_VALUE),
            mtuLength,
            terms,
            null == version ? 0 : number(version, 1, Long.MAX_VALUE),
            null == autoTakeover ? 0 : (int)number(autoTakeover, 0, MAX_AUTO_TAKEOVER));
    }

    private void forEachTable(final String key, final BiConsumer<TomlTable, String> action)
    {
        if (null == file.table().get(key))
        {
            return;
        }
        final TomlArray tables = file.table().isArray(key) ? file.table().getArrayOrEmpty(key) : null;
        for (int i = 0; i < (null == tables ? 1 : tables.size()); i++)
        {
            if (null == tables || !tables.isTable(i))
            {
                throw new ConfigException(
                    file.at(List.of(key)) + ": " + key + " is a list of tables; write [[" + key + "]]");
            }
            action.accept(tables.getTable(i), file.name() + ':' + tables.inputPositionOf(i).line());
        }
    }

    /** Leaders in turn, each for so many blocks. */
    private void addRotation(final TomlTable table, final String at, final List<LeaderTerm> terms)
    {
        checkKeys(table, ROTATION_KEYS);
        final Setting firstSetting = require(table, "first-block", at);
        final Setting lastSetting = find(table, "last-block");
        final Setting numberSetting = find(table, "first-number");
        final long first = number(firstSetting, 0, Long.MAX_VALUE);
        final long blocks = number(require(table, "blocks-per-term", at), 1, Integer.MAX_VALUE);
        final long longest = blocks > (Long.MAX_VALUE - first) / MAX_ROTATION_TERMS ?
            Long.MAX_VALUE : first + blocks * MAX_ROTATION_TERMS - 1;
        final long last = null == lastSetting ? longest : number(lastSetting, first, Long.MAX_VALUE);
        if (null != lastSetting && last > longest)
        {
            throw lastSetting.refuse("a rotation has " + MAX_ROTATION_TERMS + " terms at most; allowed " + first +
                ".." + longest);
        }
        final LeaderTerm before = terms.isEmpty() ? null : terms.get(terms.size() - 1);
        if (null != before && first <= before.lastBlock())
        {
            throw firstSetting.refuse("term " + before.number() + " leads it");
        }
        final int nextNumber = null == before ? 1 : before.number() + 1;
        int number = null == numberSetting ? nextNumber :
            (int)number(numberSetting, nextNumber, Integer.MAX_VALUE - MAX_ROTATION_TERMS);

        final List<LeaderTerm> leaders = rotationLeaders(table, at);
        int turn = 0;
        for (long block = first; block <= last && block >= 0; block += blocks)
        {
            final LeaderTerm leader = leaders.get(turn++ % leaders.size());
            terms.add(new LeaderTerm(
                number++,
                block,
                last - block < blocks ? last : block + blocks - 1,
                leader.publicKey(),
                leader.identity(),
                leader.endpoints(),
                null));
        }
    }

    private List<LeaderTerm> rotationLeaders(final TomlTable table, final String at)
    {
        final TomlArray tables = table.isArray("leader") ? table.getArrayOrEmpty("leader") : null;
        if (null == tables || tables.isEmpty())
        {
            throw new ConfigException(at + ": leader is not set; a rotation needs a list of tables");
        }
        final List<LeaderTerm> leaders = new ArrayList<>();
        for (int i = 0; i < tables.size(); i++)
        {
            if (!tables.isTable(i))
            {
                throw new ConfigException(at + ": leader is a list of tables");
            }
            final TomlTable leader = tables.getTable(i);
            checkKeys(leader, LEADER_KEYS);
            final Setting identity = find(leader, "identity");
            leaders.add(new LeaderTerm(
                0,
                0,
                0,
                key(require(leader, "key", at)),
                null == identity ? null : keyBytes(identity),
                endpoints(find(leader, "endpoints")),
                null));
        }

        return leaders;
    }

    private void addTerm(final TomlTable table, final String at, final List<LeaderTerm> terms)
    {
        checkKeys(table, TERM_KEYS);
        final Setting numberSetting = require(table, "number", at);
        final Setting firstSetting = require(table, "first-block", at);
        final Setting lastSetting = find(table, "last-block");
        final int number = (int)number(numberSetting, 1, Integer.MAX_VALUE);
        final long first = number(firstSetting, 0, Long.MAX_VALUE);
        final long last = null == lastSetting ? Long.MAX_VALUE : number(lastSetting, 0, Long.MAX_VALUE);

        if (null != lastSetting && last < first)
        {
            throw lastSetting.refuse("the term ends before it starts; allowed " + first + " or more");
        }
        if (!terms.isEmpty())
        {
            final LeaderTerm before = terms.get(terms.size() - 1);
            if (number <= before.number())
            {
                throw numberSetting.refuse("terms ascend; allowed " + (before.number() + 1L) + " or more");
            }
            if (first <= before.lastBlock())
            {
                throw firstSetting.refuse("term " + before.number() + " leads it: " + (
                    Long.MAX_VALUE == before.lastBlock() ? "its end is open" : "it ends at " + before.lastBlock()));
            }
        }

        final Setting identity = find(table, "identity");
        terms.add(new LeaderTerm(
            number,
            first,
            last,
            key(require(table, "key", at)),
            null == identity ? null : keyBytes(identity),
            endpoints(find(table, "endpoints")),
            anchor(find(table, "anchor")),
            earlierKey(table, first, last)));
    }

    private @Nullable EarlierKey earlierKey(final TomlTable table, final long first, final long last)
    {
        final Setting keySetting = find(table, "old-key");
        final Setting untilSetting = find(table, "old-key-until");
        if (null == keySetting || null == untilSetting)
        {
            final Setting alone = null == keySetting ? untilSetting : keySetting;
            if (null != alone)
            {
                throw alone.refuse("old-key and old-key-until go together");
            }
            return null;
        }

        return new EarlierKey(key(keySetting), number(untilSetting, first, last));
    }

    private byte[] key(final Setting setting)
    {
        try
        {
            return curve.expand(keyBytes(setting));
        }
        catch (final IllegalArgumentException ex)
        {
            throw setting.refuse(String.valueOf(ex.getMessage()));
        }
    }

    private byte[] keyBytes(final Setting setting)
    {
        if (!isLocal && setting.value().startsWith("@"))
        {
            throw setting.refuse("a schedule that others take holds its keys itself, in hex");
        }

        return Names.publicKey(setting, setting.value());
    }

    private static List<String> endpoints(final @Nullable Setting setting)
    {
        return null == setting ? List.of() :
            setting.values().stream().map((text) -> Names.base(setting, text).toString()).toList();
    }

    private static byte @Nullable [] anchor(final @Nullable Setting setting)
    {
        if (null == setting)
        {
            return null;
        }

        final byte[] anchor = Names.hex(setting, setting.value());
        if (HASH_LENGTH != anchor.length)
        {
            throw setting.refuse("a parent hash is 32 bytes in hex");
        }

        return anchor;
    }

    private void checkKeys(final TomlTable table, final List<String> known)
    {
        for (final String key : table.keySet())
        {
            if (!known.contains(key))
            {
                final String nearest = NearestName.of(key, known);
                throw new ConfigException(file.at(table, List.of(key)) + ": unknown key \"" + key + '"' +
                    (null == nearest ? "; known: " + String.join(", ", known) :
                        ", did you mean \"" + nearest + "\"?"));
            }
        }
    }

    private @Nullable Setting find(final TomlTable table, final String key)
    {
        return file.find(table, List.of(key), key);
    }

    private Setting require(final TomlTable table, final String key, final String at)
    {
        final Setting setting = find(table, key);
        if (null == setting)
        {
            throw new ConfigException(at + ": " + key + " is not set");
        }

        return setting;
    }

    private static long number(final Setting setting, final long min, final long max)
    {
        try
        {
            final long value = Long.parseLong(setting.value());
            if (value >= min && value <= max)
            {
                return value;
            }
        }
        catch (final NumberFormatException ex)
        {
            throw setting.refuse("not a number; allowed " + min + ".." + max);
        }

        throw setting.refuse("allowed " + min + ".." + max);
    }
}
