package io.fragcast.transport.aeron;

import io.fragcast.transport.SendTap;
import org.agrona.BitUtil;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

import java.net.InetSocketAddress;

import static io.aeron.logbuffer.FrameDescriptor.FRAME_ALIGNMENT;
import static io.aeron.logbuffer.FrameDescriptor.UNFRAGMENTED;
import static io.aeron.protocol.DataHeaderFlyweight.HEADER_LENGTH;
import static io.aeron.protocol.DataHeaderFlyweight.SESSION_ID_FIELD_OFFSET;
import static io.aeron.protocol.DataHeaderFlyweight.STREAM_ID_FIELD_OFFSET;
import static io.aeron.protocol.DataHeaderFlyweight.TERM_ID_FIELD_OFFSET;
import static io.aeron.protocol.DataHeaderFlyweight.TERM_OFFSET_FIELD_OFFSET;
import static io.aeron.protocol.HeaderFlyweight.CURRENT_VERSION;
import static io.aeron.protocol.HeaderFlyweight.FLAGS_FIELD_OFFSET;
import static io.aeron.protocol.HeaderFlyweight.FRAME_LENGTH_FIELD_OFFSET;
import static io.aeron.protocol.HeaderFlyweight.HDR_TYPE_DATA;
import static io.aeron.protocol.HeaderFlyweight.HDR_TYPE_NAK;
import static io.aeron.protocol.HeaderFlyweight.HDR_TYPE_PAD;
import static io.aeron.protocol.HeaderFlyweight.HDR_TYPE_RSP_SETUP;
import static io.aeron.protocol.HeaderFlyweight.HDR_TYPE_SETUP;
import static io.aeron.protocol.HeaderFlyweight.HDR_TYPE_SM;
import static io.aeron.protocol.HeaderFlyweight.MIN_HEADER_LENGTH;
import static io.aeron.protocol.HeaderFlyweight.TYPE_FIELD_OFFSET;
import static io.aeron.protocol.HeaderFlyweight.VERSION_FIELD_OFFSET;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

/**
 * Is a datagram one that our drivers send? Pure functions of its bytes and of what both ends agreed on; each rule is
 * written here once, with what a datagram that breaks it does to Aeron 1.51.0, which checks none (measured; read in the
 * source where it says so). Whatever is not named is refused: what our publishers never send need not be understood.
 * <pre>
 *   to a receiver   DATA   frames that tile the datagram, or a heartbeat: one header of frame length 0
 *                   PAD    a lone header, last in its datagram, that reaches to the end of the term
 *                   SETUP
 *   to a sender     SM, NAK, RSP_SETUP
 *   never           RTTM (only congestion control asks for it), ERR (nobody rejects an image), and the flags for end of
 *                   stream and revoked: a publication closes with eos=false
 * </pre>
 */
final class DatagramCheck
{
    /** Longer than any datagram. */
    private static final int DATAGRAM_MAX = 65_536;
    private static final int SETUP_LENGTH = 40;
    private static final int SETUP_INITIAL_TERM_ID_OFFSET = 20;
    private static final int SETUP_ACTIVE_TERM_ID_OFFSET = 24;
    private static final int SETUP_TERM_LENGTH_OFFSET = 28;
    private static final int SETUP_MTU_OFFSET = 32;
    private static final int SETUP_TTL_OFFSET = 36;
    private static final int SETUP_GROUP_FLAG = 0x40;
    private static final int SETUP_WANTS_RESPONSE_FLAG = 0x80;
    private static final int TTL_MAX = 255;

    private static final int CONTROL_SESSION_ID_OFFSET = 8;
    private static final int CONTROL_STREAM_ID_OFFSET = 12;
    private static final int CONTROL_TERM_ID_OFFSET = 16;
    private static final int CONTROL_TERM_OFFSET_OFFSET = 20;
    private static final int SM_LENGTH = 36;
    private static final int SM_WINDOW_OFFSET = 24;
    private static final int SM_SEND_SETUP_FLAG = 0x80;
    private static final int NAK_LENGTH = 28;
    private static final int NAK_RANGE_OFFSET = 24;
    private static final int RESPONSE_SETUP_LENGTH = 20;
    private static final int RESPONSE_SESSION_ID_OFFSET = 16;

