package io.fragcast.edge.rpc;

import io.fragcast.ethereum.BasedOpMessage;

/**
 * A message of an allowed gateway, within the limits of the network. Nobody writes to its arrays.
 *
 * @param message     what it says.
 * @param signature   as it came: r, s, v.
 * @param root        what was signed; two messages are the same if their roots are.
 * @param blockNumber height that it is about.
 * @param seq         of a frag; 0 for others.
 * @param lengthBytes what it takes of memory, roughly.
 */
record GatewayMessage(
    BasedOpMessage message, byte[] signature, byte[] root, long blockNumber, long seq, int lengthBytes)
{
    /** Objects, fields and signature beside the bytes of transactions. */
    private static final int FIXED_LENGTH = 512;
    /** Object header and reference of one transaction. */
    private static final int TX_OVERHEAD = 24;

    static GatewayMessage of(final BasedOpMessage message, final byte[] signature, final byte[] root)
    {
        if (message instanceof final BasedOpMessage.Frag frag)
        {
            int length = FIXED_LENGTH;
            for (final byte[] tx : frag.txs())
            {
                length += TX_OVERHEAD + tx.length;
            }

            return new GatewayMessage(message, signature, root, frag.blockNumber(), frag.seq(), length);
        }
        final long blockNumber = message instanceof final BasedOpMessage.Seal seal ?
            seal.blockNumber() : ((BasedOpMessage.Env)message).number();

        return new GatewayMessage(message, signature, root, blockNumber, 0, FIXED_LENGTH);
    }

    BasedOpMessage.Kind kind()
    {
        return message.kind();
    }

    @Override
    public String toString()
    {
        final String place = kind().label() + " of block " + Long.toUnsignedString(blockNumber);

        return BasedOpMessage.Kind.FRAG == kind() ? place + ", seq " + Long.toUnsignedString(seq) : place;
    }
}
