package io.fragcast.protocol.leader;

import org.agrona.BitUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Goal: whatever was written of the newest fields, those before them are known, and nothing is made up. Method: one
 * buffer, whose bytes are spoilt between one memory and the next.
 */
class MemorySlotsTest
{
    private static final long CHAIN_ID = 10;
    private static final int SLOT_LENGTH = 64;
    private static final int FIELDS_LENGTH = 2 * BitUtil.SIZE_OF_LONG;
    /** With sequence and chain id before the fields and the checksum behind them. */
    private static final int USED_LENGTH = FIELDS_LENGTH + 3 * BitUtil.SIZE_OF_LONG;
    /** The first fields stored go to the second slot, the next to the first, and so on. */
    private static final int SLOT_OF_ODD = SLOT_LENGTH;
    private static final int SLOT_OF_EVEN = 0;

    private final UnsafeBuffer file = new UnsafeBuffer(new byte[2 * SLOT_LENGTH]);

    @Test
    void shouldRememberNothingOfZeros()
    {
        assertThat(slots().isWritten()).isFalse();
        assertThat(slots().fields().getLong(0)).isZero();
    }

    @Test
    void shouldRememberTheNewestWhicheverSlotHoldsIt()
    {
        final MemorySlots slots = slots();
        for (long value = 1; value <= 5; value++)
        {
            store(slots, value);
            assertThat(remembered()).as("by one process").isEqualTo(value);
        }
        for (long value = 6; value <= 10; value++)
        {
            store(slots(), value);
            assertThat(remembered()).as("by a process each").isEqualTo(value);
        }
    }

    @Test
    void shouldRememberWhatWasBeforeATornSlot()
    {
        store(slots(), 1);
        store(slots(), 2);
        final byte[] before = file.byteArray().clone();
        store(slots(), 3);
        final byte[] after = file.byteArray().clone();

        // The checksum has 4 bytes; the 4 behind them are zeros, before and after.
        for (int length = 0; length < USED_LENGTH - Integer.BYTES; length++)
        {
            file.putBytes(0, before);
            file.putBytes(SLOT_OF_ODD, after, SLOT_OF_ODD, length);
            assertThat(remembered()).as("the first %d bytes of it were written", length).isEqualTo(2);
        }
        file.putBytes(0, after);
        assertThat(remembered()).isEqualTo(3);
    }

    @Test
    void shouldRememberTheOlderWhenAnyByteOfTheNewerIsSpoilt()
    {
        final MemorySlots slots = slots();
        store(slots, 1);
        store(slots, 2);
        store(slots, 3);
        for (int i = 0; i < USED_LENGTH; i++)
        {
            spoil(SLOT_OF_ODD + i);
            assertThat(remembered()).as("byte %d of the newer is spoilt", i).isEqualTo(2);
            spoil(SLOT_OF_ODD + i);
        }
        assertThat(remembered()).isEqualTo(3);
    }

    @Test
    void shouldRememberNothingWhenBothSlotsAreSpoiltAndBeginAgain()
    {
        final MemorySlots slots = slots();
        store(slots, 1);
        store(slots, 2);
        spoil(SLOT_OF_EVEN + USED_LENGTH / 2);
        spoil(SLOT_OF_ODD + USED_LENGTH / 2);

        assertThat(slots().isWritten()).isFalse();
        assertThat(slots().fields().getLong(0)).isZero();
        store(slots(), 3);
        assertThat(remembered()).isEqualTo(3);
    }

    @Test
    void shouldNotWriteOverTheOnlyWholeSlot()
    {
        final MemorySlots slots = slots();
        store(slots, 1);
        store(slots, 2);
        spoil(SLOT_OF_EVEN);
        store(slots(), 3);
        spoil(SLOT_OF_EVEN);

        assertThat(remembered()).as("it went to the slot that was spoilt").isEqualTo(1);
    }

    @Test
    void shouldRememberNothingOfAnotherChain()
    {
        store(slots(), 1);

        assertThat(new MemorySlots(file, SLOT_LENGTH, FIELDS_LENGTH, CHAIN_ID + 1).isWritten()).isFalse();
    }

    @Test
    void shouldRefuseFieldsThatDoNotFit()
    {
        final int most = SLOT_LENGTH - 3 * BitUtil.SIZE_OF_LONG;

        assertThat(new MemorySlots(file, SLOT_LENGTH, most, CHAIN_ID).isWritten()).isFalse();
        assertThatThrownBy(() -> new MemorySlots(file, SLOT_LENGTH, most + 1, CHAIN_ID))
            .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("fields of " + (most + 1));
        assertThatThrownBy(() -> new MemorySlots(file, SLOT_LENGTH + 1, most, CHAIN_ID))
            .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("of 128");
    }

    private MemorySlots slots()
    {
        return new MemorySlots(file, SLOT_LENGTH, FIELDS_LENGTH, CHAIN_ID);
    }

    private long remembered()
    {
        return slots().fields().getLong(0);
    }

    private void spoil(final int index)
    {
        file.putByte(index, (byte)(file.getByte(index) ^ 1));
    }

    /** Both fields tell the same, so that a mixture would show. */
    private static void store(final MemorySlots slots, final long value)
    {
        slots.fields().putLong(0, value);
        slots.fields().putLong(BitUtil.SIZE_OF_LONG, value);
        slots.store();
    }
}
