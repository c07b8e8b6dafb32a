package io.fragcast.bench.jmh;

import io.fragcast.protocol.block.FrameDigest;
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
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * What does the check of one chunk cost? Floor: SHA-256 of an array of that length. The difference is the way of
 * off-heap bytes into an array, the prefix and the comparison.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ChunkHashBenchmark
{
    /** A chunk at MTU 1408. */
    private static final int CHUNK_LENGTH = 1_304;

    private final FrameDigest frameDigest = new FrameDigest();
    private final byte[] array = new byte[CHUNK_LENGTH];
    private final byte[] digest = new byte[FrameDigest.DIGEST_LENGTH];
    private final UnsafeBuffer chunk = new UnsafeBuffer(ByteBuffer.allocateDirect(CHUNK_LENGTH));
    private final UnsafeBuffer hashes = new UnsafeBuffer(ByteBuffer.allocateDirect(FrameDigest.HASH_LENGTH));
    private MessageDigest sha256;

    /**
     * Makes a chunk and its hash.
     *
     * @throws NoSuchAlgorithmException if the JDK has no SHA-256.
     */
    @Setup
    public void setup() throws NoSuchAlgorithmException
    {
        sha256 = MessageDigest.getInstance("SHA-256");
        new Random(4670).nextBytes(array);
        chunk.putBytes(0, array);
        final byte[] hash = new byte[FrameDigest.HASH_LENGTH];
        frameDigest.ofChunk(chunk, 0, CHUNK_LENGTH, hash, 0);
        hashes.putBytes(0, hash);
    }

    /**
     * SHA-256 of an array.
     *
     * @return the digest.
     * @throws DigestException never: the array is long enough.
     */
    @Benchmark
    public byte[] floor() throws DigestException
    {
        sha256.update(array, 0, CHUNK_LENGTH);
        sha256.digest(digest, 0, digest.length);

        return digest;
    }

    /**
     * Checks the chunk.
     *
     * @return true.
     */
    @Benchmark
    public boolean check()
    {
        return frameDigest.isChunk(chunk, 0, CHUNK_LENGTH, hashes, 0);
    }
}
