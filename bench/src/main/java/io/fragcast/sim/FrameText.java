package io.fragcast.sim;

import io.fragcast.codecs.BlockEventDecoder;
import io.fragcast.codecs.EnvDecoder;
import io.fragcast.codecs.FragChunkDecoder;
import io.fragcast.codecs.FragDecoder;
import io.fragcast.codecs.FragPageDecoder;
import io.fragcast.codecs.MessageHeaderDecoder;
import org.agrona.DirectBuffer;

/**
 * Names a frame of the block lane in a trace: {@code Frag 18090205/1 #3 @17908128000 of term 1}.
 */
final class FrameText
{
    private static final int HEADER_LENGTH = MessageHeaderDecoder.ENCODED_LENGTH;
    private static final String[] NAMES =
        {"?", "Env", "Frag", "FragBody", "FragPage", "FragChunk", "Seal", "Abort", "Heartbeat", "LeaderStart",
        "LeaderStop"};

    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final EnvDecoder signed = new EnvDecoder();
    private final BlockEventDecoder event = new BlockEventDecoder();
    private final FragChunkDecoder piece = new FragChunkDecoder();

    String describe(final DirectBuffer buffer, final int offset, final int length)
    {
        if (length < HEADER_LENGTH)
        {
            return length + " bytes";
        }

        header.wrap(buffer, offset);
        final int templateId = header.templateId();
        if (templateId >= NAMES.length)
        {
            return "template " + templateId + ", " + length + " bytes";
        }
        final String name = NAMES[templateId];
        if (FragChunkDecoder.TEMPLATE_ID == templateId || FragPageDecoder.TEMPLATE_ID == templateId)
        {
            if (length < HEADER_LENGTH + FragChunkDecoder.BLOCK_LENGTH)
            {
                return name + " cut to " + length;
            }
            piece.wrap(buffer, offset + HEADER_LENGTH, header.blockLength(), header.version());

            return name + ' ' + piece.index() + " of " + place(
                piece.blockNumber(), piece.incarnation(), piece.leaderTerm(), piece.seq()) + ", " + length + " bytes";
        }
        if (length < HEADER_LENGTH + FragDecoder.isLastEncodingOffset())
        {
            return name + " cut to " + length;
        }

        signed.wrap(buffer, offset + HEADER_LENGTH, header.blockLength(), header.version());

        return name + ' ' + place(signed.blockNumber(), signed.incarnation(), signed.leaderTerm(), signed.seq()) +
            ", " + length + " bytes";
    }

    String describeEvent(final DirectBuffer buffer, final int offset)
    {
        event.wrapAndApplyHeader(buffer, offset, header);

        return event.kind() + " " +
            place(event.blockNumber(), event.incarnation(), event.leaderTerm(), event.seq()) +
            (0 == event.reason() ? "" : " reason " + event.reason()) +
            (0 == event.missing() ? "" : " missing " + event.missing());
    }

    static String place(final long blockNumber, final long incarnation, final long term, final long seq)
    {
        return blockNumber + "/" + term + "@" + (incarnation - SimClock.EPOCH_START_MS) + " #" + seq;
    }
}
