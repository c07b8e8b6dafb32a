package io.fragcast.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.fragcast.codecs.JournalKind;
import io.fragcast.codecs.SignalKind;
import io.fragcast.journal.Journal;
import io.fragcast.journal.RecordView;
import io.fragcast.journal.SignalView;
import io.fragcast.protocol.block.FrameDigest;
import io.fragcast.wire.FrameView;
import org.agrona.DirectBuffer;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;

/**
 * What {@code journal dump} prints: one line a record, for people or as JSON.
 * <pre>
 *   2026-11-21T04:40:00.123456789Z block 5f3a0011 FRAG 18090207/1795235566434/1 seq 3 1376 bytes 1a2b3c4d5e6f7081
 * </pre>
 */
final class JournalDump
{
    /** Enough of a digest to tell messages apart by eye. */
    private static final int DIGEST_PREFIX_LENGTH = 8;

    private static final DateTimeFormatter TIME = new DateTimeFormatterBuilder().appendInstant(9).toFormatter();
    private static final JsonFactory JSON = new JsonFactory();

    private final Journal journal;
    private final boolean isJson;
    private final PrintWriter out;
    private final RecordView record = new RecordView();
    private final FrameView frame = new FrameView();
    private final SignalView signal = new SignalView();
    private final FrameDigest frameDigest = new FrameDigest();
    private final byte[] digest = new byte[FrameDigest.DIGEST_LENGTH];
    private long badCount;

    JournalDump(final Journal journal, final boolean isJson, final PrintWriter out)
    {
        this.journal = journal;
        this.isJson = isJson;
        this.out = out;
    }

    /**
     * Prints every record.
     *
     * @return exit code: 1 if a record does not decode.
     */
    int run()
    {
        journal.replay(Journal.START, this::onRecord);

        return badCount > 0 ? ExitCodes.FAILED : ExitCodes.DONE;
    }

    private boolean onRecord(final long index, final DirectBuffer buffer, final int offset, final int length)
    {
        if (!record.tryWrap(buffer, offset, length))
        {
            badCount++;
            out.println(isJson ?
                "{\"index\":" + index + ",\"kind\":null,\"length\":" + length + "}" :
                "index " + index + ": " + length + " bytes that are no journal record");

            return !out.checkError();
        }

        if (JournalKind.EVENT == record.kind() && signal.tryWrap(buffer, record))
        {
            out.println(isJson ? jsonSignal(index) : textSignal());
            return !out.checkError();
        }

        final boolean isFrame = JournalKind.EVENT != record.kind() &&
            frame.tryWrap(buffer, record.frameOffset(), record.frameLength());
        if (isJson)
        {
            out.println(jsonLine(index, isFrame, buffer));
        }
        else
        {
            out.println(textLine(isFrame, buffer));
        }

        return !out.checkError();
    }

    private String textLine(final boolean isFrame, final DirectBuffer buffer)
    {
        final StringBuilder line = new StringBuilder(160)
            .append(time())
            .append(' ').append(lane())
            .append(' ').append(source())
            .append(' ');
        if (JournalKind.HOLE == record.kind())
        {
            line.append("HOLE of ").append(record.count()).append(" frames from ");
        }
        if (isFrame)
        {
            line.append(frame.kind())
                .append(' ').append(Long.toUnsignedString(frame.blockNumber()))
                .append('/').append(Long.toUnsignedString(frame.incarnation()))
                .append('/').append(frame.leaderTerm())
                .append(" seq ").append(frame.seq());
            if (!frame.isSigned())
            {
                line.append(" index ").append(frame.index());
            }
        }
        else
        {
            line.append(JournalKind.FRAME == record.kind() ? "UNKNOWN" : record.kind().name());
        }
        line.append(' ').append(record.frameLength()).append(" bytes");
        final String digest = digestPrefix(isFrame, buffer);

        return digest.isEmpty() ? line.toString() : line.append(' ').append(digest).toString();
    }

