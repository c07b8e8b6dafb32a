package io.fragcast.node;

import org.agrona.IoUtil;

import java.io.File;
import java.nio.MappedByteBuffer;
import java.nio.file.Path;

/**
 * Small files beside the journal that a node's machines write in place, in two slots by turns: what was written is
 * there after the process died, whenever that was.
 */
final class MemoryFile
{
    private MemoryFile()
    {
    }

    /**
     * Maps a file, made of zeros where there is none.
     *
     * @param host   that unmaps it when it closes, after its threads.
     * @param dir    of the journal, which is open.
     * @param name   of the file.
     * @param length in bytes.
     * @return what is in it.
     */
    static MappedByteBuffer map(final NodeHost host, final Path dir, final String name, final int length)
    {
        final File file = dir.resolve(name).toFile();
        final MappedByteBuffer mapped =
            file.exists() ? IoUtil.mapExistingFile(file, name, 0, length) : IoUtil.mapNewFile(file, length);
        host.addResource(() -> IoUtil.unmap(mapped));

        return mapped;
    }
}
