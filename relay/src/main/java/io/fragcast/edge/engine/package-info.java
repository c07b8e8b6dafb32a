/**
 * The edge to an execution client: what a replica delivers becomes calls of based-op's Engine API, in the order that
 * an unmodified op-geth demands. It must not know the machines, nor the wire beyond the events it is handed.
 */
package io.fragcast.edge.engine;
