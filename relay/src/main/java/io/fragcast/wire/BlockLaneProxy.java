package io.fragcast.wire;

import io.fragcast.codecs.AbortEncoder;
import io.fragcast.codecs.AbortReason;
import io.fragcast.codecs.BooleanType;
import io.fragcast.codecs.EnvEncoder;
import io.fragcast.codecs.FragChunkEncoder;
import io.fragcast.codecs.FragEncoder;
import io.fragcast.codecs.FragPageEncoder;
import io.fragcast.codecs.HeartbeatEncoder;
import io.fragcast.codecs.LeaderStartEncoder;
import io.fragcast.codecs.LeaderStopEncoder;
import io.fragcast.codecs.MessageHeaderEncoder;
import io.fragcast.codecs.SealEncoder;
import io.fragcast.protocol.block.FragSender;
import io.fragcast.protocol.block.FrameForwarder;
import io.fragcast.protocol.block.SignedHead;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;

/**
 * Encodes what a leader says on the block lane and hands each frame to the fan-out, and to the journal where there is
 * one. Owned by one broadcaster; used by its thread.
 */
public final class BlockLaneProxy implements FragSender
{
    /** The shortest lane that holds the longest fixed message, an Env; 1408 - 32 by default. */
    public static final int MIN_FRAME_LENGTH = MessageHeaderEncoder.ENCODED_LENGTH + EnvEncoder.BLOCK_LENGTH;

    private static final int HEADER_LENGTH = MessageHeaderEncoder.ENCODED_LENGTH;
    private static final int SIGNED_OFFSET = HEADER_LENGTH + EnvEncoder.chainIdEncodingOffset();
    private static final int FRAG_FIXED_LENGTH = FragCapacity.FRAG_FIXED_LENGTH;
    private static final int HASH_LENGTH = FragCapacity.HASH_LENGTH;
    private static final int CHUNK_FIXED_LENGTH = FragCapacity.CHUNK_FIXED_LENGTH;
    private static final int PAGE_FIXED_LENGTH = FragCapacity.PAGE_FIXED_LENGTH;
    private static final int ENV_FIELDS_OFFSET = HEADER_LENGTH + EnvEncoder.timestampEncodingOffset();
    private static final int ENV_FIELDS_LENGTH = HEADER_LENGTH + EnvEncoder.BLOCK_LENGTH - ENV_FIELDS_OFFSET;
    private static final int SEAL_FIELDS_OFFSET = HEADER_LENGTH + SealEncoder.totalFragsEncodingOffset();
    private static final int SEAL_FIELDS_LENGTH = HEADER_LENGTH + SealEncoder.BLOCK_LENGTH - SEAL_FIELDS_OFFSET;

    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final EnvEncoder env = new EnvEncoder();
    private final FragEncoder frag = new FragEncoder();
    private final FragPageEncoder page = new FragPageEncoder();
    private final FragChunkEncoder chunk = new FragChunkEncoder();
    private final SealEncoder seal = new SealEncoder();
    private final AbortEncoder abort = new AbortEncoder();
    private final HeartbeatEncoder heartbeat = new HeartbeatEncoder();
    private final LeaderStartEncoder leaderStart = new LeaderStartEncoder();
    private final LeaderStopEncoder leaderStop = new LeaderStopEncoder();

    private final FrameFanout fanout;
    private final @Nullable FrameForwarder journal;
    private final int maxFrameLength;
    private final FragCapacity capacity;
    private final UnsafeBuffer signedFrame;
    private final UnsafeBuffer pieceFrame;
    private int signedFrameLength;

