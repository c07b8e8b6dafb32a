/**
 * Between bytes and typed calls, one pair a lane: an adapter decodes and calls a machine, a proxy is called by a
 * machine and encodes. It must not decide anything, nor know who carries the frames.
 */
package io.fragcast.wire;
