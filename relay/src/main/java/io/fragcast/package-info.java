/**
 * The Java API alone: what a builder or an execution client programs against; it must not know transport, codecs or
 * nodes.
 */
package io.fragcast;
