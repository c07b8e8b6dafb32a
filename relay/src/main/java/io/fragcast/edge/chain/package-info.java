/**
 * What the operator's own execution client, or a file, says of the chain: which blocks were sealed, which are final. It
 * is asked, never told; it does not know who listens.
 */
package io.fragcast.edge.chain;
