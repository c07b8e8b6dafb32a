/**
 * What a node accepted, on disk and on the way there: the ring buffer that hot agents write to and the port of the
 * store behind it. It must not know how the store keeps its files.
 */
package io.fragcast.journal;
