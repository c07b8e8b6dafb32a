package io.fragcast.crypto;

import io.fragcast.protocol.block.MessageSigner;
import io.fragcast.protocol.block.SignatureVerifier;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.HMacDSAKCalculator;
import org.bouncycastle.math.ec.ECAlgorithms;
import org.bouncycastle.math.ec.ECPoint;
import org.bouncycastle.math.ec.FixedPointCombMultiplier;
import org.bouncycastle.util.BigIntegers;
import org.jspecify.annotations.Nullable;

import java.math.BigInteger;
import java.util.Arrays;

/**
 * The curve in Java, by Bouncy Castle, where the native code does not load: about three times slower, and it allocates
 * some 50 to 100 KB a call.
 */
public final class Secp256k1Java extends Secp256k1
{
    private static final ECDomainParameters DOMAIN = domain();

    /**
     * The curve in Java.
     *
     * @param description what to print at start.
     */
    public Secp256k1Java(final String description)
    {
        super(description);
    }

    @Override
    public SignatureVerifier newVerifier()
    {
        return new Verifier();
    }

    @Override
    public MessageSigner newSigner(final byte[] privateKey)
    {
        checkPrivateKey(privateKey);

        return new Signer(new BigInteger(1, privateKey), publicKey(privateKey));
    }

    @Override
    public byte[] publicKey(final byte[] privateKey)
    {
        checkPrivateKey(privateKey);

        return new FixedPointCombMultiplier()
            .multiply(DOMAIN.getG(), new BigInteger(1, privateKey))
            .normalize()
            .getEncoded(false);
    }

    @Override
    public byte[] expand(final byte[] publicKey)
    {
        return toPoint(publicKey).getEncoded(false);
    }

    @Override
    public byte[] ecdh(final byte[] privateKey, final byte[] publicKey)
    {
        checkPrivateKey(privateKey);
        final ECPoint shared = toPoint(publicKey).multiply(new BigInteger(1, privateKey)).normalize();
        final byte[] point = shared.getEncoded(true);
        final SHA256Digest digest = new SHA256Digest();
        digest.update(point, 0, point.length);
        final byte[] secret = new byte[DIGEST_LENGTH];
        digest.doFinal(secret, 0);

        return secret;
    }

    @Override
    public byte[] signRecoverable(final byte[] digest, final byte[] privateKey)
    {
        final byte[] publicKey = publicKey(privateKey);
        final byte[] rAndS = sign(digest, new BigInteger(1, privateKey));
        for (int recoveryId = 0; recoveryId <= 1; recoveryId++)
        {
            if (Arrays.equals(publicKey, recover(digest, rAndS, recoveryId)))
            {
                return withV(rAndS, recoveryId);
            }
        }

        throw new IllegalStateException("signature does not recover to its own key");
    }

    @Override
    byte @Nullable [] recover(final byte[] digest, final byte[] signature, final int recoveryId)
    {
        final BigInteger r = new BigInteger(1, signature, 0, S_OFFSET);
        final BigInteger s = new BigInteger(1, signature, S_OFFSET, S_OFFSET);
        final byte[] encoded = new byte[COMPRESSED_LENGTH];
        encoded[0] = (byte)(2 + recoveryId);
        System.arraycopy(signature, 0, encoded, 1, S_OFFSET);
        final ECPoint noncePoint;
        try
        {
            noncePoint = toPoint(encoded);
        }
        catch (final IllegalArgumentException ex)
        {
            return null;
        }

        final BigInteger order = DOMAIN.getN();
        final BigInteger inverse = BigIntegers.modOddInverse(order, r);
        final BigInteger ofBase = new BigInteger(1, digest).negate().multiply(inverse).mod(order);
        final BigInteger ofNonce = s.multiply(inverse).mod(order);
        final ECPoint point =
            ECAlgorithms.sumOfTwoMultiplies(DOMAIN.getG(), ofBase, noncePoint, ofNonce).normalize();

        return point.isInfinity() ? null : point.getEncoded(false);
    }

    private static byte[] sign(final byte[] digest, final BigInteger privateKey)
    {
        final ECDSASigner signer = new ECDSASigner(new HMacDSAKCalculator(new SHA256Digest()));
        signer.init(true, new ECPrivateKeyParameters(privateKey, DOMAIN));
        final BigInteger[] pair = signer.generateSignature(digest);
        final BigInteger lowS = pair[1].min(DOMAIN.getN().subtract(pair[1]));

        final byte[] rAndS = new byte[V_OFFSET];
        BigIntegers.asUnsignedByteArray(pair[0], rAndS, 0, S_OFFSET);
        BigIntegers.asUnsignedByteArray(lowS, rAndS, S_OFFSET, S_OFFSET);

        return rAndS;
    }

    private static ECPoint toPoint(final byte[] publicKey)
    {
        checkPublicKey(publicKey);
        try
        {
            return DOMAIN.getCurve().decodePoint(publicKey);
        }
        catch (final IllegalArgumentException ex)
        {
            final IllegalArgumentException refusal = notAPoint();
            refusal.initCause(ex);
            throw refusal;
        }
    }

    private static ECDomainParameters domain()
    {
        final X9ECParameters curve = CustomNamedCurves.getByName("secp256k1");

        return new ECDomainParameters(curve.getCurve(), curve.getG(), curve.getN(), curve.getH());
    }

    private static final class Verifier implements SignatureVerifier
    {
        private final ECDSASigner signer = new ECDSASigner();
        private final byte[] rAndS = new byte[V_OFFSET];

        @Override
        public boolean verify(
            final byte[] digest, final DirectBuffer buffer, final int signatureOffset, final byte[] publicKey)
        {
            if (!Scalar.isInOrder(buffer, signatureOffset) || !Scalar.isLow(buffer, signatureOffset + S_OFFSET))
            {
                return false;
            }

            buffer.getBytes(signatureOffset, rAndS);
            signer.init(false, new ECPublicKeyParameters(toPoint(publicKey), DOMAIN));

            return signer.verifySignature(
                digest, new BigInteger(1, rAndS, 0, S_OFFSET), new BigInteger(1, rAndS, S_OFFSET, S_OFFSET));
        }
    }

    private static final class Signer implements MessageSigner
    {
        private final BigInteger privateKey;
        private final byte[] publicKey;

        private Signer(final BigInteger privateKey, final byte[] publicKey)
        {
            this.privateKey = privateKey;
            this.publicKey = publicKey;
        }

        @Override
        public void sign(final byte[] digest, final MutableDirectBuffer buffer, final int signatureOffset)
        {
            buffer.putBytes(signatureOffset, Secp256k1Java.sign(digest, privateKey));
            buffer.putByte(signatureOffset + V_OFFSET, (byte)0);
        }

        @Override
        public byte[] publicKey()
        {
            return publicKey.clone();
        }
    }
}
