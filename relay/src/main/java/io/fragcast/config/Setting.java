package io.fragcast.config;

import java.util.List;

/**
 * A value somebody set, and where.
 *
 * @param key    of the option.
 * @param values one, but for lists.
 * @param origin {@code FILE:LINE}, a flag, a variable, a profile or {@code default}: the start of an error's line.
 */
record Setting(String key, List<String> values, String origin)
{
    String value()
    {
        return String.join(", ", values);
    }

    /**
     * A refusal of the value.
     *
     * @param reason and what is allowed.
     * @return to throw.
     */
    ConfigException refuse(final String reason)
    {
        return new ConfigException(origin + ": " + key + " = " + value() + ": " + reason);
    }
}
