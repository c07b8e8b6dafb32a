package io.fragcast.wire;

import io.fragcast.codecs.AbortDecoder;
import io.fragcast.codecs.EnvDecoder;
import io.fragcast.codecs.FragBodyDecoder;
import io.fragcast.codecs.FragChunkDecoder;
import io.fragcast.codecs.FragDecoder;
import io.fragcast.codecs.FragPageDecoder;
import io.fragcast.codecs.HeartbeatDecoder;
import io.fragcast.codecs.LeaderStartDecoder;
import io.fragcast.codecs.LeaderStopDecoder;
import io.fragcast.codecs.MessageHeaderDecoder;
import io.fragcast.codecs.SealDecoder;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Reads one sink's frames by the words of the schema, slowly and with nothing of the product but the decoders: every
 * signature, hash, link of the chain and order of frames is checked, and bodies are put together.
 */
final class ReferenceReader
{
    final List<Message> messages = new ArrayList<>();
    private final byte[] publicKey;
    private byte[] lastDigest = new byte[32];
    private long lastControlSeq;
    private long lastIncarnation;
    private Piecewise pending = new Piecewise();

    /**
     * A signed message with its frag's transactions.
     */
    record Message(
        int templateId, long blockNumber, long incarnation, int leaderTerm, int seq, byte[] previousDigest,
        byte[] digest, byte[] frame, boolean isLast, List<byte[]> txs)
    {
    }

    private static final class Piecewise
    {
        private Message header;
        private int bodyLength;
        private int chunkLength;
        private int chunkCount;
        private int pageHashes;
        private int txCount;
        private List<byte[]> headerHashes = List.of();
        private final List<byte[]> chunkHashes = new ArrayList<>();
        private final ByteArrayOutputStream body = new ByteArrayOutputStream();
        private int nextChunk;
    }

    ReferenceReader(final byte[] publicKey)
    {
        this.publicKey = publicKey;
    }

    static ReferenceReader read(final byte[] publicKey, final List<byte[]> frames)
    {
        final ReferenceReader reader = new ReferenceReader(publicKey);
        frames.forEach(reader::onFrame);
        assertThat(reader.pending.header).as("a frag cut short").isNull();

        return reader;
    }

    List<Message> of(final int templateId)
    {
        return messages.stream().filter((message) -> message.templateId == templateId).toList();
    }

    private void onFrame(final byte[] frame)
    {
        final UnsafeBuffer buffer = new UnsafeBuffer(frame);
        final MessageHeaderDecoder header = new MessageHeaderDecoder().wrap(buffer, 0);
        assertThat(header.schemaId()).isEqualTo(4670);
        assertThat(header.version()).isEqualTo(1);
        assertThat(Arrays.copyOfRange(frame, 8, 25)).as("hop fields").containsOnly(0);
        switch (header.templateId())
        {
            case FragPageDecoder.TEMPLATE_ID -> onPage(buffer, frame.length, header);
            case FragChunkDecoder.TEMPLATE_ID -> onChunk(buffer, frame.length, header);
            case FragDecoder.TEMPLATE_ID -> onFrag(buffer, frame, header);
            default -> onSigned(buffer, frame, header, frame.length);
        }
    }

    private Message onSigned(
        final UnsafeBuffer buffer, final byte[] frame, final MessageHeaderDecoder header, final int signedEnd)
    {
        assertThat(pending.header).as("a frag is not whole yet").isNull();
        assertThat(Arrays.copyOfRange(frame, 90, 96)).as("reserved").containsOnly(0);
        assertThat(frame[89]).as("v").isZero();
        // The common fields stand at the same place in all; any of the decoders will do.
        final EnvDecoder common = new EnvDecoder().wrap(buffer, 8, header.blockLength(), header.version());
        assertThat(common.chainId()).isEqualTo(LeaderRig.CHAIN_ID);
        final byte[] digest = digest(frame, signedEnd);
        assertThat(LeaderRig.CURVE.newVerifier().verify(digest, buffer, 25, publicKey)).as("signature").isTrue();
        final byte[] previousDigest = Arrays.copyOfRange(frame, 160, 192);
        final Message message = new Message(
            header.templateId(), common.blockNumber(), common.incarnation(), (int) common.leaderTerm(),
            (int) common.seq(), previousDigest, digest, frame, false, List.of());
        checkChain(message, buffer, header);
        messages.add(message);

        return message;
    }

