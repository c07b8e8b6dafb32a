package io.fragcast.config;

import java.nio.file.Path;
import java.util.Map;

/**
 * The media driver of a node.
 *
 * @param dir        folder of the driver's files.
 * @param isExternal true if another process runs the driver there.
 * @param properties of Aeron's own, by their full names, untouched.
 */
public record AeronConfig(Path dir, boolean isExternal, Map<String, String> properties)
{
    /**
     * Hands the properties to Aeron, which reads them when its contexts are made. What was set by {@code -D} stays.
     */
    public void install()
    {
        properties.forEach((name, value) ->
        {
            if (null == System.getProperty(name))
            {
                System.setProperty(name, value);
            }
        });
    }
}
