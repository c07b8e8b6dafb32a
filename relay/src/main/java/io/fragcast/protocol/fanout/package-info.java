/**
 * Who feeds whom: the leader's plan of a tree, and what a node does when its parent falls silent; it must not know
 * streams, sockets or what a block is made of.
 */
package io.fragcast.protocol.fanout;
