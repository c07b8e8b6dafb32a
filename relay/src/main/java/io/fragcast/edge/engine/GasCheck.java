package io.fragcast.edge.engine;

import io.fragcast.BlockEvent;
import io.fragcast.ethereum.TxEnvelope;
import org.agrona.DirectBuffer;

/**
 * Can the frags of a block fit the gas limit of its Env? The execution client gives each frag a gas pool of a whole
 * block, and finds out at the last frag alone. What a transaction uses only its execution tells; but its own limit must
 * fit into what those before it left, and each of them used 16,800 at least: 21,000, less the fifth that may be
 * refunded (EIP-3529). So a block that could be valid is never refused. Deposits are not counted. Used by one thread.
 */
final class GasCheck implements BlockEvent.TxHandler
{
    /** See the class. */
    static final long LEAST_GAS = 21_000 - 21_000 / 5;

    private final TxEnvelope envelope = new TxEnvelope();
    private long leftAtMost;
    private boolean isOver;

    /**
     * A block begins.
     *
     * @param gasLimit of its Env, unsigned.
     */
    void open(final long gasLimit)
    {
        leftAtMost = gasLimit < 0 ? Long.MAX_VALUE : gasLimit;
        isOver = false;
    }

    /**
     * Its next transaction. One that cannot be read is the client's to refuse.
     */
    @Override
    public void onTx(final DirectBuffer buffer, final int offset, final int length)
    {
        if (envelope.wrap(buffer, offset, length) && TxEnvelope.DEPOSIT_TYPE != envelope.type())
        {
            isOver |= Long.compareUnsigned(envelope.gasLimit(), Math.max(0, leftAtMost)) > 0;
            leftAtMost -= LEAST_GAS;
        }
    }

    /**
     * Does some transaction of the block not fit?
     *
     * @return true from the first that does not, to the end of the block.
     */
    boolean isOver()
    {
        return isOver;
    }
}
