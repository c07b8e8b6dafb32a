package io.fragcast.transport.aeron;

import io.aeron.protocol.HeaderFlyweight;

import java.util.Random;

import static io.fragcast.transport.aeron.Datagrams.EOS;
import static io.fragcast.transport.aeron.Datagrams.REVOKED;
import static io.fragcast.transport.aeron.Datagrams.UNFRAGMENTED;

/**
 * Crafts datagrams of a live session, none of which the session's receiver or publisher may act upon.
 */
final class HostileDatagrams
{
    private static final int STRANGE_SESSIONS = 10_000;

    private static final int CONTROL_KINDS = 14;
    private static final int STREAM = InvokerRig.STREAM;

    private final int session;
    private final ChannelConfig channel;
    private final int termLength;
    private final Wiretap live;
    private final Random random;

    /**
     * For one session.
     *
     * @param session id.
     * @param channel of the session.
     * @param live    where the session is.
     * @param random  seeded.
     */
    HostileDatagrams(final int session, final ChannelConfig channel, final Wiretap live, final Random random)
    {
        this.session = session;
        this.channel = channel;
        termLength = channel.termLength();
        this.live = live;
        this.random = random;
    }

    /** What a receiver refuses; of a stranger even what is right but for where it comes from. */
    void craft(final Datagrams d, final int number, final boolean isStranger)
    {
        // What the last one left behind may look like a second datagram.
        d.buffer.setMemory(0, 1536, (byte)0);
        final int term = live.termId;
        final int next = live.nextOffset % termLength;
        if (isStranger && 0 == number % 2)
        {
            // Nothing is wrong with these but where they come from.
            d.data(1408, next, session, STREAM, term);
            if (next + 1408 > termLength)
            {
                d.data(64, 0, session, STREAM, term);
            }
            return;
        }

        switch (number % 8)
        {
            case 0 -> craftOffset(d, term, next);
            case 1 -> craftLength(d, term, next);
            case 2 -> craftPadding(d, term, next);
            case 3 -> craftFlags(d, term, next);
            case 4 -> craftSetup(d, term, next, number);
            case 5 -> craftStrangeStream(d, term, next, number);
            case 6 -> craftType(d, term, next);
            default -> craftNoise(d);
        }
    }

    /** What a publisher refuses of a receiver, of any kind. */
    void craftControl(final Datagrams d)
    {
        craftControl(d, random.nextInt(CONTROL_KINDS));
    }

    /** What a publisher refuses of a receiver, of one kind, from 0. */
    void craftControl(final Datagrams d, final int kind)
    {
        final int term = live.initialTermId;
        final int window = channel.windowBytes();
        switch (kind)
        {
            case 0 -> d.statusMessage(0, session, STREAM, term, 0, window + 1 + random.nextInt(1 << 30), 1);
            case 1 -> d.statusMessage(0, session, STREAM, term, 0, random.nextInt(1408), 1);
            case 2 -> d.statusMessage(0, session, STREAM, term, termLength + 32, window, 1);
            case 3 -> d.statusMessage(0, session, STREAM, term, live.nextOffset + 1408 + 32, window, 1);
            case 4 -> d.statusMessage(0, session, STREAM, term - 1, 0, window, 1);
            case 5 -> d.statusMessage(0x40, session, STREAM, term, 0, window, 1);
            case 6 -> d.nak(session, STREAM, term, -32, 64);
            case 7 -> d.nak(session, STREAM, term, 0, live.nextOffset + 1408 + 32);
            case 8 -> d.nak(session, STREAM, term + 1 + random.nextInt(1000), 0, 64);
            case 9 -> d.nak(session, STREAM, term, random.nextInt(1000) * 32 + 1 + random.nextInt(31), 64);
            case 10 -> d.nak(session + 1 + random.nextInt(10_000), STREAM, term, 0, 64);
            case 11 -> d.control(HeaderFlyweight.HDR_TYPE_ERR, 48, 0, session, STREAM);
            case 12 -> d.control(HeaderFlyweight.HDR_TYPE_RTTM, 40, 0x80, session, STREAM);
            default -> d.control(HeaderFlyweight.HDR_TYPE_RSP_SETUP, 20, 0, session, STREAM);
        }
    }

    private void craftOffset(final Datagrams d, final int term, final int next)
    {
        switch (random.nextInt(7))
        {
            case 0 -> d.data(100, next + 1 + random.nextInt(31), session, STREAM, term);
            case 1 -> d.data(100, termLength + 32 * random.nextInt(1000), session, STREAM, term - 1);
            case 2 -> d.data(100, -32 - 32 * random.nextInt(1000), session, STREAM, term + 1);
            case 3 -> d.data(1408, termLength - 32 - 32 * random.nextInt(43), session, STREAM, term);
            case 4 -> d.data(100, Integer.MIN_VALUE, session, STREAM, term);
            case 5 -> d.data(100, next / 2 / 32 * 32, session, STREAM, term + 3 + random.nextInt(1000));
            default -> d.data(100, next / 2 / 32 * 32, session, STREAM, live.initialTermId - 1 - random.nextInt(1000));
        }
    }

