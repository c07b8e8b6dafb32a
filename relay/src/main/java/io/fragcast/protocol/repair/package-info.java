/**
 * Asking for what was lost, and answering. Knows holes and frames by their names; it must not know what a block is made
 * of, nor clocks, transport or codecs.
 */
package io.fragcast.protocol.repair;
