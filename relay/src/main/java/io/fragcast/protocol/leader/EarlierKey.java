package io.fragcast.protocol.leader;

/**
 * The relay key that a leader had before, valid beside its new one for the first blocks of a term: whoever runs the
 * leader may change over at any of them.
 *
 * @param publicKey 65 bytes uncompressed (0x04, x, y).
 * @param lastBlock last block that it may sign, inclusive.
 */
public record EarlierKey(byte[] publicKey, long lastBlock)
{
}
