package io.fragcast.config;

import org.jspecify.annotations.Nullable;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A TOML file that knows the line of each key.
 *
 * @param name  as the operator gave it.
 * @param table its content.
 */
record TomlFile(String name, TomlTable table)
{
    /**
     * Reads a file.
     *
     * @param path to read.
     * @return the file.
     * @throws ConfigException if there is none or it is not TOML.
     */
    static TomlFile read(final Path path)
    {
        try
        {
            return parse(path.toString(), Files.readString(path));
        }
        catch (final NoSuchFileException ex)
        {
            throw new ConfigException(path + ": no such file", ex);
        }
        catch (final CharacterCodingException ex)
        {
            throw new ConfigException(path + ": not UTF-8", ex);
        }
        catch (final IOException ex)
        {
            throw new ConfigException(path + ": cannot be read: " + ex.getMessage(), ex);
        }
    }

    /**
     * Parses a text.
     *
     * @param name of its file.
     * @param text to parse.
     * @return the file.
     * @throws ConfigException at the first line that is not TOML.
     */
    static TomlFile parse(final String name, final String text)
    {
        final TomlParseResult result = Toml.parse(text);
        if (result.hasErrors())
        {
            final TomlParseError error = result.errors().get(0);
            final String reason = String.valueOf(error.getMessage()).lines().findFirst().orElse("not TOML");
            throw new ConfigException(name + ':' + error.position().line() + ": " + reason);
        }

        return new TomlFile(name, result);
    }

    /**
     * Where a key stands.
     *
     * @param path of the key.
     * @return FILE:LINE.
     */
    String at(final List<String> path)
    {
        return at(table, path);
    }

    /**
     * Where a key of one of the file's tables stands.
     *
     * @param owner table of the file.
     * @param path  of the key in it.
     * @return FILE:LINE.
     */
    String at(final TomlTable owner, final List<String> path)
    {
        final TomlPosition position = owner.inputPositionOf(path);

        return null == position ? name : name + ':' + position.line();
    }

    /**
     * A key that was set.
     *
     * @param path of the key.
     * @return what it was set to; null if it was not.
     */
    @Nullable Setting find(final List<String> path)
    {
        return find(table, path, String.join(".", path));
    }

    /**
     * A key of one of the file's tables.
     *
     * @param owner table of the file.
     * @param path  of the key in it.
     * @param key   in errors.
     * @return what it was set to; null if it was not.
     */
    @Nullable Setting find(final TomlTable owner, final List<String> path, final String key)
    {
        final Object value = owner.get(path);
        if (null == value)
        {
            return null;
        }

        final String at = at(owner, path);
        if (value instanceof TomlTable)
        {
            throw new ConfigException(at + ": " + key + " is one value, not a table");
        }
        if (!(value instanceof TomlArray array))
        {
            return new Setting(key, List.of(value.toString()), at);
        }

        final List<String> values = new ArrayList<>();
        for (int i = 0; i < array.size(); i++)
        {
            if (!array.isString(i))
            {
                throw new ConfigException(at + ": " + key + " is a list of texts in quotes");
            }
            values.add(array.getString(i));
        }

        return new Setting(key, values, at);
    }
}
