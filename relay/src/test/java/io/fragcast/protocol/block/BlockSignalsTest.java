package io.fragcast.protocol.block;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Golden lists of what a receiver signals, case by case: received in order, out of order, given up, forked.
 */
class BlockSignalsTest
{
    private static final byte[] TX = {2, 1, 2, 3};

    private final TestSigner leader = new TestSigner(1);
    private final TestReceiver node = new TestReceiver(leader);
    private final RecordingSignals signals = new RecordingSignals();

    @BeforeEach
    void listen()
    {
        node.receiver.signals(signals);
    }

    @Test
    void shouldSignalWhatIsReceivedInOrder()
    {
        final TestBlock block = new TestBlock(leader, 1, 10, 1_000);
        node.offer(block.env());
        node.offerAll(block.frag(false, TX));
        node.offerAll(block.frag(true, TestBlock.bodyOfLength(3_000), 1));
        node.offer(block.seal());

        assertThat(signals.words).containsExactly(
            "ENV_OPENED@10#0",
            "FRAG_VERIFIED@10#0",
            "FRAG_DELIVERED@10#0",
            "FRAG_VERIFIED@10#1",
            "FRAG_DELIVERED@10#1",
            "LAST_FRAG@10#1",
            "SEALED@10#2",
            "VERIFIED@10#2");
    }

    @Test
    void shouldSignalAFragAsVerifiedBeforeItsTurn()
    {
        final TestBlock block = new TestBlock(leader, 1, 10, 1_000);
        final TestFrame env = block.env();
        final List<TestFrame> first = block.frag(false, TX);
        final List<TestFrame> last = block.frag(true, TestBlock.bodyOfLength(3_000), 1);
        node.offer(block.seal());
        node.offerAll(last);
        node.offer(env);
        node.offerAll(first);
        node.offerAll(last);

        assertThat(signals.words).containsExactly(
            "FRAG_VERIFIED@10#1",
            "ENV_OPENED@10#0",
            "FRAG_VERIFIED@10#0",
            "FRAG_DELIVERED@10#0",
            "FRAG_DELIVERED@10#1",
            "LAST_FRAG@10#1",
            "SEALED@10#2",
            "VERIFIED@10#2");
    }

    @Test
    void shouldSignalAForkAtOneHeight()
    {
        final TestBlock first = new TestBlock(leader, 1, 10, 1_000);
        node.offer(first.env());
        node.offerAll(first.frag(false, TX));
        final TestBlock second = new TestBlock(leader, 1, 10, 2_000);
        node.offer(second.env());
        node.offerAll(second.frag(true, TX));
        node.offer(second.seal());

        assertThat(signals.words).containsExactly(
            "ENV_OPENED@10#0",
            "FRAG_VERIFIED@10#0",
            "FRAG_DELIVERED@10#0",
            "SUPERSEDED@10#1",
            "ENV_OPENED@10#0",
            "FRAG_VERIFIED@10#0",
            "FRAG_DELIVERED@10#0",
            "LAST_FRAG@10#0",
            "SEALED@10#1",
            "VERIFIED@10#1");
    }

    @Test
    void shouldSignalWhatIsRefusedOnlyWhenItIsTaken()
    {
        final TestBlock block = new TestBlock(leader, 1, 10, 1_000);
        node.isConsumerReady = false;
        node.offer(block.env());
        node.offerAll(block.frag(false, TX));
        assertThat(signals.words).containsExactly("FRAG_VERIFIED@10#0");

        node.isConsumerReady = true;
        node.pass(1);
        node.offer(block.abort());

        assertThat(signals.words).containsExactly(
            "FRAG_VERIFIED@10#0",
            "ENV_OPENED@10#0",
            "FRAG_DELIVERED@10#0",
            "ABORTED@10#1 reason 2");
    }
}
