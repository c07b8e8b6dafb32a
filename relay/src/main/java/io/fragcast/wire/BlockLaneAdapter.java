package io.fragcast.wire;

import io.fragcast.codecs.AbortDecoder;
import io.fragcast.codecs.EnvDecoder;
import io.fragcast.codecs.FragChunkDecoder;
import io.fragcast.codecs.FragDecoder;
import io.fragcast.codecs.FragPageDecoder;
import io.fragcast.codecs.HeartbeatDecoder;
import io.fragcast.codecs.LeaderStartDecoder;
import io.fragcast.codecs.LeaderStopDecoder;
import io.fragcast.codecs.MessageHeaderDecoder;
import io.fragcast.codecs.SealDecoder;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.block.BlockLaneReceiver;
import io.fragcast.protocol.block.FrameDigest;
import io.fragcast.protocol.block.FrameKind;
import io.fragcast.protocol.block.PieceFrame;
import io.fragcast.protocol.block.SignedFrame;
import io.fragcast.protocol.block.Verdict;
import io.fragcast.transport.FrameHandler;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.status.AtomicCounter;
import org.jspecify.annotations.Nullable;

import java.nio.ByteOrder;

/**
 * Reads the frames of the block lane and calls the {@link BlockLaneReceiver}. Vouches for the layout alone: every
 * message is exactly as long as its own lengths say, measured by the block length and group header received, and the
 * bytes that nobody signs are zero. Any bytes may come; none make it throw. Used by the polling thread.
 */
public final class BlockLaneAdapter implements FrameHandler
{
    private static final int HEADER_LENGTH = MessageHeaderDecoder.ENCODED_LENGTH;
    private static final int GROUP_HEADER_LENGTH = FragDecoder.HashesDecoder.sbeHeaderSize();
    private static final int DATA_HEADER_LENGTH = FragDecoder.inlineBodyHeaderLength();
    private static final int HASH_LENGTH = FrameDigest.HASH_LENGTH;
    /** The byte after r and s, and the reserved bytes after it: not signed, so they must be zero. */
    private static final int UNSIGNED_ZEROS_OFFSET =
        SignedFrame.SIGNATURE_OFFSET + SignedFrame.SIGNATURE_LENGTH - 1;
    private static final int PIECE_ZEROS_OFFSET = HEADER_LENGTH + FragChunkDecoder.reservedEncodingOffset();
    private static final int PIECE_ZEROS_END = HEADER_LENGTH + FragChunkDecoder.chainIdEncodingOffset();

    private final BlockLaneReceiver receiver;
    private final NanoClock clock;
    private final AtomicCounter framesReceived;
    private final AtomicCounter framesMalformed;

    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final EnvDecoder env = new EnvDecoder();
    private final FragDecoder frag = new FragDecoder();
    private final FragPageDecoder page = new FragPageDecoder();
    private final FragChunkDecoder chunk = new FragChunkDecoder();
    private final SealDecoder seal = new SealDecoder();
    private final AbortDecoder abort = new AbortDecoder();
    private final HeartbeatDecoder heartbeat = new HeartbeatDecoder();
    private final LeaderStartDecoder leaderStart = new LeaderStartDecoder();
    private final LeaderStopDecoder leaderStop = new LeaderStopDecoder();
    private final SignedFrame signed = new SignedFrame();
    private final PieceFrame piece = new PieceFrame();
    private @Nullable Verdict lastVerdict;

    /**
     * An adapter.
     *
     * @param receiver called for each well-formed frame.
     * @param clock    monotonic time, as the receiver is told it.
     * @param counters of this node.
     */
    public BlockLaneAdapter(final BlockLaneReceiver receiver, final NanoClock clock, final Counters counters)
    {
        this.receiver = receiver;
        this.clock = clock;
        framesReceived = counters.get(FragcastCounter.FRAMES_RECEIVED);
        framesMalformed = counters.get(FragcastCounter.FRAMES_MALFORMED);
    }

    @Override
    public boolean onFrame(final DirectBuffer buffer, final int offset, final int length, final int sessionId)
    {
        if (!receiver.isReady())
        {
            return false;
        }

        framesReceived.incrementRelease();
        lastVerdict = null;
        if (!isTaken(buffer, offset, length, sessionId))
        {
            framesMalformed.incrementRelease();
        }

        return true;
    }

    /**
     * What became of the last frame.
     *
     * @return the receiver's verdict; null if the frame was malformed.
     */
    public @Nullable Verdict lastVerdict()
    {
        return lastVerdict;
    }

