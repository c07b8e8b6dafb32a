/**
 * A replica that was away and catches up from three holders, timed; it must not know how they find each other.
 */
package io.fragcast.bench.catchup;
