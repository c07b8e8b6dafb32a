package io.fragcast.edge.engine;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class JwtTokenTest
{
    @Test
    void shouldIssueTheTokenThatAnotherImplementationIssues()
    {
        final byte[] secret = new byte[32];
        for (int i = 0; i < secret.length; i++)
        {
            secret[i] = (byte)i;
        }

        // Python: hmac.new(bytes(range(32)), ..., 'sha256')
        assertThat(new JwtToken(secret).issue(1_795_235_821L)).isEqualTo(
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9" +
            ".eyJpYXQiOjE3OTUyMzU4MjF9" +
            ".77fg1uZ5q0FI99b8WaGKSRkm43cyjbvW8Fuckh6qZ6E");
    }
}
