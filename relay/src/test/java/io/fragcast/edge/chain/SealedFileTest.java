package io.fragcast.edge.chain;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fragcast.cli.BlockRecord;
import io.fragcast.cli.RealBlocks;
import io.fragcast.ethereum.Hex;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Goal: real blocks come from a file with the headers that prove them, however it is written and while it grows; a line
 * that lies is named.
 */
class SealedFileTest
{
    private static final long CHAIN = 10;

    private final List<BlockRecord> blocks = RealBlocks.read("op-mainnet");

    @TempDir
    private Path folder;

    @Test
    void shouldReadBlocksThatTheirHeadersProve() throws IOException
    {
        final Path file = folder.resolve("blocks.jsonl");
        final String foreign = line(blocks.get(1)).replace("\"0xa\"", "\"0xb\"");
        Files.writeString(file, line(blocks.get(0)) + '\n' + foreign + "\n\n" + line(blocks.get(2)) + '\n');

        assertThat(read(file)).containsExactly(blocks.get(0).number(), blocks.get(2).number());
    }

    @Test
    void shouldReadWhatIsZipped() throws IOException
    {
        final ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(zipped))
        {
            out.write((line(blocks.get(0)) + '\n').getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }
        final Path file = folder.resolve("blocks");
        Files.write(file, zipped.toByteArray());

        assertThat(read(file)).containsExactly(blocks.get(0).number());
    }

    @Test
    void shouldFollowAFileThatGrows() throws IOException
    {
        final Path file = folder.resolve("blocks.jsonl");
        final String line = line(blocks.get(0));
        Files.writeString(file, line.substring(0, 1_000));
        try (SealedFile sealed = new SealedFile(file, CHAIN))
        {
            assertThat(sealed.next()).isNull();
            Files.writeString(file, line.substring(1_000), StandardOpenOption.APPEND);
            assertThat(sealed.next()).isNull();
            Files.writeString(file, "\n" + line(blocks.get(1)) + "\n", StandardOpenOption.APPEND);
            assertThat(sealed.next()).extracting(ChainBlock::number).isEqualTo(blocks.get(0).number());
            assertThat(sealed.next()).extracting(ChainBlock::number).isEqualTo(blocks.get(1).number());
            assertThat(sealed.next()).isNull();
        }
    }

    @Test
    void shouldNameALineThatIsNoBlockAndGoOn() throws IOException
    {
        final Path file = folder.resolve("blocks.jsonl");
        final String forged = line(blocks.get(1)).replaceFirst(
            "\"transactions\":\\[\"0x[^\"]*\"", "\"transactions\":[\"0x02\"");
        Files.writeString(file, "{\n" + forged + "\n" + line(blocks.get(2)) + "\n");
        try (SealedFile sealed = new SealedFile(file, CHAIN))
        {
            assertThatThrownBy(sealed::next).hasMessageContaining("blocks.jsonl:1");
            assertThatThrownBy(sealed::next).hasMessageContaining("blocks.jsonl:2")
                .hasMessageContaining("another root");
            assertThat(sealed.next()).extracting(ChainBlock::number).isEqualTo(blocks.get(2).number());
        }
    }

    @Test
    void shouldNotProveABlockWithAnotherHash() throws IOException
    {
        final Path file = folder.resolve("blocks.jsonl");
        final String hash = Hex.toHex(blocks.get(0).hash());
        Files.writeString(file, line(blocks.get(0)).replace(hash, hash.substring(0, 64) + "00") + "\n");
        try (SealedFile sealed = new SealedFile(file, CHAIN))
        {
            assertThat(sealed.next()).extracting(ChainBlock::header).isNull();
        }
    }

    private static List<Long> read(final Path file) throws IOException
    {
        final List<Long> numbers = new ArrayList<>();
        try (SealedFile sealed = new SealedFile(file, CHAIN))
        {
            for (ChainBlock block = sealed.next(); null != block; block = sealed.next())
            {
                assertThat(block.header()).isNotNull();
                numbers.add(block.number());
            }
        }

        return numbers;
    }

    private static String line(final BlockRecord block)
    {
        final ObjectNode json = ChainStandInServer.json(block.header()).put("chainId", "0xa");
        block.transactions().forEach((tx) -> json.withArray("transactions").add(Hex.toHex(tx)));

        return json.toString();
    }
}
