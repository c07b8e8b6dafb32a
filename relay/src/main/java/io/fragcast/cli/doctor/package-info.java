/**
 * What stands in the way of a node on this host, and what mends it; it must not open what a node opens.
 */
package io.fragcast.cli.doctor;
