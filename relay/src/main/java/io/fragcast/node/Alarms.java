package io.fragcast.node;

import io.fragcast.agent.StatementRing;
import io.fragcast.crypto.Secp256k1;
import io.fragcast.protocol.block.EvidenceConsumer;
import io.fragcast.protocol.block.SealedBlock;
import io.fragcast.protocol.block.SessionRejecter;
import io.fragcast.wire.EquivocationProof;
import io.fragcast.wire.EvidenceProxy;
import io.fragcast.wire.ProofLine;
import org.agrona.BufferUtil;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;

/**
 * What an operator must hear of, from the hot thread to the log: sessions that were rejected, leaders that signed two
 * messages for one place, blocks that were sealed as another than their Seal names. The proofs are kept as files beside
 * the journal. Of the second it is a line that {@code fragcast message verify-proof} takes, and it is told to all
 * peers. (Of a first message that is gone from memory there is only its digest, by which the journal has it: that is
 * kept, and told to nobody.) So is the third where the leader signed what it sealed; where the operator's own client
 * says so it is the Seal and the header, kept here: whoever has the chain can check the header.
 * <pre>
 *   hot agent --onSessionRejected, onEquivocation--> [ ring ] --doWork (cold thread)--> log, equivocation-BLOCK-n.json
 *   peers    --onProof----------------------------->                └──▶ StatementRing: Evidence to all peers
 * </pre>
 * With the ring full a rejected session is only counted, evidence is offered again by the detector.
 */
final class Alarms implements SessionRejecter, EvidenceConsumer, Agent
{
    /** Some hundred pairs of frames; a leader that signs more of them is known by then. */
    private static final int RING_LENGTH = 1 << 20;
    private static final int REJECTED = 1;
    private static final int EQUIVOCATION = 2;
    /** Length of the Seal, of the header, the Seal, the header, what the leader signed of it. */
    private static final int SEAL_MISMATCH = 3;
    private static final int PROOF = 4;
    private static final int SEAL_OFFSET = 2 * Integer.BYTES;
    private static final int DIGEST_LENGTH = 32;
    /** Two frames of the longest MTU, 65,504. */
    private static final int MAX_PROOF_LENGTH = 1 << 17;
    /** Enough of a digest to tell the proofs of one height apart. */
    private static final int NAME_LENGTH = 16;
    /** An EQUIVOCATION record: length of the first frame, its digest, the two frames. */
    private static final int FRAMES_OFFSET = Integer.BYTES + DIGEST_LENGTH;
    /** Where a signed frame has its block number (schema, layout of a signed message). */
    private static final int BLOCK_NUMBER_OFFSET = 104;
    private static final Logger LOGGER = LoggerFactory.getLogger(Alarms.class);

    private final String name;
    private final @Nullable Path dir;
    private final ManyToOneRingBuffer ring = new ManyToOneRingBuffer(new UnsafeBuffer(
        BufferUtil.allocateDirectAligned(RING_LENGTH + RingBufferDescriptor.TRAILER_LENGTH, Long.BYTES)));
    private final EquivocationProof proof = new EquivocationProof(Secp256k1.load().newVerifier());
    private final UnsafeBuffer proofBytes = new UnsafeBuffer(new byte[MAX_PROOF_LENGTH]);
    private final EvidenceProxy evidence;
    private final StatementRing statements;
    private int mismatches;

    /**
     * The alarms of one node.
     *
     * @param name           of the node.
     * @param dir            where proofs are kept; null to log them alone.
     * @param maxFrameLength of the lanes, bytes.
     * @param statements     by which proofs go to all peers.
     */
    Alarms(
        final String name,
        final @Nullable Path dir,
        final int maxFrameLength,
        final StatementRing statements)
    {
        this.name = name;
        this.dir = dir;
        this.statements = statements;
        evidence = new EvidenceProxy(maxFrameLength);
    }

    @Override
    public void onSessionRejected(final int sessionId)
    {
        final int index = ring.tryClaim(REJECTED, Integer.BYTES);
        if (index > 0)
        {
            ring.buffer().putInt(index, sessionId);
            ring.commit(index);
        }
    }

    @Override
    public boolean onEquivocation(
        final DirectBuffer first,
        final int firstOffset,
        final int firstLength,
        final byte[] firstDigest,
        final DirectBuffer second,
        final int secondOffset,
        final int secondLength)
    {
        final int index = ring.tryClaim(EQUIVOCATION, Integer.BYTES + DIGEST_LENGTH + firstLength + secondLength);
        if (index < 0)
        {
            return false;
        }
        final AtomicBuffer buffer = ring.buffer();
        buffer.putInt(index, firstLength);
        buffer.putBytes(index + Integer.BYTES, firstDigest);
        buffer.putBytes(index + FRAMES_OFFSET, first, firstOffset, firstLength);
        buffer.putBytes(index + FRAMES_OFFSET + firstLength, second, secondOffset, secondLength);
        ring.commit(index);

        return true;
    }

    /**
     * A peer's proof was checked and holds.
     *
     * @param checked that it was checked with.
     * @param buffer  holding it.
     * @param offset  of its first byte.
     * @param length  in bytes.
     */
    void onProof(final EquivocationProof checked, final DirectBuffer buffer, final int offset, final int length)
    {
        assert checked.blockNumber() >= 0 : "a proof of no block";

        ring.write(PROOF, buffer, offset, length);
    }

