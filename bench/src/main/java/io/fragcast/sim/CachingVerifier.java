package io.fragcast.sim;

import io.fragcast.protocol.block.SignatureVerifier;
import org.agrona.DirectBuffer;

import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;

/**
 * Checks each signature of a run once, for real: many nodes see the same message, and the answer is the same for all.
 * Only what held is remembered, by all of its bytes.
 */
public final class CachingVerifier implements SignatureVerifier
{
    private static final int DIGEST_LENGTH = 32;
    private static final int SIGNATURE_LENGTH = 64;
    private static final int KEY_LENGTH = 65;

    private final SignatureVerifier verifier;
    private final Set<ByteBuffer> held = new HashSet<>();
    private long checked;

    /**
     * A verifier that remembers nothing yet, and then all.
     *
     * @param verifier that checks.
     */
    public CachingVerifier(final SignatureVerifier verifier)
    {
        this.verifier = verifier;
    }

    @Override
    public boolean verify(
        final byte[] digest, final DirectBuffer buffer, final int signatureOffset, final byte[] publicKey)
    {
        final byte[] all = new byte[DIGEST_LENGTH + SIGNATURE_LENGTH + KEY_LENGTH];
        System.arraycopy(digest, 0, all, 0, DIGEST_LENGTH);
        buffer.getBytes(signatureOffset, all, DIGEST_LENGTH, SIGNATURE_LENGTH);
        System.arraycopy(publicKey, 0, all, DIGEST_LENGTH + SIGNATURE_LENGTH, KEY_LENGTH);
        final ByteBuffer key = ByteBuffer.wrap(all);
        if (held.contains(key))
        {
            return true;
        }

        checked++;
        final boolean holds = verifier.verify(digest, buffer, signatureOffset, publicKey);
        if (holds)
        {
            held.add(key);
        }

        return holds;
    }

    /**
     * Checks truly made.
     *
     * @return count.
     */
    public long checked()
    {
        return checked;
    }
}
