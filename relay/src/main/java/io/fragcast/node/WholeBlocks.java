package io.fragcast.node;

import io.fragcast.ethereum.Rlp;
import io.fragcast.ethereum.RlpItem;
import io.fragcast.protocol.block.SealedBlock;
import io.fragcast.protocol.sync.BodyConsumer;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Keeps whole blocks that holders gave as files beside the journal, {@code blocks/NUMBER-HASH.rlp}: one block in RLP,
 * as an execution client imports it; the {@link #MAX_FILES} highest. Such blocks are few: of a leader that sealed
 * others than it streamed, and of heights that were given up.
 */
final class WholeBlocks implements BodyConsumer
{
    /** A window of them, 1 GiB at the very most: a leader that lies must not fill the disk. */
    static final int MAX_FILES = 64;
    /** Enough of a hash to tell two blocks of one height apart. */
    private static final int HASH_LENGTH = 16;
    /** Digits of the highest number that there can be. */
    private static final int NUMBER_LENGTH = 20;
    private static final Pattern NAME = Pattern.compile("([0-9]{1,20})-[0-9a-f]{" + HASH_LENGTH + "}\\.rlp");
    private static final Logger LOGGER = LoggerFactory.getLogger(WholeBlocks.class);

    private final String name;
    private final @Nullable Path dir;

    /**
     * The blocks of a node.
     *
     * @param name of the node.
     * @param dir  where they are kept; null: they are told in the log alone.
     */
    WholeBlocks(final String name, final @Nullable Path dir)
    {
        this.name = name;
        this.dir = dir;
    }

    @Override
    public void onWholeBlock(final SealedBlock block, final DirectBuffer body, final int offset, final int length)
    {
        final String number = Long.toUnsignedString(block.number);
        LOGGER.info("{}: block {} is whole here, of a holder: {} bytes", name, number, length);
        if (null == dir)
        {
            return;
        }
        final String fileName = number + '-' +
            HexFormat.of().formatHex(block.hash).substring(0, HASH_LENGTH) + ".rlp";
        try
        {
            final Path part = Files.write(Files.createDirectories(dir).resolve(fileName + ".part"),
                encode(block, body, offset, length));
            Files.move(part, dir.resolve(fileName), StandardCopyOption.ATOMIC_MOVE);
            dropLowest(dir);
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(name + ": cannot keep block " + fileName, ex);
        }
    }

    private static void dropLowest(final Path dir) throws IOException
    {
        final TreeMap<String, Path> byNumber = new TreeMap<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(dir))
        {
            for (final Path file : files)
            {
                final Matcher name = NAME.matcher(file.getFileName().toString());
                if (name.matches())
                {
                    byNumber.put("0".repeat(NUMBER_LENGTH - name.group(1).length()) + file.getFileName(), file);
                }
            }
        }
        while (byNumber.size() > MAX_FILES)
        {
            Files.delete(byNumber.pollFirstEntry().getValue());
        }
    }

    /** The header, and behind it what is in the body. */
    private static byte[] encode(
        final SealedBlock block, final DirectBuffer body, final int offset, final int length)
    {
        final RlpItem list = new RlpItem();
        if (!list.wrap(body, offset, offset + length))
        {
            throw new IllegalStateException("a body that was checked is no list");
        }
        final int payloadLength = block.headerLength + list.payloadLength();
        final byte[] bytes = new byte[Rlp.MAX_HEADER_LENGTH + payloadLength];
        final int headerLength = Rlp.putListHeader(new UnsafeBuffer(bytes), 0, payloadLength);
        System.arraycopy(block.header, 0, bytes, headerLength, block.headerLength);
        body.getBytes(list.payloadOffset(), bytes, headerLength + block.headerLength, list.payloadLength());

        return Arrays.copyOf(bytes, headerLength + payloadLength);
    }
}
