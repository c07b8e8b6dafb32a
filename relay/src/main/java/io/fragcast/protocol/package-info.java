/**
 * The protocol machines, one package a concern; they know no IO, no clock and no codec.
 */
package io.fragcast.protocol;
