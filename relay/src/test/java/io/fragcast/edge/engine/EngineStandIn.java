package io.fragcast.edge.engine;

import io.fragcast.ethereum.BasedOpMessage.Env;
import io.fragcast.ethereum.BasedOpMessage.Frag;
import io.fragcast.ethereum.BasedOpMessage.Seal;
import io.fragcast.ethereum.Hex;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * op-geth of based-op as far as its open block goes: the checks of its three handlers in their order and in their
 * words, and the reset that follows any error. It executes nothing; what a block comes to is asked of a port. Pure, one
 * thread.
 */
final class EngineStandIn
{
    /**
     * A block as the client knows it; hashes as hex.
     *
     * @param number           height.
     * @param hash             of it.
     * @param parentHash       of the block before.
     * @param timestamp        epoch seconds.
     * @param stateRoot        after it.
     * @param transactionsRoot of it.
     * @param receiptsRoot     of it.
     * @param gasUsed          by it.
     * @param gasLimit         of it.
     */
    record Block(
        long number,
        String hash,
        String parentHash,
        long timestamp,
        String stateRoot,
        String transactionsRoot,
        String receiptsRoot,
        long gasUsed,
        long gasLimit)
    {
        /** The block that a Seal describes. */
        static Block of(final Seal seal, final long timestamp)
        {
            return new Block(
                seal.blockNumber(),
                Hex.toHex(seal.blockHash()),
                Hex.toHex(seal.parentHash()),
                timestamp,
                Hex.toHex(seal.stateRoot()),
                Hex.toHex(seal.transactionsRoot()),
                Hex.toHex(seal.receiptsRoot()),
                seal.gasUsed(),
                seal.gasLimit());
        }
    }

    /**
     * What would be executed.
     */
    interface Execution
    {
        /**
         * Why a frag fails.
         *
         * @param frag that is executed.
         * @return the error, or null.
         */
        default @Nullable String error(final Frag frag)
        {
            return null;
        }

        /**
         * What the frags come to.
         *
         * @param env   of the block.
         * @param frags of it, all.
         * @return the block.
         */
        Block seal(Env env, List<Frag> frags);
    }

    private final Execution execution;
    private final Map<String, Block> blocks = new HashMap<>();
    private final List<Frag> frags = new ArrayList<>();
    /** Errors at which an open block was discarded. */
    private final List<String> discards = new ArrayList<>();
    private Block head;
    private @Nullable Env open;

    EngineStandIn(final Execution execution, final Block genesis)
    {
        this.execution = execution;
        head = genesis;
        blocks.put(genesis.hash(), genesis);
    }

    /** engine_envV0: null for VALID, else the error. */
    @Nullable String env(final Env env)
    {
        final String error = envError(env);
        if (null == error)
        {
            open = env;
            frags.clear();
        }

        return finish(error);
    }

    /** engine_newFragV0: null for VALID, else the error. */
    @Nullable String newFrag(final Frag frag)
    {
        final String error = fragError(frag);
        if (null != error)
        {
            return finish(error);
        }
        final String failure = execution.error(frag);
        if (null != failure)
        {
            return finish("failed to insert new frag: " + failure);
        }

        frags.add(frag);
        if (frag.isLast())
        {
            final Block block = execution.seal(Objects.requireNonNull(open), List.copyOf(frags));
            blocks.put(block.hash(), block);
        }

        return null;
    }

    /** engine_sealFragV0: null for VALID, else the error. */
    @Nullable String seal(final Seal seal)
    {
        final String error = sealError(seal);
        if (null == error)
        {
            head = blocks.get(Hex.toHex(seal.blockHash()));
            open = null;
        }

        return finish(error);
    }

    /** engine_newPayload: a block by another way. It leaves the open block as it is. */
    void newPayload(final Block block)
    {
        blocks.put(block.hash(), block);
    }

    /** engine_forkchoiceUpdated. It leaves the open block as it is. */
    void forkchoice(final String hash)
    {
        head = Objects.requireNonNull(blocks.get(hash));
    }

    /** The process dies and comes back: what was stored is there, what was open is not. */
    void restart()
    {
        open = null;
    }

    Block head()
    {
        return head;
    }

    boolean hasBlock(final String hash)
    {
        return blocks.containsKey(hash);
    }

    @Nullable Env open()
    {
        return open;
    }

    List<String> discards()
    {
        return discards;
    }

    private @Nullable String finish(final @Nullable String error)
    {
        if (null != error)
        {
            if (null != open)
            {
                discards.add(error);
            }
            open = null;
        }

        return error;
    }

    private @Nullable String envError(final Env env)
    {
        final Block parent = blocks.get(Hex.toHex(env.parentHash()));
        if (null == parent)
        {
            return "there's no parent block";
        }
        if (null != open)
        {
            return "cannot open a new unsealed block while there's one already in progress";
        }
        if (env.number() != parent.number() + 1)
        {
            return "env block number doesn't match expected block number, expected " + (parent.number() + 1) +
                ", received " + env.number();
        }
        if (env.timestamp() < parent.timestamp())
        {
            return "env timestamp is lower than parent block timestamp, parent timestamp " + parent.timestamp() +
                ", env timestamp " + env.timestamp();
        }

        return null;
    }

    private @Nullable String fragError(final Frag frag)
    {
        final Env env = open;
        if (null == env)
        {
            return "new frag received but no unsealed block was opened";
        }
        if (frag.blockNumber() != env.number())
        {
            return "frag block number doesn't match opened unsealed block number, expected " + env.number() +
                ", received " + frag.blockNumber();
        }
        final boolean isAfterLast = !frags.isEmpty() && frags.get(frags.size() - 1).isLast();
        if (isAfterLast || frag.seq() != frags.size())
        {
            return "frag sequence number is not the next one, expected " + frags.size() + ", received " + frag.seq();
        }

        return null;
    }

    private @Nullable String sealError(final Seal seal)
    {
        final Block block = blocks.get(Hex.toHex(seal.blockHash()));
        if (null == block || block.number() != seal.blockNumber())
        {
            return "pre-sealed block " + seal.blockNumber() + " not found";
        }
        if (null == open)
        {
            return "no unsealed block in progress";
        }
        final String[][] pairs = {
            {"parent hash", block.parentHash(), Hex.toHex(seal.parentHash())},
            {"state root", block.stateRoot(), Hex.toHex(seal.stateRoot())},
            {"transactions root", block.transactionsRoot(), Hex.toHex(seal.transactionsRoot())},
            {"receipts root", block.receiptsRoot(), Hex.toHex(seal.receiptsRoot())},
            {"gas used", Long.toUnsignedString(block.gasUsed()), Long.toUnsignedString(seal.gasUsed())},
            {"gas limit", Long.toUnsignedString(block.gasLimit()), Long.toUnsignedString(seal.gasLimit())},
            {"total frags", Integer.toString(frags.size()), Long.toUnsignedString(seal.totalFrags())},
        };
        for (final String[] pair : pairs)
        {
            if (!pair[1].equals(pair[2]))
            {
                return pair[0] + " mismatch, expected " + pair[1] + ", got " + pair[2];
            }
        }

        return null;
    }
}
