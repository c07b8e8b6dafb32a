package io.fragcast.edge.chain;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.fragcast.ethereum.Header;
import io.fragcast.ethereum.HeaderJson;
import io.fragcast.ethereum.Hex;
import io.fragcast.ethereum.OrderedTrieRoot;
import io.fragcast.protocol.block.SealedBodyWriter;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;

/**
 * Sealed blocks from a file: JSON lines, one block a line, named as in JSON-RPC, transactions as raw bytes; ascending
 * by number. A plain file is followed as it grows, one that is gzip is read to its end. Lines of other chains are
 * passed over; a line that is no block, or whose body is not what its header names, is an error that names it. Used by
 * one thread; reads as much as it is asked for.
 */
final class SealedFile implements AutoCloseable
{
    /** A block of 64 MiB of transactions in hex is beyond any chain. */
    private static final int MAX_LINE_LENGTH = 128 << 20;
    private static final int GZIP_MAGIC_0 = 0x1F;
    private static final int GZIP_MAGIC_1 = 0x8B;
    private static final ObjectMapper MAPPER = JsonMapper.builder(
        JsonMapper.builder().build().getFactory().rebuild()
            .streamReadConstraints(StreamReadConstraints.builder().maxStringLength(MAX_LINE_LENGTH).build())
            .build()).build();

    private final Path file;
    private final long chainId;
    private final InputStream in;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private final OrderedTrieRoot trie = new OrderedTrieRoot();
    private final byte[] root = new byte[32];
    private final SealedBodyWriter writer = new SealedBodyWriter();
    private boolean isBodyWhole;
    private long lineNumber;

    /**
     * Opens a file.
     *
     * @param file    to read.
     * @param chainId whose blocks are wanted.
     * @throws IOException if it cannot be read.
     */
    SealedFile(final Path file, final long chainId) throws IOException
    {
        this.file = file;
        this.chainId = chainId;
        in = unzipped(new BufferedInputStream(Files.newInputStream(file)));
    }

    /**
     * The next block.
     *
     * @return a block; null: no whole line is there yet.
     * @throws IOException naming a line that is no block; the next call goes on behind it.
     */
    @Nullable ChainBlock next() throws IOException
    {
        while (isLineRead())
        {
            lineNumber++;
            final byte[] bytes = line.toByteArray();
            line.reset();
            final ChainBlock block = parse(bytes);
            if (null != block)
            {
                return block;
            }
        }

        return null;
    }

    @Override
    public void close()
    {
        try
        {
            in.close();
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    /** Reads on to the end of a line; what there is of one that is being written stays for later. */
    private boolean isLineRead() throws IOException
    {
        for (int next = in.read(); next >= 0; next = in.read())
        {
            if ('\n' == next)
            {
                return true;
            }
            if (line.size() == MAX_LINE_LENGTH)
            {
                throw new IOException(file + ":" + (lineNumber + 1) + ": longer than " + MAX_LINE_LENGTH + " bytes");
            }
            line.write(next);
        }

        return false;
    }

    private @Nullable ChainBlock parse(final byte[] bytes) throws IOException
    {
        try
        {
            final JsonNode node = MAPPER.readTree(bytes);
            if (node.isMissingNode() || HeaderJson.quantity(node, "chainId") != chainId)
            {
                return null;
            }
            final Header header = HeaderJson.header(node);
            checkBody(node, header);
            final byte[] body = new byte[writer.length()];
            writer.buffer().getBytes(writer.offset(), body);

            return ChainBlock.of(HeaderJson.hash(node, "hash"), header, isBodyWhole ? body : null);
        }
        catch (final JsonProcessingException ex)
        {
            throw new IOException(file + ":" + lineNumber + ": " + ex.getOriginalMessage(), ex);
        }
        catch (final IllegalArgumentException ex)
        {
            throw new IOException(file + ":" + lineNumber + ": " + ex.getMessage(), ex);
        }
    }

    private void checkBody(final JsonNode node, final Header header)
    {
        trie.clear();
        writer.clear();
        isBodyWhole = true;
        final UnsafeBuffer view = new UnsafeBuffer(0, 0);
        for (final JsonNode transaction : node.path("transactions"))
        {
            view.wrap(Hex.bytes("transactions", transaction.asText()));
            trie.add(view, 0, view.capacity());
            isBodyWhole = isBodyWhole && writer.add(view, 0, view.capacity());
        }
        writer.finish(null != header.withdrawalsRoot());
        trie.root(root);
        if (!Arrays.equals(root, header.transactionsRoot()))
        {
            throw new IllegalArgumentException("transactions: they give another root than the header has");
        }
    }

    private static InputStream unzipped(final BufferedInputStream in) throws IOException
    {
        in.mark(2);
        final boolean isGzip = GZIP_MAGIC_0 == in.read() && GZIP_MAGIC_1 == in.read();
        in.reset();

        return isGzip ? new BufferedInputStream(new GZIPInputStream(in)) : in;
    }
}
