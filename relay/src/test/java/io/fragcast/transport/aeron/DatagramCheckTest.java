package io.fragcast.transport.aeron;

import io.aeron.protocol.HeaderFlyweight;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.ByteBuffer;
import java.util.Random;

import static io.fragcast.transport.aeron.Datagrams.EOS;
import static io.fragcast.transport.aeron.Datagrams.REVOKED;
import static io.fragcast.transport.aeron.Datagrams.UNFRAGMENTED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * Each rule at its limit and one past it; then a million random datagrams against a reference that spells the rules out
 * in long arithmetic, frame by frame.
 */
class DatagramCheckTest
{
    private static final int TERM_LENGTH = 64 * 1024;
    private static final int MTU = 1408;
    private static final int SESSION = 7;
    private static final int STREAM = 1001;
    private static final int TERM = 3;
    private static final int DATA = HeaderFlyweight.HDR_TYPE_DATA;
    private static final int PAD = HeaderFlyweight.HDR_TYPE_PAD;

    private final Datagrams datagram = new Datagrams();

    @BeforeEach
    void writeOneFrame()
    {
        datagram.data(100, 64, SESSION, STREAM, TERM);
    }

    @Test
    void shouldTakeWhatPublishersSend()
    {
        assertTrue(isData());

        datagram.data(MTU, TERM_LENGTH - MTU, SESSION, STREAM, TERM);
        assertTrue(isData(), "up to the end of the term");

        datagram.data(100, TERM_LENGTH - 256, SESSION, STREAM, TERM);
        datagram.frame(128, 128, UNFRAGMENTED, PAD, TERM_LENGTH - 128, SESSION, STREAM, TERM);
        datagram.length = 128 + 32;
        assertTrue(isData(), "a frame, then the header of a PAD to the end of the term");

        datagram.heartbeat(UNFRAGMENTED, 0, SESSION, STREAM, TERM);
        assertTrue(isData(), "heartbeat");
        assertEquals(0, DatagramCheck.endOffset(datagram.buffer, datagram.length));
    }

    @ParameterizedTest
    @CsvSource({
        "-32", "16", "65", "65536", "65504", "2147483616", "-2147483648"
    })
    void shouldRefuseOffsetsThatAreNoFrameOfTheTerm(final int termOffset)
    {
        // 65,504 is in the term, but a frame of 100 bytes ends past it.
        datagram.data(100, termOffset, SESSION, STREAM, TERM);

        assertFalse(isData());
    }

    @ParameterizedTest
    @CsvSource({
        "2147483392", "2147483647", "-1", "-100", "-2147483648", "0", "1", "31", "32", "129", "160"
    })
    void shouldRefuseFrameLengthsThatDoNotTileTheDatagram(final int frameLength)
    {
        datagram.data(100, 64, SESSION, STREAM, TERM);
        datagram.buffer.putInt(0, frameLength);

        assertFalse(isData());
    }

    @ParameterizedTest
    @CsvSource({
        "0", "128", "64", "32", "224"
    })
    void shouldRefuseFlagsOtherThanUnfragmented(final int flags)
    {
        datagram.buffer.putByte(5, (byte)flags);
        assertFalse(isData());

        datagram.heartbeat(flags, 0, SESSION, STREAM, TERM);
        assertFalse(isData());
    }

    @Test
    void shouldRefuseTheEndOfAStream()
    {
        datagram.heartbeat(UNFRAGMENTED | EOS, 0, SESSION, STREAM, TERM);
        assertFalse(isData());
        datagram.heartbeat(UNFRAGMENTED | EOS | REVOKED, 0, SESSION, STREAM, TERM);
        assertFalse(isData());
        datagram.frame(0, 0, UNFRAGMENTED, PAD, 0, SESSION, STREAM, TERM);
        assertFalse(isData(), "a heartbeat of type PAD");
    }

    @Test
    void shouldRefusePaddingThatDoesNotReachTheEndOfTheTerm()
    {
        datagram.frame(0, 32 * 1024, UNFRAGMENTED, PAD, 64, SESSION, STREAM, TERM);
        datagram.length = 32;
        assertFalse(isData(), "32 KB in mid-term");

        datagram.frame(0, TERM_LENGTH - 64, UNFRAGMENTED, PAD, 64, SESSION, STREAM, TERM);
        assertTrue(isData(), "to the end");

        datagram.length = 64;
        assertFalse(isData(), "with its bytes");

        datagram.frame(0, TERM_LENGTH - 64 + 32, UNFRAGMENTED, PAD, 64, SESSION, STREAM, TERM);
        datagram.length = 32;
        assertFalse(isData(), "past the end");
    }

