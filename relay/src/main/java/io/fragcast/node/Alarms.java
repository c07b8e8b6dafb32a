package io.fragcast.node;

import io.fragcast.protocol.block.EvidenceConsumer;
import io.fragcast.protocol.block.SessionRejecter;
import org.agrona.BufferUtil;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
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
 * the journal: both frames (of a first one that is gone from memory its digest, by which the journal has it), or the
 * Seal and the header. Whoever has the schedule can check the signatures, whoever has the chain the header.
 * <pre>
 *   hot agent --onSessionRejected, onEquivocation--> [ ring ] --doWork (cold thread)--> log, equivocation-BLOCK-n.json
 * </pre>
 * With the ring full a rejected session is only counted, evidence is offered again by the detector.
 */
final class Alarms implements SessionRejecter, EvidenceConsumer, Agent
{
    /** Some hundred pairs of frames; a leader that signs more of them is known by then. */
    private static final int RING_LENGTH = 1 << 20;
    private static final int REJECTED = 1;
    private static final int EQUIVOCATION = 2;
    /** Length of the Seal, the Seal, the header. */
    private static final int SEAL_MISMATCH = 3;
    private static final int DIGEST_LENGTH = 32;
    /** An EQUIVOCATION record: length of the first frame, its digest, the two frames. */
    private static final int FRAMES_OFFSET = Integer.BYTES + DIGEST_LENGTH;
    /** Where a signed frame has its block number (schema, layout of a signed message). */
    private static final int BLOCK_NUMBER_OFFSET = 104;
    private static final Logger LOGGER = LoggerFactory.getLogger(Alarms.class);

    private final String name;
    private final @Nullable Path dir;
    private final OneToOneRingBuffer ring = new OneToOneRingBuffer(new UnsafeBuffer(
        BufferUtil.allocateDirectAligned(RING_LENGTH + RingBufferDescriptor.TRAILER_LENGTH, Long.BYTES)));
    private int proofs;

    /**
     * The alarms of one node.
     *
     * @param name of the node.
     * @param dir  where proofs are kept; null to log them alone.
     */
    Alarms(final String name, final @Nullable Path dir)
    {
        this.name = name;
        this.dir = dir;
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

    @Override
    public boolean onSealMismatch(
        final DirectBuffer seal,
        final int sealOffset,
        final int sealLength,
        final DirectBuffer header,
        final int headerOffset,
        final int headerLength)
    {
        final int index = ring.tryClaim(SEAL_MISMATCH, Integer.BYTES + sealLength + headerLength);
        if (index < 0)
        {
            return false;
        }
        final AtomicBuffer buffer = ring.buffer();
        buffer.putInt(index, sealLength);
        buffer.putBytes(index + Integer.BYTES, seal, sealOffset, sealLength);
        buffer.putBytes(index + Integer.BYTES + sealLength, header, headerOffset, headerLength);
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
        if (REJECTED == type)
        {
            LOGGER.warn("{}: session {} is rejected: its frames fail their checks", name, buffer.getInt(offset));
        }
        else if (SEAL_MISMATCH == type)
        {
            onMismatch(buffer, offset, length);
        }
        else
        {
            onProof(buffer, offset, length);
        }
    }

    private void onMismatch(final DirectBuffer buffer, final int offset, final int length)
    {
        final int sealLength = buffer.getInt(offset);
        final int sealOffset = offset + Integer.BYTES;
        final String block = 0 == sealLength ?
            "unknown" : Long.toUnsignedString(buffer.getLong(sealOffset + BLOCK_NUMBER_OFFSET));
        LOGGER.error("{}: block {} was sealed as another than its Seal names", name, block);
        keep("seal-mismatch-" + block, "{\"seal\":\"" + hex(buffer, sealOffset, sealLength) +
            "\",\"header\":\"" + hex(buffer, sealOffset + sealLength, length - Integer.BYTES - sealLength) + "\"}\n");
    }

    private void onProof(final DirectBuffer buffer, final int offset, final int length)
    {
        final int firstLength = buffer.getInt(offset);
        final int secondOffset = offset + FRAMES_OFFSET + firstLength;
        final String block = Long.toUnsignedString(buffer.getLong(secondOffset + BLOCK_NUMBER_OFFSET));
        final String proof = "{\"firstDigest\":\"" + hex(buffer, offset + Integer.BYTES, DIGEST_LENGTH) +
            "\",\"first\":\"" + hex(buffer, offset + FRAMES_OFFSET, firstLength) +
            "\",\"second\":\"" + hex(buffer, secondOffset, length - FRAMES_OFFSET - firstLength) + "\"}\n";

        LOGGER.error("{}: the leader signed two messages for one place of block {}", name, block);
        keep("equivocation-" + block, proof);
    }

    private void keep(final String proofName, final String proof)
    {
        if (null != dir)
        {
            final Path file = dir.resolve(proofName + '-' + ++proofs + ".json");
            try
            {
                Files.writeString(Files.createDirectories(dir).resolve(file.getFileName()), proof);
            }
            catch (final IOException ex)
            {
                throw new UncheckedIOException(name + ": cannot keep the proof " + file, ex);
            }
        }
    }

    private static String hex(final DirectBuffer buffer, final int offset, final int length)
    {
        final byte[] bytes = new byte[length];
        buffer.getBytes(offset, bytes);

        return HexFormat.of().formatHex(bytes);
    }
}
