package io.fragcast.protocol.block;

import org.agrona.DirectBuffer;

/**
 * What a builder may ask of the leader, one thing at a time. Used by the broadcasting thread.
 */
public interface BuilderRequests
{
    /**
     * May a request be made?
     *
     * @return false while an earlier one is being sent, or an attempt of an earlier life is to be aborted.
     */
    boolean isIdle();

    /**
     * The builder opens a block. What is open, this height or another, is aborted first.
     *
     * @param blockNumber      height.
     * @param buffer           holding the request.
     * @param parentHashOffset of 32 bytes.
     * @param fieldsOffset     of the Env's own fields as they are on the wire.
     * @param fieldsLength     of them, bytes.
     * @return what became of it.
     */
    PublishVerdict onEnv(
        long blockNumber,
        DirectBuffer buffer,
        int parentHashOffset,
        int fieldsOffset,
        int fieldsLength);

    /**
     * The builder adds a frag to the open block.
     *
     * @param blockNumber height.
     * @param seq         from 0, each one more than the one before.
     * @param isLast      true in the last of the block.
     * @param txCount     transactions that the body says it holds.
     * @param buffer      holding the body, a FragBody message.
     * @param bodyOffset  of its first byte.
     * @param bodyLength  in bytes.
     * @return what became of it.
     */
    PublishVerdict onFrag(
        long blockNumber,
        long seq,
        boolean isLast,
        int txCount,
        DirectBuffer buffer,
        int bodyOffset,
        int bodyLength);

    /**
     * The builder closes the open block.
     *
     * @param blockNumber      height.
     * @param totalFrags       frags of the block.
     * @param buffer           holding the request.
     * @param parentHashOffset of 32 bytes; must be the Env's.
     * @param blockHashOffset  of 32 bytes.
     * @param fieldsOffset     of the Seal's own fields as they are on the wire.
     * @param fieldsLength     of them, bytes.
     * @return what became of it.
     */
    PublishVerdict onSeal(
        long blockNumber,
        long totalFrags,
        DirectBuffer buffer,
        int parentHashOffset,
        int blockHashOffset,
        int fieldsOffset,
        int fieldsLength);

    /**
     * The builder, or the node on its way down, gives the open block up.
     *
     * @param blockNumber height.
     * @param reason      code of the AbortReason.
     * @return what became of it.
     */
    PublishVerdict onAbort(long blockNumber, int reason);
}
