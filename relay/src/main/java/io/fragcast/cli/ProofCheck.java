package io.fragcast.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fragcast.crypto.Secp256k1;
import io.fragcast.edge.rpc.BasedOpJson;
import io.fragcast.ethereum.Hex;
import io.fragcast.protocol.leader.LeaderTerm;
import io.fragcast.protocol.leader.Schedule;
import io.fragcast.wire.EquivocationProof;
import io.fragcast.wire.EquivocationProof.Result;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

import java.util.HexFormat;

/**
 * Checks lines that are proofs of equivocation. What a line says besides its two messages is not looked at.
 */
final class ProofCheck
{
    private final EquivocationProof proof;
    private final @Nullable Schedule schedule;
    private final byte @Nullable [] key;

    private ProofCheck(
        final Secp256k1 curve, final @Nullable Schedule schedule, final byte @Nullable [] key)
    {
        proof = new EquivocationProof(curve.newVerifier());
        this.schedule = schedule;
        this.key = key;
    }

    static ProofCheck bySchedule(final Schedule schedule, final Secp256k1 curve)
    {
        return new ProofCheck(curve, schedule, null);
    }

    static ProofCheck byKey(final byte[] key, final Secp256k1 curve)
    {
        return new ProofCheck(curve, null, key);
    }

    /** Fills the result of a line; an error if it is no valid proof. */
    void run(final ObjectNode line, final ObjectNode result)
    {
        final byte[] first = Hex.bytes("first", prefixed(BasedOpJson.text(line, "first")));
        final byte[] second = Hex.bytes("second", prefixed(BasedOpJson.text(line, "second")));
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[Integer.BYTES + first.length + second.length]);
        final int length = EquivocationProof.write(
            new UnsafeBuffer(first), 0, first.length, new UnsafeBuffer(second), 0, second.length, buffer, 0);
        Result found = 0 == length ? Result.MALFORMED : proof.wrap(buffer, 0, length);
        if (Result.MALFORMED != found)
        {
            final HexFormat hex = HexFormat.of();
            result.put("kind", String.valueOf(proof.kind()));
            result.put("chainId", proof.chainId());
            result.put("leaderTerm", proof.leaderTerm());
            result.put("blockNumber", proof.blockNumber());
            result.put("incarnation", proof.incarnation());
            result.put("seq", proof.seq());
            result.put("firstDigest", hex.formatHex(proof.firstDigest()));
            result.put("secondDigest", hex.formatHex(proof.secondDigest()));
        }
        found = Result.VALID == found ? verify() : found;
        result.put("valid", Result.VALID == found);
        if (Result.VALID != found)
        {
            result.put("error", switch (found)
            {
                case MALFORMED -> "not two signed messages of an attempt";
                case SAME_MESSAGE -> "one message twice";
                case DIFFERENT_PLACES -> "the messages stand side by side: another chain, term, height, attempt or seq";
                case UNKNOWN_LEADER -> "the schedule names no leader for the term at this height";
                case BAD_SIGNATURE -> "the leader did not sign both";
                case VALID -> "";
            });
        }
    }

    private Result verify()
    {
        if (null == schedule)
        {
            return proof.verify(key);
        }
        final LeaderTerm term =
            proof.chainId() == schedule.chainId() ? schedule.termNumbered(proof.leaderTerm()) : null;

        return proof.verifyBy(term);
    }

    private static String prefixed(final String text)
    {
        return text.startsWith("0x") ? text : "0x" + text;
    }
}
