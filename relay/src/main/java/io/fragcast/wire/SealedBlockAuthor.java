package io.fragcast.wire;

import io.fragcast.codecs.MessageHeaderDecoder;
import io.fragcast.codecs.MessageHeaderEncoder;
import io.fragcast.codecs.SealDecoder;
import io.fragcast.codecs.SealedBlockEncoder;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.block.FrameDigest;
import io.fragcast.protocol.block.MessageSigner;
import io.fragcast.protocol.block.SealConsumer;
import io.fragcast.protocol.block.SealedBlock;
import io.fragcast.protocol.block.SealedBlockConsumer;
import io.fragcast.protocol.block.SignedFrame;
import io.fragcast.protocol.leader.LeaderTerm;
import io.fragcast.protocol.leader.Schedule;
import io.fragcast.protocol.sync.SealedBlockShelf;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.status.AtomicCounter;

import java.util.Arrays;

/**
 * A leader's word on what its execution client sealed: for each of its own Seals the header of that height, signed,
 * onto the shelf that its bulk lane serves. It signs one a height, and only what builds on what its Seal builds on,
 * while the schedule gives the height to it: a block of another leader or another branch is none of its own, and of two
 * of one height one would be a lie. Used by one thread.
 */
public final class SealedBlockAuthor implements SealConsumer, SealedBlockConsumer
{
    /** Seals remembered, a power of two: a client asked each second names 64 blocks at most that were sealed before. */
    private static final int CAPACITY = 256;
    private static final int HEADER_LENGTH = MessageHeaderEncoder.ENCODED_LENGTH;
    private static final int HASH_LENGTH = FrameDigest.DIGEST_LENGTH;

    private final Schedule schedule;
    private final MessageSigner signer;
    private final byte[] publicKey;
    private final SealedBlockShelf shelf;
    private final EpochNanoClock clock;
    private final int maxFrameLength;
    private final UnsafeBuffer message;
    private final SealDecoder seal = new SealDecoder();
    private final MessageHeaderDecoder sealHeader = new MessageHeaderDecoder();
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final SealedBlockEncoder encoder = new SealedBlockEncoder();
    private final FrameDigest digests = new FrameDigest();
    private final byte[] digest = new byte[HASH_LENGTH];
    private final OwnSeal[] seals = new OwnSeal[CAPACITY];
    private final AtomicCounter signedBlocks;
    private final AtomicCounter tooLong;
    private long newestSeal = Long.MIN_VALUE;

    /** What is needed of a Seal. */
    private static final class OwnSeal
    {
        private long blockNumber = Long.MIN_VALUE;
        private long incarnation;
        private int leaderTerm;
        private long frags;
        private boolean isSealedBlockSigned;
        private final byte[] parentHash = new byte[HASH_LENGTH];
        private final byte[] digest = new byte[HASH_LENGTH];
    }

    /**
     * An author.
     *
     * @param schedule       that holds now, and then.
     * @param signer         with the leader's relay key.
     * @param shelf          that messages are put on.
     * @param clock          for the time of signing.
     * @param maxFrameLength longest message of the lane, bytes.
     * @param counters       of the node.
     */
    public SealedBlockAuthor(
        final Schedule schedule,
        final MessageSigner signer,
        final SealedBlockShelf shelf,
        final EpochNanoClock clock,
        final int maxFrameLength,
        final Counters counters)
    {
        this.schedule = schedule;
        this.signer = signer;
        publicKey = signer.publicKey();
        this.shelf = shelf;
        this.clock = clock;
        this.maxFrameLength = maxFrameLength;
        message = new UnsafeBuffer(new byte[maxFrameLength]);
        Arrays.setAll(seals, (i) -> new OwnSeal());
        signedBlocks = counters.get(FragcastCounter.SEALED_BLOCKS_SIGNED);
        tooLong = counters.get(FragcastCounter.SEALED_BLOCKS_TOO_LONG);
    }

    @Override
    public void onSeal(final DirectBuffer buffer, final int offset, final int length)
    {
        sealHeader.wrap(buffer, offset);
        seal.wrap(buffer, offset + HEADER_LENGTH, sealHeader.blockLength(), sealHeader.version());
        final long blockNumber = seal.blockNumber();
        if (!isOwn(blockNumber))
        {
            return;
        }
        final OwnSeal own = seals[slot(blockNumber)];
        if (own.blockNumber == blockNumber && own.incarnation == seal.incarnation())
        {
            return;
        }
        // The first of a height alone is signed, whichever attempt it was of.
        own.isSealedBlockSigned &= own.blockNumber == blockNumber;
        own.blockNumber = blockNumber;
        own.incarnation = seal.incarnation();
        own.leaderTerm = (int)seal.leaderTerm();
        own.frags = seal.totalFrags();
        seal.getParentHash(own.parentHash, 0, HASH_LENGTH);
        digests.ofFrame(
            buffer, offset, HEADER_LENGTH + sealHeader.blockLength() - SignedFrame.SIGNED_OFFSET, own.digest);
        newestSeal = Math.max(newestSeal, blockNumber);
    }

    @Override
    public boolean isSealedBlockDue(final long blockNumber)
    {
        return blockNumber <= newestSeal || !isOwn(blockNumber);
    }

    @Override
    public void onSealedBlock(final SealedBlock block)
    {
        final OwnSeal own = seals[slot(block.number)];
        if (own.blockNumber != block.number || own.isSealedBlockSigned || !isOwn(block.number) ||
            !Arrays.equals(own.parentHash, block.parentHash))
        {
            return;
        }
        if (HEADER_LENGTH + SealedBlockEncoder.BLOCK_LENGTH + SealedBlockEncoder.headerHeaderLength() +
            block.headerLength > maxFrameLength)
        {
            tooLong.incrementRelease();
            return;
        }

        final int length = encode(own, block);
        digests.ofFrame(
            message, 0, HEADER_LENGTH + SealedBlockEncoder.BLOCK_LENGTH - SignedFrame.SIGNED_OFFSET, digest);
        signer.sign(digest, message, SignedFrame.SIGNATURE_OFFSET);
        own.isSealedBlockSigned = true;
        if (shelf.put(block.number, message, 0, length))
        {
            signedBlocks.incrementRelease();
        }
    }

    private int encode(final OwnSeal own, final SealedBlock block)
    {
        message.setMemory(0, SignedFrame.SIGNED_OFFSET, (byte)0);
        encoder.wrapAndApplyHeader(message, 0, header)
            .chainId(schedule.chainId())
            .blockNumber(block.number)
            .incarnation(own.incarnation)
            .leaderTerm(Integer.toUnsignedLong(own.leaderTerm))
            .seq(own.frags)
            .putParentHash(block.parentHash, 0, HASH_LENGTH)
            .putPreviousDigest(own.digest, 0, HASH_LENGTH)
            .publishTimeNs(clock.nanoTime())
            .putBlockHash(block.hash, 0, HASH_LENGTH)
            .putHeader(block.header, 0, block.headerLength);

        return HEADER_LENGTH + encoder.encodedLength();
    }

    private boolean isOwn(final long blockNumber)
    {
        final LeaderTerm term = schedule.termOfBlock(blockNumber);

        return null != term && Arrays.equals(publicKey, term.publicKey());
    }

    private static int slot(final long blockNumber)
    {
        return (int)blockNumber & CAPACITY - 1;
    }
}
