/**
 * Where a node meets the world: one package an edge, and here the port that deliveries leave by. An edge must not know
 * the machines.
 */
package io.fragcast.edge;
