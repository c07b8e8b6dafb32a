package io.fragcast.wire;

import io.fragcast.codecs.FragDecoder;
import io.fragcast.codecs.MessageHeaderDecoder;
import io.fragcast.protocol.block.FragBodyReader;
import io.fragcast.protocol.block.FrameKind;
import io.fragcast.protocol.block.SealedBody;
import io.fragcast.protocol.block.SealedBodyWriter;
import io.fragcast.protocol.repair.HeldItems;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableDirectByteBuffer;

import java.util.Arrays;

/**
 * Puts the frags of one attempt together again, from its frames in any order, in two readings: how long each is, then
 * what is in them. Nothing is checked but that it fits; whether the transactions are those of the block is for whoever
 * has a root. Used by one thread.
 */
final class FragBodies implements HeldItems.Consumer
{
    private static final int HEADER_LENGTH = MessageHeaderDecoder.ENCODED_LENGTH;
    /** Of a frag that was not read yet. */
    private static final int NULL_LENGTH = -1;

    private final FrameView view = new FrameView();
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final FragDecoder frag = new FragDecoder();
    private final FragBodyReader txs = new FragBodyReader();
    private final ExpandableDirectByteBuffer bodies = new ExpandableDirectByteBuffer();
    private final int[] offsets;
    private final int[] lengths;
    private final int[] chunkLengths;
    private final int[] txCounts;
    private final int maxTxLength;
    private long leaderTerm;
    private long incarnation;
    private int frags;
    private int known;
    private boolean isFilling;

    FragBodies(final int maxFrags, final int maxTxLength)
    {
        this.maxTxLength = maxTxLength;
        offsets = new int[maxFrags];
        lengths = new int[maxFrags];
        chunkLengths = new int[maxFrags];
        txCounts = new int[maxFrags];
    }

    /** Begins with an attempt; false if it has more frags than any may have. */
    boolean open(final long term, final long attempt, final long fragCount)
    {
        leaderTerm = term;
        incarnation = attempt;
        known = 0;
        isFilling = false;
        if (fragCount > lengths.length)
        {
            return false;
        }
        frags = (int)fragCount;
        Arrays.fill(lengths, 0, frags, NULL_LENGTH);

        return true;
    }

    /** All was read once; false if there is a frag too few, or all together are too long. */
    boolean fill()
    {
        if (known != frags)
        {
            return false;
        }
        long end = 0;
        for (int i = 0; i < frags; i++)
        {
            offsets[i] = (int)end;
            end += lengths[i];
            if (end > SealedBody.MAX_LENGTH)
            {
                return false;
            }
        }
        isFilling = true;
        bodies.checkLimit((int)end);
        // What does not come must not be what another attempt left here.
        bodies.setMemory(0, (int)end, (byte)0);

        return true;
    }

    /** All was read twice: false if a body is none. */
    boolean write(final SealedBodyWriter writer)
    {
        writer.clear();
        for (int i = 0; i < frags; i++)
        {
            if (!FragBodyReader.isValid(bodies, offsets[i], lengths[i], txCounts[i], maxTxLength))
            {
                return false;
            }
            txs.open(bodies, offsets[i]);
            while (txs.next())
            {
                if (!writer.add(bodies, txs.txOffset(), txs.txLength()))
                {
                    return false;
                }
            }
        }

        return true;
    }

    @Override
    public boolean onFrame(final DirectBuffer buffer, final int offset, final int length)
    {
        if (!view.tryWrap(buffer, offset, length) || null != view.layoutProblem() || !isOfAttempt())
        {
            return true;
        }
        final int seq = (int)view.seq();
        if (FrameKind.FRAG == view.kind())
        {
            onFrag(buffer, offset, seq);
        }
        else if (FrameKind.FRAG_CHUNK == view.kind() && isFilling)
        {
            put(seq, view.index() * chunkLengths[seq], buffer, view.dataOffset(), view.dataLength());
        }

        return true;
    }

    private boolean isOfAttempt()
    {
        return leaderTerm == view.leaderTerm() && incarnation == view.incarnation() && view.seq() < frags;
    }

    private void onFrag(final DirectBuffer buffer, final int offset, final int seq)
    {
        if (isFilling)
        {
            put(seq, 0, buffer, view.dataOffset(), view.dataLength());
        }
        else if (NULL_LENGTH == lengths[seq])
        {
            header.wrap(buffer, offset);
            frag.wrap(buffer, offset + HEADER_LENGTH, header.blockLength(), header.version());
            lengths[seq] = (int)Math.min(frag.bodyLength(), SealedBody.MAX_LENGTH + 1L);
            chunkLengths[seq] = frag.chunkLength();
            txCounts[seq] = (int)frag.txCount();
            known++;
        }
    }

    private void put(final int seq, final long at, final DirectBuffer buffer, final int offset, final int length)
    {
        if (at + length <= lengths[seq])
        {
            bodies.putBytes(offsets[seq] + (int)at, buffer, offset, length);
        }
    }
}
