package io.fragcast.edge.jsonl;

import io.fragcast.AbortReason;
import io.fragcast.BlockEvent;
import io.fragcast.MismatchReason;
import io.fragcast.codecs.EnvDecoder;
import io.fragcast.codecs.MessageHeaderDecoder;
import io.fragcast.codecs.SealDecoder;
import io.fragcast.edge.DeliveryCursor;
import io.fragcast.edge.Edge;
import io.fragcast.wire.BlockEventView;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Delivers as JSON, one object a line. Numbers are plain integers, up to 2^64 - 1; bytes are 0x hex; the fields of an
 * env and a seal have based-op's names.
 * <pre>
 *   {"kind":"frag","status":"provisional","chainId":10,"blockNumber":7,
 *    "attempt":{"leaderTerm":1,"incarnation":1795235821000},"seq":0,
 *    "publishTimeNs":1795235821000100000,"deliverTimeNs":1795235821000200000,"hops":2,
 *    "isLast":false,"txs":["0x02f8.."]}
 * </pre>
 * To standard output each event goes at least once, and where a cursor is kept only the last one before a crash comes
 * again. To a file it goes exactly once: opening cuts a last line that a crash tore, and what the file has of its last
 * attempt is not written again. An attempt that is not taken up again after a crash ends SUPERSEDED.
 */
public final class JsonLinesEdge implements Edge
{
    private static final int HEADER_LENGTH = MessageHeaderDecoder.ENCODED_LENGTH;
    private static final byte[][] KINDS = tokens(BlockEvent.Kind.values());
    private static final byte[][] STATUSES = tokens(BlockEvent.Status.values());
    private static final byte[][] ABORT_REASONS = tokens(AbortReason.values());
    private static final byte[][] MISMATCH_REASONS = tokens(MismatchReason.values());

    private static final String STANDARD_OUTPUT = "jsonl:-";
    private static final byte[] START = token(JsonLinesFile.LINE_START);
    private static final byte[] STATUS = token("\",\"status\":\"");
    private static final byte[] CHAIN_ID = token("\",\"chainId\":");
    private static final byte[] BLOCK_NUMBER = token(",\"blockNumber\":");
    private static final byte[] LEADER_TERM = token(",\"attempt\":{\"leaderTerm\":");
    private static final byte[] INCARNATION = token(",\"incarnation\":");
    private static final byte[] SEQ = token("},\"seq\":");
    private static final byte[] PUBLISH_TIME = token(",\"publishTimeNs\":");
    private static final byte[] DELIVER_TIME = token(",\"deliverTimeNs\":");
    private static final byte[] HOPS = token(",\"hops\":");
    private static final byte[] IS_LAST_TXS = token(",\"isLast\":true,\"txs\":[");
    private static final byte[] IS_NOT_LAST_TXS = token(",\"isLast\":false,\"txs\":[");
    private static final byte[] NUMBER = token(",\"number\":");
    private static final byte[] PARENT_HASH = token(",\"parentHash\":");
    private static final byte[] BENEFICIARY = token(",\"beneficiary\":");
    private static final byte[] TIMESTAMP = token(",\"timestamp\":");
    private static final byte[] GAS_LIMIT = token(",\"gasLimit\":");
    private static final byte[] BASE_FEE = token(",\"basefee\":");
    private static final byte[] DIFFICULTY = token(",\"difficulty\":");
    private static final byte[] PREV_RANDAO = token(",\"prevrandao\":");
    private static final byte[] EXTRA_DATA = token(",\"extraData\":");
    private static final byte[] PARENT_BEACON_BLOCK_ROOT = token(",\"parentBeaconBlockRoot\":");
    private static final byte[] TOTAL_FRAGS = token(",\"totalFrags\":");
    private static final byte[] GAS_USED = token(",\"gasUsed\":");
    private static final byte[] TRANSACTIONS_ROOT = token(",\"transactionsRoot\":");
    private static final byte[] RECEIPTS_ROOT = token(",\"receiptsRoot\":");
    private static final byte[] STATE_ROOT = token(",\"stateRoot\":");
    private static final byte[] BLOCK_HASH = token(",\"blockHash\":");
    private static final byte[] SEALED_HASH = token(",\"sealedHash\":");
    private static final byte[] REASON = token(",\"reason\":\"");
    private static final byte[] UNKNOWN = token("unknown");
    private static final byte[] MISSING = token(",\"missing\":");
    private static final byte[] END = token("}\n");

