package io.fragcast.edge.rpc;

import io.fragcast.TxSource;
import io.fragcast.ethereum.BasedOpMessage.Frag;
import org.agrona.MutableDirectBuffer;

/**
 * The transactions of a gateway's frag, and its signature, for the publisher.
 *
 * @param frag      that holds them.
 * @param signature 65 bytes, or none.
 */
record FragTxs(Frag frag, byte[] signature) implements TxSource
{
    @Override
    public int txCount()
    {
        return frag.txs().size();
    }

    @Override
    public int txLength(final int index)
    {
        return frag.txs().get(index).length;
    }

    @Override
    public void writeTx(final int index, final MutableDirectBuffer target, final int offset)
    {
        target.putBytes(offset, frag.txs().get(index));
    }

    @Override
    public boolean writeBasedOpSignature(final MutableDirectBuffer target, final int offset)
    {
        target.putBytes(offset, signature);
        return 0 != signature.length;
    }
}
