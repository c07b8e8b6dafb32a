package io.fragcast.sim;

import io.fragcast.protocol.block.BlockLimits;
import io.fragcast.protocol.block.SignatureVerifier;
import io.fragcast.protocol.leader.Schedule;
import io.fragcast.sim.checker.DeliveryChecker;
import io.fragcast.sim.checker.EventListChecker;
import io.fragcast.sim.checker.EvidenceChecker;
import io.fragcast.sim.checker.LeaderChecker;
import io.fragcast.sim.checker.ProofChecker;
import io.fragcast.sim.checker.Published;
import io.fragcast.sim.checker.TakeoverChecker;
import org.agrona.DirectBuffer;

/**
 * What all nodes of a run share.
 *
 * @param options    of the run.
 * @param events     of the run.
 * @param log        of the run.
 * @param schedule   of the chain.
 * @param limits     of the network.
 * @param verifier   of all nodes.
 * @param published  what is true.
 * @param deliveries checked.
 * @param leaders    checked.
 * @param proofs     checked.
 * @param eventLists checked.
 * @param evidence   checked.
 * @param takeovers  checked.
 * @param plans      made, and checked.
 * @param observer   sees what leaders send; the adversary, or nobody.
 */
record SimContext(
    SimulatorOptions options,
    EventQueue events,
    EventLog log,
    Schedule schedule,
    BlockLimits limits,
    SignatureVerifier verifier,
    Published published,
    DeliveryChecker deliveries,
    LeaderChecker leaders,
    ProofChecker proofs,
    EventListChecker eventLists,
    EvidenceChecker evidence,
    TakeoverChecker takeovers,
    SimPlans plans,
    FrameObserver observer)
{
    /** Sees frames. */
    @FunctionalInterface
    interface FrameObserver
    {
        /**
         * One frame.
         *
         * @param buffer holding it.
         * @param offset of its first byte.
         * @param length in bytes.
         */
        void onFrame(DirectBuffer buffer, int offset, int length);
    }

    /** Longest frame of the block lane. */
    int maxFrameLength()
    {
        return options.mtu() - 32;
    }
}
