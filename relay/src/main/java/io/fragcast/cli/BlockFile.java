package io.fragcast.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.fragcast.ethereum.HeaderJson;
import io.fragcast.ethereum.Hex;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * Reads real blocks: JSON lines, one block a line, plain or gzip (told by the bytes, not by the name). Values are hex
 * strings named as in JSON-RPC; {@code transactions} are raw bytes. Blank lines are passed over; anything else that is
 * no block is an error that names file, line and field.
 */
public final class BlockFile
{
    /** A whole Ethereum block of raw transactions is far shorter; so is the longest transaction anyone takes. */
    private static final int MAX_STRING_LENGTH = 64 << 20;
    private static final int GZIP_MAGIC_0 = 0x1F;
    private static final int GZIP_MAGIC_1 = 0x8B;

    private static final ObjectMapper MAPPER = JsonMapper.builder(
        JsonMapper.builder().build().getFactory().rebuild()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder().maxStringLength(MAX_STRING_LENGTH).build())
            .build()).build();

    private BlockFile()
    {
    }

    /**
     * Reads a file whole.
     *
     * @param file to read.
     * @return its blocks, in the order of the file.
     * @throws IOException if it cannot be read or holds anything but blocks.
     */
    public static List<BlockRecord> read(final Path file) throws IOException
    {
        if (Files.isDirectory(file))
        {
            throw new IOException(file + ": a folder, not a file of blocks");
        }
        try (InputStream in = Files.newInputStream(file))
        {
            return read(file.toString(), in);
        }
        catch (final NoSuchFileException ex)
        {
            throw new IOException(file + ": no such file", ex);
        }
        catch (final EOFException | ZipException ex)
        {
            throw new IOException(file + ": damaged gzip: " + ex.getMessage(), ex);
        }
        catch (final AccessDeniedException ex)
        {
            throw new IOException(file + ": permission denied", ex);
        }
    }

    /**
     * Reads a stream whole.
     *
     * @param name of the stream in errors.
     * @param in   to read; left open.
     * @return its blocks, in the order of the stream.
     * @throws IOException if it cannot be read or holds anything but blocks.
     */
    public static List<BlockRecord> read(final String name, final InputStream in) throws IOException
    {
        final BufferedReader reader = new BufferedReader(new InputStreamReader(unzipped(in), StandardCharsets.UTF_8));
        final List<BlockRecord> blocks = new ArrayList<>();
        int lineNumber = 0;
        for (String line = reader.readLine(); null != line; line = reader.readLine())
        {
            lineNumber++;
            if (line.isBlank())
            {
                continue;
            }
            try
            {
                blocks.add(toBlock(MAPPER.readTree(line)));
            }
            catch (final JsonProcessingException ex)
            {
                throw new IOException(name + ":" + lineNumber + ": " + ex.getOriginalMessage(), ex);
            }
            catch (final IllegalArgumentException ex)
            {
                throw new IOException(name + ":" + lineNumber + ": " + ex.getMessage(), ex);
            }
        }

        return blocks;
    }

    private static InputStream unzipped(final InputStream in) throws IOException
    {
        final BufferedInputStream buffered = new BufferedInputStream(in);
        buffered.mark(2);
        final boolean isGzip = GZIP_MAGIC_0 == buffered.read() && GZIP_MAGIC_1 == buffered.read();
        buffered.reset();

        return isGzip ? new GZIPInputStream(buffered) : buffered;
    }

    private static BlockRecord toBlock(final JsonNode node)
    {
        if (!node.isObject())
        {
            throw new IllegalArgumentException("not a JSON object");
        }

        final boolean isHeaderComplete =
            node.has("sha3Uncles") && node.has("logsBloom") && node.has("difficulty") && node.has("nonce");

        return new BlockRecord(
            HeaderJson.quantity(node, "chainId"),
            HeaderJson.hash(node, "hash"),
            HeaderJson.header(node),
            isHeaderComplete,
            transactions(node));
    }

    private static List<byte[]> transactions(final JsonNode node)
    {
        final JsonNode list = node.get("transactions");
        if (null == list || !list.isArray())
        {
            throw new IllegalArgumentException("transactions: missing, or not an array");
        }

        final List<byte[]> transactions = new ArrayList<>(list.size());
        for (int i = 0; i < list.size(); i++)
        {
            if (!list.get(i).isTextual())
            {
                throw new IllegalArgumentException("transactions[" + i + "]: not a hex string of raw bytes");
            }
            transactions.add(Hex.bytes("transactions[" + i + "]", list.get(i).textValue()));
        }

        return transactions;
    }
}
