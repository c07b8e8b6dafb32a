package io.fragcast.config;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Refuses keys that no node has, keys of other roles, and tables where a value belongs: no typo becomes a default.
 */
final class NodeFileCheck
{
    private final NodeRole role;
    private final Set<String> keys = new LinkedHashSet<>();
    private final Set<String> tables = new LinkedHashSet<>();

    NodeFileCheck(final NodeRole role)
    {
        this.role = role;
        for (final Option option : NodeOptions.all())
        {
            keys.add(option.key());
            for (int dot = option.key().indexOf('.'); dot > 0; dot = option.key().indexOf('.', dot + 1))
            {
                tables.add(option.key().substring(0, dot));
            }
        }
    }

    /**
     * Checks all keys of a file.
     *
     * @param file     to check.
     * @param anyRole  true for a profile, whose keys serve all roles.
     * @throws ConfigException for the first key that is refused.
     */
    void check(final TomlFile file, final boolean anyRole)
    {
        final List<List<String>> paths = new ArrayList<>(file.table().keyPathSet(true));
        paths.sort((left, right) -> Integer.compare(lineOf(file, left), lineOf(file, right)));
        for (final List<String> path : paths)
        {
            checkPath(file, path, anyRole);
        }
    }

    private void checkPath(final TomlFile file, final List<String> path, final boolean anyRole)
    {
        for (int i = 1; i <= path.size(); i++)
        {
            final List<String> prefix = path.subList(0, i);
            final String key = String.join(".", prefix);
            if (!keys.contains(key) && !tables.contains(key))
            {
                if (NodeOptions.AERON_TABLE.equals(path.get(0)))
                {
                    return;
                }
                throw new ConfigException(file.at(prefix) + ": unknown key \"" + key + '"' + suggestion(key));
            }
        }

        final String key = String.join(".", path);
        if (tables.contains(key) && !file.table().isTable(path))
        {
            throw new ConfigException(file.at(path) + ": " + key + " is a table; write [" + key + "]");
        }

        final Option option = NodeOptions.find(key);
        if (null != option && !anyRole && !option.roles().contains(role))
        {
            throw new ConfigException(file.at(path) + ": " + key + " is no key of a " + role.text());
        }
    }

    private String suggestion(final String key)
    {
        final String nearest = nearest(key);

        return null == nearest ? "; fragcast " + role.text() + " --help lists them" :
            ", did you mean \"" + nearest + "\"?";
    }

    private @Nullable String nearest(final String key)
    {
        final int dot = key.lastIndexOf('.');
        final String table = key.substring(0, dot + 1);
        final List<String> siblings = new ArrayList<>();
        for (final Set<String> names : List.of(keys, tables))
        {
            names.stream()
                .filter((name) -> name.startsWith(table) && name.indexOf('.', table.length()) < 0)
                .forEach(siblings::add);
        }

        final String name = key.substring(dot + 1);
        final String sibling = NearestName.of(
            name, siblings.stream().map((candidate) -> candidate.substring(table.length())).toList());
        if (null != sibling)
        {
            return table + sibling;
        }

        // A key that stands in the wrong table.
        for (final String candidate : keys)
        {
            if (candidate.endsWith('.' + name))
            {
                return candidate;
            }
        }

        return null;
    }

    private static int lineOf(final TomlFile file, final List<String> path)
    {
        final org.tomlj.TomlPosition position = file.table().inputPositionOf(path);

        return null == position ? 0 : position.line();
    }
}