    private String textSignal()
    {
        if (SignalKind.STARTED == signal.kind())
        {
            return time() + " event own STARTED";
        }

        return time() + " event own " + signal.kind() + ' ' + Long.toUnsignedString(signal.blockNumber()) + '/' +
            Long.toUnsignedString(signal.incarnation()) + '/' + Integer.toUnsignedString(signal.leaderTerm()) +
            " seq " + Integer.toUnsignedString(signal.seq()) +
            (0 == signal.reason() ? "" : " reason " + signal.reason()) +
            (0 == signal.missing() ? "" : " missing " + Integer.toUnsignedString(signal.missing())) +
            (0 == record.count() ? "" : " after " + record.count() + " events lost");
    }

    private String jsonSignal(final long index)
    {
        final StringWriter line = new StringWriter(256);
        try (JsonGenerator json = JSON.createGenerator(line))
        {
            json.writeStartObject();
            json.writeNumberField("index", index);
            json.writeStringField("time", time());
            json.writeNumberField("timeNs", record.receiveTimeNs());
            json.writeStringField("kind", record.kind().name());
            json.writeStringField("signal", signal.kind().name());
            json.writeFieldName("chainId");
            json.writeNumber(unsigned(signal.chainId()));
            json.writeFieldName("blockNumber");
            json.writeNumber(unsigned(signal.blockNumber()));
            json.writeFieldName("incarnation");
            json.writeNumber(unsigned(signal.incarnation()));
            json.writeNumberField("leaderTerm", Integer.toUnsignedLong(signal.leaderTerm()));
            json.writeNumberField("seq", Integer.toUnsignedLong(signal.seq()));
            json.writeNumberField("reason", signal.reason());
            json.writeNumberField("missing", Integer.toUnsignedLong(signal.missing()));
            json.writeNumberField("eventsLost", record.count());
            json.writeEndObject();
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }

        return line.toString();
    }

    private String jsonLine(final long index, final boolean isFrame, final DirectBuffer buffer)
    {
        final StringWriter line = new StringWriter(256);
        try (JsonGenerator json = JSON.createGenerator(line))
        {
            json.writeStartObject();
            json.writeNumberField("index", index);
            json.writeStringField("time", time());
            json.writeNumberField("timeNs", record.receiveTimeNs());
            json.writeStringField("lane", lane());
            json.writeStringField("source", source());
            json.writeStringField("kind", record.kind().name());
            if (JournalKind.HOLE == record.kind())
            {
                json.writeNumberField("count", record.count());
            }
            if (isFrame)
            {
                json.writeStringField("template", String.valueOf(frame.kind()));
                json.writeFieldName("chainId");
                json.writeNumber(unsigned(frame.chainId()));
                json.writeFieldName("blockNumber");
                json.writeNumber(unsigned(frame.blockNumber()));
                json.writeFieldName("incarnation");
                json.writeNumber(unsigned(frame.incarnation()));
                json.writeNumberField("leaderTerm", frame.leaderTerm());
                json.writeNumberField("seq", frame.seq());
                if (!frame.isSigned())
                {
                    json.writeNumberField("pieceIndex", frame.index());
                }
            }
            json.writeNumberField("length", record.frameLength());
            final String digest = digestPrefix(isFrame, buffer);
            if (!digest.isEmpty())
            {
                json.writeStringField("digest", digest);
            }
            json.writeEndObject();
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }

        return line.toString();
    }

    private String digestPrefix(final boolean isFrame, final DirectBuffer buffer)
    {
        if (!isFrame || JournalKind.FRAME != record.kind() || !frame.isSigned() || null != frame.layoutProblem())
        {
            return "";
        }
        frameDigest.ofFrame(buffer, record.frameOffset(), frame.signedLength(), digest);

        return HexFormat.of().formatHex(digest, 0, DIGEST_PREFIX_LENGTH);
    }

    private String time()
    {
        final long secondNs = TimeUnit.SECONDS.toNanos(1);

        return TIME.format(Instant.ofEpochSecond(
            Math.floorDiv(record.receiveTimeNs(), secondNs), Math.floorMod(record.receiveTimeNs(), secondNs)));
    }

    private String lane()
    {
        return switch (record.lane())
        {
            case 0 -> "block";
            case 2 -> "repair";
            case 3 -> "bulk";
            default -> "lane" + record.lane();
        };
    }

    private String source()
    {
        return 0 == record.sourceId() ? "own" : HexFormat.of().toHexDigits(record.sourceId());
    }

    private static BigInteger unsigned(final long value)
    {
        return new BigInteger(Long.toUnsignedString(value));
    }
}
