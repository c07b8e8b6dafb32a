/**
 * Kills real nodes without warning and looks at what their consumers and journals have then. It must not know how nodes
 * work inside.
 */
package io.fragcast.bench.kill;
