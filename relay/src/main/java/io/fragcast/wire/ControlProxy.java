package io.fragcast.wire;

import io.fragcast.codecs.FeedEncoder;
import io.fragcast.codecs.GoodbyeEncoder;
import io.fragcast.codecs.HaveEncoder;
import io.fragcast.codecs.HelloEncoder;
import io.fragcast.codecs.MessageHeaderEncoder;
import io.fragcast.codecs.StatusEncoder;
import io.fragcast.codecs.TimeEncoder;
import io.fragcast.protocol.peer.ControlSender;
import io.fragcast.protocol.peer.FeedKind;
import io.fragcast.protocol.peer.GoodbyeReason;
import io.fragcast.protocol.peer.HaveList;
import io.fragcast.protocol.peer.Hello;
import io.fragcast.protocol.peer.PeerStatus;
import io.fragcast.transport.FrameLink;
import io.fragcast.transport.FrameSink;
import io.fragcast.transport.SendResult;
import org.agrona.DirectBuffer;

/**
 * Encodes the messages of the control lane straight into the claims of one peer's link. Used by one thread.
 */
public final class ControlProxy implements ControlSender
{
    private static final int HEADER_LENGTH = MessageHeaderEncoder.ENCODED_LENGTH;
    private static final int HELLO_LENGTH = HEADER_LENGTH + HelloEncoder.BLOCK_LENGTH +
        HelloEncoder.endpointHeaderLength() + HelloEncoder.agentHeaderLength();
    private static final int HAVE_LENGTH =
        HEADER_LENGTH + HaveEncoder.BLOCK_LENGTH + HaveEncoder.AttemptsEncoder.sbeHeaderSize();

    private final FrameLink link;
    private final long chainId;
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final HelloEncoder hello = new HelloEncoder();
    private final StatusEncoder status = new StatusEncoder();
    private final TimeEncoder time = new TimeEncoder();
    private final HaveEncoder have = new HaveEncoder();
    private final FeedEncoder feed = new FeedEncoder();
    private final GoodbyeEncoder goodbye = new GoodbyeEncoder();

    /**
     * A proxy.
     *
     * @param link    to the peer.
     * @param chainId of this node.
     */
    public ControlProxy(final FrameLink link, final long chainId)
    {
        this.link = link;
        this.chainId = chainId;
    }

    @Override
    public boolean isConnected()
    {
        return link.isConnected();
    }

    @Override
    public boolean sendHello(final Hello fields)
    {
        final FrameSink sink = link.sink();
        if (SendResult.OK != sink.tryClaim(HELLO_LENGTH + fields.endpointLength() + fields.agentLength()))
        {
            return false;
        }
        hello.wrapAndApplyHeader(sink.buffer(), sink.offset(), header)
            .sendTimeNs(0)
            .receiveTimeNs(0)
            .chainId(fields.chainId)
            .nonce(fields.nonce)
            .echo(fields.echo)
            .capabilities(fields.capabilities)
            .subscriptions(Integer.toUnsignedLong(fields.subscriptions))
            .mtu(fields.mtu)
            .newestVersion(fields.newestVersion)
            .oldestVersion(fields.oldestVersion)
            .role(io.fragcast.codecs.PeerRole.get((short)fields.role.ordinal()))
            .putNodeKey(fields.nodeKey, 0, Hello.KEY_LENGTH)
            .reserved(0)
            .putEndpoint(fields.endpointBytes(), 0, fields.endpointLength())
            .putAgent(fields.agentBytes(), 0, fields.agentLength());
        sink.commit();

        return true;
    }

    @Override
    public boolean sendStatus(final PeerStatus fields)
    {
        final FrameSink sink = link.sink();
        if (SendResult.OK != sink.tryClaim(HEADER_LENGTH + StatusEncoder.BLOCK_LENGTH))
        {
            return false;
        }
        status.wrapAndApplyHeader(sink.buffer(), sink.offset(), header)
            .sendTimeNs(0)
            .receiveTimeNs(0)
            .chainId(fields.chainId)
            .finalizedBlock(fields.finalizedBlock)
            .sealedBlock(fields.sealedBlock)
            .putSealedHash(fields.sealedHash, 0, PeerStatus.HASH_LENGTH)
            .putSealedDigest(fields.sealedDigest, 0, PeerStatus.HASH_LENGTH)
            .openBlock(fields.openBlock)
            .openIncarnation(fields.openIncarnation)
            .openTerm(Integer.toUnsignedLong(fields.openTerm))
            .openNextSeq(Integer.toUnsignedLong(fields.openNextSeq));
        sink.commit();

        return true;
    }

