package io.fragcast.protocol.sync;

import io.fragcast.protocol.repair.FrameName;
import io.fragcast.wire.FrameNames;
import org.agrona.DirectBuffer;

import java.util.ArrayList;
import java.util.List;

/**
 * What a seeder sent to some links: names of frames, and chunks, in order.
 */
final class RecordingChunkSender implements ChunkSender
{
    /** One chunk, with the frames that came before it. */
    record Chunk(
        int link,
        long session,
        long token,
        StreamState state,
        long nextBlock,
        int index,
        List<String> items,
        int bytes,
        List<String> ids)
    {
    }

    final List<Chunk> chunks = new ArrayList<>();
    /** Frames that each link takes before it pushes back. */
    final int[] room;
    private final List<List<String>> pending = new ArrayList<>();
    private final FrameNames names = new FrameNames();
    private final FrameName name = new FrameName();

    RecordingChunkSender(final int links)
    {
        room = new int[links];
        for (int i = 0; i < links; i++)
        {
            room[i] = Integer.MAX_VALUE;
            pending.add(new ArrayList<>());
        }
    }

    @Override
    public boolean sendFrame(final int requester, final DirectBuffer buffer, final int offset, final int length)
    {
        if (0 == room[requester])
        {
            return false;
        }
        room[requester]--;
        if (!names.tryName(buffer, offset, length, name))
        {
            throw new AssertionError("a frame without a name");
        }
        pending.get(requester).add(text(name));

        return true;
    }

    @Override
    public boolean sendChunk(final int requester, final StreamChunk chunk)
    {
        if (0 == room[requester])
        {
            return false;
        }
        final List<String> ids = new ArrayList<>();
        for (int i = 0; i < chunk.ids.size(); i++)
        {
            ids.add(text(chunk.ids.read(i, name)));
        }
        chunks.add(new Chunk(
            requester,
            chunk.sessionId,
            chunk.token,
            chunk.state,
            chunk.nextBlock,
            chunk.index,
            0 == chunk.items ? List.of() : List.copyOf(pending.get(requester)),
            chunk.itemBytes,
            ids));
        if (0 < chunk.items)
        {
            pending.get(requester).clear();
        }

        return true;
    }

    Chunk last()
    {
        return chunks.get(chunks.size() - 1);
    }

    /** All items that a session has sent. */
    List<String> items(final long session)
    {
        return chunks.stream()
            .filter((chunk) -> session == chunk.session)
            .flatMap((chunk) -> chunk.items.stream())
            .toList();
    }

    private static String text(final FrameName name)
    {
        return name.part + "@" + name.blockNumber + "#" + name.seq + "/" + name.index;
    }
}
