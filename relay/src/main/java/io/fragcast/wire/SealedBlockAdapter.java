package io.fragcast.wire;

import io.fragcast.codecs.MessageHeaderDecoder;
import io.fragcast.codecs.SealedBlockDecoder;
import io.fragcast.protocol.block.FrameDigest;
import io.fragcast.protocol.block.SealedBlock;
import io.fragcast.protocol.block.SealedHeader;
import io.fragcast.protocol.block.SignatureVerifier;
import io.fragcast.protocol.block.SignedFrame;
import io.fragcast.protocol.leader.LeaderTerm;
import io.fragcast.protocol.leader.Schedule;
import io.fragcast.protocol.sync.SealedBlockReader;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Reads SealedBlock messages: the layout first, then the header and its hash, then whether the leader of the height
 * signed it. Any bytes may come; none make it throw. Used by one thread.
 */
public final class SealedBlockAdapter implements SealedBlockReader
{
    private static final int HEADER_LENGTH = MessageHeaderDecoder.ENCODED_LENGTH;
    private static final int RECOVERY_OFFSET = SignedFrame.SIGNATURE_OFFSET + SignedFrame.SIGNATURE_LENGTH - 1;
    private static final int HASH_LENGTH = SealedBlockDecoder.blockHashLength();

    private final Schedule schedule;
    private final SignatureVerifier verifier;
    private final FrameDigest digests = new FrameDigest();
    private final SealedHeader headers = new SealedHeader();
    private final byte[] digest = new byte[FrameDigest.DIGEST_LENGTH];
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final SealedBlockDecoder decoder = new SealedBlockDecoder();
    private final UnsafeBuffer signedView = new UnsafeBuffer(0, 0);

    /**
     * An adapter.
     *
     * @param schedule that holds now, and then.
     * @param verifier of this thread.
     */
    public SealedBlockAdapter(final Schedule schedule, final SignatureVerifier verifier)
    {
        this.schedule = schedule;
        this.verifier = verifier;
    }

    /**
     * Is it such a message, by its header?
     *
     * @param buffer holding it.
     * @param offset of its first byte.
     * @param length in bytes.
     * @return true if so; nothing else of it was looked at.
     */
    static boolean isSealedBlock(final DirectBuffer buffer, final int offset, final int length)
    {
        return length >= HEADER_LENGTH &&
            SealedBlockDecoder.TEMPLATE_ID == FrameLayout.templateId(buffer, offset) &&
            SealedBlockDecoder.SCHEMA_ID == FrameLayout.schemaId(buffer, offset);
    }

    @Override
    public boolean tryRead(final DirectBuffer buffer, final int offset, final int length, final SealedBlock block)
    {
        if (!isWellFormed(buffer, offset, length) || schedule.chainId() != decoder.chainId())
        {
            return false;
        }
        final long blockNumber = decoder.blockNumber();
        final LeaderTerm term = schedule.leaderOf((int)decoder.leaderTerm(), blockNumber);
        if (null == term)
        {
            return false;
        }
        final int signedEnd = HEADER_LENGTH + header.blockLength();
        final int headerOffset = signedEnd + SealedBlockDecoder.headerHeaderLength();
        if (!headers.tryRead(buffer, offset + headerOffset, length - headerOffset, block) ||
            blockNumber != block.number || !isNamed(buffer, offset, block))
        {
            return false;
        }
        digests.ofFrame(buffer, offset, signedEnd - SignedFrame.SIGNED_OFFSET, digest);
        if (!verifier.verify(digest, buffer, offset + SignedFrame.SIGNATURE_OFFSET, term.publicKey()))
        {
            return false;
        }

        block.signedLength = signedEnd <= SealedBlock.MAX_SIGNED_LENGTH ? signedEnd : 0;
        signedView.wrap(block.signed, 0, block.signedLength);
        signedView.putBytes(0, buffer, offset, block.signedLength);

        return true;
    }

    private boolean isWellFormed(final DirectBuffer buffer, final int offset, final int length)
    {
        if (!isSealedBlock(buffer, offset, length))
        {
            return false;
        }
        header.wrap(buffer, offset);
        final int signedEnd = HEADER_LENGTH + header.blockLength();
        final int fixedLength = signedEnd + SealedBlockDecoder.headerHeaderLength();
        if (0 == header.version() || header.blockLength() < SealedBlockDecoder.BLOCK_LENGTH || length < fixedLength)
        {
            return false;
        }
        decoder.wrap(buffer, offset + HEADER_LENGTH, header.blockLength(), header.version());
        for (int i = RECOVERY_OFFSET; i < SignedFrame.SIGNED_OFFSET; i++)
        {
            if (0 != buffer.getByte(offset + i))
            {
                return false;
            }
        }

        return length - fixedLength == FrameLayout.u32(buffer, offset + signedEnd);
    }

    /** Are the hash and the parent those that are signed? */
    private static boolean isNamed(final DirectBuffer buffer, final int offset, final SealedBlock block)
    {
        final int hashOffset = offset + HEADER_LENGTH + SealedBlockDecoder.blockHashEncodingOffset();
        final int parentOffset = offset + SignedFrame.PARENT_HASH_OFFSET;
        for (int i = 0; i < HASH_LENGTH; i++)
        {
            if (block.hash[i] != buffer.getByte(hashOffset + i) ||
                block.parentHash[i] != buffer.getByte(parentOffset + i))
            {
                return false;
            }
        }

        return true;
    }
}
