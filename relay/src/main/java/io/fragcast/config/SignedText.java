package io.fragcast.config;

import io.fragcast.crypto.Secp256k1;
import io.fragcast.protocol.block.MessageSigner;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A text file that carries the signature of who wrote it, in a comment that is its last line:
 * <pre>
 *   chain-id = 10
 *   ...
 *   # signature = 3f...      r (32), s (32), v (1) of 0, in hex, over SHA-256("fragcast/text/1", all before this line)
 * </pre>
 */
public final class SignedText
{
    private static final String MARK = "# signature = ";
    private static final byte[] DOMAIN = "fragcast/text/1".getBytes(StandardCharsets.US_ASCII);

    private SignedText()
    {
    }

    /**
     * Signs a text, in place of a signature that it may have.
     *
     * @param text   of the file.
     * @param signer with the author's key.
     * @return the text with its signature.
     */
    public static String sign(final String text, final MessageSigner signer)
    {
        final int marked = markOf(text);
        final String body = marked < 0 ? text.endsWith("\n") ? text : text + '\n' : text.substring(0, marked);
        final byte[] signature = new byte[Secp256k1.SIGNATURE_LENGTH];
        signer.sign(digest(body), new UnsafeBuffer(signature), 0);

        return body + MARK + HexFormat.of().formatHex(signature) + '\n';
    }

    /**
     * Did the author sign it?
     *
     * @param text      of the file.
     * @param publicKey of the author, 65 bytes.
     * @param curve     to check with.
     * @return false if somebody else did, or nobody.
     */
    public static boolean isSigned(final String text, final byte[] publicKey, final Secp256k1 curve)
    {
        final byte[] signature = signatureOf(text);

        return null != signature && 0 == signature[Secp256k1.SIGNATURE_LENGTH - 1] && curve.newVerifier().verify(
            digest(text.substring(0, markOf(text))), new UnsafeBuffer(signature), 0, publicKey);
    }

    private static byte @Nullable [] signatureOf(final String text)
    {
        final int marked = markOf(text);
        if (marked < 0)
        {
            return null;
        }
        final String hex = text.substring(marked + MARK.length()).stripTrailing();

        return 2 * Secp256k1.SIGNATURE_LENGTH == hex.length() && hex.chars().allMatch(HexFormat::isHexDigit) ?
            HexFormat.of().parseHex(hex) : null;
    }

    private static int markOf(final String text)
    {
        final int marked = text.lastIndexOf('\n' + MARK);

        return marked < 0 ? marked : marked + 1;
    }

    private static byte[] digest(final String body)
    {
        try
        {
            final MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update(DOMAIN);

            return sha256.digest(body.getBytes(StandardCharsets.UTF_8));
        }
        catch (final NoSuchAlgorithmException ex)
        {
            throw new IllegalStateException("this JDK has no SHA-256", ex);
        }
    }
}