    private DatagramCheck()
    {
    }

    /**
     * Does what a receiver reads begin like a datagram of ours? Only then may the fields of its first header be read.
     *
     * @param packet as it was read.
     * @param at     where to look.
     * @param limit  where it ends.
     */
    static boolean isForReceiver(final DirectBuffer packet, final int at, final int limit)
    {
        if (limit - at < HEADER_LENGTH || CURRENT_VERSION != version(packet, at))
        {
            return false;
        }
        final int type = type(packet, at);

        return HDR_TYPE_DATA == type ||
            ((HDR_TYPE_PAD == type || HDR_TYPE_SETUP == type) && frameLength(packet, at) > 0);
    }

    /**
     * Does a datagram to a sender begin like one of ours? Only then may its fields be read.
     */
    static boolean isForSender(final DirectBuffer packet, final int length)
    {
        if (length < MIN_HEADER_LENGTH || CURRENT_VERSION != version(packet, 0))
        {
            return false;
        }
        final int type = type(packet, 0);

        return (HDR_TYPE_SM == type && SM_LENGTH == length) ||
            (HDR_TYPE_NAK == type && NAK_LENGTH == length) ||
            (HDR_TYPE_RSP_SETUP == type && RESPONSE_SETUP_LENGTH == length);
    }

    /**
     * Shows the messages of a datagram that was sent.
     *
     * @param packet      as it was sent.
     * @param length      of it.
     * @param destination that it was sent to.
     * @param tap         shown each.
     */
    static void show(
        final DirectBuffer packet, final int length, final InetSocketAddress destination, final SendTap tap)
    {
        int at = 0;
        while (at + HEADER_LENGTH < length)
        {
            final int frameLength = frameLength(packet, at);
            if (frameLength <= HEADER_LENGTH)
            {
                return;
            }
            if (isData(packet, at))
            {
                tap.onFrameSent(
                    destination,
                    int32(packet, at + STREAM_ID_FIELD_OFFSET),
                    packet,
                    at + HEADER_LENGTH,
                    frameLength - HEADER_LENGTH);
            }
            at += BitUtil.align(frameLength, FRAME_ALIGNMENT);
        }
    }

    /**
     * Is a data datagram whole, and within its term?
     * <ul>
     *   <li>Offset in the term, aligned: beyond it the driver throws for every datagram; unaligned, the reader meets a
     *       frame length of the sender's choosing and the position jumps by gigabytes.</li>
     *   <li>Frames tile the datagram and end within the term, each longer than a header: a length of 2^31 - 256 makes
     *       the driver throw in every duty cycle, a negative one stops the stream in silence; an empty frame lets the
     *       receive stamp overwrite the header behind it (source).</li>
     *   <li>Each frame of the same stream, at its own offset: readers find them in the log, not in the datagram.</li>
     *   <li>PAD only up to the end of the term: one of 32 KB in mid-term skips as much of a reliable stream. So our
     *       publishers never abort a claim.</li>
     *   <li>Flags of an unfragmented message: others would make the reader wait for the rest; end of stream and revoked
     *       close the image (source).</li>
     * </ul>
     *
     * @param packet     that passed {@link #isForReceiver}, of type DATA or PAD.
     * @param length     of the datagram.
     * @param termLength of the stream.
     * @param mtu        of the stream.
     * @return true if it may be inserted.
     */
    static boolean isData(final DirectBuffer packet, final int length, final int termLength, final int mtu)
    {
        final int termOffset = int32(packet, TERM_OFFSET_FIELD_OFFSET);
        if (!isInTerm(termOffset, termLength) || length > mtu || 0 != (length & (FRAME_ALIGNMENT - 1)))
        {
            return false;
        }
        if (isHeartbeat(packet, length))
        {
            return isData(packet, 0) && UNFRAGMENTED == (byte)flags(packet, 0);
        }
        if (length > termLength - termOffset)
        {
            return false;
        }

        int at = 0;
        while (at < length)
        {
            final int frameLength = frameLength(packet, at);
            if (frameLength < HEADER_LENGTH || !isFrameOf(packet, at, termOffset + at))
            {
                return false;
            }
            if (HDR_TYPE_PAD == type(packet, at))
            {
                return length - at == HEADER_LENGTH && frameLength == termLength - termOffset - at;
            }
            if (!isData(packet, at) || frameLength == HEADER_LENGTH || frameLength > length - at)
            {
                return false;
            }
            at += BitUtil.align(frameLength, FRAME_ALIGNMENT);
        }

        return true;
    }