    @Override
    public boolean onSealMismatch(
        final DirectBuffer seal, final int sealOffset, final int sealLength, final SealedBlock block)
    {
        final int index = ring.tryClaim(
            SEAL_MISMATCH, SEAL_OFFSET + sealLength + block.headerLength + block.signedLength);
        if (index < 0)
        {
            return false;
        }
        final AtomicBuffer buffer = ring.buffer();
        final int headerIndex = index + SEAL_OFFSET + sealLength;
        buffer.putInt(index, sealLength);
        buffer.putInt(index + Integer.BYTES, block.headerLength);
        buffer.putBytes(index + SEAL_OFFSET, seal, sealOffset, sealLength);
        buffer.putBytes(headerIndex, block.header, 0, block.headerLength);
        buffer.putBytes(headerIndex + block.headerLength, block.signed, 0, block.signedLength);
        ring.commit(index);

        return true;
    }

    @Override
    public int doWork()
    {
        return ring.read(this::onAlarm);
    }

    @Override
    public String roleName()
    {
        return name + " alarms";
    }

    private void onAlarm(final int type, final MutableDirectBuffer buffer, final int offset, final int length)
    {
        switch (type)
        {
            case REJECTED -> LOGGER.warn(
                "{}: session {} is rejected: its frames fail their checks", name, buffer.getInt(offset));
            case EQUIVOCATION -> onPair(buffer, offset, length);
            case SEAL_MISMATCH -> onMismatch(buffer, offset, length);
            default -> onWhole(buffer, offset, length, false);
        }
    }

    private void onMismatch(final DirectBuffer buffer, final int offset, final int length)
    {
        final int sealLength = buffer.getInt(offset);
        final int headerLength = buffer.getInt(offset + Integer.BYTES);
        final int sealOffset = offset + SEAL_OFFSET;
        final int headerOffset = sealOffset + sealLength;
        final String block = 0 == sealLength ?
            "unknown" : Long.toUnsignedString(buffer.getLong(sealOffset + BLOCK_NUMBER_OFFSET));
        LOGGER.error("{}: block {} was sealed as another than its Seal names", name, block);
        final String fileName = "seal-mismatch-" + block + '-' + ++mismatches + ".json";
        keep(fileName, "{\"seal\":\"" + hex(buffer, sealOffset, sealLength) +
            "\",\"header\":\"" + hex(buffer, headerOffset, headerLength) + "\"}\n");
        final int signedLength = offset + length - headerOffset - headerLength;
        final int proofLength = 0 == signedLength ? 0 : EquivocationProof.write(
            buffer, sealOffset, sealLength, buffer, headerOffset + headerLength, signedLength, proofBytes, 0);
        if (proofLength > 0 && EquivocationProof.Result.VALID == proof.wrap(proofBytes, 0, proofLength))
        {
            onWhole(proofBytes, 0, proofLength, true);
        }
    }

    private void onPair(final DirectBuffer buffer, final int offset, final int length)
    {
        final int firstLength = buffer.getInt(offset);
        final int secondOffset = offset + FRAMES_OFFSET + firstLength;
        final int secondLength = length - FRAMES_OFFSET - firstLength;
        final int proofLength = 0 == firstLength ? 0 : EquivocationProof.write(
            buffer, offset + FRAMES_OFFSET, firstLength, buffer, secondOffset, secondLength, proofBytes, 0);
        if (proofLength > 0 && EquivocationProof.Result.VALID == proof.wrap(proofBytes, 0, proofLength))
        {
            onWhole(proofBytes, 0, proofLength, true);
            return;
        }

        final String block = Long.toUnsignedString(buffer.getLong(secondOffset + BLOCK_NUMBER_OFFSET));
        LOGGER.error("{}: the leader signed two messages for one place of block {}; the journal has the first",
            name, block);
        final String digest = hex(buffer, offset + Integer.BYTES, DIGEST_LENGTH);
        keep("equivocation-" + block + '-' + digest.substring(0, NAME_LENGTH) + ".json",
            "{\"firstDigest\":\"" + digest + "\",\"second\":\"" + hex(buffer, secondOffset, secondLength) + "\"}\n");
    }

    private void onWhole(final DirectBuffer buffer, final int offset, final int length, final boolean isOwn)
    {
        final EquivocationProof.Result result = proof.wrap(buffer, offset, length);
        if (EquivocationProof.Result.VALID != result)
        {
            throw new IllegalStateException("a detected equivocation is no proof: " + result);
        }

        final String block = Long.toUnsignedString(proof.blockNumber());
        final String digest = HexFormat.of().formatHex(proof.secondDigest());
        LOGGER.error("{}: the leader of term {} signed two messages for one place of block {}{}",
            name, proof.leaderTerm(), block, isOwn ? "" : ", as a peer shows");
        keep("equivocation-" + block + '-' + digest.substring(0, NAME_LENGTH) + ".json",
            ProofLine.of(proof, buffer, offset, length));
        if (isOwn)
        {
            evidence.send(proof, buffer, offset, length, statements::offer);
        }
    }

    private void keep(final String fileName, final String line)
    {
        if (null == dir || Files.exists(dir.resolve(fileName)))
        {
            return;
        }
        try
        {
            Files.writeString(Files.createDirectories(dir).resolve(fileName), line);
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(name + ": cannot keep the proof " + fileName, ex);
        }
    }

    private static String hex(final DirectBuffer buffer, final int offset, final int length)
    {
        final byte[] bytes = new byte[length];
        buffer.getBytes(offset, bytes);

        return HexFormat.of().formatHex(bytes);
    }
}
