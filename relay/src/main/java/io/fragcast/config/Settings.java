package io.fragcast.config;

import org.jspecify.annotations.Nullable;
import org.tomlj.TomlTable;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What was set, by precedence: flag, environment, file, profile, default. Texts become numbers here, and their ranges
 * are checked here, so that every error names where the value came from.
 */
final class Settings
{
    private static final String VARIABLE_PREFIX = "FRAGCAST_";

    private final NodeRole role;
    private final Map<String, List<String>> flags;
    private final Map<String, String> environment;
    private final @Nullable TomlFile file;
    private final TomlFile profile;
    private final String profileName;

    Settings(
        final NodeRole role,
        final @Nullable TomlFile file,
        final Map<String, List<String>> flags,
        final Map<String, String> environment,
        final int cores)
    {
        this.role = role;
        this.flags = flags;
        this.environment = environment;
        this.file = file;

        final NodeFileCheck check = new NodeFileCheck(role);
        if (null != file)
        {
            check.check(file, false);
        }
        checkVariables();

        final Setting chosen = findAboveProfile(NodeOptions.PROFILE);
        profileName = null == chosen ? Profiles.forCores(cores) : chosen.value();
        if (null != chosen && !Profiles.names().contains(profileName))
        {
            throw chosen.refuse("no such profile; allowed " + String.join("|", Profiles.names()));
        }
        profile = Profiles.read(profileName);
        check.check(profile, true);
    }

    String profileName()
    {
        return profileName;
    }

    @Nullable Setting find(final Option option)
    {
        final Setting above = findAboveProfile(option);
        if (null != above)
        {
            return above;
        }

        final Setting ofProfile = profile.find(path(option));
        if (null != ofProfile)
        {
            return new Setting(ofProfile.key(), ofProfile.values(), "profile " + profileName);
        }

        return null == option.defaultText() ? null :
            new Setting(option.key(), List.of(option.defaultText()), "default");
    }

    /**
     * Where an option was set.
     *
     * @param key of the option.
     * @return the start of an error's line.
     */
    String origin(final String key)
    {
        final Option option = NodeOptions.find(key);
        final Setting setting = null == option ? null : find(option);

        return null == setting ? null == file ? role.text() : file.name() : setting.origin();
    }

    Setting require(final Option option)
    {
        final Setting setting = find(option);
        if (null == setting)
        {
            throw new ConfigException((null == file ? role.text() : file.name()) + ": " + option.key() +
                " is not set: " + option.why() + " Form: " + option.unit());
        }

        return setting;
    }

    boolean isFlag(final Option option)
    {
        return flags.containsKey(option.key());
    }

    String text(final Option option)
    {
        final Setting setting = require(option);
        if (1 != setting.values().size() || setting.value().isBlank())
        {
            throw setting.refuse("must be one value: " + option.unit());
        }

        return setting.value();
    }

    Path path(final Option option, final Path whenUnset)
    {
        return null == find(option) ? whenUnset : Path.of(text(option));
    }

    List<Setting> list(final Option option)
    {
        final Setting setting = find(option);
        if (null == setting)
        {
            return List.of();
        }

        return setting.values().stream()
            .map((value) -> new Setting(setting.key(), List.of(value), setting.origin()))
            .toList();
    }

    String choice(final Option option)
    {
        final Setting setting = require(option);
        if (!option.choices().contains(setting.value()))
        {
            throw setting.refuse("allowed " + option.allowed());
        }

        return setting.value();
    }

    int number(final Option option)
    {
        return Math.toIntExact(longNumber(option));
    }

    long longNumber(final Option option)
    {
        final Setting setting = require(option);
        final long value = parse(option, setting);
        if (value < option.min() || value > option.max())
        {
            // What is limited to one number has no range to show, but a reason.
            throw setting.refuse(option.min() == option.max() ? option.why() : "allowed " + option.allowed());
        }

        return value;
    }

    /**
     * What goes to Aeron as it is.
     *
     * @return values by the full names of Aeron's properties.
     */
    Map<String, String> aeronProperties()
    {
        final Map<String, String> properties = new TreeMap<>();
        addAeronProperties(profile, properties);
        if (null != file)
        {
            addAeronProperties(file, properties);
        }

        return Map.copyOf(properties);
    }

    private static void addAeronProperties(final TomlFile source, final Map<String, String> properties)
    {
        final TomlTable table = source.table().getTableOrEmpty(List.of(NodeOptions.AERON_TABLE));
        for (final List<String> path : table.keyPathSet())
        {
            final String name = NodeOptions.AERON_TABLE + '.' + String.join(".", path);
            if (null == NodeOptions.find(name))
            {
                final Setting setting = source.find(table, path, name);
                properties.put(name, null == setting ? "" : setting.value());
            }
        }
    }

    private static long parse(final Option option, final Setting setting)
    {
        final String text = setting.value().strip();
        final int suffix = Option.Kind.BYTES == option.kind() && !text.isEmpty() ?
            "kmg".indexOf(Character.toLowerCase(text.charAt(text.length() - 1))) : -1;
        final String digits = suffix < 0 ? text : text.substring(0, text.length() - 1);
        try
        {
            return Math.multiplyExact(Long.parseLong(digits), 1L << (10 * (suffix + 1)));
        }
        catch (final NumberFormatException ex)
        {
            throw setting.refuse("not a number of " + option.unit() + "; allowed " + option.allowed());
        }
        catch (final ArithmeticException ex)
        {
            throw setting.refuse("allowed " + option.allowed());
        }
    }

    private @Nullable Setting findAboveProfile(final Option option)
    {
        final List<String> flag = flags.get(option.key());
        if (null != flag)
        {
            return new Setting(option.key(), flag, option.flag());
        }

        final String variable = environment.get(option.variable());
        if (null != variable)
        {
            final List<String> values = Option.Kind.LIST == option.kind() ?
                List.of(variable.split("\\s*,\\s*")) : List.of(variable);
            return new Setting(option.key(), values, option.variable());
        }

        return null == file ? null : file.find(path(option));
    }

    /** Variables are shared with the launcher and with whatever else an operator keeps there: only near misses fail. */
    private void checkVariables()
    {
        final List<String> known = NodeOptions.all().stream().map(Option::variable).toList();
        for (final String name : new TreeMap<>(environment).keySet())
        {
            if (name.startsWith(VARIABLE_PREFIX) && !known.contains(name))
            {
                final String typed = name.substring(VARIABLE_PREFIX.length());
                final String nearest = NearestName.of(
                    typed, known.stream().map((full) -> full.substring(VARIABLE_PREFIX.length())).toList());
                if (null != nearest)
                {
                    throw new ConfigException(
                        name + ": unknown variable, did you mean \"" + VARIABLE_PREFIX + nearest + "\"?");
                }
            }
        }
    }

    private static List<String> path(final Option option)
    {
        return List.of(option.key().split("\\."));
    }
}
