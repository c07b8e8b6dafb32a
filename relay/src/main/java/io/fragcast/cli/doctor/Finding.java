package io.fragcast.cli.doctor;

/**
 * One thing that was looked at.
 *
 * @param grade  how bad it is.
 * @param what   was looked at.
 * @param seen   there.
 * @param remedy that makes it right: a command or a sentence; empty where nothing is wrong.
 */
record Finding(Grade grade, String what, String seen, String remedy)
{
    /** How bad a finding is. */
    enum Grade
    {
        /** As the profile wants it. */
        OK,
        /** A node runs, slower or less evenly than it could. */
        ADVICE,
        /** A node would not start, or would lose frames. */
        FAIL
    }

    static Finding ok(final String what, final String seen)
    {
        return new Finding(Grade.OK, what, seen, "");
    }

    static Finding advice(final String what, final String seen, final String remedy)
    {
        return new Finding(Grade.ADVICE, what, seen, remedy);
    }

    static Finding fail(final String what, final String seen, final String remedy)
    {
        return new Finding(Grade.FAIL, what, seen, remedy);
    }
}
