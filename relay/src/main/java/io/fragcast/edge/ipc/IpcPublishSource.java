package io.fragcast.edge.ipc;

import io.aeron.Aeron;
import io.aeron.ControlledFragmentAssembler;
import io.aeron.ExclusivePublication;
import io.aeron.Publication;
import io.aeron.Subscription;
import io.aeron.logbuffer.ControlledFragmentHandler;
import io.aeron.logbuffer.Header;
import io.fragcast.wire.PublishSource;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.collections.Int2ObjectHashMap;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;

import java.util.concurrent.TimeUnit;

/**
 * Builders beside the sequencer: takes their requests over Aeron IPC and answers each under the session id of its
 * requests. Made and closed by the node, polled on the broadcasting thread.
 */
public final class IpcPublishSource implements PublishSource
{
    /** One builder and its successor at a hand-over, and room for tools; beyond it the replies are left out. */
    static final int MAX_BUILDERS = 16;
    /** A tenth of the largest request at the default MTU of IPC; a busy handler ends a poll anyway. */
    private static final int FRAGMENT_LIMIT = 300;
    /** Both ends are in shared memory: a builder that does not listen by then will not. */
    private static final long REPLY_CONNECT_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(1);

    private final Aeron aeron;
    private final String channel;
    private final NanoClock clock;
    private final Subscription requests;
    private final Int2ObjectHashMap<ReplyStream> replyStreams = new Int2ObjectHashMap<>();
    private final ControlledFragmentAssembler assembler = new ControlledFragmentAssembler(this::onFragment);
    private Handler handler = (buffer, offset, length, clientId, source) -> false;

    /**
     * Adds the stream of requests.
     *
     * @param aeron   client to use, left open.
     * @param channel IPC channel that builders name too.
     * @param clock   of the node.
     */
    public IpcPublishSource(final Aeron aeron, final String channel, final NanoClock clock)
    {
        this.aeron = aeron;
        this.channel = channel;
        this.clock = clock;
        requests = aeron.addSubscription(channel, IpcChannels.REQUEST_STREAM_ID);
    }

    @Override
    public int poll(final Handler handler, final int limit)
    {
        this.handler = handler;

        return requests.controlledPoll(assembler, Math.max(limit, FRAGMENT_LIMIT));
    }

    @Override
    public boolean reply(final int clientId, final DirectBuffer buffer, final int offset, final int length)
    {
        final ReplyStream stream = streamOf(clientId);

        return null == stream || stream.offer(buffer, offset, length);
    }

    /** {@inheritDoc} Another process writes to memory. */
    @Override
    public boolean isSilent()
    {
        return requests.isConnected();
    }

    @Override
    public void close()
    {
        replyStreams.values().forEach(ReplyStream::close);
        replyStreams.clear();
        CloseHelper.close(requests);
    }

    private ControlledFragmentHandler.Action onFragment(
        final DirectBuffer buffer, final int offset, final int length, final Header header)
    {
        return handler.onRequest(buffer, offset, length, header.sessionId(), this) ?
            ControlledFragmentHandler.Action.COMMIT : ControlledFragmentHandler.Action.ABORT;
    }

    private @Nullable ReplyStream streamOf(final int clientId)
    {
        ReplyStream stream = replyStreams.get(clientId);
        if (null == stream)
        {
            forgetGoneBuilders();
            if (MAX_BUILDERS == replyStreams.size())
            {
                return null;
            }
            stream = new ReplyStream(clientId);
            replyStreams.put(clientId, stream);
        }

        return stream;
    }

    private void forgetGoneBuilders()
    {
        replyStreams.values().removeIf(
            (stream) ->
            {
                final boolean isGone = null == requests.imageBySessionId(stream.sessionId);
                if (isGone)
                {
                    stream.close();
                    assembler.freeSessionBuffer(stream.sessionId);
                }
                return isGone;
            });
    }

    /** The replies to one builder; the publication is added without waiting for the driver. */
    private final class ReplyStream
    {
        private final int sessionId;
        private final long registrationId;
        private final long connectDeadlineNs;
        private @Nullable ExclusivePublication publication;
        private boolean isDeaf;

        ReplyStream(final int sessionId)
        {
            this.sessionId = sessionId;
            registrationId = aeron.asyncAddExclusivePublication(
                IpcChannels.replyChannel(channel, sessionId), IpcChannels.REPLY_STREAM_ID);
            connectDeadlineNs = clock.nanoTime() + REPLY_CONNECT_TIMEOUT_NS;
        }

        boolean offer(final DirectBuffer buffer, final int offset, final int length)
        {
            if (isDeaf)
            {
                return true;
            }
            if (null == publication)
            {
                publication = aeron.getExclusivePublication(registrationId);
            }

            final long position =
                null == publication ? Publication.NOT_CONNECTED : publication.offer(buffer, offset, length);
            if (Publication.NOT_CONNECTED == position)
            {
                isDeaf = connectDeadlineNs - clock.nanoTime() < 0;
                return isDeaf;
            }

            return Publication.BACK_PRESSURED != position && Publication.ADMIN_ACTION != position;
        }

        void close()
        {
            if (null == publication)
            {
                aeron.asyncRemovePublication(registrationId);
            }
            else
            {
                publication.close();
            }
        }
    }
}
