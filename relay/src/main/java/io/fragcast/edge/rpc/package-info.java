/**
 * The edge of JSON-RPC: based-op messages as JSON; it must not know the wire or the protocol.
 */
package io.fragcast.edge.rpc;
