package io.fragcast.protocol.leader;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Goal: what was taken over is known after the process died, also in the middle of writing it. Method: one buffer, and
 * memories one after the other over it.
 */
class TakeoverMemoryTest
{
    private static final long CHAIN_ID = 10;

    private final UnsafeBuffer file = new UnsafeBuffer(new byte[TakeoverMemory.LENGTH]);
    private int forced;

    @Test
    void shouldKnowAfterARestartWhatWasAdded()
    {
        assertThat(memory().statements()).isEmpty();
        memory().add(statement(1));
        memory().add(statement(2));
        memory().add(statement(1));

        assertThat(memory().statements()).containsExactly(statement(1), statement(2));
        assertThat(forced).as("the third says nothing new").isEqualTo(2);
    }

    @Test
    void shouldKnowAllButTheLastWhenThatIsTorn()
    {
        final TakeoverMemory memory = memory();
        memory.add(statement(1));
        final byte[] before = file.byteArray().clone();
        memory.add(statement(2));
        final byte[] after = file.byteArray().clone();
        for (int length = 0; length < after.length; length += 64)
        {
            file.putBytes(0, before);
            file.putBytes(0, after, 0, length);
            final List<byte[]> known = memory().statements();
            assertThat(known).as("the first %d bytes of it were written", length).hasSizeBetween(1, 2);
            assertThat(known.get(0)).isEqualTo(statement(1));
            assertThat(known.get(known.size() - 1)).isEqualTo(statement(known.size()));
        }
    }

    @Test
    void shouldForgetTheOldestOfTooMany()
    {
        final TakeoverMemory memory = memory();
        for (int i = 0; i < TakeoverMemory.MAX_STATEMENTS + 1; i++)
        {
            memory.add(statement(i));
        }

        final List<byte[]> known = memory().statements();
        assertThat(known).hasSize(TakeoverMemory.MAX_STATEMENTS);
        assertThat(known.get(0)).isEqualTo(statement(1));
    }

    @Test
    void shouldKnowNothingOfAnotherChain()
    {
        memory().add(statement(1));
        assertThat(new TakeoverMemory(file, CHAIN_ID + 1, () -> {}).statements()).isEmpty();
    }

    private TakeoverMemory memory()
    {
        return new TakeoverMemory(file, CHAIN_ID, () -> forced++);
    }

    private static byte[] statement(final int number)
    {
        final byte[] statement = new byte[112];
        statement[7] = (byte)(number + 1);

        return statement;
    }
}
