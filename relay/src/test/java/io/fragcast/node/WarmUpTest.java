package io.fragcast.node;

import io.fragcast.crypto.Secp256k1;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The warm-up itself fails if a block of it is not verified by its relay and its replica.
 */
@Timeout(30)
class WarmUpTest
{
    @Test
    void shouldBringBlocksThroughAndEndWithItsTime()
    {
        assertThat(WarmUp.run(Secp256k1.load(), TimeUnit.MILLISECONDS.toNanos(300))).isPositive();
    }
}
