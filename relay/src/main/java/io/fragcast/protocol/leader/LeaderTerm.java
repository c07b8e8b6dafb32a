package io.fragcast.protocol.leader;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.List;

/**
 * A numbered range of blocks that one leader owns.
 *
 * @param number     of the term, unique in the schedule, ascending with the blocks.
 * @param firstBlock first block of the range.
 * @param lastBlock  last block of the range, inclusive; {@link Long#MAX_VALUE} for an open end.
 * @param publicKey  the leader's relay key, 65 bytes uncompressed (0x04, x, y).
 * @param identity   the leader's identity key, 33 bytes compressed; names its node for session ids.
 * @param endpoints  HOST:PORT of the leader's block of lanes, first the preferred one; may be empty.
 * @param anchor     32-byte parent hash with which the first Env of the term may start a new run at any height; null:
 *                   the term goes on with the run before.
 * @param earlier    the leader's key before, where it is valid too; null: nowhere.
 */
public record LeaderTerm(
    int number,
    long firstBlock,
    long lastBlock,
    byte[] publicKey,
    byte @Nullable [] identity,
    List<String> endpoints,
    byte @Nullable [] anchor,
    @Nullable EarlierKey earlier)
{
    /**
     * A term of one key.
     *
     * @param number     of the term.
     * @param firstBlock first block of the range.
     * @param lastBlock  last block of the range.
     * @param publicKey  the leader's relay key.
     * @param identity   the leader's identity key, or null.
     * @param endpoints  of the leader.
     * @param anchor     parent hash of a new run, or null.
     */
    public LeaderTerm(
        final int number,
        final long firstBlock,
        final long lastBlock,
        final byte[] publicKey,
        final byte @Nullable [] identity,
        final List<String> endpoints,
        final byte @Nullable [] anchor)
    {
        this(number, firstBlock, lastBlock, publicKey, identity, endpoints, anchor, null);
    }

    /**
     * Is the block in the range?
     *
     * @param blockNumber asked for.
     * @return true if this term leads it.
     */
    public boolean leads(final long blockNumber)
    {
        return firstBlock <= blockNumber && blockNumber <= lastBlock;
    }

    /**
     * The leader's key before, if it may sign a block too.
     *
     * @param blockNumber asked for.
     * @return 65 bytes; null: its key alone is valid there.
     */
    public byte @Nullable [] earlierKey(final long blockNumber)
    {
        return null != earlier && blockNumber <= earlier.lastBlock() ? earlier.publicKey() : null;
    }

    /**
     * May a key sign a block?
     *
     * @param key         65 bytes.
     * @param blockNumber of this term.
     * @return true if it is the leader's there.
     */
    public boolean isKey(final byte[] key, final long blockNumber)
    {
        return Arrays.equals(key, publicKey) || Arrays.equals(key, earlierKey(blockNumber));
    }

    /**
     * The same term, ended early.
     *
     * @param last its last block now.
     * @return the term.
     */
    LeaderTerm endingAt(final long last)
    {
        return new LeaderTerm(number, firstBlock, last, publicKey, identity, endpoints, anchor, earlier);
    }

    /**
     * The same term, begun early. Its own anchor names the parent of another block.
     *
     * @param first     its first block now.
     * @param newAnchor of the term that was to begin there, or null.
     * @return the term.
     */
    LeaderTerm beginningAt(final long first, final byte @Nullable [] newAnchor)
    {
        return new LeaderTerm(number, first, lastBlock, publicKey, identity, endpoints, newAnchor, earlier);
    }
}
