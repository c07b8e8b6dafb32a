package io.fragcast.protocol.sync;

import io.fragcast.protocol.repair.FrameName;
import io.fragcast.protocol.repair.FramePart;
import io.fragcast.protocol.repair.HeldItems;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

import static java.util.Objects.requireNonNull;

/**
 * One session at a holder: how far it has come, and what credit is left. Nothing of it is buffered: an item goes from
 * where it is kept to the link, and what the link does not take is read again in a later turn.
 */
final class StreamSession implements HeldItems.Consumer
{
    private final @Nullable HeldItems[] frames;
    private final HeldItems.@Nullable Reader[] readers;
    private final ChunkSender sender;
    private final FrameNamer namer;
    private final FrameName name = new FrameName();
    private final StreamChunk chunk = new StreamChunk();

    private @Nullable HeldItems held;
    private HeldItems.@Nullable Reader reader;
    private boolean isLive;
    private int link;
    private long token;
    private long id;
    private long openedAt;
    private long startBlock;
    private long stopBlock;
    private long maxBytes;
    private int maxItems;
    private StreamKind kind = StreamKind.FRAGS;
    private boolean isIds;
    private int credit;
    private long nextBlock;
    private boolean isEnding;
    /** Is there nothing more after the chunk that ends? A reader may still stand in a height of the session before. */
    private boolean isLast;
    private boolean isAnySent;
    private boolean isPushedBack;
    private int turnBytes;

    StreamSession(final ChunkSender sender, final FrameNamer namer, final @Nullable HeldItems[] frames)
    {
        this.sender = sender;
        this.namer = namer;
        this.frames = frames;
        readers = new HeldItems.Reader[frames.length];
        for (int i = 0; i < frames.length; i++)
        {
            final HeldItems held = frames[i];
            // One session reads one kind at a time, so kinds of the same frames share a reader.
            readers[i] = null == held ? null : 0 < i && held == frames[0] ? readers[0] : held.newReader(this);
        }
    }

    void open(final int link, final long token, final StreamRequest request, final long openedAt)
    {
        isLive = true;
        this.link = link;
        this.token = token;
        this.openedAt = openedAt;
        id = request.sessionId;
        startBlock = request.startBlock;
        stopBlock = request.stopBlock;
        maxBytes = request.maxBytes;
        maxItems = request.maxItems;
        kind = request.kind;
        held = requireNonNull(frames[kind.ordinal()], "frames of the kind");
        reader = requireNonNull(readers[kind.ordinal()], "a reader of the kind");
        isIds = request.isIds;
        credit = request.maxChunks;
        nextBlock = startBlock;
        isEnding = false;
        isLast = false;
        isAnySent = false;
        chunk.index = 0;
        clearChunk();
        startHeight();
    }

    void close()
    {
        isLive = false;
    }

    boolean isLive()
    {
        return isLive;
    }

    long id()
    {
        return id;
    }

    /** Higher than that of every session opened before. */
    long openedAt()
    {
        return openedAt;
    }

    long startBlock()
    {
        return startBlock;
    }

    /** False if that would be more than may be coming. */
    boolean addCredit(final int chunks)
    {
        if (credit + chunks > SeederLimits.MAX_CHUNKS)
        {
            return false;
        }
        credit += chunks;

        return true;
    }

    boolean isDue()
    {
        return isLive && 0 < credit;
    }

    /** Is a chunk begun, whose items nothing may come between? */
    boolean isInChunk()
    {
        return 0 < chunk.items;
    }

    /**
     * Sends on, at most to the end of the chunk.
     *
     * @param nowNs monotonic nanoseconds.
     * @return bytes sent.
     */
    int turn(final long nowNs)
    {
        turnBytes = 0;
        isPushedBack = false;
        if (isLast)
        {
            // The link did not take the last chunk, and there may be more by now.
            isEnding = false;
            isLast = false;
            startHeight();
        }
        if (!isEnding)
        {
            final HeldItems.Reader height = requireNonNull(reader);
            height.turn(nowNs);
            if (height.isOver())
            {
                nextBlock++;
                startHeight();
            }
        }
        if (isEnding && !isPushedBack)
        {
            endChunk();
        }

        return turnBytes;
    }

    @Override
    public boolean onFrame(final DirectBuffer buffer, final int offset, final int length)
    {
        if (isEnding)
        {
            return false;
        }
        if (!namer.tryName(buffer, offset, length, name) || StreamKind.SEALS == kind && FramePart.END != name.part)
        {
            return true;
        }
        if (0 < chunk.items && (chunk.items == maxItems || chunk.itemBytes + length > maxBytes))
        {
            isEnding = true;
            return false;
        }
        if (isIds)
        {
            if (!chunk.ids.add(name))
            {
                isEnding = true;
                return false;
            }
        }
        else if (sender.sendFrame(link, buffer, offset, length))
        {
            turnBytes += length;
        }
        else
        {
            isPushedBack = true;
            return false;
        }
        isAnySent = true;
        chunk.items++;
        chunk.itemBytes += length;

        return true;
    }

    /** What is below the lowest height is nowhere, what is above the highest is not yet anywhere. */
    private void startHeight()
    {
        final long oldest = requireNonNull(held).oldestBlock();
        final long newest = requireNonNull(held).newestBlock();
        if (Long.compareUnsigned(nextBlock, oldest) < 0)
        {
            nextBlock = Long.compareUnsigned(oldest, stopBlock) < 0 ? oldest : stopBlock;
        }
        if (Long.compareUnsigned(nextBlock, stopBlock) >= 0 || Long.compareUnsigned(nextBlock, newest) > 0)
        {
            isEnding = true;
            isLast = true;
            return;
        }
        requireNonNull(reader).start(nextBlock);
    }

    private void endChunk()
    {
        chunk.sessionId = id;
        chunk.token = token;
        chunk.nextBlock = nextBlock;
        chunk.oldestBlock = requireNonNull(held).oldestBlock();
        chunk.newestBlock = requireNonNull(held).newestBlock();
        chunk.state = !isLast ? StreamState.OPEN :
            StreamKind.BODIES == kind && !isAnySent ? StreamState.NOT_HAVE : StreamState.DONE;
        if (!sender.sendChunk(link, chunk))
        {
            return;
        }

        credit--;
        chunk.index++;
        clearChunk();
        isEnding = false;
        isLive = !isLast;
    }

    private void clearChunk()
    {
        chunk.items = 0;
        chunk.itemBytes = 0;
        chunk.ids.clear();
    }
}
