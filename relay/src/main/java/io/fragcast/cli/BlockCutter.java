package io.fragcast.cli;

import io.fragcast.ethereum.BasedOpMessage.Env;
import io.fragcast.ethereum.BasedOpMessage.Frag;
import io.fragcast.ethereum.BasedOpMessage.Seal;
import io.fragcast.ethereum.Header;
import io.fragcast.ethereum.TxEnvelope;
import org.agrona.concurrent.UnsafeBuffer;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts a real block into the messages that its builder would have sent: one env, k frags, one seal. The order of the
 * transactions never changes and none is split; a frag may be empty.
 */
public final class BlockCutter
{
    /** Zeros for chains whose blocks have no beacon root. */
    private static final byte[] NO_BEACON_ROOT = new byte[32];

    /**
     * By what the frags are alike.
     */
    public enum Rule
    {
        /** Frag i holds the transactions from floor(i * n / k) up to floor((i + 1) * n / k). */
        EQUAL_COUNT,
        /** A transaction goes by the gas limits before it: to frag floor(k * before / sum). */
        EQUAL_GAS
    }

    /**
     * What a block was cut into.
     *
     * @param env   the start.
     * @param frags the pieces, in order of seq.
     * @param seal  the end.
     */
    public record CutBlock(Env env, List<Frag> frags, Seal seal)
    {
    }

    private final int fragCount;
    private final Rule rule;

    /**
     * A cutter.
     *
     * @param fragCount frags a block, at least 1.
     * @param rule      by which they are cut.
     */
    public BlockCutter(final int fragCount, final Rule rule)
    {
        if (fragCount < 1)
        {
            throw new IllegalArgumentException("frags a block: " + fragCount + ", at least 1");
        }
        this.fragCount = fragCount;
        this.rule = rule;
    }

    /**
     * Cuts a block.
     *
     * @param block to cut.
     * @return its messages.
     * @throws IllegalArgumentException if by gas and a transaction has no readable gas limit.
     */
    public CutBlock cut(final BlockRecord block)
    {
        final int[] firstTxs = switch (rule)
        {
            case EQUAL_COUNT -> cutByCount(block.transactions().size());
            case EQUAL_GAS -> cutByGas(block);
        };

        final List<Frag> frags = new ArrayList<>(fragCount);
        for (int i = 0; i < fragCount; i++)
        {
            frags.add(new Frag(
                block.number(),
                i,
                fragCount - 1 == i,
                block.transactions().subList(firstTxs[i], firstTxs[i + 1])));
        }

        return new CutBlock(toEnv(block.header()), frags, toSeal(block));
    }

    private Env toEnv(final Header header)
    {
        final Long baseFeePerGas = header.baseFeePerGas();
        final byte[] beaconRoot = header.parentBeaconBlockRoot();

        return new Env(
            header.number(),
            header.parentHash(),
            header.beneficiary(),
            header.timestamp(),
            header.gasLimit(),
            null == baseFeePerGas ? 0 : baseFeePerGas,
            header.difficulty(),
            header.mixHash(),
            header.extraData(),
            null == beaconRoot ? NO_BEACON_ROOT : beaconRoot);
    }

    private Seal toSeal(final BlockRecord block)
    {
        final Header header = block.header();

        return new Seal(
            fragCount,
            header.number(),
            header.gasUsed(),
            header.gasLimit(),
            header.parentHash(),
            header.transactionsRoot(),
            header.receiptsRoot(),
            header.stateRoot(),
            block.hash());
    }

    private int[] cutByCount(final int txCount)
    {
        final int[] firstTxs = new int[fragCount + 1];
        for (int i = 0; i <= fragCount; i++)
        {
            firstTxs[i] = (int)((long)i * txCount / fragCount);
        }

        return firstTxs;
    }

    private int[] cutByGas(final BlockRecord block)
    {
        final int txCount = block.transactions().size();
        final BigInteger[] gasBefore = new BigInteger[txCount + 1];
        gasBefore[0] = BigInteger.ZERO;
        final TxEnvelope envelope = new TxEnvelope();
        for (int i = 0; i < txCount; i++)
        {
            final byte[] tx = block.transactions().get(i);
            if (!envelope.wrap(new UnsafeBuffer(tx), 0, tx.length))
            {
                throw new IllegalArgumentException(
                    "block " + Long.toUnsignedString(block.number()) + ": transaction " + i + " is not an EIP-2718 " +
                    "envelope of a known type, so it has no gas limit to cut by");
            }
            gasBefore[i + 1] = gasBefore[i].add(new BigInteger(Long.toUnsignedString(envelope.gasLimit())));
        }

        return firstTxsByGas(gasBefore, txCount);
    }

    private int[] firstTxsByGas(final BigInteger[] gasBefore, final int txCount)
    {
        final BigInteger gasSum = gasBefore[txCount].max(BigInteger.ONE);
        final int[] firstTxs = new int[fragCount + 1];
        int txIndex = 0;
        for (int fragIndex = 1; fragIndex < fragCount; fragIndex++)
        {
            final BigInteger bound = gasSum.multiply(BigInteger.valueOf(fragIndex));
            while (txIndex < txCount &&
                gasBefore[txIndex].multiply(BigInteger.valueOf(fragCount)).compareTo(bound) < 0)
            {
                txIndex++;
            }
            firstTxs[fragIndex] = txIndex;
        }
        firstTxs[fragCount] = txCount;

        return firstTxs;
    }
}
