package io.fragcast.protocol.block;

import io.fragcast.codecs.AbortEncoder;
import io.fragcast.codecs.AbortReason;
import io.fragcast.codecs.BooleanType;
import io.fragcast.codecs.EnvEncoder;
import io.fragcast.codecs.FragBodyEncoder;
import io.fragcast.codecs.FragChunkEncoder;
import io.fragcast.codecs.FragEncoder;
import io.fragcast.codecs.FragPageEncoder;
import io.fragcast.codecs.HeartbeatEncoder;
import io.fragcast.codecs.LeaderStartEncoder;
import io.fragcast.codecs.LeaderStopEncoder;
import io.fragcast.codecs.MessageHeaderEncoder;
import io.fragcast.codecs.SealEncoder;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Encodes the messages of one attempt, as a leader would, from the same codecs but by other code than the publisher's:
 * what both sides got wrong alike would show here. Knobs make it lie where a test needs a lying leader.
 */
public final class TestBlock
{
    /** Chain of all test blocks. */
    public static final long CHAIN_ID = 8453;
    /** MTU 1408 less Aeron's header. */
    public static final int PAYLOAD_LENGTH = 1376;

    private static final int HEADER = MessageHeaderEncoder.ENCODED_LENGTH;
    private static final int HASH = 20;

    /** Bodies of the frags, in order. */
    public final List<UnsafeBuffer> bodies = new ArrayList<>();
    /** Frames of each frag: header, pages, chunks. */
    public final List<List<TestFrame>> frags = new ArrayList<>();

    private final MessageSigner signer;
    private final FrameDigest digests = new FrameDigest();
    private final MerkleTransactionsRoot root = new MerkleTransactionsRoot();
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final int term;
    private final long number;
    private final long incarnation;
    private byte[] parentHash = new byte[32];
    private byte[] envPreviousDigest = new byte[32];
    private byte[] previousDigest = new byte[32];
    private byte[] envDigest = new byte[32];
    private int payloadLength = PAYLOAD_LENGTH;
    private long chainId = CHAIN_ID;
    private int timestamp;
    private int txCount;

    /**
     * An attempt.
     *
     * @param signer      of the leader.
     * @param term        of the leader.
     * @param number      of the block.
     * @param incarnation of the attempt.
     */
    public TestBlock(final MessageSigner signer, final int term, final long number, final long incarnation)
    {
        this.signer = signer;
        this.term = term;
        this.number = number;
        this.incarnation = incarnation;
        root.reset();
    }

    /**
     * Hash that the Seal gives a block.
     *
     * @param number      of the block.
     * @param incarnation of the attempt.
     * @return 32 bytes.
     */
    public static byte[] blockHash(final long number, final long incarnation)
    {
        final byte[] hash = new byte[32];
        Arrays.fill(hash, (byte)0xB0);
        new UnsafeBuffer(hash).putLong(0, number);
        new UnsafeBuffer(hash).putLong(8, incarnation);

        return hash;
    }

