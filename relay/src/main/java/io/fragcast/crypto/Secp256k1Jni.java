package io.fragcast.crypto;

import fr.acinq.secp256k1.Secp256k1Exception;
import io.fragcast.protocol.block.MessageSigner;
import io.fragcast.protocol.block.SignatureVerifier;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/**
 * libsecp256k1 by JNI. It takes arrays of exact length only, so each verifier and signer keeps its own.
 */
public final class Secp256k1Jni extends Secp256k1
{
    private final fr.acinq.secp256k1.Secp256k1 library;

    /**
     * Unpacks and loads the native code, once in the life of the JVM. Throws if it does not load, such as for a temp
     * folder mounted noexec; {@link Secp256k1#load} falls back.
     */
    public Secp256k1Jni()
    {
        super("libsecp256k1 by JNI");
        library = fr.acinq.secp256k1.Secp256k1.get();
    }

    @Override
    public SignatureVerifier newVerifier()
    {
        return new Verifier(library);
    }

    @Override
    public MessageSigner newSigner(final byte[] privateKey)
    {
        return new Signer(library, privateKey.clone(), publicKey(privateKey));
    }

    @Override
    public byte[] publicKey(final byte[] privateKey)
    {
        checkPrivateKey(privateKey);

        return library.pubkeyCreate(privateKey);
    }

    @Override
    public byte[] expand(final byte[] publicKey)
    {
        checkPublicKey(publicKey);
        try
        {
            return library.pubkeyParse(publicKey);
        }
        catch (final Secp256k1Exception ex)
        {
            final IllegalArgumentException refusal = notAPoint();
            refusal.initCause(ex);
            throw refusal;
        }
    }

    @Override
    public byte[] ecdh(final byte[] privateKey, final byte[] publicKey)
    {
        checkPrivateKey(privateKey);

        return library.ecdh(privateKey, expand(publicKey));
    }

    @Override
    public byte[] signRecoverable(final byte[] digest, final byte[] privateKey)
    {
        final byte[] publicKey = publicKey(privateKey);
        final byte[] rAndS = library.sign(digest, privateKey, null);
        // The library does not hand out the recovery id. An id above 1 means r passed the order: not seen in the wild.
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
        try
        {
            return library.ecdsaRecover(Arrays.copyOf(signature, V_OFFSET), digest, recoveryId);
        }
        catch (final Secp256k1Exception ex)
        {
            return null;
        }
    }

    private static final class Verifier implements SignatureVerifier
    {
        private final fr.acinq.secp256k1.Secp256k1 library;
        private final byte[] rAndS = new byte[V_OFFSET];

        private Verifier(final fr.acinq.secp256k1.Secp256k1 library)
        {
            this.library = library;
        }

        @Override
        public boolean verify(
            final byte[] digest, final DirectBuffer buffer, final int signatureOffset, final byte[] publicKey)
        {
            // The library throws for numbers out of bounds: here they are only a bad signature.
            if (!Scalar.isInOrder(buffer, signatureOffset) || !Scalar.isLow(buffer, signatureOffset + S_OFFSET))
            {
                return false;
            }

            buffer.getBytes(signatureOffset, rAndS);

            return library.verify(rAndS, digest, publicKey);
        }
    }

    private static final class Signer implements MessageSigner
    {
        private final fr.acinq.secp256k1.Secp256k1 library;
        private final byte[] privateKey;
        private final byte[] publicKey;

        private Signer(
            final fr.acinq.secp256k1.Secp256k1 library, final byte[] privateKey, final byte[] publicKey)
        {
            this.library = library;
            this.privateKey = privateKey;
            this.publicKey = publicKey;
        }

        @Override
        public void sign(final byte[] digest, final MutableDirectBuffer buffer, final int signatureOffset)
        {
            buffer.putBytes(signatureOffset, library.sign(digest, privateKey, null));
            buffer.putByte(signatureOffset + V_OFFSET, (byte)0);
        }

        @Override
        public byte[] publicKey()
        {
            return publicKey.clone();
        }
    }
}