    /**
     * Is it the sign of life of a publication with nothing to send?
     */
    static boolean isHeartbeat(final DirectBuffer packet, final int length)
    {
        return HEADER_LENGTH == length && 0 == frameLength(packet, 0);
    }

    /**
     * Where in the term the frames of a datagram end, for one that passed {@link #isData}. A PAD counts as the header
     * that is sent of it.
     */
    static int endOffset(final DirectBuffer packet, final int length)
    {
        final int termOffset = int32(packet, TERM_OFFSET_FIELD_OFFSET);

        return isHeartbeat(packet, length) ? termOffset : termOffset + length;
    }

    /**
     * Does a SETUP announce the stream that was agreed on? Aeron takes the term length from it, up to three gigabytes
     * of log each; the window of its publisher's host, and so its terms, need not be those of this one.
     *
     * @param packet        that passed {@link #isForReceiver}, of type SETUP.
     * @param maxTermLength that the stream may have.
     * @param mtu           of the stream.
     * @param isGroup       true if multicast.
     * @param isRequest     true if its publisher wants an answer.
     * @return true if an image may be made of it.
     */
    static boolean isSetup(
        final DirectBuffer packet,
        final int maxTermLength,
        final int mtu,
        final boolean isGroup,
        final boolean isRequest)
    {
        final int termLength = setupTermLength(packet);
        final int flags = (isGroup ? SETUP_GROUP_FLAG : 0) | (isRequest ? SETUP_WANTS_RESPONSE_FLAG : 0);
        final int ttl = int32(packet, SETUP_TTL_OFFSET);

        return SETUP_LENGTH == frameLength(packet, 0) &&
            flags == flags(packet, 0) &&
            BitUtil.isPowerOfTwo(termLength) &&
            termLength >= LinkBudget.minTermLength(mtu) &&
            termLength <= maxTermLength &&
            isInTerm(int32(packet, TERM_OFFSET_FIELD_OFFSET), termLength) &&
            mtu == int32(packet, SETUP_MTU_OFFSET) &&
            ttl >= 0 && ttl <= TTL_MAX &&
            int32(packet, SETUP_ACTIVE_TERM_ID_OFFSET) - int32(packet, SETUP_INITIAL_TERM_ID_OFFSET) >= 0;
    }

    /**
     * Is a status message one that a receiver of ours may send? Its end-of-stream flag is refused: it disconnects the
     * publication until the next status message (source), and our receivers send it only for an image that they leave,
     * which may be while its successor is already there. A receiver that is gone for good falls silent.
     *
     * @param packet     that passed {@link #isForSender}, of type SM.
     * @param termLength of the stream.
     * @param mtu        of the stream.
     * @return true if it asks for a SETUP, or grants a window of at least a datagram and at most half a term.
     */
    static boolean isStatusMessage(final DirectBuffer packet, final int termLength, final int mtu)
    {
        final int flags = flags(packet, 0);
        final int window = int32(packet, SM_WINDOW_OFFSET);

        return SM_LENGTH == frameLength(packet, 0) &&
            isInTerm(int32(packet, CONTROL_TERM_OFFSET_OFFSET), termLength) &&
            (SM_SEND_SETUP_FLAG == flags || (0 == flags && window >= mtu && window <= termLength / 2));
    }

