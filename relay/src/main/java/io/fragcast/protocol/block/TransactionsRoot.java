package io.fragcast.protocol.block;

import org.agrona.DirectBuffer;

/**
 * Merkle-Patricia root over rlp(index) to raw transaction. One instance a thread.
 */
public interface TransactionsRoot
{
    /**
     * Starts anew, with no transactions.
     */
    void reset();

    /**
     * Adds the next transaction; its bytes are not kept.
     *
     * @param buffer holding the EIP-2718 bytes.
     * @param offset of the first byte.
     * @param length in bytes.
     */
    void add(DirectBuffer buffer, int offset, int length);

    /**
     * Root of what was added since {@link #reset()}.
     *
     * @param root receives 32 bytes.
     */
    void root(byte[] root);
}
