package io.fragcast.agent;

import org.agrona.concurrent.ManyToOneConcurrentLinkedQueue;

/**
 * What other threads want done on an agent's thread between two duty cycles, as Aeron's conductor has its sender add a
 * publication: rare changes of what the agent owns, which may allocate. Any thread may tell, the agent's own runs.
 */
public final class Commands
{
    private final ManyToOneConcurrentLinkedQueue<Runnable> queue = new ManyToOneConcurrentLinkedQueue<>();

    /** Nothing to do yet. */
    public Commands()
    {
    }

    /**
     * Has something done.
     *
     * @param command run once, by the agent's thread.
     */
    public void tell(final Runnable command)
    {
        queue.offer(command);
    }

    /**
     * Does what was told. Called in each duty cycle: with nothing to do it reads one field.
     *
     * @return commands run.
     */
    public int doWork()
    {
        int count = 0;
        for (Runnable command = queue.poll(); null != command; command = queue.poll())
        {
            command.run();
            count++;
        }

        return count;
    }
}
