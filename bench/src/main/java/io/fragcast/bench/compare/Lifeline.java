package io.fragcast.bench.compare;

import java.io.IOException;

/**
 * A sender that has sent all goes on repairing until its standard input ends: whoever started it closes that when the
 * receivers have what they are to have.
 */
final class Lifeline
{
    private volatile boolean isCut;

    Lifeline()
    {
        final Thread thread = new Thread(this::await, "lifeline");
        thread.setDaemon(true);
        thread.start();
    }

    boolean isCut()
    {
        return isCut;
    }

    private void await()
    {
        try
        {
            while (System.in.read() >= 0)
            {
                // What is said does not matter, only that it ends.
                continue;
            }
        }
        catch (final IOException ex)
        {
            // Closed under us, which is an end too.
            System.err.println(ex);
        }
        isCut = true;
    }
}
