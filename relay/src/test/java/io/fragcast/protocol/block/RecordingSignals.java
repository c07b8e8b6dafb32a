package io.fragcast.protocol.block;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/**
 * Keeps signals as words: {@code FRAG_DELIVERED@10#3}.
 */
public final class RecordingSignals implements BlockSignals
{
    /** What was signalled, oldest first. */
    public final List<String> words = new ArrayList<>();

    @Override
    public void onSignal(
        final BlockSignal signal,
        final int leaderTerm,
        final long blockNumber,
        final long incarnation,
        final int seq,
        final int reason,
        final int missing,
        final byte @Nullable [] hash)
    {
        words.add(word(signal.name(), blockNumber, seq, reason, missing));
    }

    /**
     * How a signal is written.
     *
     * @param name        of it.
     * @param blockNumber height.
     * @param seq         of the frag, or frags delivered.
     * @param reason      code; 0: none.
     * @param missing     count; 0: none.
     * @return the word.
     */
    public static String word(
        final String name, final long blockNumber, final int seq, final int reason, final int missing)
    {
        return name + "@" + blockNumber + "#" + seq + (0 == reason ? "" : " reason " + reason) +
            (0 == missing ? "" : " missing " + missing);
    }
}
