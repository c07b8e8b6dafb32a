package io.fragcast.cli;

/**
 * What the process says when it ends (DESIGN §9).
 */
final class ExitCodes
{
    /** The work is done. */
    static final int DONE = 0;
    /** The work failed. */
    static final int FAILED = 1;
    /** Wrong usage or configuration: nothing was begun. */
    static final int REFUSED = 2;

    private ExitCodes()
    {
    }
}
