package io.fragcast.edge.http;

import io.fragcast.counter.FragcastCounter;
import org.jspecify.annotations.Nullable;

/**
 * How a counter is called among metrics: {@code fragcast_}, its label's words, and the unit last. Counters that tell
 * one thing apart by reason, outcome or kind share a family and differ by a label.
 *
 * @param family of the metric.
 * @param help   of the family.
 * @param kind   of the family.
 * @param label  that tells the family's members apart, or null if there is one.
 * @param value  of the label, or null.
 */
record MetricName(
    String family, String help, FragcastCounter.Kind kind, @Nullable String label, @Nullable String value)
{
    private static final String PREFIX = "fragcast_";

    /**
     * The name of a counter.
     *
     * @param counter asked for.
     * @return its name, the same in every version.
     */
    static MetricName of(final FragcastCounter counter)
    {
        return switch (counter)
        {
            case FRAMES_MALFORMED, FRAMES_FOREIGN_CHAIN, FRAMES_STALE, FRAMES_FAR_FUTURE, FRAMES_NOT_LEADER,
                FRAMES_BAD_SIGNATURE, FRAMES_BAD_HASH, FRAMES_OVER_LIMIT, FRAMES_OVER_BUDGET, FRAMES_WITHOUT_HEADER,
                FRAMES_OUT_OF_STATE, FRAMES_CONTROL_STALE ->
                member(counter, "frames_refused_total", "Frames of the block lane that were refused.", "reason", 1);
            case DATAGRAMS_REFUSED_ADDRESS, DATAGRAMS_REFUSED_SESSION, DATAGRAMS_REFUSED_LAYOUT,
                DATAGRAMS_REFUSED_SETUP, DATAGRAMS_REFUSED_CONTROL ->
                member(counter, "datagrams_refused_total", "Datagrams refused before Aeron saw them.", "reason", 2);
            case BLOCKS_VERIFIED, BLOCKS_MISMATCHED, BLOCKS_ABORTED, BLOCKS_SUPERSEDED ->
                member(counter, "attempts_ended_total", "Attempts at a block that ended.", "outcome", 1);
            case SINK_SKIPPED_WINDOW, SINK_SKIPPED_UNCONNECTED ->
                member(counter, "sink_skipped_total", "Frames that were not sent to one sink.", "reason", 2);
            case PUBLISHED_ENVS, PUBLISHED_FRAGS, PUBLISHED_SEALS, PUBLISHED_ABORTS, PUBLISHED_HEARTBEATS ->
                member(counter, "published_messages_total", "Messages published by this leader.", "kind", 1);
            case RPC_REFUSED_FORM, RPC_REFUSED_SIGNATURE, RPC_REFUSED_SIGNER, RPC_REFUSED_LIMIT, RPC_REFUSED_BUSY ->
                member(counter, "rpc_refused_total", "Requests of gateways that were refused.", "reason", 3);
            case RPC_STOPPED_DUPLICATE, RPC_STOPPED_WINDOW, RPC_STOPPED_ORDER, RPC_STOPPED_CONFLICT,
                RPC_STOPPED_SEQUENCER ->
                member(counter, "rpc_stopped_total", "Messages of gateways taken, then not published.", "reason", 3);
            case SESSIONS_UNREACHABLE, SESSIONS_WITHOUT_HELLO, SESSIONS_WITHOUT_ECHO, SESSIONS_SILENT,
                SESSIONS_LINK_LOST, SESSIONS_REFUSED, SESSIONS_DISMISSED ->
                member(counter, "peer_sessions_ended_total", "Sessions with peers that ended.", "reason", 1);
            case ENGINE_RESET_DELIBERATE, ENGINE_RESET_UNEXPECTED ->
                member(counter, "engine_resets_total", "Open blocks that the execution client discarded.", "kind", 2);
            case REPAIR_BYTES_SERVED -> alone(counter, "repair served bytes");
            case BYTES_DELIVERED -> alone(counter, "delivered bytes");
            default -> alone(counter, counter.label());
        };
    }

    /** As a query names it: {@code family} or <code>family{label="value"}</code>. */
    @Override
    public String toString()
    {
        return null == label ? family : family + '{' + label + "=\"" + value + "\"}";
    }

    private static MetricName alone(final FragcastCounter counter, final String words)
    {
        return new MetricName(
            PREFIX + snakeCase(words) + (FragcastCounter.Kind.COUNT == counter.kind() ? "_total" : ""),
            counter.meaning(),
            counter.kind(),
            null,
            null);
    }

    private static MetricName member(
        final FragcastCounter counter,
        final String family,
        final String help,
        final String label,
        final int familyWords)
    {
        final String[] words = counter.label().split(" ", familyWords + 1);

        return new MetricName(PREFIX + family, help, counter.kind(), label, snakeCase(words[familyWords]));
    }

    private static String snakeCase(final String words)
    {
        return words.replace(' ', '_').replace('-', '_');
    }
}
