/**
 * Sequencer, relay and replica: each puts ports, machines, agents and threads together; it must not know the command
 * line.
 */
package io.fragcast.node;