    private void checkChain(final Message message, final UnsafeBuffer buffer, final MessageHeaderDecoder header)
    {
        switch (message.templateId)
        {
            case HeartbeatDecoder.TEMPLATE_ID, LeaderStartDecoder.TEMPLATE_ID, LeaderStopDecoder.TEMPLATE_ID ->
            {
                final long controlSeq = new HeartbeatDecoder()
                    .wrap(buffer, 8, header.blockLength(), header.version()).controlSeq();
                assertThat(controlSeq).isGreaterThan(lastControlSeq);
                lastControlSeq = controlSeq;
            }
            case EnvDecoder.TEMPLATE_ID ->
            {
                assertThat(message.incarnation).isGreaterThan(lastIncarnation);
                lastIncarnation = message.incarnation;
                lastDigest = message.digest;
            }
            case FragDecoder.TEMPLATE_ID, SealDecoder.TEMPLATE_ID, AbortDecoder.TEMPLATE_ID ->
            {
                assertThat(message.incarnation).isEqualTo(lastIncarnation);
                assertThat(message.previousDigest).as("chain").isEqualTo(lastDigest);
                lastDigest = message.digest;
            }
            default -> throw new AssertionError("template " + message.templateId);
        }
    }

    private void onFrag(final UnsafeBuffer buffer, final byte[] frame, final MessageHeaderDecoder header)
    {
        final FragDecoder frag = new FragDecoder().wrap(buffer, 8, header.blockLength(), header.version());
        final List<byte[]> hashes = new ArrayList<>();
        for (final FragDecoder.HashesDecoder hash : frag.hashes())
        {
            final byte[] bytes = new byte[20];
            hash.getHash(bytes, 0, 20);
            hashes.add(bytes);
        }
        final byte[] inline = new byte[frag.inlineBodyLength()];
        final int signedEnd = frag.limit();
        frag.getInlineBody(inline, 0, inline.length);
        assertThat(frag.limit()).isEqualTo(frame.length);
        final Message message = onSigned(buffer, frame, header, signedEnd);
        messages.remove(messages.size() - 1);

        frag.wrap(buffer, 8, header.blockLength(), header.version());
        pending = new Piecewise();
        pending.header = new Message(
            message.templateId, message.blockNumber, message.incarnation, message.leaderTerm, message.seq,
            message.previousDigest, message.digest, frame, 1 == frag.isLastRaw(), List.of());
        pending.bodyLength = (int) frag.bodyLength();
        pending.chunkLength = frag.chunkLength();
        pending.pageHashes = frag.pageHashes();
        pending.txCount = (int) frag.txCount();
        pending.chunkCount = (pending.bodyLength + pending.chunkLength - 1) / pending.chunkLength;
        pending.headerHashes = hashes;
        if (0 == pending.pageHashes)
        {
            assertThat(hashes).hasSize(pending.chunkCount);
            pending.chunkHashes.addAll(hashes);
        }
        else
        {
            assertThat(hashes).hasSize((pending.chunkCount + pending.pageHashes - 1) / pending.pageHashes);
        }
        if (inline.length > 0)
        {
            assertThat(pending.chunkCount).isEqualTo(1);
            assertThat(inline).hasSize(pending.bodyLength);
            addChunk(inline);
        }
    }

