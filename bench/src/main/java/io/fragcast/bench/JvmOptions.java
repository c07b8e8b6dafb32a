package io.fragcast.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.util.List;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

/**
 * The flags that production runs with ({@code tuning/jvm/jvm.options}), for the processes that are measured.
 */
public final class JvmOptions
{
    private static final String RESOURCE = "/jvm/jvm.options";

    private JvmOptions()
    {
    }

    /**
     * Reads the flags.
     *
     * @return one a line of the file, without its comments.
     * @throws IOException if they cannot be read.
     */
    public static List<String> read() throws IOException
    {
        try (InputStream stream = requireNonNull(JvmOptions.class.getResourceAsStream(RESOURCE), RESOURCE);
            BufferedReader reader = new BufferedReader(new InputStreamReader(stream, UTF_8)))
        {
            return reader.lines()
                .map(String::strip)
                .filter((line) -> !line.isEmpty() && '#' != line.charAt(0))
                .toList();
        }
    }
}
