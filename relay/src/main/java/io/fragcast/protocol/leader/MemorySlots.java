package io.fragcast.protocol.leader;

import org.agrona.BitUtil;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.Arrays;
import java.util.zip.CRC32;

/**
 * A few fields in a buffer that outlives the process, as a mapped file does, so that a process that dies in the middle
 * of writing them leaves those it wrote before.
 * <pre>
 *   slot 0 | slot 1      written in turn; the whole one with the higher sequence counts
 *   sequence 8 | chainId 8 | the owner's fields | crc 8
 * </pre>
 * The owner reads its {@link #fields} once at the start, if any were {@link #isWritten}, and from then on sets them and
 * calls {@link #store}. Used by the owner's thread; allocates nothing after its construction.
 */
public final class MemorySlots
{
    private static final int SEQUENCE = 0;
    private static final int CHAIN_ID = SEQUENCE + BitUtil.SIZE_OF_LONG;
    private static final int FIELDS = CHAIN_ID + BitUtil.SIZE_OF_LONG;

    private final MutableDirectBuffer buffer;
    private final long chainId;
    private final int slotLength;
    private final int crcOffset;
    private final byte[] imageBytes;
    private final UnsafeBuffer image;
    private final UnsafeBuffer fields;
    private final CRC32 crc = new CRC32();
    private long sequence;

    /**
     * What a buffer remembers; of another chain, or of zeros: nothing.
     *
     * @param buffer       of two slots at least.
     * @param slotLength   bytes from one slot to the other.
     * @param fieldsLength bytes of the owner's fields.
     * @param chainId      of the owner.
     */
    public MemorySlots(
        final MutableDirectBuffer buffer, final int slotLength, final int fieldsLength, final long chainId)
    {
        this.buffer = buffer;
        this.chainId = chainId;
        this.slotLength = slotLength;
        crcOffset = FIELDS + fieldsLength;
        imageBytes = new byte[crcOffset + BitUtil.SIZE_OF_LONG];
        if (imageBytes.length > slotLength || 2 * slotLength > buffer.capacity())
        {
            throw new IllegalArgumentException(
                "fields of " + fieldsLength + " bytes in slots of " + slotLength + " of " + buffer.capacity());
        }
        image = new UnsafeBuffer(imageBytes);
        fields = new UnsafeBuffer(imageBytes, FIELDS, fieldsLength);
        load();
    }

    /**
     * Was anything remembered?
     *
     * @return true if {@link #fields} are those of an earlier {@link #store}.
     */
    public boolean isWritten()
    {
        return 0 != sequence;
    }

    /**
     * The owner's fields, to be read and set.
     *
     * @return the same buffer always; zeros before anything was remembered.
     */
    public MutableDirectBuffer fields()
    {
        return fields;
    }

    /**
     * Remembers the fields as they are now.
     */
    public void store()
    {
        sequence++;
        image.putLong(SEQUENCE, sequence);
        image.putLong(CHAIN_ID, chainId);
        image.putLong(crcOffset, crcOfImage());
        buffer.putBytes(0 == (sequence & 1) ? 0 : slotLength, imageBytes);
    }

    private void load()
    {
        final long first = sequenceOf(0);
        final long second = sequenceOf(slotLength);
        sequence = Math.max(first, second);
        if (0 != sequence)
        {
            buffer.getBytes(first > second ? 0 : slotLength, imageBytes);
        }
        else
        {
            Arrays.fill(imageBytes, (byte)0);
        }
    }

    /** Of a slot that is whole and ours; 0 of any other. */
    private long sequenceOf(final int slot)
    {
        buffer.getBytes(slot, imageBytes);

        return crcOfImage() == image.getLong(crcOffset) && chainId == image.getLong(CHAIN_ID) ?
            image.getLong(SEQUENCE) : 0;
    }

    private long crcOfImage()
    {
        crc.reset();
        crc.update(imageBytes, 0, crcOffset);

        return crc.getValue();
    }
}
