/**
 * The machines of a block on its way: checks, assembly, delivery, publishing; it must not know clocks, transport
 * or codecs.
 */
package io.fragcast.protocol.block;