    /** Hands a well-formed frame over; false if it is malformed. */
    private boolean isTaken(final DirectBuffer buffer, final int offset, final int length, final int sessionId)
    {
        if (length < HEADER_LENGTH)
        {
            return false;
        }
        header.wrap(buffer, offset);
        final FrameKind kind = FrameKind.ofTemplate(header.templateId());
        if (null == kind || MessageHeaderDecoder.SCHEMA_ID != header.schemaId())
        {
            return false;
        }

        return switch (kind)
        {
            case ENV -> onEnv(buffer, offset, length, sessionId);
            case FRAG -> onFrag(buffer, offset, length, sessionId);
            case FRAG_PAGE -> onPage(buffer, offset, length, sessionId);
            case FRAG_CHUNK -> onChunk(buffer, offset, length, sessionId);
            case SEAL -> onSeal(buffer, offset, length, sessionId);
            case ABORT -> onAbort(buffer, offset, length, sessionId);
            case HEARTBEAT -> onHeartbeat(buffer, offset, length, sessionId);
            case LEADER_START -> onLeaderStart(buffer, offset, length, sessionId);
            case LEADER_STOP -> onLeaderStop(buffer, offset, length, sessionId);
        };
    }

    private boolean onEnv(final DirectBuffer buffer, final int offset, final int length, final int sessionId)
    {
        final int blockLength = header.blockLength();
        if (!isBlock(EnvDecoder.BLOCK_LENGTH) ||
            length != HEADER_LENGTH + blockLength ||
            !isZero(buffer, offset + UNSIGNED_ZEROS_OFFSET, offset + SignedFrame.SIGNED_OFFSET))
        {
            return false;
        }

        env.wrap(buffer, offset + HEADER_LENGTH, blockLength, header.version());
        signed
            .wrap(FrameKind.ENV, buffer, offset, length, length - SignedFrame.SIGNED_OFFSET, header.version())
            .identity(
                env.chainId(),
                (int)env.leaderTerm(),
                env.blockNumber(),
                env.incarnation(),
                (int)env.seq(),
                env.publishTimeNs(),
                env.hopCount());
        lastVerdict = receiver.onSigned(signed, sessionId, clock.nanoTime());

        return true;
    }

    private boolean onFrag(final DirectBuffer buffer, final int offset, final int length, final int sessionId)
    {
        final int groupOffset = HEADER_LENGTH + header.blockLength();
        final int hashesOffset = groupOffset + GROUP_HEADER_LENGTH;
        if (!isBlock(FragDecoder.BLOCK_LENGTH) ||
            length < hashesOffset ||
            HASH_LENGTH != u16(buffer, offset + groupOffset) ||
            !isZero(buffer, offset + UNSIGNED_ZEROS_OFFSET, offset + SignedFrame.SIGNED_OFFSET))
        {
            return false;
        }

        final int hashCount = u16(buffer, offset + groupOffset + Short.BYTES);
        final int signedEnd = hashesOffset + hashCount * HASH_LENGTH;
        final int inlineOffset = signedEnd + DATA_HEADER_LENGTH;
        if (length < inlineOffset || u32(buffer, offset + signedEnd) != length - inlineOffset)
        {
            return false;
        }

        frag.wrap(buffer, offset + HEADER_LENGTH, header.blockLength(), header.version());
        final int inlineLength = length - inlineOffset;
        if (frag.isLastRaw() > 1 || !isFragList(hashCount, inlineLength))
        {
            return false;
        }

        signed
            .wrap(FrameKind.FRAG, buffer, offset, length, signedEnd - SignedFrame.SIGNED_OFFSET, header.version())
            .identity(
                frag.chainId(),
                (int)frag.leaderTerm(),
                frag.blockNumber(),
                frag.incarnation(),
                (int)frag.seq(),
                frag.publishTimeNs(),
                frag.hopCount())
            .frag(
                1 == frag.isLastRaw(), frag.txCount(), frag.bodyLength(), frag.chunkLength(), frag.pageHashes())
            .fragLists(hashCount, hashesOffset, inlineOffset, inlineLength);
        lastVerdict = receiver.onSigned(signed, sessionId, clock.nanoTime());

        return true;
    }

    /** Does the list name every chunk, or every page of chunk hashes, and is the body here whole or not at all? */
    private boolean isFragList(final int hashCount, final int inlineLength)
    {
        final long bodyLength = frag.bodyLength();
        final int chunkLength = frag.chunkLength();
        final int pageHashes = frag.pageHashes();
        if (0 == chunkLength || 0 == bodyLength)
        {
            return false;
        }

        final long chunkCount = ceilDivide(bodyLength, chunkLength);
        final long listed = 0 == pageHashes ? chunkCount : ceilDivide(chunkCount, pageHashes);

        return hashCount == listed &&
            (0 == inlineLength || inlineLength == bodyLength && 1 == chunkCount && 0 == pageHashes);
    }

