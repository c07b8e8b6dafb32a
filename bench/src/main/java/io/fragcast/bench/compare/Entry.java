package io.fragcast.bench.compare;

/**
 * What is run once a round: a contender over a workload.
 *
 * @param name      unique, in tables and file names.
 * @param contender that runs.
 * @param workload  that it carries.
 * @param loss      of what comes to the receiver, in percent.
 */
record Entry(String name, Contender contender, Workload workload, double loss)
{
    Entry(final String name, final Contender contender, final Workload workload)
    {
        this(name, contender, workload, 0);
    }
}
