package io.fragcast.bench.jmh;

import io.fragcast.crypto.Secp256k1;
import io.fragcast.crypto.Secp256k1Java;
import io.fragcast.protocol.block.FrameDigest;
import io.fragcast.protocol.block.SignatureVerifier;
import io.fragcast.protocol.block.SignedFrame;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * What does it cost to know that the leader signed the header of a 32 KB frag? Floor: the signature check alone, over a
 * digest that is there already.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class VerifyBenchmark
{
    /** Root block of a Frag, group header, 25 hashes: what the header of a 32 KB frag signs at MTU 1408. */
    private static final int SIGNED_LENGTH = 216 - SignedFrame.SIGNED_OFFSET + 4 + 25 * FrameDigest.HASH_LENGTH;

    private final FrameDigest frameDigest = new FrameDigest();
    private final byte[] digest = new byte[FrameDigest.DIGEST_LENGTH];
    private final UnsafeBuffer frame = new UnsafeBuffer(
        ByteBuffer.allocateDirect(SignedFrame.SIGNED_OFFSET + SIGNED_LENGTH));
    private SignatureVerifier verifier;
    private SignatureVerifier javaVerifier;
    private byte[] publicKey;

    /**
     * Signs a frame.
     */
    @Setup
    public void setup()
    {
        final Random random = new Random(4670);
        final byte[] bytes = new byte[frame.capacity()];
        random.nextBytes(bytes);
        frame.putBytes(0, bytes);
        final byte[] privateKey = new byte[Secp256k1.PRIVATE_KEY_LENGTH];
        random.nextBytes(privateKey);

        final Secp256k1 secp256k1 = Secp256k1.load();
        verifier = secp256k1.newVerifier();
        javaVerifier = new Secp256k1Java("pure Java").newVerifier();
        publicKey = secp256k1.publicKey(privateKey);
        frameDigest.ofFrame(frame, 0, SIGNED_LENGTH, digest);
        secp256k1.newSigner(privateKey).sign(digest, frame, SignedFrame.SIGNATURE_OFFSET);
        if (!digestAndVerify() || !digestAndVerifyInJava())
        {
            throw new IllegalStateException("the signature does not hold");
        }
    }

    /**
     * The signature alone.
     *
     * @return true.
     */
    @Benchmark
    public boolean floor()
    {
        return verifier.verify(digest, frame, SignedFrame.SIGNATURE_OFFSET, publicKey);
    }

    /**
     * The digest alone.
     *
     * @return the digest.
     */
    @Benchmark
    public byte[] digest()
    {
        frameDigest.ofFrame(frame, 0, SIGNED_LENGTH, digest);

        return digest;
    }

    /**
     * Digest and signature, as a receiver checks a header.
     *
     * @return true.
     */
    @Benchmark
    public boolean digestAndVerify()
    {
        frameDigest.ofFrame(frame, 0, SIGNED_LENGTH, digest);

        return verifier.verify(digest, frame, SignedFrame.SIGNATURE_OFFSET, publicKey);
    }

    /**
     * The same where the native library does not load.
     *
     * @return true.
     */
    @Benchmark
    public boolean digestAndVerifyInJava()
    {
        frameDigest.ofFrame(frame, 0, SIGNED_LENGTH, digest);

        return javaVerifier.verify(digest, frame, SignedFrame.SIGNATURE_OFFSET, publicKey);
    }
}
