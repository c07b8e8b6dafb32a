package io.fragcast.edge.ipc;

import io.aeron.ChannelUri;
import io.aeron.CommonContext;

/**
 * The streams of the binary edge.
 * <pre>
 *   stream 1011   builder   -> sequencer   Env, PublishFrag, Seal, Abort
 *   stream 1012   sequencer -> builder     PublishReply, under the session id of that builder's requests
 *   stream 1013   replica   -> consumers   BlockEvent
 * </pre>
 */
public final class IpcChannels
{
    /** Builder to sequencer. */
    public static final int REQUEST_STREAM_ID = 1011;
    /** Sequencer to one builder. */
    public static final int REPLY_STREAM_ID = 1012;
    /** Replica to consumers. */
    public static final int EVENT_STREAM_ID = 1013;
    /** The channel where none is named. */
    public static final String DEFAULT_CHANNEL = CommonContext.IPC_CHANNEL;

    /** Aeron takes messages of up to an eighth of a term, and a 4 MiB body has a header; pages are touched as used. */
    private static final String LARGE_TERM = "64m";
    /** The longest that Aeron takes: no datagram limits a frame here, and one frame is one claim. */
    private static final String LARGE_MTU = "65504";
    /** Half of it is the window: 340 replies in flight. */
    private static final String SMALL_TERM = "64k";

    private IpcChannels()
    {
    }

    /** The channel with terms that hold the largest frag, and long frames, unless it names its own. */
    static String withLargeTerms(final String channel)
    {
        final ChannelUri uri = ChannelUri.parse(channel);
        if (!uri.containsKey(CommonContext.TERM_LENGTH_PARAM_NAME))
        {
            uri.put(CommonContext.TERM_LENGTH_PARAM_NAME, LARGE_TERM);
        }
        if (!uri.containsKey(CommonContext.MTU_LENGTH_PARAM_NAME))
        {
            uri.put(CommonContext.MTU_LENGTH_PARAM_NAME, LARGE_MTU);
        }

        return uri.toString();
    }

    /** The channel of events: observers that stand still are left behind after a cadence, and may come again. */
    static String ofEvents(final String channel)
    {
        final ChannelUri uri = ChannelUri.parse(withLargeTerms(channel));
        uri.put(CommonContext.UNTETHERED_WINDOW_LIMIT_TIMEOUT_PARAM_NAME, "200ms");
        uri.put(CommonContext.UNTETHERED_LINGER_TIMEOUT_PARAM_NAME, "200ms");
        uri.put(CommonContext.UNTETHERED_RESTING_TIMEOUT_PARAM_NAME, "1s");

        return uri.toString();
    }

    /** The channel as an observer names it. */
    static String untethered(final String channel)
    {
        final ChannelUri uri = ChannelUri.parse(channel);
        uri.put(CommonContext.TETHER_PARAM_NAME, "false");

        return uri.toString();
    }

    static String replyChannel(final String channel, final int sessionId)
    {
        final ChannelUri uri = ChannelUri.parse(channel);
        uri.put(CommonContext.TERM_LENGTH_PARAM_NAME, SMALL_TERM);
        uri.put(CommonContext.SESSION_ID_PARAM_NAME, Integer.toString(sessionId));

        return uri.toString();
    }
}