    /**
     * A proxy for one lane.
     *
     * @param fanout         takes every frame.
     * @param journal        takes each frame once, as session 0; null where nothing is journaled.
     * @param maxFrameLength of the lane: MTU - 32, bytes.
     */
    public BlockLaneProxy(
        final FrameFanout fanout, final @Nullable FrameForwarder journal, final int maxFrameLength)
    {
        if (maxFrameLength < MIN_FRAME_LENGTH)
        {
            throw new IllegalArgumentException(
                "frames of " + maxFrameLength + " bytes cannot hold an Env of " + MIN_FRAME_LENGTH);
        }

        this.fanout = fanout;
        this.journal = journal;
        this.maxFrameLength = maxFrameLength;
        capacity = FragCapacity.of(maxFrameLength);
        signedFrame = new UnsafeBuffer(ByteBuffer.allocateDirect(maxFrameLength));
        pieceFrame = new UnsafeBuffer(ByteBuffer.allocateDirect(maxFrameLength));
    }

    @Override
    public int inlineBodyCapacity()
    {
        return maxFrameLength - FRAG_FIXED_LENGTH - HASH_LENGTH;
    }

    @Override
    public int chunkLength()
    {
        return capacity.chunkLength();
    }

    @Override
    public int headerHashCapacity()
    {
        return capacity.headerHashCapacity();
    }

    @Override
    public int pageHashCapacity()
    {
        return capacity.pageHashCapacity();
    }

    @Override
    public boolean isConnected()
    {
        return fanout.isConnected();
    }

    @Override
    public boolean isConnected(final int tier)
    {
        return fanout.isConnected(tier);
    }

    @Override
    public boolean isReady()
    {
        return fanout.isReady();
    }

    @Override
    public long unsentBytes(final int tier)
    {
        return fanout.unsentBytes(tier);
    }

    @Override
    public void giveUp(final int tier)
    {
        fanout.giveUp(tier);
    }

    @Override
    public MutableDirectBuffer signedFrame()
    {
        return signedFrame;
    }

    @Override
    public int encodeEnv(final SignedHead head, final DirectBuffer fields, final int fieldsOffset)
    {
        begin(head, HEADER_LENGTH + EnvEncoder.BLOCK_LENGTH);
        env.wrapAndApplyHeader(signedFrame, 0, header)
            .chainId(head.chainId())
            .blockNumber(head.blockNumber())
            .incarnation(head.incarnation())
            .leaderTerm(Integer.toUnsignedLong(head.leaderTerm()))
            .seq(Integer.toUnsignedLong(head.seq()))
            .putParentHash(head.parentHash(), 0, SignedHead.HASH_LENGTH)
            .putPreviousDigest(head.previousDigest(), 0, SignedHead.HASH_LENGTH)
            .publishTimeNs(head.publishTimeNs());
        signedFrame.putBytes(ENV_FIELDS_OFFSET, fields, fieldsOffset, ENV_FIELDS_LENGTH);

        return signedFrameLength - SIGNED_OFFSET;
    }

    @Override
    public int encodeFrag(
        final SignedHead head,
        final boolean isLast,
        final int pageHashes,
        final int txCount,
        final DirectBuffer hashes,
        final int hashCount,
        final DirectBuffer body,
        final int bodyOffset,
        final int bodyLength)
    {
        final int inlineLength = bodyLength <= inlineBodyCapacity() ? bodyLength : 0;
        final int signedEnd = FRAG_FIXED_LENGTH - FragEncoder.inlineBodyHeaderLength() + hashCount * HASH_LENGTH;
        begin(head, signedEnd + FragEncoder.inlineBodyHeaderLength() + inlineLength);
        final FragEncoder.HashesEncoder list = frag.wrapAndApplyHeader(signedFrame, 0, header)
            .chainId(head.chainId())
            .blockNumber(head.blockNumber())
            .incarnation(head.incarnation())
            .leaderTerm(Integer.toUnsignedLong(head.leaderTerm()))
            .seq(Integer.toUnsignedLong(head.seq()))
            .putParentHash(head.parentHash(), 0, SignedHead.HASH_LENGTH)
            .putPreviousDigest(head.previousDigest(), 0, SignedHead.HASH_LENGTH)
            .publishTimeNs(head.publishTimeNs())
            .isLast(isLast ? BooleanType.T : BooleanType.F)
            .pageHashes(pageHashes)
            .txCount(txCount)
            .bodyLength(bodyLength)
            .chunkLength(chunkLength())
            .hashesCount(hashCount);
        for (int i = 0; i < hashCount; i++)
        {
            list.next().putHash(hashes, i * HASH_LENGTH, HASH_LENGTH);
        }
        frag.putInlineBody(body, bodyOffset, inlineLength);

        return signedEnd - SIGNED_OFFSET;
    }

