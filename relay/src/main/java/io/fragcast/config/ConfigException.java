package io.fragcast.config;

import java.io.Serial;

/**
 * A configuration that a node cannot be started from. The message is the one line that the operator reads, exit code 2.
 */
public final class ConfigException extends RuntimeException
{
    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * A refusal.
     *
     * @param message the whole line: where, which key, which value, what is allowed.
     */
    public ConfigException(final String message)
    {
        super(message);
    }

    /**
     * A refusal with what led to it.
     *
     * @param message the whole line.
     * @param cause   for a debugger; not printed.
     */
    public ConfigException(final String message, final Throwable cause)
    {
        super(message, cause);
    }
}
