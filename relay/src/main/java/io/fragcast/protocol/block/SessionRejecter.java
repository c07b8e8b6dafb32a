package io.fragcast.protocol.block;

/**
 * Told which session fails its checks, so that its peer can be charged and its stream left.
 */
@FunctionalInterface
public interface SessionRejecter
{
    /**
     * A session has failed too many checks; the receiver drops its frames unread from now on.
     *
     * @param sessionId of the stream.
     */
    void onSessionRejected(int sessionId);
}