    @Override
    public int encodeSeal(final SignedHead head, final DirectBuffer fields, final int fieldsOffset)
    {
        begin(head, HEADER_LENGTH + SealEncoder.BLOCK_LENGTH);
        seal.wrapAndApplyHeader(signedFrame, 0, header)
            .chainId(head.chainId())
            .blockNumber(head.blockNumber())
            .incarnation(head.incarnation())
            .leaderTerm(Integer.toUnsignedLong(head.leaderTerm()))
            .seq(Integer.toUnsignedLong(head.seq()))
            .putParentHash(head.parentHash(), 0, SignedHead.HASH_LENGTH)
            .putPreviousDigest(head.previousDigest(), 0, SignedHead.HASH_LENGTH)
            .publishTimeNs(head.publishTimeNs());
        signedFrame.putBytes(SEAL_FIELDS_OFFSET, fields, fieldsOffset, SEAL_FIELDS_LENGTH);

        return signedFrameLength - SIGNED_OFFSET;
    }

    @Override
    public int encodeAbort(final SignedHead head, final int reason)
    {
        begin(head, HEADER_LENGTH + AbortEncoder.BLOCK_LENGTH);
        abort.wrapAndApplyHeader(signedFrame, 0, header)
            .chainId(head.chainId())
            .blockNumber(head.blockNumber())
            .incarnation(head.incarnation())
            .leaderTerm(Integer.toUnsignedLong(head.leaderTerm()))
            .seq(Integer.toUnsignedLong(head.seq()))
            .putParentHash(head.parentHash(), 0, SignedHead.HASH_LENGTH)
            .putPreviousDigest(head.previousDigest(), 0, SignedHead.HASH_LENGTH)
            .publishTimeNs(head.publishTimeNs())
            .reason(AbortReason.get((short) reason));

        return signedFrameLength - SIGNED_OFFSET;
    }

    @Override
    public int encodeHeartbeat(
        final SignedHead head, final long controlSeq, final int chunkCount, final int lastTemplateId)
    {
        begin(head, HEADER_LENGTH + HeartbeatEncoder.BLOCK_LENGTH);
        heartbeat.wrapAndApplyHeader(signedFrame, 0, header)
            .chainId(head.chainId())
            .blockNumber(head.blockNumber())
            .incarnation(head.incarnation())
            .leaderTerm(Integer.toUnsignedLong(head.leaderTerm()))
            .seq(Integer.toUnsignedLong(head.seq()))
            .putParentHash(head.parentHash(), 0, SignedHead.HASH_LENGTH)
            .putPreviousDigest(head.previousDigest(), 0, SignedHead.HASH_LENGTH)
            .publishTimeNs(head.publishTimeNs())
            .controlSeq(controlSeq)
            .chunkCount(chunkCount)
            .lastTemplateId(lastTemplateId);

        return signedFrameLength - SIGNED_OFFSET;
    }

