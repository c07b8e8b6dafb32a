/**
 * What the node counts, and where the counts live; it must not know Aeron, so that the simulator can bring its own.
 */
package io.fragcast.counter;
