package io.fragcast.cli;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class BlockFileTest
{
    private static final String HASH = "\"0x" + "11".repeat(32) + "\"";
    private static final String BLOCK =
        "{\"chainId\":\"0xa\",\"number\":\"0x7\",\"hash\":" + HASH + ",\"parentHash\":" + HASH +
        ",\"timestamp\":\"0x1\",\"gasLimit\":\"0x2\",\"gasUsed\":\"0x0\",\"miner\":\"0x" + "22".repeat(20) +
        "\",\"mixHash\":" + HASH + ",\"extraData\":\"0x\",\"stateRoot\":" + HASH + ",\"transactionsRoot\":" + HASH +
        ",\"receiptsRoot\":" + HASH + ",\"transactions\":[\"0x01\"]}";

    @ParameterizedTest
    @CsvSource({
        "ethereum-mainnet,58,18529,1", "op-mainnet,18,180,10", "op-sepolia,9,108,11155420", "rise-mainnet,1,571,4153",
        "scroll-mainnet,32,89,534352", "unichain-sepolia,1,6,1301"})
    void shouldReadEveryBlockAndGiveItsHash(
        final String file, final int blockCount, final int txCount, final long chainId)
    {
        final List<BlockRecord> blocks = RealBlocks.read(file);

        assertThat(blocks).hasSize(blockCount);
        assertThat(blocks.stream().mapToInt((block) -> block.transactions().size()).sum()).isEqualTo(txCount);
        for (final BlockRecord block : blocks)
        {
            assertThat(block.chainId()).isEqualTo(chainId);
            assertThat(block.isHeaderComplete()).isTrue();
            assertThat(block.header().hash()).as("block %d", block.number()).isEqualTo(block.hash());
        }
    }

    @Test
    void shouldMakeTheHashAnewAtAnotherPlace()
    {
        final BlockRecord block = RealBlocks.read("op-mainnet").get(0);
        final BlockRecord same = block.at(block.number(), block.header().parentHash());
        final BlockRecord moved = block.at(block.number() + 1, block.hash());

        assertThat(same.hash()).isEqualTo(block.hash());
        assertThat(moved.hash()).isNotEqualTo(block.hash()).isEqualTo(moved.header().hash());
        assertThat(moved.header().transactionsRoot()).isEqualTo(block.header().transactionsRoot());
    }

    @Test
    void shouldReadPlainLinesWithOnlyWhatAStreamNeeds() throws IOException
    {
        final List<BlockRecord> blocks = read("\n" + BLOCK + "\n\n" + BLOCK);

        assertThat(blocks).hasSize(2);
        assertThat(blocks.get(1).number()).isEqualTo(7);
        assertThat(blocks.get(1).isHeaderComplete()).isFalse();
        assertThat(blocks.get(1).header().baseFeePerGas()).isNull();
    }

    @Test
    void shouldNameFileLineAndField()
    {
        assertRefused(BLOCK.replace("\"miner\"", "\"mner\""), "miner: missing");
        assertRefused(BLOCK.replace("\"0x2\"", "2"), "gasLimit: not a hex string");
        assertRefused(BLOCK.replace("\"0x2\"", "\"0x02\""), "gasLimit: has leading zeros");
        assertRefused(BLOCK.replace("\"0x2\"", "\"0x10000000000000000\""), "gasLimit: is over 2^64-1");
        assertRefused(BLOCK.replace("22".repeat(20), "22".repeat(19)), "miner: is 19 bytes, not 20");
        assertRefused(BLOCK.replace("[\"0x01\"]", "[\"0x1\"]"), "transactions[0]: has an odd number of hex digits");
        assertRefused(BLOCK.replace("[\"0x01\"]", "[{}]"), "transactions[0]: not a hex string of raw bytes");
        assertRefused("[]", "not a JSON object");
        assertRefused(
            BLOCK.replace("\"timestamp\"", "\"number\":\"0x8\",\"timestamp\""), "Duplicate field 'number'");
    }

    @Test
    void shouldNameAMissingFile()
    {
        assertThatExceptionOfType(IOException.class)
            .isThrownBy(() -> BlockFile.read(Path.of("no-such.jsonl")))
            .withMessage("no-such.jsonl: no such file");
    }

    private static void assertRefused(final String line, final String message)
    {
        assertThatExceptionOfType(IOException.class)
            .isThrownBy(() -> read(BLOCK + "\n" + line))
            .withMessage("blocks.jsonl:2: " + message);
    }

    private static List<BlockRecord> read(final String text) throws IOException
    {
        return BlockFile.read(
            "blocks.jsonl", new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }
}
