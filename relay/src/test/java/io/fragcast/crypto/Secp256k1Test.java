package io.fragcast.crypto;

import io.fragcast.protocol.block.MessageSigner;
import io.fragcast.protocol.block.SignatureVerifier;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * The two implementations agree to the byte, and refuse the same.
 */
class Secp256k1Test
{
    private static final BigInteger ORDER =
        new BigInteger("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", 16);
    private static final int ROUNDS = 200;

    private final Secp256k1 jni = new Secp256k1Jni();
    private final Secp256k1 java = new Secp256k1Java("pure Java");
    private final Random random = new Random(20260901);

    static Stream<Secp256k1> curves()
    {
        return Stream.of(new Secp256k1Jni(), new Secp256k1Java("pure Java"));
    }

    @Test
    void shouldAgreeOnRandomMessages()
    {
        final SignatureVerifier jniVerifier = jni.newVerifier();
        final SignatureVerifier javaVerifier = java.newVerifier();
        final UnsafeBuffer fromJni = new UnsafeBuffer(new byte[100]);
        final UnsafeBuffer fromJava = new UnsafeBuffer(new byte[100]);
        for (int i = 0; i < ROUNDS; i++)
        {
            final byte[] privateKey = randomKey();
            final byte[] digest = randomBytes(32);
            if (0 == i % 10)
            {
                Arrays.fill(digest, 0, 16, (byte)0xFF);
            }
            final MessageSigner jniSigner = jni.newSigner(privateKey);
            final MessageSigner javaSigner = java.newSigner(privateKey);
            final byte[] publicKey = jniSigner.publicKey();
            assertThat(javaSigner.publicKey()).isEqualTo(publicKey);

            jniSigner.sign(digest, fromJni, 25);
            javaSigner.sign(digest, fromJava, 25);
            assertThat(fromJava.byteArray()).isEqualTo(fromJni.byteArray());
            assertThat(fromJni.getByte(25 + 64)).isZero();

            assertThat(jniVerifier.verify(digest, fromJni, 25, publicKey)).isTrue();
            assertThat(javaVerifier.verify(digest, fromJni, 25, publicKey)).isTrue();
            assertThat(jniVerifier.verify(digest, fromJni, 24, publicKey)).isFalse();
            assertThat(javaVerifier.verify(digest, fromJni, 24, publicKey)).isFalse();

            final byte[] signature = jni.signRecoverable(digest, privateKey);
            assertThat(java.signRecoverable(digest, privateKey)).isEqualTo(signature);
            assertThat(jni.recover(digest, signature)).isEqualTo(publicKey);
            assertThat(java.recover(digest, signature)).isEqualTo(publicKey);
            signature[64] -= 27;
            assertThat(jni.recover(digest, signature)).isEqualTo(publicKey);
            assertThat(java.recover(digest, signature)).isEqualTo(publicKey);
        }
    }

    @Test
    void shouldAgreeOnWhatRandomSignaturesRecoverTo()
    {
        int recovered = 0;
        for (int i = 0; i < ROUNDS; i++)
        {
            final byte[] digest = randomBytes(32);
            final byte[] signature = randomBytes(65);
            signature[32] &= 0x3F;
            signature[64] &= 1;
            final byte[] expected = jni.recover(digest, signature);
            assertThat(java.recover(digest, signature)).isEqualTo(expected);
            recovered += null == expected ? 0 : 1;
        }
        assertThat(recovered).isBetween(ROUNDS / 4, ROUNDS * 3 / 4);
    }

    @Test
    void shouldAgreeOnASharedSecret()
    {
        for (int i = 0; i < ROUNDS / 10; i++)
        {
            final byte[] mine = randomKey();
            final byte[] theirs = randomKey();
            final byte[] secret = jni.ecdh(mine, jni.publicKey(theirs));
            assertThat(jni.ecdh(theirs, Secp256k1.compress(jni.publicKey(mine)))).isEqualTo(secret);
            assertThat(java.ecdh(mine, Secp256k1.compress(jni.publicKey(theirs)))).isEqualTo(secret);
        }
    }

    @ParameterizedTest
    @MethodSource("curves")
    void shouldSignAsTheKnownVectorOfRfc6979(final Secp256k1 curve)
    {
        // Key 1, SHA-256 of "Satoshi Nakamoto": the vector that bitcoin's libraries share.
        final byte[] privateKey = scalar(BigInteger.ONE);
        final byte[] digest = hex("a0dc65ffca799873cbea0ac274015b9526505daaaed385155425f7337704883e");
        final UnsafeBuffer signature = new UnsafeBuffer(new byte[65]);
        curve.newSigner(privateKey).sign(digest, signature, 0);

        assertThat(signature.byteArray()).isEqualTo(hex(
            "934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d8" +
            "2442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5" +
            "00"));
    }

    @ParameterizedTest
    @MethodSource("curves")
    void shouldRefuseEachBitFlip(final Secp256k1 curve)
    {
        final byte[] privateKey = randomKey();
        final byte[] digest = randomBytes(32);
        final byte[] publicKey = curve.publicKey(privateKey);
        final byte[] signature = curve.signRecoverable(digest, privateKey);
        final SignatureVerifier verifier = curve.newVerifier();
        for (int bit = 0; bit < 512; bit++)
        {
            signature[bit >> 3] ^= (byte)(1 << (bit & 7));
            assertThat(verifier.verify(digest, new UnsafeBuffer(signature), 0, publicKey)).as("bit %d", bit).isFalse();
            assertThat(curve.recover(digest, signature)).isNotEqualTo(publicKey);
            signature[bit >> 3] ^= (byte)(1 << (bit & 7));
        }
        assertThat(verifier.verify(digest, new UnsafeBuffer(signature), 0, publicKey)).isTrue();
        assertThat(verifier.verify(digest, new UnsafeBuffer(signature), 0, curve.publicKey(randomKey()))).isFalse();
    }

