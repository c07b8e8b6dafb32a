/**
 * The simulator: the production agents and machines under one seeded thread, with a hostile network, disk and clock
 * and checkers outside the nodes. It must not know Aeron, files, threads or the real time, so that a seed is a run.
 */
package io.fragcast.sim;