    /**
     * Body of a frag.
     *
     * @param txs EIP-2718 bytes of each.
     * @return the FragBody message.
     */
    public static UnsafeBuffer body(final byte[]... txs)
    {
        int length = HEADER + FragBodyEncoder.BLOCK_LENGTH + FragBodyEncoder.TxsEncoder.sbeHeaderSize();
        for (final byte[] tx : txs)
        {
            length += FragBodyEncoder.TxsEncoder.txHeaderLength() + tx.length;
        }
        final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(length));
        final FragBodyEncoder encoder = new FragBodyEncoder();
        final FragBodyEncoder.TxsEncoder group =
            encoder.wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder()).txsCount(txs.length);
        for (final byte[] tx : txs)
        {
            group.next().putTx(tx, 0, tx.length);
        }

        return buffer;
    }

    /**
     * Body of exactly a length, of one transaction or a few.
     *
     * @param length of the FragBody message, bytes.
     * @return the message.
     */
    public static UnsafeBuffer bodyOfLength(final int length)
    {
        final int empty = body().capacity();
        final List<byte[]> txs = new ArrayList<>();
        for (int left = length - empty; left > 0;)
        {
            final int most = Math.min(left - 4, 100_000);
            final int rest = left - 4 - most;
            final int take = 0 < rest && rest < 5 ? most - 5 : most;
            final byte[] tx = new byte[take];
            Arrays.fill(tx, (byte)(take + txs.size()));
            txs.add(tx);
            left -= 4 + take;
        }

        return body(txs.toArray(new byte[0][]));
    }

    public TestBlock parentHash(final byte[] hash)
    {
        parentHash = hash;

        return this;
    }

    public TestBlock envPreviousDigest(final byte[] digest)
    {
        envPreviousDigest = digest;

        return this;
    }

    /** Breaks the chain: the next message names this instead of the one before. */
    public TestBlock previousDigest(final byte[] digest)
    {
        previousDigest = digest;

        return this;
    }

    public TestBlock payloadLength(final int length)
    {
        payloadLength = length;

        return this;
    }

    public TestBlock chainId(final long id)
    {
        chainId = id;

        return this;
    }

    /** Makes another Env of the same attempt. */
    public TestBlock timestamp(final int seconds)
    {
        timestamp = seconds;

        return this;
    }

    public byte[] previousDigest()
    {
        return previousDigest;
    }

    public long number()
    {
        return number;
    }

    public long incarnation()
    {
        return incarnation;
    }

    public TestFrame env()
    {
        final UnsafeBuffer buffer = buffer(HEADER + EnvEncoder.BLOCK_LENGTH);
        new EnvEncoder().wrapAndApplyHeader(buffer, 0, header)
            .chainId(chainId).blockNumber(number).incarnation(incarnation).leaderTerm(term).seq(0)
            .putParentHash(parentHash, 0, 32).putPreviousDigest(envPreviousDigest, 0, 32)
            .publishTimeNs(1_000).timestamp(timestamp).gasLimit(30_000_000);
        previousDigest = sign(buffer, buffer.capacity() - 96);
        envDigest = previousDigest;

        return new TestFrame(FrameKind.ENV, 0, 0, buffer);
    }

    public List<TestFrame> frag(final boolean isLast, final byte[]... txs)
    {
        return frag(isLast, body(txs), txs.length);
    }

    public List<TestFrame> frag(final boolean isLast, final UnsafeBuffer body, final int bodyTxCount)
    {
        return frag(frags.size(), isLast, body, bodyTxCount, chunkLength());
    }

    public List<TestFrame> frag(
        final int seq, final boolean isLast, final UnsafeBuffer body, final int bodyTxCount, final int chunkLength)
    {
        final int length = body.capacity();
        final int chunkCount = (length + chunkLength - 1) / chunkLength;
        final int fixed = HEADER + FragEncoder.BLOCK_LENGTH + 4 + 4;
        final boolean isInline = 1 == chunkCount && fixed + HASH + length <= payloadLength;
        final UnsafeBuffer chunkHashes = new UnsafeBuffer(new byte[chunkCount * HASH]);
        for (int i = 0; i < chunkCount; i++)
        {
            digests.ofChunk(
                body,
                i * chunkLength,
                Math.min(chunkLength, length - i * chunkLength),
                chunkHashes.byteArray(),
                i * HASH);
        }

        final List<TestFrame> frames = new ArrayList<>();
        final int pageCapacity = (payloadLength - 72) / HASH;
        final boolean isPaged = fixed + chunkCount * HASH > payloadLength;
        UnsafeBuffer hashes = chunkHashes;
        if (isPaged)
        {
            final int pages = (chunkCount + pageCapacity - 1) / pageCapacity;
            hashes = new UnsafeBuffer(new byte[pages * HASH]);
            for (int i = 0; i < pages; i++)
            {
                final int at = i * pageCapacity * HASH;
                final int pageLength = Math.min(pageCapacity * HASH, chunkHashes.capacity() - at);
                digests.ofPage(chunkHashes, at, pageLength, hashes.byteArray(), i * HASH);
                frames.add(page(seq, i, chunkHashes, at, pageLength));
            }
        }
        if (!isInline)
        {
            for (int i = 0; i < chunkCount; i++)
            {
                final int at = i * chunkLength;
                frames.add(chunk(seq, i, body, at, Math.min(chunkLength, length - at)));
            }
        }
        frames.add(
            0, header(seq, isLast, body, bodyTxCount, chunkLength, isPaged ? pageCapacity : 0, hashes, isInline));
        bodies.add(body);
        frags.add(frames);
        addToRoot(body);

        return frames;
    }

    public TestFrame seal()
    {
        return seal(frags.size());
    }

    public TestFrame seal(final long totalFrags)
    {
        final byte[] transactionsRoot = new byte[32];
        root.root(transactionsRoot);

        return seal(totalFrags, transactionsRoot);
    }

    public TestFrame seal(final long totalFrags, final byte[] transactionsRoot)
    {
        final UnsafeBuffer buffer = buffer(HEADER + SealEncoder.BLOCK_LENGTH);
        new SealEncoder().wrapAndApplyHeader(buffer, 0, header)
            .chainId(chainId).blockNumber(number).incarnation(incarnation).leaderTerm(term).seq(totalFrags)
            .putParentHash(parentHash, 0, 32).putPreviousDigest(previousDigest, 0, 32)
            .publishTimeNs(3_000).totalFrags(totalFrags)
            .putBlockHash(blockHash(number, incarnation), 0, 32)
            .putTransactionsRoot(transactionsRoot, 0, 32);
        previousDigest = sign(buffer, buffer.capacity() - 96);

        return new TestFrame(FrameKind.SEAL, (int)totalFrags, 0, buffer);
    }

    public TestFrame abort()
    {
        final UnsafeBuffer buffer = buffer(HEADER + AbortEncoder.BLOCK_LENGTH);
        new AbortEncoder().wrapAndApplyHeader(buffer, 0, header)
            .chainId(chainId).blockNumber(number).incarnation(incarnation).leaderTerm(term).seq(frags.size())
            .putParentHash(parentHash, 0, 32).putPreviousDigest(previousDigest, 0, 32)
            .publishTimeNs(3_000).reason(AbortReason.BUILDER);
        sign(buffer, buffer.capacity() - 96);

        return new TestFrame(FrameKind.ABORT, frags.size(), 0, buffer);
    }

    public TestFrame heartbeat(final long controlSeq, final FrameKind last, final int seq)
    {
        final UnsafeBuffer buffer = buffer(HEADER + HeartbeatEncoder.BLOCK_LENGTH);
        new HeartbeatEncoder().wrapAndApplyHeader(buffer, 0, header)
            .chainId(chainId).blockNumber(number).incarnation(incarnation).leaderTerm(term).seq(seq)
            .putParentHash(parentHash, 0, 32).putPreviousDigest(previousDigest, 0, 32)
            .publishTimeNs(4_000).controlSeq(controlSeq).lastTemplateId(last.templateId());
        sign(buffer, buffer.capacity() - 96);

        return new TestFrame(FrameKind.HEARTBEAT, seq, 0, buffer);
    }

    public TestFrame leaderStart(final long controlSeq)
    {
        final UnsafeBuffer buffer = buffer(HEADER + LeaderStartEncoder.BLOCK_LENGTH);
        new LeaderStartEncoder().wrapAndApplyHeader(buffer, 0, header)
            .chainId(chainId).blockNumber(number).incarnation(incarnation).leaderTerm(term)
            .publishTimeNs(4_000).controlSeq(controlSeq).lastBlock(number);
        sign(buffer, buffer.capacity() - 96);

        return new TestFrame(FrameKind.LEADER_START, 0, 0, buffer);
    }

    public TestFrame leaderStop(final long controlSeq)
    {
        final UnsafeBuffer buffer = buffer(HEADER + LeaderStopEncoder.BLOCK_LENGTH);
        new LeaderStopEncoder().wrapAndApplyHeader(buffer, 0, header)
            .chainId(chainId).blockNumber(number).incarnation(incarnation).leaderTerm(term)
            .publishTimeNs(4_000).controlSeq(controlSeq);
        sign(buffer, buffer.capacity() - 96);

        return new TestFrame(FrameKind.LEADER_STOP, 0, 0, buffer);
    }

    /** Bytes of a chunk at this MTU. */
    public int chunkLength()
    {
        return payloadLength - 72;
    }

    /** All frames of a whole attempt, in the leader's order. */
    public List<TestFrame> frames(final int fragCount, final int txsPerFrag, final int txLength)
    {
        final List<TestFrame> frames = new ArrayList<>();
        frames.add(env());
        for (int seq = 0; seq < fragCount; seq++)
        {
            final byte[][] txs = new byte[txsPerFrag][];
            for (int i = 0; i < txsPerFrag; i++)
            {
                txs[i] = new byte[txLength];
                Arrays.fill(txs[i], (byte)(++txCount + number));
            }
            frames.addAll(frag(seq == fragCount - 1, txs));
        }
        frames.add(seal());

        return frames;
    }

    private TestFrame header(
        final int seq,
        final boolean isLast,
        final UnsafeBuffer body,
        final int bodyTxCount,
        final int chunkLength,
        final int pageHashes,
        final UnsafeBuffer hashes,
        final boolean isInline)
    {
        final int hashCount = hashes.capacity() / HASH;
        final int signedEnd = HEADER + FragEncoder.BLOCK_LENGTH + 4 + hashes.capacity();
        final UnsafeBuffer buffer = buffer(signedEnd + 4 + (isInline ? body.capacity() : 0));
        final FragEncoder encoder = new FragEncoder();
        encoder.wrapAndApplyHeader(buffer, 0, header)
            .chainId(chainId).blockNumber(number).incarnation(incarnation).leaderTerm(term).seq(seq)
            .putParentHash(parentHash, 0, 32).putPreviousDigest(previousDigest, 0, 32)
            .publishTimeNs(2_000 + seq)
            .isLast(isLast ? BooleanType.T : BooleanType.F)
            .pageHashes(pageHashes).txCount(bodyTxCount).bodyLength(body.capacity()).chunkLength(chunkLength);
        final FragEncoder.HashesEncoder group = encoder.hashesCount(hashCount);
        for (int i = 0; i < hashCount; i++)
        {
            final byte[] hash = new byte[HASH];
            hashes.getBytes(i * HASH, hash);
            group.next().putHash(hash, 0, HASH);
        }
        encoder.putInlineBody(body, 0, isInline ? body.capacity() : 0);
        previousDigest = sign(buffer, signedEnd - 96);

        return new TestFrame(FrameKind.FRAG, seq, 0, buffer);
    }

    private TestFrame page(
        final int seq, final int index, final UnsafeBuffer hashes, final int offset, final int length)
    {
        final UnsafeBuffer buffer = buffer(HEADER + FragPageEncoder.BLOCK_LENGTH + 4 + length);
        new FragPageEncoder().wrapAndApplyHeader(buffer, 0, header)
            .chainId(chainId).blockNumber(number).incarnation(incarnation).leaderTerm(term).seq(seq).index(index)
            .putHashes(hashes, offset, length);

        return new TestFrame(FrameKind.FRAG_PAGE, seq, index, buffer);
    }

    private TestFrame chunk(
        final int seq, final int index, final UnsafeBuffer body, final int offset, final int length)
    {
        final UnsafeBuffer buffer = buffer(HEADER + FragChunkEncoder.BLOCK_LENGTH + 4 + length);
        new FragChunkEncoder().wrapAndApplyHeader(buffer, 0, header)
            .chainId(chainId).blockNumber(number).incarnation(incarnation).leaderTerm(term).seq(seq).index(index)
            .putChunk(body, offset, length);

        return new TestFrame(FrameKind.FRAG_CHUNK, seq, index, buffer);
    }

    private void addToRoot(final UnsafeBuffer body)
    {
        final FragBodyReader reader = new FragBodyReader();
        if (FragBodyReader.isValid(body, 0, body.capacity(), body.getShort(78) & 0xFFFF, 1 << 20))
        {
            reader.open(body, 0);
            while (reader.next())
            {
                root.add(body, reader.txOffset(), reader.txLength());
            }
        }
    }

    private byte[] sign(final UnsafeBuffer buffer, final int signedLength)
    {
        final byte[] digest = new byte[32];
        digests.ofFrame(buffer, 0, signedLength, digest);
        signer.sign(digest, buffer, SignedFrame.SIGNATURE_OFFSET);

        return digest;
    }

    private static UnsafeBuffer buffer(final int length)
    {
        return new UnsafeBuffer(ByteBuffer.allocateDirect(length));
    }

    byte[] envDigest()
    {
        return envDigest;
    }
}
