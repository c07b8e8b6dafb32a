/**
 * Who the peers are, whether they hear us, how far their clocks and they are, and what they have. Knows messages of the
 * control lane by their fields; it must not know clocks, transport, codecs, or what a block is made of.
 */
package io.fragcast.protocol.peer;
