/**
 * Carries frames over Aeron: the only package that imports it; it must not know what a frame means.
 */
package io.fragcast.transport.aeron;
