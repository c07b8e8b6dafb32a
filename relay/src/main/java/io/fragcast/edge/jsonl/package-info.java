/**
 * Deliveries as lines of JSON, to a file or to standard output. It must not know the machines.
 */
package io.fragcast.edge.jsonl;
