package io.fragcast;

import org.agrona.MutableDirectBuffer;

/**
 * Gives the transactions of one frag without garbage: they are written straight to where they leave from.
 */
public interface TxSource
{
    /**
     * Transactions in the frag.
     *
     * @return count, at most 65,534.
     */
    int txCount();

    /**
     * Length of one transaction.
     *
     * @param index from 0.
     * @return EIP-2718 bytes.
     */
    int txLength(int index);

    /**
     * Writes one transaction.
     *
     * @param index  from 0.
     * @param target to write to.
     * @param offset where {@link #txLength(int)} bytes go.
     */
    void writeTx(int index, MutableDirectBuffer target, int offset);

    /**
     * Writes the gateway's own signature of the inner based-op frag, where there is one.
     *
     * @param target to write to.
     * @param offset where 65 bytes go.
     * @return false, with nothing written, where there is none.
     */
    default boolean writeBasedOpSignature(final MutableDirectBuffer target, final int offset)
    {
        return false;
    }
}
