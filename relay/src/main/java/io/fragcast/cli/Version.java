package io.fragcast.cli;

import io.fragcast.codecs.FragDecoder;
import picocli.CommandLine.IVersionProvider;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/**
 * What runs: the first thing to say in a report of a problem.
 */
final class Version implements IVersionProvider
{
    @Override
    public String[] getVersion()
    {
        return new String[]{line()};
    }

    /**
     * Version, commit, JDK, Aeron and schema.
     *
     * @return one line.
     */
    static String line()
    {
        return "fragcast " + property("/version.properties", "version") +
            "  commit " + property("/commit.properties", "commit") +
            "  JDK " + Runtime.version() +
            "  Aeron " + property("/version.properties", "aeron") +
            "  schema " + FragDecoder.SCHEMA_ID + '/' + FragDecoder.SCHEMA_VERSION;
    }

    private static String property(final String resource, final String key)
    {
        try (InputStream in = Version.class.getResourceAsStream(resource))
        {
            final Properties properties = new Properties();
            if (null != in)
            {
                properties.load(in);
            }

            return properties.getProperty(key, "unknown");
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }
}
