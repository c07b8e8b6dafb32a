package io.fragcast.config;

import io.fragcast.crypto.Secp256k1;
import io.fragcast.protocol.leader.LeaderTerm;
import io.fragcast.protocol.leader.Schedule;
import org.jspecify.annotations.Nullable;
import org.tomlj.TomlArray;
import org.tomlj.TomlTable;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads schedule.toml: who leads which block.
 * <pre>
 *   chain-id = 10
 *   mtu = 1408
 *   version = 3                    # optional: a running node takes a changed file only with a higher one
 *
 *   [[term]]
 *   number = 1
 *   first-block = 0
 *   last-block = 999               # optional: open
 *   key = "@keys/leader.pub"       # relay key, 33 bytes in hex, or the file that holds it
 *   identity = "@keys/node.pub"    # optional
 *   endpoints = ["10.0.0.1:14040"] # optional
 *   anchor = "0x..."               # optional: parent hash with which the term may start a new run
 * </pre>
 */
public final class ScheduleFile
{
    private static final int HASH_LENGTH = 32;
    private static final List<String> ROOT_KEYS = List.of("chain-id", "mtu", "version", "term");
    private static final List<String> TERM_KEYS =
        List.of("number", "first-block", "last-block", "key", "identity", "endpoints", "anchor");

    private final TomlFile file;
    private final Secp256k1 curve;

    private ScheduleFile(final TomlFile file, final Secp256k1 curve)
    {
        this.file = file;
        this.curve = curve;
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
        return new ScheduleFile(TomlFile.read(path), curve).read();
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

        if (!file.table().isArray("term") || file.table().getArrayOrEmpty("term").isEmpty())
        {
            throw new ConfigException(file.name() + ": the schedule is empty: it needs a [[term]]");
        }

        final TomlArray tables = file.table().getArrayOrEmpty("term");
        final List<LeaderTerm> terms = new ArrayList<>();
        for (int i = 0; i < tables.size(); i++)
        {
            if (!tables.isTable(i))
            {
                throw new ConfigException(file.at(List.of("term")) + ": term is a list of tables; write [[term]]");
            }
            addTerm(tables.getTable(i), file.name() + ':' + tables.inputPositionOf(i).line(), terms);
        }

        final Setting version = file.find(List.of("version"));

        return new Schedule(
            number(chainId, 1, Long.MAX_VALUE),
            mtuLength,
            terms,
            null == version ? 0 : number(version, 1, Long.MAX_VALUE));
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
            null == identity ? null : Names.publicKey(identity, identity.value()),
            endpoints(find(table, "endpoints")),
            anchor(find(table, "anchor"))));
    }

    private byte[] key(final Setting setting)
    {
        try
        {
            return curve.expand(Names.publicKey(setting, setting.value()));
        }
        catch (final IllegalArgumentException ex)
        {
            throw setting.refuse(String.valueOf(ex.getMessage()));
        }
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
