package io.fragcast.crypto;

import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

import static org.assertj.core.api.Assertions.assertThat;

class SessionIdsTest
{
    private final Secp256k1 curve = new Secp256k1Jni();
    private final byte[] alice = key(1);
    private final byte[] bob = key(2);
    private final byte[] eve = key(3);

    @Test
    void shouldBeTheSameAtBothEndsAndNowhereElse()
    {
        final int id = SessionIds.unicast(curve, alice, identity(bob), 0);

        assertThat(SessionIds.unicast(curve, bob, identity(alice), 0)).isEqualTo(id);
        assertThat(SessionIds.unicast(new Secp256k1Java("test"), bob, identity(alice), 0)).isEqualTo(id);
        assertThat(SessionIds.unicast(curve, eve, identity(alice), 0)).isNotEqualTo(id);
        assertThat(SessionIds.unicast(curve, eve, identity(bob), 0)).isNotEqualTo(id);
        assertThat(SessionIds.unicast(curve, alice, identity(bob), 1)).isNotEqualTo(id);
    }

    @Test
    void shouldSetTheAnswersOfALaneApartFromItsRequests() throws NoSuchAlgorithmException
    {
        final MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
        sha256.update(curve.ecdh(alice, identity(bob)));
        final byte[] hash = sha256.digest(new byte[]{2, 1});
        final int id = SessionIds.answers(curve, alice, identity(bob), 2);

        assertThat(id).isEqualTo(ByteBuffer.wrap(hash).getInt());
        assertThat(SessionIds.answers(curve, bob, identity(alice), 2)).isEqualTo(id);
        assertThat(SessionIds.answers(curve, alice, identity(bob), 1)).isNotEqualTo(id);
        assertThat(SessionIds.unicast(curve, alice, identity(bob), 2)).isNotEqualTo(id);
    }

    @Test
    void shouldComeFromThePublisherAloneForMulticast() throws NoSuchAlgorithmException
    {
        final MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
        sha256.update(identity(alice));
        final byte[] hash = sha256.digest(new byte[]{3});

        assertThat(SessionIds.multicast(identity(alice), 3)).isEqualTo(ByteBuffer.wrap(hash).getInt());
        assertThat(SessionIds.multicast(identity(bob), 3)).isNotEqualTo(SessionIds.multicast(identity(alice), 3));
    }

    private byte[] identity(final byte[] privateKey)
    {
        return Secp256k1.compress(curve.publicKey(privateKey));
    }

    private static byte[] key(final int value)
    {
        final byte[] key = new byte[32];
        key[31] = (byte)value;

        return key;
    }
}