    @ParameterizedTest
    @MethodSource("curves")
    void shouldRefuseNumbersOutOfBounds(final Secp256k1 curve)
    {
        final byte[] privateKey = randomKey();
        final byte[] digest = randomBytes(32);
        final byte[] publicKey = curve.publicKey(privateKey);
        final byte[] signature = curve.signRecoverable(digest, privateKey);
        final BigInteger lowS = new BigInteger(1, signature, 32, 32);
        final SignatureVerifier verifier = curve.newVerifier();

        final byte[][] refused =
        {
            with(signature, 0, BigInteger.ZERO),
            with(signature, 32, BigInteger.ZERO),
            with(signature, 0, ORDER),
            with(signature, 32, ORDER),
            with(signature, 0, BigInteger.ONE.shiftLeft(256).subtract(BigInteger.ONE)),
            with(signature, 32, BigInteger.ONE.shiftLeft(256).subtract(BigInteger.ONE)),
            with(signature, 32, ORDER.shiftRight(1).add(BigInteger.ONE)),
        };
        for (final byte[] bad : refused)
        {
            assertThat(verifier.verify(digest, new UnsafeBuffer(bad), 0, publicKey)).isFalse();
            assertThat(curve.recover(digest, bad)).isNull();
        }

        // The other root: mathematically sound, but a second form of the same signature.
        final byte[] highS = with(signature, 32, ORDER.subtract(lowS));
        highS[64] = (byte)(55 - highS[64]);
        assertThat(verifier.verify(digest, new UnsafeBuffer(highS), 0, publicKey)).isFalse();
        assertThat(curve.recover(digest, highS)).isNull();

        for (final int v : new int[]{2, 3, 26, 29, 30, 255})
        {
            signature[64] = (byte)v;
            assertThat(curve.recover(digest, signature)).as("v %d", v).isNull();
        }
        assertThat(curve.recover(digest, Arrays.copyOf(signature, 64))).isNull();
    }

    @ParameterizedTest
    @MethodSource("curves")
    void shouldNotRecoverToInfinity(final Secp256k1 curve)
    {
        // With nonce 1, R is the generator; for s = z / 1 the key (s R - z G) / r is no point.
        final byte[] digest = scalar(BigInteger.valueOf(12345));
        final byte[] signature = new byte[65];
        System.arraycopy(curve.publicKey(scalar(BigInteger.ONE)), 1, signature, 0, 32);
        System.arraycopy(digest, 0, signature, 32, 32);

        assertThat(curve.recover(digest, signature)).isNull();
    }

    @ParameterizedTest
    @MethodSource("curves")
    void shouldRefuseWhatIsNoKey(final Secp256k1 curve)
    {
        for (final byte[] bad : new byte[][]{new byte[32], scalar(ORDER), new byte[31], new byte[33]})
        {
            assertThatIllegalArgumentException().isThrownBy(() -> curve.newSigner(bad));
            assertThatIllegalArgumentException().isThrownBy(() -> curve.publicKey(bad));
        }

        final byte[] publicKey = curve.publicKey(randomKey());
        final byte[] offCurve = publicKey.clone();
        offCurve[64] ^= 1;
        final byte[] noSuchX = new byte[33];
        noSuchX[0] = 2;
        noSuchX[32] = 5;
        final byte[] hybrid = publicKey.clone();
        hybrid[0] = (byte)(6 + (hybrid[64] & 1));
        for (final byte[] bad : new byte[][]{offCurve, noSuchX, hybrid, new byte[]{0}, new byte[65], new byte[0]})
        {
            assertThatIllegalArgumentException().isThrownBy(() -> curve.expand(bad));
            assertThatIllegalArgumentException().isThrownBy(() -> curve.ecdh(randomKey(), bad));
        }
        assertThat(curve.expand(Secp256k1.compress(publicKey))).isEqualTo(publicKey);
        assertThat(curve.expand(publicKey)).isEqualTo(publicKey);
    }

    @Test
    void shouldLoadNativeCodeHere()
    {
        assertThat(Secp256k1.load()).isInstanceOf(Secp256k1Jni.class);
        assertThat(Secp256k1.load().description()).isEqualTo("libsecp256k1 by JNI");
    }

    private byte[] randomKey()
    {
        final byte[] key = randomBytes(32);
        key[0] = 1;

        return key;
    }

    private byte[] randomBytes(final int length)
    {
        final byte[] bytes = new byte[length];
        random.nextBytes(bytes);

        return bytes;
    }

    private static byte[] with(final byte[] signature, final int offset, final BigInteger value)
    {
        final byte[] changed = signature.clone();
        System.arraycopy(scalar(value), 0, changed, offset, 32);

        return changed;
    }

    private static byte[] scalar(final BigInteger value)
    {
        final byte[] bytes = new byte[32];
        final byte[] magnitude = value.toByteArray();
        final int length = Math.min(32, magnitude.length);
        System.arraycopy(magnitude, magnitude.length - length, bytes, 32 - length, length);

        return bytes;
    }

    private static byte[] hex(final String digits)
    {
        return HexFormat.of().parseHex(digits);
    }
}
