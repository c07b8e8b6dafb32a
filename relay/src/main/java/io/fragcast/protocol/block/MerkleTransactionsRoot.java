package io.fragcast.protocol.block;

import io.fragcast.ethereum.OrderedTrieRoot;
import org.agrona.DirectBuffer;

/**
 * The root as Ethereum builds it: Merkle-Patricia, each transaction folded in as it comes.
 */
public final class MerkleTransactionsRoot implements TransactionsRoot
{
    private final OrderedTrieRoot trie = new OrderedTrieRoot();

    @Override
    public void reset()
    {
        trie.clear();
    }

    @Override
    public void add(final DirectBuffer buffer, final int offset, final int length)
    {
        trie.add(buffer, offset, length);
    }

    @Override
    public void root(final byte[] root)
    {
        trie.root(root);
    }
}
