/**
 * Duty cycles: who polls what, in which order, on which thread. Nothing is decided here.
 */
package io.fragcast.agent;