    /**
     * Does a NAK name a range of frames within a term? Elsewhere the sender would read past the log's end, or send the
     * middle of a frame as if it were one.
     *
     * @param packet     that passed {@link #isForSender}, of type NAK.
     * @param termLength of the stream.
     * @return true if it may be looked up in the log.
     */
    static boolean isNak(final DirectBuffer packet, final int termLength)
    {
        final int termOffset = int32(packet, CONTROL_TERM_OFFSET_OFFSET);
        final int range = int32(packet, NAK_RANGE_OFFSET);

        return NAK_LENGTH == frameLength(packet, 0) &&
            0 == flags(packet, 0) &&
            isInTerm(termOffset, termLength) &&
            range > 0 && range <= termLength - termOffset && 0 == (range & (FRAME_ALIGNMENT - 1));
    }

    /**
     * Does a receiver that has no image yet ask for a SETUP? A publication of answers learns from it where to send
     * them, so it comes before anything was sent.
     *
     * @param packet that passed {@link #isForSender}, of type SM.
     * @return true if it asks for nothing else.
     */
    static boolean isFirstStatusMessage(final DirectBuffer packet)
    {
        return SM_LENGTH == frameLength(packet, 0) &&
            SM_SEND_SETUP_FLAG == flags(packet, 0) &&
            0 == int32(packet, CONTROL_TERM_ID_OFFSET) &&
            0 == int32(packet, CONTROL_TERM_OFFSET_OFFSET) &&
            0 == int32(packet, SM_WINDOW_OFFSET);
    }

    /**
     * Does a serving side name the session of its answers? Aeron takes any session that it is told, and listens to it
     * (source).
     *
     * @param packet            that passed {@link #isForSender}, of type RSP_SETUP.
     * @param responseSessionId that was agreed on.
     * @return true if it names that.
     */
    static boolean isResponseSetup(final DirectBuffer packet, final int responseSessionId)
    {
        return RESPONSE_SETUP_LENGTH == frameLength(packet, 0) &&
            0 == flags(packet, 0) &&
            responseSessionId == int32(packet, RESPONSE_SESSION_ID_OFFSET);
    }

    /**
     * Does a frame of the log start where the sender is about to send from? Not so where a NAK pointed into a frame.
     *
     * @param packet     about to be sent.
     * @param length     of it.
     * @param termOffset where it lies in the log.
     * @return true if it is what it says.
     */
    static boolean isLogFrame(final DirectBuffer packet, final int length, final int termOffset)
    {
        return length >= HEADER_LENGTH &&
            frameLength(packet, 0) > 0 &&
            CURRENT_VERSION == version(packet, 0) &&
            (isData(packet, 0) || HDR_TYPE_PAD == type(packet, 0)) &&
            termOffset == int32(packet, TERM_OFFSET_FIELD_OFFSET);
    }

    static int type(final DirectBuffer packet, final int at)
    {
        return packet.getShort(at + TYPE_FIELD_OFFSET, LITTLE_ENDIAN) & 0xFFFF;
    }

    /** Is this what the sender announces a stream with? */
    static boolean isSetup(final DirectBuffer packet, final int length)
    {
        return SETUP_LENGTH == length && HDR_TYPE_SETUP == type(packet, 0);
    }

    static boolean isData(final DirectBuffer packet, final int at)
    {
        return HDR_TYPE_DATA == type(packet, at);
    }

    static int frameLength(final DirectBuffer packet, final int at)
    {
        return int32(packet, at + FRAME_LENGTH_FIELD_OFFSET);
    }

