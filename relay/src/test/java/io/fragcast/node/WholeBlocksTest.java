package io.fragcast.node;

import io.fragcast.cli.BlockRecord;
import io.fragcast.cli.RealBlocks;
import io.fragcast.edge.chain.ChainStandInServer;
import io.fragcast.protocol.block.SealedBlock;
import io.fragcast.protocol.block.SealedBodyWriter;
import io.fragcast.protocol.block.SealedHeader;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** Goal: what is kept is a block as clients have it, and no more of them than may be. */
class WholeBlocksTest
{
    private static final long FIRST = 97;

    @TempDir
    private Path folder;

    @Test
    void shouldKeepTheHighestAsClientsHaveThem() throws IOException
    {
        final BlockRecord block = RealBlocks.read("op-mainnet").get(3);
        final Path dir = folder.resolve("blocks");
        final WholeBlocks blocks = new WholeBlocks("test", dir);
        final List<BlockRecord> chain = LongStream.range(FIRST, FIRST + WholeBlocks.MAX_FILES + 3)
            .mapToObj((number) -> block.at(number, new byte[32])).toList();
        chain.forEach((each) -> keep(blocks, each));
        Files.writeString(dir.resolve("1-notes.txt"), "of somebody else");
        // What is below all that are here is gone at once.
        keep(blocks, block.at(FIRST - 1, new byte[32]));

        try (Stream<Path> files = Files.list(dir))
        {
            final TreeSet<Long> numbers = files.map((file) -> file.getFileName().toString())
                .filter((name) -> name.endsWith(".rlp"))
                .map((name) -> Long.parseLong(name.substring(0, name.indexOf('-'))))
                .collect(Collectors.toCollection(TreeSet::new));
            assertThat(numbers).hasSize(WholeBlocks.MAX_FILES);
            assertThat(numbers.first()).isEqualTo(FIRST + 3);
        }
        assertThat(dir.resolve("1-notes.txt")).exists();
        final BlockRecord last = chain.get(chain.size() - 1);
        try (Stream<Path> files = Files.list(dir))
        {
            final Path file = files.filter((each) -> each.getFileName().toString().startsWith(last.number() + "-"))
                .findFirst().orElseThrow();
            assertThat(file).hasBinaryContent(ChainStandInServer.raw(last));
        }
    }

    private static void keep(final WholeBlocks blocks, final BlockRecord record)
    {
        final byte[] header = record.header().rlp();
        final SealedBlock block = new SealedBlock();
        assertThat(new SealedHeader().tryRead(new UnsafeBuffer(header), 0, header.length, block)).isTrue();
        final SealedBodyWriter body = new SealedBodyWriter();
        record.transactions().forEach((tx) -> body.add(new UnsafeBuffer(tx), 0, tx.length));
        body.finish(null != record.header().withdrawalsRoot());
        blocks.onWholeBlock(block, body.buffer(), body.offset(), body.length());
    }
}
