package io.fragcast.edge.engine;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;

/**
 * Tokens of the Engine API: HS256 over when they were issued; a client takes those of the last and next 60 seconds, so
 * each request has one of its own. Used by one thread.
 */
final class JwtToken
{
    private static final String ALGORITHM = "HmacSHA256";
    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();
    private static final String HEADER = encode("{\"alg\":\"HS256\",\"typ\":\"JWT\"}");

    private final Mac mac;

    JwtToken(final byte[] secret)
    {
        try
        {
            mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(secret, ALGORITHM));
        }
        catch (final GeneralSecurityException ex)
        {
            throw new IllegalStateException("every JDK has " + ALGORITHM, ex);
        }
    }

    /**
     * A token.
     *
     * @param issuedAtSeconds epoch seconds.
     * @return the token.
     */
    String issue(final long issuedAtSeconds)
    {
        final String signed = HEADER + '.' + encode("{\"iat\":" + issuedAtSeconds + '}');

        return signed + '.' + BASE64.encodeToString(mac.doFinal(signed.getBytes(StandardCharsets.US_ASCII)));
    }

    private static String encode(final String json)
    {
        return BASE64.encodeToString(json.getBytes(StandardCharsets.US_ASCII));
    }
}
