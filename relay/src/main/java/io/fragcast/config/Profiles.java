package io.fragcast.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The sets of defaults of tuning/profiles, which travel inside the jar.
 */
public final class Profiles
{
    private static final List<String> NAMES = List.of("laptop", "ci", "two-core", "balanced", "low-latency");
    /** Up to here a spinning or second hot thread takes its core from the media driver or the builder. */
    private static final int FEW_CORES = 2;
    /** From here on hot agent, driver and the host's other work have cores of their own. */
    private static final int MANY_CORES = 8;

    private Profiles()
    {
    }

    /**
     * Names of all profiles.
     *
     * @return in the order of tuning/README.md.
     */
    public static List<String> names()
    {
        return NAMES;
    }

    /**
     * The profile of a host that nobody chose one for.
     *
     * @param cores of the host.
     * @return its name.
     */
    public static String forCores(final int cores)
    {
        if (cores <= FEW_CORES)
        {
            return "two-core";
        }

        return cores < MANY_CORES ? "laptop" : "balanced";
    }

    /**
     * Reads a profile.
     *
     * @param name one of {@link #names()}.
     * @return its file.
     */
    static TomlFile read(final String name)
    {
        final String resource = "/profiles/" + name + ".toml";
        try (InputStream in = Profiles.class.getResourceAsStream(resource))
        {
            if (null == in)
            {
                throw new IllegalStateException(resource + " is not on the class path");
            }

            return TomlFile.parse("profile " + name, new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }
}
