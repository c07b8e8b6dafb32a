package io.fragcast.wire;

import io.fragcast.codecs.EnvEncoder;
import io.fragcast.codecs.MessageHeaderEncoder;

/**
 * Where the hop fields stand in every frame of the block lane, from the start of the message.
 */
final class FrameLayout
{
    /** Epoch nanoseconds of the last transmission. */
    static final int SEND_TIME_OFFSET = MessageHeaderEncoder.ENCODED_LENGTH + EnvEncoder.sendTimeNsEncodingOffset();
    /** Epoch nanoseconds of the arrival. */
    static final int RECEIVE_TIME_OFFSET =
        MessageHeaderEncoder.ENCODED_LENGTH + EnvEncoder.receiveTimeNsEncodingOffset();
    /** Relays passed. */
    static final int HOP_COUNT_OFFSET = MessageHeaderEncoder.ENCODED_LENGTH + EnvEncoder.hopCountEncodingOffset();

    private FrameLayout()
    {
    }
}
