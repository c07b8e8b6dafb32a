package io.fragcast.edge.jsonl;

import io.fragcast.BlockEvent;
import io.fragcast.edge.DeliveryCursor;
import org.agrona.IoUtil;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32;

/**
 * How far a consumer is that cannot tell it itself, in a mapped file: the pages live on when the process is killed. Two
 * slots are written in turn, and the whole one with the higher sequence counts, so that a write cut off costs the last
 * event at most.
 * <pre>
 *   slot 0 | slot 1     sequence 8 | chainId 8 | block 8 | incarnation 8 | term 4 | seq 4 | kind 4 | 4 | crc 8
 * </pre>
 * Used by the edge's thread.
 */
final class CursorFile implements AutoCloseable
{
    private static final int SLOT_LENGTH = 64;
    private static final int SEQUENCE = 0;
    private static final int CHAIN_ID = 8;
    private static final int BLOCK = 16;
    private static final int INCARNATION = 24;
    private static final int TERM = 32;
    private static final int SEQ = 36;
    private static final int KIND = 40;
    private static final int CRC = 48;
    private static final BlockEvent.Kind[] KINDS = BlockEvent.Kind.values();

    private final MappedByteBuffer mapped;
    private final UnsafeBuffer file;
    private final byte[] image = new byte[CRC];
    private final UnsafeBuffer slot = new UnsafeBuffer(image);
    private final CRC32 crc = new CRC32();
    private long sequence;

    private CursorFile(final MappedByteBuffer mapped)
    {
        this.mapped = mapped;
        file = new UnsafeBuffer(mapped);
    }

    /** Opens the file, or makes one that says nothing. */
    static CursorFile open(final Path path) throws IOException
    {
        final Path folder = path.toAbsolutePath().getParent();
        if (null != folder)
        {
            Files.createDirectories(folder);
        }

        return new CursorFile(Files.exists(path) ?
            IoUtil.mapExistingFile(path.toFile(), path.toString(), 0, 2 * SLOT_LENGTH) :
            IoUtil.mapNewFile(path.toFile(), 2 * SLOT_LENGTH));
    }

    /** Where the consumer is; not placed if the file does not say. */
    DeliveryCursor read()
    {
        final DeliveryCursor cursor = new DeliveryCursor();
        final long first = sequenceOf(0);
        final long second = sequenceOf(SLOT_LENGTH);
        sequence = Math.max(first, second);
        if (0 < sequence)
        {
            file.getBytes(sequence == first ? 0 : SLOT_LENGTH, image);
            cursor.place(
                slot.getLong(CHAIN_ID),
                slot.getInt(TERM),
                slot.getLong(BLOCK),
                slot.getLong(INCARNATION),
                KINDS[slot.getInt(KIND)],
                slot.getInt(SEQ));
        }

        return cursor;
    }

    /** The consumer took an event. */
    void store(final BlockEvent event)
    {
        sequence++;
        slot.putLong(SEQUENCE, sequence);
        slot.putLong(CHAIN_ID, event.chainId());
        slot.putLong(BLOCK, event.blockNumber());
        slot.putLong(INCARNATION, event.incarnation());
        slot.putInt(TERM, event.leaderTerm());
        slot.putInt(SEQ, event.seq());
        slot.putInt(KIND, event.kind().ordinal());
        final int offset = 0 == (sequence & 1) ? 0 : SLOT_LENGTH;
        file.putBytes(offset, image);
        file.putLongRelease(offset + CRC, crcOfImage());
    }

    @Override
    public void close()
    {
        IoUtil.unmap(mapped);
    }

    /** Of a slot that is whole; else 0. */
    private long sequenceOf(final int offset)
    {
        file.getBytes(offset, image);
        final int kind = slot.getInt(KIND);

        return file.getLongVolatile(offset + CRC) == crcOfImage() && 0 <= kind && kind < KINDS.length ?
            slot.getLong(SEQUENCE) : 0;
    }

    private long crcOfImage()
    {
        crc.reset();
        crc.update(image);

        return crc.getValue();
    }
}
