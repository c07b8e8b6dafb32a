/**
 * The formats of Ethereum as pure functions: keccak, RLP, transaction envelopes, headers, tries, SSZ and the messages
 * of based-op; it must not know the wire, JSON or IO.
 */
package io.fragcast.ethereum;