    private boolean onPage(final DirectBuffer buffer, final int offset, final int length, final int sessionId)
    {
        final int dataOffset = HEADER_LENGTH + FragPageDecoder.BLOCK_LENGTH + DATA_HEADER_LENGTH;
        if (!isPiece(buffer, offset, length, FragPageDecoder.BLOCK_LENGTH))
        {
            return false;
        }

        page.wrap(buffer, offset + HEADER_LENGTH, header.blockLength(), header.version());
        piece
            .wrap(
                FrameKind.FRAG_PAGE, buffer, offset, length, header.version(), dataOffset, length - dataOffset)
            .identity(
                page.chainId(),
                (int)page.leaderTerm(),
                page.blockNumber(),
                page.incarnation(),
                (int)page.seq(),
                (int)page.index());
        lastVerdict = receiver.onPiece(piece, sessionId, clock.nanoTime());

        return true;
    }

    private boolean onChunk(final DirectBuffer buffer, final int offset, final int length, final int sessionId)
    {
        final int dataOffset = HEADER_LENGTH + FragChunkDecoder.BLOCK_LENGTH + DATA_HEADER_LENGTH;
        if (!isPiece(buffer, offset, length, FragChunkDecoder.BLOCK_LENGTH))
        {
            return false;
        }

        chunk.wrap(buffer, offset + HEADER_LENGTH, header.blockLength(), header.version());
        piece
            .wrap(
                FrameKind.FRAG_CHUNK, buffer, offset, length, header.version(), dataOffset, length - dataOffset)
            .identity(
                chunk.chainId(),
                (int)chunk.leaderTerm(),
                chunk.blockNumber(),
                chunk.incarnation(),
                (int)chunk.seq(),
                (int)chunk.index());
        lastVerdict = receiver.onPiece(piece, sessionId, clock.nanoTime());

        return true;
    }

    private boolean onSeal(final DirectBuffer buffer, final int offset, final int length, final int sessionId)
    {
        final int blockLength = header.blockLength();
        if (!isBlock(SealDecoder.BLOCK_LENGTH) ||
            length != HEADER_LENGTH + blockLength ||
            !isZero(buffer, offset + UNSIGNED_ZEROS_OFFSET, offset + SignedFrame.SIGNED_OFFSET))
        {
            return false;
        }

        seal.wrap(buffer, offset + HEADER_LENGTH, blockLength, header.version());
        signed
            .wrap(FrameKind.SEAL, buffer, offset, length, length - SignedFrame.SIGNED_OFFSET, header.version())
            .identity(
                seal.chainId(),
                (int)seal.leaderTerm(),
                seal.blockNumber(),
                seal.incarnation(),
                (int)seal.seq(),
                seal.publishTimeNs(),
                seal.hopCount())
            .seal(
                seal.totalFrags(),
                HEADER_LENGTH + SealDecoder.blockHashEncodingOffset(),
                HEADER_LENGTH + SealDecoder.transactionsRootEncodingOffset());
        lastVerdict = receiver.onSigned(signed, sessionId, clock.nanoTime());

        return true;
    }

    private boolean onAbort(final DirectBuffer buffer, final int offset, final int length, final int sessionId)
    {
        final int blockLength = header.blockLength();
        if (!isBlock(AbortDecoder.BLOCK_LENGTH) ||
            length != HEADER_LENGTH + blockLength ||
            !isZero(buffer, offset + UNSIGNED_ZEROS_OFFSET, offset + SignedFrame.SIGNED_OFFSET))
        {
            return false;
        }

        abort.wrap(buffer, offset + HEADER_LENGTH, blockLength, header.version());
        signed
            .wrap(FrameKind.ABORT, buffer, offset, length, length - SignedFrame.SIGNED_OFFSET, header.version())
            .identity(
                abort.chainId(),
                (int)abort.leaderTerm(),
                abort.blockNumber(),
                abort.incarnation(),
                (int)abort.seq(),
                abort.publishTimeNs(),
                abort.hopCount())
            .abort(abort.reasonRaw());
        lastVerdict = receiver.onSigned(signed, sessionId, clock.nanoTime());

        return true;
    }