    /** Of a PAD and of a heartbeat the header alone is sent. No frame is longer than a datagram. */
    static int sentLength(final DirectBuffer packet, final int at)
    {
        if (HDR_TYPE_SETUP == type(packet, at))
        {
            return SETUP_LENGTH;
        }
        final int frameLength = frameLength(packet, at);

        return !isData(packet, at) || frameLength <= HEADER_LENGTH ?
            HEADER_LENGTH : BitUtil.align(Math.min(frameLength, DATAGRAM_MAX), FRAME_ALIGNMENT);
    }

    /** Is a frame of the stream of the first one, at its own place in the term? */
    static boolean isFrameOf(final DirectBuffer packet, final int at, final int termOffset)
    {
        return CURRENT_VERSION == version(packet, at) &&
            UNFRAGMENTED == (byte)flags(packet, at) &&
            termOffset == int32(packet, at + TERM_OFFSET_FIELD_OFFSET) &&
            dataSessionId(packet) == int32(packet, at + SESSION_ID_FIELD_OFFSET) &&
            dataStreamId(packet) == int32(packet, at + STREAM_ID_FIELD_OFFSET) &&
            dataTermId(packet) == int32(packet, at + TERM_ID_FIELD_OFFSET);
    }

    static int dataSessionId(final DirectBuffer packet)
    {
        return int32(packet, SESSION_ID_FIELD_OFFSET);
    }

    static int dataStreamId(final DirectBuffer packet)
    {
        return int32(packet, STREAM_ID_FIELD_OFFSET);
    }

    static int dataTermId(final DirectBuffer packet)
    {
        return int32(packet, TERM_ID_FIELD_OFFSET);
    }

    static int dataTermOffset(final DirectBuffer packet)
    {
        return int32(packet, TERM_OFFSET_FIELD_OFFSET);
    }

    static int setupInitialTermId(final DirectBuffer packet)
    {
        return int32(packet, SETUP_INITIAL_TERM_ID_OFFSET);
    }

    static int setupActiveTermId(final DirectBuffer packet)
    {
        return int32(packet, SETUP_ACTIVE_TERM_ID_OFFSET);
    }

    static int setupTermLength(final DirectBuffer packet)
    {
        return int32(packet, SETUP_TERM_LENGTH_OFFSET);
    }

    static void setupMtu(final MutableDirectBuffer packet, final int mtu)
    {
        packet.putInt(SETUP_MTU_OFFSET, mtu, LITTLE_ENDIAN);
    }

    static int setupMtu(final DirectBuffer packet)
    {
        return int32(packet, SETUP_MTU_OFFSET);
    }

    static int controlSessionId(final DirectBuffer packet)
    {
        return int32(packet, CONTROL_SESSION_ID_OFFSET);
    }

    static int controlStreamId(final DirectBuffer packet)
    {
        return int32(packet, CONTROL_STREAM_ID_OFFSET);
    }

    static int controlTermId(final DirectBuffer packet)
    {
        return int32(packet, CONTROL_TERM_ID_OFFSET);
    }

    static int controlTermOffset(final DirectBuffer packet)
    {
        return int32(packet, CONTROL_TERM_OFFSET_OFFSET);
    }

    static boolean isSetupRequest(final DirectBuffer packet)
    {
        return SM_SEND_SETUP_FLAG == flags(packet, 0);
    }

    static int nakRange(final DirectBuffer packet)
    {
        return int32(packet, NAK_RANGE_OFFSET);
    }

    private static boolean isInTerm(final int termOffset, final int termLength)
    {
        return termOffset >= 0 && termOffset < termLength && 0 == (termOffset & (FRAME_ALIGNMENT - 1));
    }

    private static int version(final DirectBuffer packet, final int at)
    {
        return packet.getByte(at + VERSION_FIELD_OFFSET) & 0xFF;
    }

    private static int flags(final DirectBuffer packet, final int at)
    {
        return packet.getByte(at + FLAGS_FIELD_OFFSET) & 0xFF;
    }

    private static int int32(final DirectBuffer packet, final int at)
    {
        return packet.getInt(at, LITTLE_ENDIAN);
    }
}