    @Override
    public boolean sendTime(
        final long originateNs, final long originateSentNs, final long arriveNs, final long transmitNs)
    {
        final FrameSink sink = link.sink();
        if (SendResult.OK != sink.tryClaim(HEADER_LENGTH + TimeEncoder.BLOCK_LENGTH))
        {
            return false;
        }
        time.wrapAndApplyHeader(sink.buffer(), sink.offset(), header)
            .sendTimeNs(0)
            .receiveTimeNs(0)
            .originateNs(originateNs)
            .arriveNs(arriveNs)
            .transmitNs(transmitNs)
            .originateSentNs(originateSentNs);
        sink.commit();

        return true;
    }

    @Override
    public boolean sendHave(final HaveList haves)
    {
        final FrameSink sink = link.sink();
        final int count = haves.size();
        if (SendResult.OK !=
            sink.tryClaim(HAVE_LENGTH + count * HaveEncoder.AttemptsEncoder.sbeBlockLength()))
        {
            return false;
        }
        final HaveEncoder.AttemptsEncoder entries = have
            .wrapAndApplyHeader(sink.buffer(), sink.offset(), header)
            .sendTimeNs(0)
            .receiveTimeNs(0)
            .chainId(chainId)
            .attemptsCount(count);
        for (int i = 0; i < count; i++)
        {
            entries.next()
                .blockNumber(haves.blockNumber(i))
                .incarnation(haves.incarnation(i))
                .bits(haves.bits(i))
                .leaderTerm(Integer.toUnsignedLong(haves.leaderTerm(i)))
                .word(haves.word(i))
                .parts(haves.parts(i));
        }
        sink.commit();

        return true;
    }

    @Override
    public boolean sendGoodbye(final GoodbyeReason reason)
    {
        final FrameSink sink = link.sink();
        if (SendResult.OK != sink.tryClaim(HEADER_LENGTH + GoodbyeEncoder.BLOCK_LENGTH))
        {
            return false;
        }
        goodbye.wrapAndApplyHeader(sink.buffer(), sink.offset(), header)
            .sendTimeNs(0)
            .receiveTimeNs(0)
            .reason(io.fragcast.codecs.GoodbyeReason.get((short)reason.ordinal()));
        sink.buffer().setMemory(
            sink.offset() + HEADER_LENGTH + GoodbyeEncoder.reservedEncodingOffset(),
            GoodbyeEncoder.reservedEncodingLength(),
            (byte)0);
        sink.commit();

        return true;
    }

    @Override
    public boolean sendFeed(final FeedKind kind)
    {
        final FrameSink sink = link.sink();
        if (SendResult.OK != sink.tryClaim(HEADER_LENGTH + FeedEncoder.BLOCK_LENGTH))
        {
            return false;
        }
        feed.wrapAndApplyHeader(sink.buffer(), sink.offset(), header)
            .sendTimeNs(0)
            .receiveTimeNs(0)
            .chainId(chainId)
            .kind(io.fragcast.codecs.FeedKind.get((short)kind.ordinal()));
        sink.buffer().setMemory(
            sink.offset() + HEADER_LENGTH + FeedEncoder.reservedEncodingOffset(),
            FeedEncoder.reservedEncodingLength(),
            (byte)0);
        sink.commit();

        return true;
    }

    @Override
    public boolean sendStatement(final DirectBuffer buffer, final int offset, final int length)
    {
        final FrameSink sink = link.sink();
        if (SendResult.OK != sink.tryClaim(length))
        {
            return false;
        }
        sink.buffer().putBytes(sink.offset(), buffer, offset, length);
        sink.commit();

        return true;
    }
}
