package io.fragcast.edge.rpc;

import io.fragcast.Env;
import io.fragcast.Seal;
import io.fragcast.ethereum.BasedOpMessage;

/**
 * based-op's messages as requests of {@link io.fragcast.FragPublisher}. Pure functions.
 */
public final class PublishRequests
{
    private PublishRequests()
    {
    }

    /**
     * Opens a block.
     *
     * @param env       of based-op.
     * @param signature of the gateway over its root; empty if it has none.
     * @return the request.
     */
    public static Env env(final BasedOpMessage.Env env, final byte[] signature)
    {
        return new Env(
            env.number(),
            env.parentHash(),
            env.beneficiary(),
            env.timestamp(),
            env.gasLimit(),
            env.basefee(),
            env.difficulty(),
            env.prevrandao(),
            env.extraData(),
            env.parentBeaconBlockRoot(),
            signature);
    }

    /**
     * Closes a block.
     *
     * @param seal      of based-op.
     * @param signature of the gateway over its root; empty if it has none.
     * @return the request.
     */
    public static Seal seal(final BasedOpMessage.Seal seal, final byte[] signature)
    {
        return new Seal(
            seal.totalFrags(),
            seal.blockNumber(),
            seal.gasUsed(),
            seal.gasLimit(),
            seal.parentHash(),
            seal.transactionsRoot(),
            seal.receiptsRoot(),
            seal.stateRoot(),
            seal.blockHash(),
            signature);
    }
}
