package io.fragcast.protocol.block;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Through which {@link FragBroadcaster} speaks. A signed message is encoded into {@link #signedFrame()}, signed there
 * by the caller, and sent to one tier of sinks after the other; it stays there until the next is encoded. Pages and
 * chunks are encoded and sent in one call. Used by one thread.
 */
public interface FragSender
{
    /** Tier of the next leaders: a whole frag leaves for them before anyone else. */
    int NEXT_LEADERS = 0;
    /** Tier of all other peers, interleaved by as many frames as leave in a turn of the transport. */
    int PEERS = 1;
    /** How many tiers there are. */
    int TIERS = 2;

    /**
     * Longest body that travels inside the Frag frame.
     *
     * @return bytes.
     */
    int inlineBodyCapacity();

    /**
     * Body bytes in a FragChunk.
     *
     * @return bytes.
     */
    int chunkLength();

    /**
     * Hashes that a Frag frame without inline body holds.
     *
     * @return count.
     */
    int headerHashCapacity();

    /**
     * Hashes that a FragPage holds.
     *
     * @return count.
     */
    int pageHashCapacity();

    /**
     * Does anybody listen, in any tier?
     *
     * @return true if at least one sink is connected.
     */
    boolean isConnected();

    /**
     * Does anybody listen in one tier?
     *
     * @param tier of the sinks.
     * @return true if at least one sink of it is connected.
     */
    boolean isConnected(int tier);

    /**
     * May a frame be sent?
     *
     * @return false while an earlier one waits for a sink.
     */
    boolean isReady();

    /**
     * What the transport still has to hand to the network for the connected sinks of a tier that were not given up.
     * Lets it work meanwhile where it shares the thread.
     *
     * @param tier of the sinks.
     * @return bytes; 0: drained.
     */
    long unsentBytes(int tier);

    /**
     * Nothing of what is unsent left for too long: the sinks of a tier that still hold some are not waited for again
     * before they are drained.
     *
     * @param tier of the sinks.
     */
    void giveUp(int tier);

    /**
     * Holds the signed message encoded last, from offset 0.
     *
     * @return the buffer.
     */
    MutableDirectBuffer signedFrame();

    /**
     * Encodes an Env, its signature zero.
     *
     * @param head         common fields.
     * @param fields       holding the template's own fields as they are on the wire, from the timestamp on.
     * @param fieldsOffset of the first.
     * @return length of the signed region, bytes.
     */
    int encodeEnv(SignedHead head, DirectBuffer fields, int fieldsOffset);

    /**
     * Encodes a Frag, its signature zero.
     *
     * @param head         common fields.
     * @param isLast       true in the last frag of the block.
     * @param pageHashes   hashes a page holds; 0: the list names the chunks themselves.
     * @param txCount      transactions in the body.
     * @param hashes       20 bytes each, from offset 0.
     * @param hashCount    of the list.
     * @param body         holding the FragBody message.
     * @param bodyOffset   of its first byte.
     * @param bodyLength   in bytes; travels inside where it fits {@link #inlineBodyCapacity()}.
     * @return length of the signed region, bytes.
     */
    int encodeFrag(
        SignedHead head,
        boolean isLast,
        int pageHashes,
        int txCount,
        DirectBuffer hashes,
        int hashCount,
        DirectBuffer body,
        int bodyOffset,
        int bodyLength);

    /**
     * Encodes a Seal, its signature zero.
     *
     * @param head         common fields.
     * @param fields       holding the template's own fields as they are on the wire, from totalFrags on.
     * @param fieldsOffset of the first.
     * @return length of the signed region, bytes.
     */
    int encodeSeal(SignedHead head, DirectBuffer fields, int fieldsOffset);

    /**
     * Encodes an Abort, its signature zero.
     *
     * @param head   common fields.
     * @param reason code of the AbortReason.
     * @return length of the signed region, bytes.
     */
    int encodeAbort(SignedHead head, int reason);

    /**
     * Encodes a Heartbeat, its signature zero.
     *
     * @param head           common fields: attempt, seq and digest of the last message.
     * @param controlSeq     strictly increasing.
     * @param chunkCount     of the frag named; 0 where the last message is no frag.
     * @param lastTemplateId template of the last message; 0: nothing was published in this term yet.
     * @return length of the signed region, bytes.
     */
    int encodeHeartbeat(SignedHead head, long controlSeq, int chunkCount, int lastTemplateId);

    /**
     * Encodes a LeaderStart, its signature zero.
     *
     * @param head       common fields; blockNumber is the first of the term.
     * @param controlSeq strictly increasing.
     * @param lastBlock  of the term.
     * @return length of the signed region, bytes.
     */
    int encodeLeaderStart(SignedHead head, long controlSeq, long lastBlock);

    /**
     * Encodes a LeaderStop, its signature zero.
     *
     * @param head       common fields.
     * @param controlSeq strictly increasing.
     * @return length of the signed region, bytes.
     */
    int encodeLeaderStop(SignedHead head, long controlSeq);

    /**
     * Sends the signed message encoded last.
     *
     * @param tier of the sinks.
     * @return false: no sink could take it though some listen; send it again on a later cycle.
     */
    boolean sendSigned(int tier);

    /**
     * Sends one page of the frag's hash list.
     *
     * @param tier       of the sinks.
     * @param head       of the frag.
     * @param index      of the page.
     * @param hashes     of all chunks, 20 bytes each.
     * @param hashOffset where the page starts.
     * @param length     of the page, bytes.
     * @return false: no sink could take it though some listen; send it again on a later cycle.
     */
    boolean sendPage(int tier, SignedHead head, int index, DirectBuffer hashes, int hashOffset, int length);

    /**
     * Sends one chunk of the frag's body.
     *
     * @param tier   of the sinks.
     * @param head   of the frag.
     * @param index  of the chunk.
     * @param body   holding it.
     * @param offset of its first byte.
     * @param length in bytes.
     * @return false: no sink could take it though some listen; send it again on a later cycle.
     */
    boolean sendChunk(int tier, SignedHead head, int index, DirectBuffer body, int offset, int length);
}