    private void craftLength(final Datagrams d, final int term, final int next)
    {
        d.data(100, fitting(next), session, STREAM, term);
        switch (random.nextInt(6))
        {
            case 0 -> d.buffer.putInt(0, 0x7FFF_FF00);
            case 1 -> d.buffer.putInt(0, Integer.MIN_VALUE + random.nextInt(1 << 30));
            case 2 -> d.buffer.putInt(0, 129 + random.nextInt(1 << 20));
            case 3 -> d.buffer.putInt(0, random.nextInt(33));
            case 4 -> d.length += 1 + random.nextInt(31);
            default ->
            {
                // A second frame whose header is none of this version's.
                d.frame(128, 64, UNFRAGMENTED, HeaderFlyweight.HDR_TYPE_DATA, fitting(next) + 128, session, STREAM,
                    term);
                d.buffer.putByte(132, (byte)1);
                d.length = 192;
            }
        }
    }

    private void craftPadding(final Datagrams d, final int term, final int next)
    {
        final int offset = fitting(next);
        final int toEnd = termLength - offset;
        final int length = switch (random.nextInt(3))
        {
            case 0 -> toEnd == 32 * 1024 ? 16 * 1024 : 32 * 1024;
            case 1 -> toEnd - 32;
            default -> toEnd + 32;
        };
        d.frame(0, length, UNFRAGMENTED, HeaderFlyweight.HDR_TYPE_PAD, offset, session, STREAM, term);
        d.length = 32 * (1 + random.nextInt(2));
    }

    private void craftFlags(final Datagrams d, final int term, final int next)
    {
        final int flags = switch (random.nextInt(5))
        {
            case 0 -> UNFRAGMENTED | EOS;
            case 1 -> UNFRAGMENTED | EOS | REVOKED;
            case 2 -> 0x80;
            case 3 -> 0x40;
            default -> random.nextInt(0xC0);
        };
        if (random.nextBoolean())
        {
            d.heartbeat(flags, next, session, STREAM, term);
        }
        else
        {
            d.data(100, fitting(next), session, STREAM, term);
            d.buffer.putByte(5, (byte)flags);
        }
    }

    private void craftSetup(final Datagrams d, final int term, final int next, final int number)
    {
        final int initial = live.initialTermId;
        switch (random.nextInt(6))
        {
            case 0 -> d.setup(0, next, session, STREAM, initial, term, 1 << 30, 1408, 0);
            case 1 -> d.setup(0, next, session, STREAM, initial, term, termLength, 65504, 0);
            case 2 -> d.setup(0, next, session, STREAM, initial, term, termLength, 1408, -1);
            case 3 -> d.setup(0xC0, next, session, STREAM, initial, term, termLength, 1408, 0);
            // Right in shape, of a publication that nobody follows.
            case 4 -> d.setup(0, 0, session, STREAM, initial + 1 + random.nextInt(1000), initial + 2000, termLength,
                1408, 0);
            default -> d.setup(0, 0, strangeSession(number), STREAM, 1, 1, 1 << 30, 1408, 0);
        }
    }

    private void craftStrangeStream(final Datagrams d, final int term, final int next, final int number)
    {
        switch (random.nextInt(3))
        {
            case 0 -> d.data(100, fitting(next), strangeSession(number), STREAM, term);
            case 1 -> d.data(100, fitting(next), session, STREAM + 1 + random.nextInt(100), term);
            default -> d.setup(0, 0, strangeSession(number), STREAM, 1, 1, termLength, 1408, 0);
        }
    }

    private void craftType(final Datagrams d, final int term, final int next)
    {
        switch (random.nextInt(6))
        {
            case 0 -> d.control(HeaderFlyweight.HDR_TYPE_RTTM, 40, 0x80, session, STREAM);
            case 1 -> d.control(HeaderFlyweight.HDR_TYPE_ERR, 48, 0, session, STREAM);
            case 2 -> d.nak(session, STREAM, term, fitting(next), 32);
            case 3 -> d.statusMessage(0x40, session, STREAM, term, fitting(next), 128 * 1024, 1);
            case 4 ->
            {
                d.data(100, fitting(next), session, STREAM, term);
                d.buffer.putByte(4, (byte)(1 + random.nextInt(255)));
            }
            default -> d.control(6 + random.nextInt(60_000), 40, 0, session, STREAM);
        }
    }

    private void craftNoise(final Datagrams d)
    {
        d.length = random.nextInt(1500);
        for (int i = 0; i < d.length; i += 8)
        {
            d.buffer.putLong(i, random.nextLong());
        }
        // No wild bytes may pass for this version's by chance, or the test would not know what to expect.
        d.buffer.putByte(4, (byte)(1 + random.nextInt(255)));
    }

    private int fitting(final int next)
    {
        return next + 1408 > termLength ? 0 : next;
    }

    private int strangeSession(final int number)
    {
        return session + 1 + number % STRANGE_SESSIONS;
    }
}
