package io.fragcast.protocol.block;

import org.jspecify.annotations.Nullable;

/**
 * Everything a {@link BlockLaneReceiver} speaks to, all on its own thread.
 *
 * @param verifier         checks signatures.
 * @param forwarder        takes each accepted frame.
 * @param consumer         takes the ordered deliveries.
 * @param transactionsRoot builds the root that a Seal is held against; null on a relay, which leaves the root to the
 *                         replicas: VERIFIED then says that the chain and the count of frags hold.
 * @param evidence         takes proofs of equivocation.
 * @param rejecter         told of sessions that fail their checks.
 */
public record ReceiverPorts(
    SignatureVerifier verifier,
    FrameForwarder forwarder,
    BlockConsumer consumer,
    @Nullable TransactionsRoot transactionsRoot,
    EvidenceConsumer evidence,
    SessionRejecter rejecter)
{
}