    private void onPage(final UnsafeBuffer buffer, final int length, final MessageHeaderDecoder header)
    {
        final FragPageDecoder page = new FragPageDecoder().wrap(buffer, 8, header.blockLength(), header.version());
        checkPiece(page.chainId(), page.blockNumber(), page.incarnation(), page.leaderTerm(), page.seq());
        assertThat(page.index()).isEqualTo(pending.nextChunk / pending.pageHashes);
        final byte[] hashes = new byte[page.hashesLength()];
        page.getHashes(hashes, 0, hashes.length);
        assertThat(page.limit()).isEqualTo(length);
        assertThat(hash(1, hashes)).isEqualTo(pending.headerHashes.get((int) page.index()));
        for (int i = 0; i < hashes.length; i += 20)
        {
            pending.chunkHashes.add(Arrays.copyOfRange(hashes, i, i + 20));
        }
    }

    private void onChunk(final UnsafeBuffer buffer, final int length, final MessageHeaderDecoder header)
    {
        final FragChunkDecoder chunk = new FragChunkDecoder().wrap(buffer, 8, header.blockLength(), header.version());
        checkPiece(chunk.chainId(), chunk.blockNumber(), chunk.incarnation(), chunk.leaderTerm(), chunk.seq());
        assertThat(chunk.index()).isEqualTo(pending.nextChunk);
        final byte[] bytes = new byte[chunk.chunkLength()];
        chunk.getChunk(bytes, 0, bytes.length);
        assertThat(chunk.limit()).isEqualTo(length);
        addChunk(bytes);
    }

    private void checkPiece(
        final long chainId, final long blockNumber, final long incarnation, final long leaderTerm, final long seq)
    {
        assertThat(pending.header).as("a piece without its header").isNotNull();
        assertThat(chainId).isEqualTo(LeaderRig.CHAIN_ID);
        assertThat(blockNumber).isEqualTo(pending.header.blockNumber);
        assertThat(incarnation).isEqualTo(pending.header.incarnation);
        assertThat(leaderTerm).isEqualTo(pending.header.leaderTerm);
        assertThat(seq).isEqualTo(pending.header.seq);
    }

    private void addChunk(final byte[] bytes)
    {
        assertThat(hash(0, bytes)).isEqualTo(pending.chunkHashes.get(pending.nextChunk));
        pending.nextChunk++;
        pending.body.writeBytes(bytes);
        if (pending.nextChunk < pending.chunkCount)
        {
            assertThat(bytes).hasSize(pending.chunkLength);
            return;
        }

        final byte[] body = pending.body.toByteArray();
        assertThat(body).hasSize(pending.bodyLength);
        final FragBodyDecoder decoder = new FragBodyDecoder();
        final List<byte[]> txs = new ArrayList<>();
        for (final FragBodyDecoder.TxsDecoder tx :
            decoder.wrapAndApplyHeader(new UnsafeBuffer(body), 0, new MessageHeaderDecoder()).txs())
        {
            final byte[] raw = new byte[tx.txLength()];
            tx.getTx(raw, 0, raw.length);
            txs.add(raw);
        }
        assertThat(decoder.limit()).isEqualTo(body.length);
        assertThat(txs).hasSize(pending.txCount);
        final Message frag = pending.header;
        messages.add(new Message(
            frag.templateId, frag.blockNumber, frag.incarnation, frag.leaderTerm, frag.seq, frag.previousDigest,
            frag.digest, frag.frame, frag.isLast, txs));
        pending = new Piecewise();
    }

    private static byte[] digest(final byte[] frame, final int signedEnd)
    {
        final ByteBuffer bytes = ByteBuffer.allocate(10 + 8 + 4 + signedEnd - 96).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put("fragcast/1".getBytes(StandardCharsets.US_ASCII))
            .put(frame, 0, 8)
            .putInt(signedEnd - 96)
            .put(frame, 96, signedEnd - 96);

        return sha256().digest(bytes.array());
    }

    private static byte[] hash(final int prefix, final byte[] bytes)
    {
        final MessageDigest digest = sha256();
        digest.update((byte) prefix);

        return Arrays.copyOf(digest.digest(bytes), 20);
    }

    private static MessageDigest sha256()
    {
        try
        {
            return MessageDigest.getInstance("SHA-256");
        }
        catch (final NoSuchAlgorithmException ex)
        {
            throw new AssertionError(ex);
        }
    }
}
