package io.fragcast.sim.checker;

/**
 * Something happened in a run that must never happen.
 */
public final class SimFailure extends RuntimeException
{
    private static final long serialVersionUID = 1;

    /**
     * A failure.
     *
     * @param message what happened.
     */
    public SimFailure(final String message)
    {
        super(message);
    }

    /**
     * A failure.
     *
     * @param message what happened.
     * @param cause   that was thrown.
     */
    public SimFailure(final String message, final Throwable cause)
    {
        super(message, cause);
    }
}
