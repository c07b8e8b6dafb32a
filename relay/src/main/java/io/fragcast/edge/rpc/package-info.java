/**
 * The edge of JSON-RPC: takes the messages of based-op gateways, checks them and hands them to a publisher in order; it
 * must not know how they travel on.
 */
package io.fragcast.edge.rpc;
