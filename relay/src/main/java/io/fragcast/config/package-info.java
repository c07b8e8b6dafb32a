/**
 * The option model over a node's file, flags and environment, the schedule file, and the records that nodes are started
 * from; it must not know the command line.
 */
package io.fragcast.config;