    private boolean onHeartbeat(final DirectBuffer buffer, final int offset, final int length, final int sessionId)
    {
        final int blockLength = header.blockLength();
        if (!isBlock(HeartbeatDecoder.BLOCK_LENGTH) ||
            length != HEADER_LENGTH + blockLength ||
            !isZero(buffer, offset + UNSIGNED_ZEROS_OFFSET, offset + SignedFrame.SIGNED_OFFSET))
        {
            return false;
        }

        heartbeat.wrap(buffer, offset + HEADER_LENGTH, blockLength, header.version());
        signed
            .wrap(FrameKind.HEARTBEAT, buffer, offset, length, length - SignedFrame.SIGNED_OFFSET, header.version())
            .identity(
                heartbeat.chainId(),
                (int)heartbeat.leaderTerm(),
                heartbeat.blockNumber(),
                heartbeat.incarnation(),
                (int)heartbeat.seq(),
                heartbeat.publishTimeNs(),
                heartbeat.hopCount())
            .control(heartbeat.controlSeq(), heartbeat.lastTemplateId());
        lastVerdict = receiver.onSigned(signed, sessionId, clock.nanoTime());

        return true;
    }

    private boolean onLeaderStart(final DirectBuffer buffer, final int offset, final int length, final int sessionId)
    {
        final int blockLength = header.blockLength();
        if (!isBlock(LeaderStartDecoder.BLOCK_LENGTH) ||
            length != HEADER_LENGTH + blockLength ||
            !isZero(buffer, offset + UNSIGNED_ZEROS_OFFSET, offset + SignedFrame.SIGNED_OFFSET))
        {
            return false;
        }

        leaderStart.wrap(buffer, offset + HEADER_LENGTH, blockLength, header.version());
        signed
            .wrap(FrameKind.LEADER_START, buffer, offset, length, length - SignedFrame.SIGNED_OFFSET, header.version())
            .identity(
                leaderStart.chainId(),
                (int)leaderStart.leaderTerm(),
                leaderStart.blockNumber(),
                leaderStart.incarnation(),
                (int)leaderStart.seq(),
                leaderStart.publishTimeNs(),
                leaderStart.hopCount())
            .control(leaderStart.controlSeq(), 0);
        lastVerdict = receiver.onSigned(signed, sessionId, clock.nanoTime());

        return true;
    }

    private boolean onLeaderStop(final DirectBuffer buffer, final int offset, final int length, final int sessionId)
    {
        final int blockLength = header.blockLength();
        if (!isBlock(LeaderStopDecoder.BLOCK_LENGTH) ||
            length != HEADER_LENGTH + blockLength ||
            !isZero(buffer, offset + UNSIGNED_ZEROS_OFFSET, offset + SignedFrame.SIGNED_OFFSET))
        {
            return false;
        }

        leaderStop.wrap(buffer, offset + HEADER_LENGTH, blockLength, header.version());
        signed
            .wrap(FrameKind.LEADER_STOP, buffer, offset, length, length - SignedFrame.SIGNED_OFFSET, header.version())
            .identity(
                leaderStop.chainId(),
                (int)leaderStop.leaderTerm(),
                leaderStop.blockNumber(),
                leaderStop.incarnation(),
                (int)leaderStop.seq(),
                leaderStop.publishTimeNs(),
                leaderStop.hopCount())
            .control(leaderStop.controlSeq(), 0);
        lastVerdict = receiver.onSigned(signed, sessionId, clock.nanoTime());

        return true;
    }

    /** Root blocks only grow, and only with the version. */
    private boolean isBlock(final int knownLength)
    {
        final int blockLength = header.blockLength();
        final int version = header.version();

        return 0 != version &&
            (version > MessageHeaderDecoder.SCHEMA_VERSION ? blockLength >= knownLength : blockLength == knownLength);
    }

    /** Pages and chunks are frozen: nothing unsigned may be appended to what a hash has to name. */
    private boolean isPiece(final DirectBuffer buffer, final int offset, final int length, final int knownLength)
    {
        final int dataOffset = HEADER_LENGTH + knownLength + DATA_HEADER_LENGTH;

        return 0 != header.version() &&
            header.blockLength() == knownLength &&
            length > dataOffset &&
            u32(buffer, offset + dataOffset - DATA_HEADER_LENGTH) == length - dataOffset &&
            isZero(buffer, offset + PIECE_ZEROS_OFFSET, offset + PIECE_ZEROS_END);
    }

    private static boolean isZero(final DirectBuffer buffer, final int from, final int to)
    {
        byte bits = 0;
        for (int i = from; i < to; i++)
        {
            bits |= buffer.getByte(i);
        }

        return 0 == bits;
    }

    private static long ceilDivide(final long dividend, final int divisor)
    {
        return (dividend + divisor - 1) / divisor;
    }

    private static int u16(final DirectBuffer buffer, final int offset)
    {
        return buffer.getShort(offset, ByteOrder.LITTLE_ENDIAN) & 0xFFFF;
    }

    private static long u32(final DirectBuffer buffer, final int offset)
    {
        return buffer.getInt(offset, ByteOrder.LITTLE_ENDIAN) & 0xFFFF_FFFFL;
    }
}
