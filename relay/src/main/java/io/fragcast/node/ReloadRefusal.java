package io.fragcast.node;

import java.io.Serial;

/**
 * A change that a running node does not take: nothing of what came with it was taken either.
 */
public final class ReloadRefusal extends IllegalArgumentException
{
    @Serial
    private static final long serialVersionUID = 1L;

    private final String key;

    ReloadRefusal(final String key, final String reason)
    {
        super(reason);
        this.key = key;
    }

    /**
     * The option whose value is not taken.
     *
     * @return its key, such as {@code repair.holders}.
     */
    public String key()
    {
        return key;
    }
}
