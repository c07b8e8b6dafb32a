package io.fragcast.bench.compare;

/**
 * What is run once a round: a contender over a workload.
 *
 * @param name      unique, in tables and file names.
 * @param contender that runs.
 * @param workload  that it carries.
 */
record Entry(String name, Contender contender, Workload workload)
{
}
