package io.fragcast.transport.aeron;

import io.aeron.protocol.HeaderFlyweight;
import org.agrona.BitUtil;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

/**
 * Writes Aeron's datagrams byte by byte, right ones and wrong ones.
 */
final class Datagrams
{
    static final int UNFRAGMENTED = 0xC0;
    static final int EOS = 0x20;
    static final int REVOKED = 0x10;

    final ByteBuffer bytes = ByteBuffer.allocateDirect(65_536).order(LITTLE_ENDIAN);
    final UnsafeBuffer buffer = new UnsafeBuffer(bytes);
    int length;

    /** One header of a DATA, PAD or heartbeat frame. */
    void frame(
        final int at,
        final int frameLength,
        final int flags,
        final int type,
        final int termOffset,
        final int sessionId,
        final int streamId,
        final int termId)
    {
        buffer.putInt(at, frameLength, LITTLE_ENDIAN);
        buffer.putByte(at + 4, (byte)0);
        buffer.putByte(at + 5, (byte)flags);
        buffer.putShort(at + 6, (short)type, LITTLE_ENDIAN);
        buffer.putInt(at + 8, termOffset, LITTLE_ENDIAN);
        buffer.putInt(at + 12, sessionId, LITTLE_ENDIAN);
        buffer.putInt(at + 16, streamId, LITTLE_ENDIAN);
        buffer.putInt(at + 20, termId, LITTLE_ENDIAN);
        buffer.putLong(at + 24, 0L, LITTLE_ENDIAN);
    }

    /** One unfragmented DATA frame of a stream that a {@link FrameLog} checks. */
    void numbered(
        final int at,
        final int frameLength,
        final int termOffset,
        final int sessionId,
        final int streamId,
        final int termId,
        final long number)
    {
        frame(
            at, frameLength, UNFRAGMENTED, HeaderFlyweight.HDR_TYPE_DATA, termOffset, sessionId, streamId, termId);
        buffer.setMemory(at + 32, frameLength - 32, (byte)number);
        buffer.putLong(at + 32 + InvokerRig.NUMBER_OFFSET, number);
    }

    /** One unfragmented DATA frame. */
    void data(final int frameLength, final int termOffset, final int sessionId, final int streamId, final int termId)
    {
        frame(0, frameLength, UNFRAGMENTED, HeaderFlyweight.HDR_TYPE_DATA, termOffset, sessionId, streamId, termId);
        length = BitUtil.align(Math.max(32, Math.min(frameLength, 1408)), 32);
    }

    void heartbeat(final int flags, final int termOffset, final int sessionId, final int streamId, final int termId)
    {
        frame(0, 0, flags, HeaderFlyweight.HDR_TYPE_DATA, termOffset, sessionId, streamId, termId);
        length = 32;
    }

    void setup(
        final int flags,
        final int termOffset,
        final int sessionId,
        final int streamId,
        final int initialTermId,
        final int activeTermId,
        final int termLength,
        final int mtu,
        final int ttl)
    {
        frame(0, 40, flags, HeaderFlyweight.HDR_TYPE_SETUP, termOffset, sessionId, streamId, initialTermId);
        buffer.putInt(24, activeTermId, LITTLE_ENDIAN);
        buffer.putInt(28, termLength, LITTLE_ENDIAN);
        buffer.putInt(32, mtu, LITTLE_ENDIAN);
        buffer.putInt(36, ttl, LITTLE_ENDIAN);
        length = 40;
    }

    void statusMessage(
        final int flags,
        final int sessionId,
        final int streamId,
        final int termId,
        final int termOffset,
        final int window,
        final long receiverId)
    {
        control(HeaderFlyweight.HDR_TYPE_SM, 36, flags, sessionId, streamId);
        buffer.putInt(16, termId, LITTLE_ENDIAN);
        buffer.putInt(20, termOffset, LITTLE_ENDIAN);
        buffer.putInt(24, window, LITTLE_ENDIAN);
        buffer.putLong(28, receiverId, LITTLE_ENDIAN);
    }

    void nak(final int sessionId, final int streamId, final int termId, final int termOffset, final int range)
    {
        control(HeaderFlyweight.HDR_TYPE_NAK, 28, 0, sessionId, streamId);
        buffer.putInt(16, termId, LITTLE_ENDIAN);
        buffer.putInt(20, termOffset, LITTLE_ENDIAN);
        buffer.putInt(24, range, LITTLE_ENDIAN);
    }

    void responseSetup(final int sessionId, final int streamId, final int responseSessionId)
    {
        control(HeaderFlyweight.HDR_TYPE_RSP_SETUP, 20, 0, sessionId, streamId);
        buffer.putInt(16, responseSessionId, LITTLE_ENDIAN);
    }

    void control(final int type, final int length, final int flags, final int sessionId, final int streamId)
    {
        buffer.setMemory(0, length, (byte)0);
        buffer.putInt(0, length, LITTLE_ENDIAN);
        buffer.putByte(5, (byte)flags);
        buffer.putShort(6, (short)type, LITTLE_ENDIAN);
        buffer.putInt(8, sessionId, LITTLE_ENDIAN);
        buffer.putInt(12, streamId, LITTLE_ENDIAN);
        this.length = length;
    }

    ByteBuffer toSend()
    {
        return bytes.clear().limit(length);
    }
}