    private final String name;
    private final WritableByteChannel channel;
    private final @Nullable CursorFile cursorFile;
    private final JsonLineWriter writer;
    private final BlockEventView event = new BlockEventView();
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final EnvDecoder env = new EnvDecoder();
    private final SealDecoder seal = new SealDecoder();
    private final BlockEvent.TxHandler onTx = this::onTx;
    private final DeliveryCursor start;
    private boolean isResuming;
    private boolean isFirstTx;

    private JsonLinesEdge(
        final String name,
        final WritableByteChannel channel,
        final DeliveryCursor start,
        final @Nullable CursorFile cursorFile)
    {
        this.name = name;
        this.channel = channel;
        this.start = start;
        this.cursorFile = cursorFile;
        isResuming = start.isPlaced();
        writer = new JsonLineWriter(channel);
    }

    /**
     * An edge to standard output that starts anew.
     *
     * @return the edge.
     */
    public static JsonLinesEdge toStandardOutput()
    {
        return new JsonLinesEdge(STANDARD_OUTPUT, standardOutput(), new DeliveryCursor(), null);
    }

    /**
     * An edge to standard output that goes on where an earlier life of the node was: what the output took is kept in a
     * file, event by event, so that after a crash at most the last one comes again.
     *
     * @param cursorFile made where there is none.
     * @return the edge.
     * @throws IOException if the file cannot be opened.
     */
    public static JsonLinesEdge toStandardOutput(final Path cursorFile) throws IOException
    {
        final CursorFile file = CursorFile.open(cursorFile);

        return new JsonLinesEdge(STANDARD_OUTPUT, standardOutput(), file.read(), file);
    }

    /**
     * An edge to a file, made where there is none, continued where there is.
     *
     * @param file to append to.
     * @return the edge.
     * @throws IOException if it cannot be opened, is in use, or is not a file of ours.
     */
    public static JsonLinesEdge toFile(final Path file) throws IOException
    {
        final FileChannel channel = JsonLinesFile.open(file);
        try
        {
            final DeliveryCursor start = JsonLinesFile.resume(file, channel);

            return new JsonLinesEdge("jsonl:" + file, channel, null == start ? new DeliveryCursor() : start, null);
        }
        catch (final IOException ex)
        {
            channel.close();
            throw ex;
        }
    }

    @Override
    public boolean onEvent(final DirectBuffer buffer, final int offset, final int length)
    {
        event.wrap(buffer, offset, length);
        if (isResuming && !event.kind().isAside())
        {
            if (start.isPast(event))
            {
                return true;
            }
            isResuming = false;
            if (start.isLeftOpenBy(event))
            {
                final UnsafeBuffer superseded = new UnsafeBuffer(new byte[DeliveryCursor.SUPERSEDED_LENGTH]);
                start.encodeSuperseded(superseded, event.deliverTimeNs());
                event.wrap(superseded, 0, superseded.capacity());
                writeThrough();
                event.wrap(buffer, offset, length);
            }
        }
        writeThrough();

        return true;
    }

    @Override
    public long lastBlock(final long chainId)
    {
        return start.lastBlock(chainId);
    }

    @Override
    public void flush()
    {
        writer.flush();
    }

    @Override
    public String name()
    {
        return name;
    }

    @Override
    public void close()
    {
        try
        {
            writer.flush();
        }
        finally
        {
            CloseHelper.closeAll(channel, cursorFile);
        }
    }

    @SuppressWarnings("resource") // The channel is the process's own standard output and lives as long.
    private static WritableByteChannel standardOutput()
    {
        return new FileOutputStream(FileDescriptor.out).getChannel();
    }

    /** Where a cursor is kept each line leaves at once, and then counts as taken. */
    private void writeThrough()
    {
        write();
        if (null != cursorFile)
        {
            writer.flush();
            if (!event.kind().isAside())
            {
                cursorFile.store(event);
            }
        }
    }

