package io.fragcast.crypto;

import com.sun.management.ThreadMXBean;
import io.fragcast.protocol.block.MessageSigner;
import io.fragcast.protocol.block.SignatureVerifier;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the native code costs in garbage: a check next to nothing, a signature the array that JNI hands out.
 */
class Secp256k1AllocationTest
{
    private static final int ROUNDS = 2_000;

    private final ThreadMXBean threads = (ThreadMXBean)ManagementFactory.getThreadMXBean();
    private final long threadId = Thread.currentThread().getId();
    private final Secp256k1 curve = new Secp256k1Jni();
    private final byte[] digest = {
        1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30,
        31, 32};
    private final MessageSigner signer = curve.newSigner(digest);
    private final SignatureVerifier verifier = curve.newVerifier();
    private final byte[] publicKey = signer.publicKey();
    private final UnsafeBuffer frame = new UnsafeBuffer(ByteBuffer.allocateDirect(128));

    @Test
    void shouldVerifyWithoutGarbage()
    {
        signer.sign(digest, frame, 25);
        verify();

        final long before = threads.getThreadAllocatedBytes(threadId);
        verify();
        final long allocated = threads.getThreadAllocatedBytes(threadId) - before;

        assertThat(allocated / (double)ROUNDS).isLessThan(2.0);
    }

    @Test
    void shouldSignWithOneArrayOfGarbage()
    {
        sign();

        final long before = threads.getThreadAllocatedBytes(threadId);
        sign();
        final long allocated = threads.getThreadAllocatedBytes(threadId) - before;

        assertThat(allocated / (double)ROUNDS).isBetween(64.0, 96.0);
    }

    private void verify()
    {
        int valid = 0;
        for (int i = 0; i < ROUNDS; i++)
        {
            valid += verifier.verify(digest, frame, 25, publicKey) ? 1 : 0;
        }
        assertThat(valid).isEqualTo(ROUNDS);
    }

    private void sign()
    {
        for (int i = 0; i < ROUNDS; i++)
        {
            signer.sign(digest, frame, 25);
        }
    }
}