    @ParameterizedTest
    @CsvSource({
        "12", "16", "20", "8", "4", "5", "6"
    })
    void shouldRefuseASecondFrameOfAnotherStream(final int field)
    {
        datagram.frame(128, 100, UNFRAGMENTED, DATA, 64 + 128, SESSION, STREAM, TERM);
        datagram.length = 256;
        assertTrue(isData());

        datagram.buffer.putByte(128 + field, (byte)(datagram.buffer.getByte(128 + field) ^ 1));
        assertFalse(isData());
    }

    @Test
    void shouldRefuseMoreThanAnMtu()
    {
        datagram.data(MTU, 0, SESSION, STREAM, TERM);
        assertTrue(isData());
        datagram.buffer.putInt(0, MTU + 32);
        datagram.length = MTU + 32;
        assertFalse(isData());
    }

    @Test
    void shouldRefuseDatagramsTooShortToRead()
    {
        for (int length = 0; length < 32; length++)
        {
            assertFalse(DatagramCheck.isForReceiver(datagram.buffer, 0, length));
            assertFalse(DatagramCheck.isForSender(datagram.buffer, length));
        }
        assertTrue(DatagramCheck.isForReceiver(datagram.buffer, 0, 32));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0, 3, 3, 65536, 1408, 0, true",
        "0, 64, 3, 9, 65536, 1408, 255, true",
        "0, 64, 2147483647, -2147483648, 65536, 1408, 0, true",
        "64, 64, 3, 3, 65536, 1408, 0, false",
        "128, 64, 3, 3, 65536, 1408, 0, false",
        "0, 65536, 3, 3, 65536, 1408, 0, false",
        "0, 33, 3, 3, 65536, 1408, 0, false",
        "0, -32, 3, 3, 65536, 1408, 0, false",
        "0, 0, 3, 2, 65536, 1408, 0, false",
        "0, 0, 3, 3, 1073741824, 1408, 0, false",
        "0, 0, 3, 3, 65536, 9000, 0, false",
        "0, 0, 3, 3, 65536, 1408, 256, false",
        "0, 0, 3, 3, 65536, 1408, -1, false"
    })
    void shouldTakeOnlyTheSetupThatWasAgreedOn(
        final int flags,
        final int termOffset,
        final int initialTermId,
        final int activeTermId,
        final int termLength,
        final int mtu,
        final int ttl,
        final boolean isRight)
    {
        datagram.setup(flags, termOffset, SESSION, STREAM, initialTermId, activeTermId, termLength, mtu, ttl);

        assertTrue(DatagramCheck.isForReceiver(datagram.buffer, 0, datagram.length));
        assertEquals(isRight, DatagramCheck.isSetup(datagram.buffer, TERM_LENGTH, MTU, false, false));
        assertFalse(DatagramCheck.isSetup(datagram.buffer, datagram.length - 1));
        assertFalse(DatagramCheck.isSetup(datagram.buffer, datagram.length + 1));
    }

    /** Each end derives its own from what its kernel grants and its profile wants. */
    @ParameterizedTest
    @CsvSource({
        "65536, 1408, true", "131072, 1408, true", "1048576, 1408, true",
        "2097152, 1408, false", "32768, 1408, false", "98304, 1408, false", "0, 1408, false", "-65536, 1408, false",
        "-2147483648, 1408, false", "65536, 9024, false", "131072, 9024, true"})
    void shouldTakeTermsOfAnyLengthThatDatagramsFitUpToTheMost(
        final int termLength, final int mtu, final boolean isRight)
    {
        datagram.setup(0, 0, SESSION, STREAM, 3, 3, termLength, mtu, 0);

        assertEquals(isRight, DatagramCheck.isSetup(datagram.buffer, 1_048_576, mtu, false, false));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0, 32768, true",
        "0, 65504, 1408, true",
        "128, 0, 0, true",
        "64, 0, 32768, false",
        "192, 0, 32768, false",
        "0, 65536, 32768, false",
        "0, 31, 32768, false",
        "0, 0, 32769, false",
        "0, 0, 1407, false",
        "0, 0, 0, false",
        "0, 0, -1, false"
    })
    void shouldTakeOnlyStatusMessagesOfOurReceivers(
        final int flags, final int termOffset, final int window, final boolean isRight)
    {
        datagram.statusMessage(flags, SESSION, STREAM, TERM, termOffset, window, 1);

        assertTrue(DatagramCheck.isForSender(datagram.buffer, datagram.length));
        assertEquals(isRight, DatagramCheck.isStatusMessage(datagram.buffer, TERM_LENGTH, MTU));
        assertFalse(DatagramCheck.isForSender(datagram.buffer, datagram.length + 8));
    }

    @ParameterizedTest
    @CsvSource({
        "128, true", "0, false", "64, false", "192, false"
    })
    void shouldTakeRequestsOnlyOfAPublicationThatWantsAnswers(final int flags, final boolean isRight)
    {
        datagram.setup(flags, 64, SESSION, STREAM, 3, 9, TERM_LENGTH, MTU, 0);

        assertEquals(isRight, DatagramCheck.isSetup(datagram.buffer, TERM_LENGTH, MTU, false, true));
    }

    @ParameterizedTest
    @CsvSource({
        "20, 0, 77, true",
        "20, 0, 78, false",
        "20, 128, 77, false",
        "21, 0, 77, false",
        "-20, 0, 77, false"
    })
    void shouldTakeOnlyTheResponseSetupThatNamesTheSessionAgreedOn(
        final int frameLength, final int flags, final int responseSession, final boolean isRight)
    {
        datagram.responseSetup(SESSION, STREAM, responseSession);
        datagram.buffer.putInt(0, frameLength);
        datagram.buffer.putByte(5, (byte)flags);

        assertTrue(DatagramCheck.isForSender(datagram.buffer, datagram.length));
        assertEquals(isRight, DatagramCheck.isResponseSetup(datagram.buffer, 77));
        assertFalse(DatagramCheck.isForSender(datagram.buffer, datagram.length - 1));
        assertFalse(DatagramCheck.isForSender(datagram.buffer, datagram.length + 1));
    }

    @ParameterizedTest
    @CsvSource({
        "128, 0, 0, true",
        "0, 0, 0, false",
        "64, 0, 0, false",
        "192, 0, 0, false",
        "128, 32, 0, false",
        "128, 0, 1408, false"
    })
    void shouldTakeAFirstStatusMessageOnlyIfItAsksForASetup(
        final int flags, final int termOffset, final int window, final boolean isRight)
    {
        datagram.statusMessage(flags, SESSION, STREAM, 0, termOffset, window, 1);

        assertEquals(isRight, DatagramCheck.isFirstStatusMessage(datagram.buffer));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 32, true",
        "0, 65536, true",
        "65504, 32, true",
        "65504, 64, false",
        "65536, 32, false",
        "-32, 32, false",
        "48, 32, false",
        "64, 0, false",
        "64, -32, false",
        "64, 33, false",
        "64, 2147483616, false"
    })
    void shouldTakeOnlyNaksForFramesOfATerm(final int termOffset, final int range, final boolean isRight)
    {
        datagram.nak(SESSION, STREAM, TERM, termOffset, range);

        assertTrue(DatagramCheck.isForSender(datagram.buffer, datagram.length));
        assertEquals(isRight, DatagramCheck.isNak(datagram.buffer, TERM_LENGTH));
    }

    @ParameterizedTest
    @CsvSource({
        "0", "3", "4", "5", "6", "7", "11", "65535"
    })
    void shouldRefuseTypesThatReceiversNeverSend(final int type)
    {
        datagram.control(type, 40, 0, SESSION, STREAM);

        assertFalse(DatagramCheck.isForSender(datagram.buffer, datagram.length));
    }

    @Test
    void shouldAgreeWithTheReferenceOnAMillionRandomDatagrams()
    {
        final long seed = 0x5EED_F4A6L;
        final Random random = new Random(seed);
        int right = 0;
        for (int i = 0; i < 1_000_000; i++)
        {
            writeRandom(random);
            final boolean expected = isDataByReference(datagram.bytes, datagram.length);
            if (expected != isData())
            {
                assertEquals(expected, isData(), "datagram " + i + " of seed " + seed + ", length " + datagram.length);
            }
            right += expected ? 1 : 0;
        }

        // Both answers must be common, or agreement shows nothing.
        assertTrue(right > 200_000 && right < 800_000, "right: " + right);
    }

    private boolean isData()
    {
        return DatagramCheck.isForReceiver(datagram.buffer, 0, datagram.length) &&
            HeaderFlyweight.HDR_TYPE_SETUP != DatagramCheck.type(datagram.buffer, 0) &&
            DatagramCheck.isData(datagram.buffer, datagram.length, TERM_LENGTH, MTU);
    }

    /**
     * Frames as a publisher would lay them, at any place in the term, then in half of the cases one to three fields of
     * one header overwritten by values near the limits or wild.
     */
    private void writeRandom(final Random random)
    {
        final int[] edges = {
            -1, 0, 1, 31, 32, 33, 64, 96, 1376, 1408, 1440, TERM_LENGTH - 32, TERM_LENGTH, TERM_LENGTH + 32,
            Integer.MIN_VALUE, Integer.MAX_VALUE, 0x7FFF_FF00, random.nextInt()
        };
        int termOffset = random.nextInt(TERM_LENGTH / 32) * 32;
        if (random.nextInt(4) == 0)
        {
            termOffset = TERM_LENGTH - 32 * (1 + random.nextInt(44));
        }
        final int frames = 1 + random.nextInt(4);
        int at = 0;
        for (int i = 0; i < frames; i++)
        {
            final int left = TERM_LENGTH - termOffset - at;
            final int frameLength = 33 + random.nextInt(300);
            if (left >= 32 && (left < frameLength || random.nextInt(20) == 0))
            {
                datagram.frame(at, left, UNFRAGMENTED, PAD, termOffset + at, SESSION, STREAM, TERM);
                at += 32;
                break;
            }
            datagram.frame(at, frameLength, UNFRAGMENTED, DATA, termOffset + at, SESSION, STREAM, TERM);
            at += (frameLength + 31) & ~31;
        }
        datagram.length = at;
        if (random.nextInt(10) == 0)
        {
            datagram.heartbeat(UNFRAGMENTED, termOffset, SESSION, STREAM, TERM);
        }
        if (random.nextBoolean())
        {
            final int header = random.nextInt(2) == 0 ? 0 : random.nextInt(datagram.length / 32) * 32;
            for (int i = random.nextInt(3); i >= 0; i--)
            {
                mutate(random, header, edges[random.nextInt(edges.length)]);
            }
        }
    }

    private void mutate(final Random random, final int header, final int value)
    {
        switch (random.nextInt(8))
        {
            case 0 -> datagram.buffer.putInt(header, value);
            case 1 -> datagram.buffer.putByte(header + 4, (byte)value);
            case 2 -> datagram.buffer.putByte(header + 5, (byte)value);
            case 3 -> datagram.buffer.putShort(header + 6, (short)(random.nextInt(4)));
            case 4 -> datagram.buffer.putInt(header + 8, value);
            case 5 -> datagram.buffer.putInt(header + 12 + 4 * random.nextInt(3), value);
            case 6 -> datagram.length = Math.max(0, datagram.length + 32 * (random.nextInt(3) - 1));
            default -> datagram.buffer.putByte(header + random.nextInt(32), (byte)value);
        }
    }

    private static boolean isDataByReference(final ByteBuffer datagram, final int length)
    {
        if (length < 32 || length > MTU || length % 32 != 0)
        {
            return false;
        }
        final long begin = datagram.getInt(8);
        if (begin < 0 || begin >= TERM_LENGTH || begin % 32 != 0)
        {
            return false;
        }
        final boolean isPlain = datagram.get(4) == 0 && datagram.get(5) == (byte)0xC0;
        if (length == 32 && datagram.getInt(0) == 0)
        {
            return isPlain && datagram.getShort(6) == 1;
        }

        long at = 0;
        while (at < length)
        {
            final int i = (int)at;
            final long frameLength = datagram.getInt(i);
            final long frameBegin = begin + at;
            final boolean isSameStream = datagram.getInt(i + 12) == datagram.getInt(12) &&
                datagram.getInt(i + 16) == datagram.getInt(16) && datagram.getInt(i + 20) == datagram.getInt(20);
            if (datagram.get(i + 4) != 0 || datagram.get(i + 5) != (byte)0xC0 ||
                datagram.getInt(i + 8) != frameBegin || !isSameStream)
            {
                return false;
            }
            if (datagram.getShort(i + 6) == 0)
            {
                final boolean isLast = at + 32 == length;
                return isLast && frameLength >= 32 && frameBegin + frameLength == TERM_LENGTH;
            }
            if (datagram.getShort(i + 6) != 1 || frameLength <= 32)
            {
                return false;
            }
            at += (frameLength + 31) / 32 * 32;
        }

        return at == length && begin + length <= TERM_LENGTH;
    }
}