    private void write()
    {
        writer.token(START).token(KINDS[event.kind().ordinal()])
            .token(STATUS).token(STATUSES[event.kind().status().ordinal()])
            .token(CHAIN_ID).number(event.chainId())
            .token(BLOCK_NUMBER).number(event.blockNumber())
            .token(LEADER_TERM).number(Integer.toUnsignedLong(event.leaderTerm()))
            .token(INCARNATION).number(event.incarnation())
            .token(SEQ).number(Integer.toUnsignedLong(event.seq()))
            .token(PUBLISH_TIME).number(event.publishTimeNs())
            .token(DELIVER_TIME).number(event.deliverTimeNs())
            .token(HOPS).number(event.hopCount());
        switch (event.kind())
        {
            case ENV -> writeEnv();
            case FRAG -> writeFrag();
            case SEAL -> writeSeal();
            case MISMATCHED -> writeReason(MISMATCH_REASONS);
            case ABORTED -> writeReason(ABORT_REASONS);
            case REORG ->
            {
                writer.token(MISSING).number(Integer.toUnsignedLong(event.missing()));
                body(PARENT_HASH);
            }
            case FINALIZED -> body(BLOCK_HASH);
            case SEAL_MISMATCHED -> body(SEALED_HASH);
            case SUPERSEDED, GAP -> writer.token(MISSING).number(Integer.toUnsignedLong(event.missing()));
            default ->
            {
                // VERIFIED says it all.
            }
        }
        writer.token(END);
    }

    private void writeEnv()
    {
        header.wrap(event.frameBuffer(), event.frameOffset());
        env.wrapAndApplyHeader(event.frameBuffer(), event.frameOffset(), header);
        writer.token(NUMBER).number(env.blockNumber());
        hash(PARENT_HASH, EnvDecoder.parentHashEncodingOffset());
        hex(BENEFICIARY, EnvDecoder.beneficiaryEncodingOffset(), EnvDecoder.beneficiaryLength());
        writer.token(TIMESTAMP).number(env.timestamp())
            .token(GAS_LIMIT).number(env.gasLimit())
            .token(BASE_FEE).number(env.baseFee())
            .token(DIFFICULTY).quantity(
                event.frameBuffer(),
                event.frameOffset() + HEADER_LENGTH + EnvDecoder.difficultyEncodingOffset(),
                EnvDecoder.difficultyLength());
        hash(PREV_RANDAO, EnvDecoder.prevRandaoEncodingOffset());
        hex(
            EXTRA_DATA,
            EnvDecoder.extraDataEncodingOffset(),
            Math.min(env.extraDataSize(), EnvDecoder.extraDataLength()));
        hash(PARENT_BEACON_BLOCK_ROOT, EnvDecoder.parentBeaconBlockRootEncodingOffset());
    }

    private void writeFrag()
    {
        writer.token(event.isLast() ? IS_LAST_TXS : IS_NOT_LAST_TXS);
        isFirstTx = true;
        event.forEachTx(onTx);
        writer.character(']');
    }

    private void onTx(final DirectBuffer buffer, final int offset, final int length)
    {
        if (!isFirstTx)
        {
            writer.character(',');
        }
        isFirstTx = false;
        writer.hex(buffer, offset, length);
    }

    private void writeSeal()
    {
        header.wrap(event.frameBuffer(), event.frameOffset());
        seal.wrapAndApplyHeader(event.frameBuffer(), event.frameOffset(), header);
        writer.token(TOTAL_FRAGS).number(seal.totalFrags())
            .token(GAS_USED).number(seal.gasUsed())
            .token(GAS_LIMIT).number(seal.gasLimit());
        hash(PARENT_HASH, SealDecoder.parentHashEncodingOffset());
        hash(TRANSACTIONS_ROOT, SealDecoder.transactionsRootEncodingOffset());
        hash(RECEIPTS_ROOT, SealDecoder.receiptsRootEncodingOffset());
        hash(STATE_ROOT, SealDecoder.stateRootEncodingOffset());
        hash(BLOCK_HASH, SealDecoder.blockHashEncodingOffset());
    }

    private void writeReason(final byte[][] reasons)
    {
        // A newer leader may know more reasons.
        final byte[] reason = event.reason() < reasons.length ? reasons[event.reason()] : UNKNOWN;
        writer.token(REASON).token(reason).character('"');
    }

    private void body(final byte[] name)
    {
        writer.token(name).hex(event.bodyBuffer(), event.bodyOffset(), event.bodyLength());
    }

    private void hash(final byte[] name, final int fieldOffset)
    {
        hex(name, fieldOffset, SealDecoder.blockHashLength());
    }

    private void hex(final byte[] name, final int fieldOffset, final int length)
    {
        writer.token(name).hex(event.frameBuffer(), event.frameOffset() + HEADER_LENGTH + fieldOffset, length);
    }

    private static byte[][] tokens(final Enum<?>[] constants)
    {
        final byte[][] tokens = new byte[constants.length][];
        for (int i = 0; i < tokens.length; i++)
        {
            tokens[i] = token(constants[i].name().toLowerCase(Locale.ROOT));
        }

        return tokens;
    }

    private static byte[] token(final String token)
    {
        return token.getBytes(StandardCharsets.US_ASCII);
    }
}