    @Override
    public int encodeLeaderStart(final SignedHead head, final long controlSeq, final long lastBlock)
    {
        begin(head, HEADER_LENGTH + LeaderStartEncoder.BLOCK_LENGTH);
        leaderStart.wrapAndApplyHeader(signedFrame, 0, header)
            .chainId(head.chainId())
            .blockNumber(head.blockNumber())
            .incarnation(head.incarnation())
            .leaderTerm(Integer.toUnsignedLong(head.leaderTerm()))
            .seq(Integer.toUnsignedLong(head.seq()))
            .putParentHash(head.parentHash(), 0, SignedHead.HASH_LENGTH)
            .putPreviousDigest(head.previousDigest(), 0, SignedHead.HASH_LENGTH)
            .publishTimeNs(head.publishTimeNs())
            .controlSeq(controlSeq)
            .lastBlock(lastBlock);

        return signedFrameLength - SIGNED_OFFSET;
    }

    @Override
    public int encodeLeaderStop(final SignedHead head, final long controlSeq)
    {
        begin(head, HEADER_LENGTH + LeaderStopEncoder.BLOCK_LENGTH);
        leaderStop.wrapAndApplyHeader(signedFrame, 0, header)
            .chainId(head.chainId())
            .blockNumber(head.blockNumber())
            .incarnation(head.incarnation())
            .leaderTerm(Integer.toUnsignedLong(head.leaderTerm()))
            .seq(Integer.toUnsignedLong(head.seq()))
            .putParentHash(head.parentHash(), 0, SignedHead.HASH_LENGTH)
            .putPreviousDigest(head.previousDigest(), 0, SignedHead.HASH_LENGTH)
            .publishTimeNs(head.publishTimeNs())
            .controlSeq(controlSeq);

        return signedFrameLength - SIGNED_OFFSET;
    }

    @Override
    public boolean sendSigned(final int tier)
    {
        if (!send(tier, signedFrame, signedFrameLength))
        {
            return false;
        }
        // Its signature is checked while its pieces are on their way.
        fanout.flushFirst();

        return true;
    }

    @Override
    public boolean sendPage(
        final int tier,
        final SignedHead head,
        final int index,
        final DirectBuffer hashes,
        final int hashOffset,
        final int length)
    {
        pieceFrame.setMemory(0, PAGE_FIXED_LENGTH, (byte) 0);
        page.wrapAndApplyHeader(pieceFrame, 0, header)
            .chainId(head.chainId())
            .blockNumber(head.blockNumber())
            .incarnation(head.incarnation())
            .leaderTerm(Integer.toUnsignedLong(head.leaderTerm()))
            .seq(Integer.toUnsignedLong(head.seq()))
            .index(index)
            .putHashes(hashes, hashOffset, length);

        return send(tier, pieceFrame, PAGE_FIXED_LENGTH + length);
    }

    @Override
    public boolean sendChunk(
        final int tier,
        final SignedHead head,
        final int index,
        final DirectBuffer body,
        final int offset,
        final int length)
    {
        pieceFrame.setMemory(0, CHUNK_FIXED_LENGTH, (byte) 0);
        chunk.wrapAndApplyHeader(pieceFrame, 0, header)
            .chainId(head.chainId())
            .blockNumber(head.blockNumber())
            .incarnation(head.incarnation())
            .leaderTerm(Integer.toUnsignedLong(head.leaderTerm()))
            .seq(Integer.toUnsignedLong(head.seq()))
            .index(index)
            .putChunk(body, offset, length);

        return send(tier, pieceFrame, CHUNK_FIXED_LENGTH + length);
    }

    /** Clears the whole frame first: what no field covers (hop fields, signature, reserved) leaves as zeros. */
    private void begin(final SignedHead head, final int frameLength)
    {
        signedFrame.setMemory(0, frameLength, (byte) 0);
        signedFrameLength = frameLength;
        fanout.beginMessage(head.blockNumber());
    }

    private boolean send(final int tier, final UnsafeBuffer frame, final int length)
    {
        if (!fanout.send(tier, frame, 0, length))
        {
            return false;
        }
        // Every frame passes the last tier exactly once, whoever listens there.
        if (PEERS == tier && null != journal)
        {
            journal.onAccepted(frame, 0, length, 0);
        }

        return true;
    }
}
