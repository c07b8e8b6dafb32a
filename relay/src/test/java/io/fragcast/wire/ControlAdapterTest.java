package io.fragcast.wire;

import io.fragcast.codecs.HaveDecoder;
import io.fragcast.codecs.MessageHeaderDecoder;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.peer.GoodbyeReason;
import io.fragcast.protocol.peer.HaveList;
import io.fragcast.protocol.peer.Hello;
import io.fragcast.protocol.peer.PeerState;
import io.fragcast.protocol.peer.PeerStatus;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Goal: exactly the messages that are as long as they say pass the adapter, and no bytes at all make it throw. Each
 * lies in a buffer of its own length, with bounds checks on, so that a read outside would throw.
 */
class ControlAdapterTest
{
    private static final int MUTATIONS = 300_000;
    private static final int HAVE_HEAD =
        MessageHeaderDecoder.ENCODED_LENGTH + HaveDecoder.BLOCK_LENGTH + HaveDecoder.AttemptsDecoder.sbeHeaderSize();
    private static final int ENTRY = HaveDecoder.AttemptsDecoder.sbeBlockLength();

    private final ControlRig rig = new ControlRig();
    private final ControlRig.Node node = rig.node(1);
    private final ControlRig.Node peer = rig.node(2);
    private final RecordingSink sink = new RecordingSink("peer");
    private final ControlProxy proxy = new ControlProxy(new SinkLink(sink), ControlRig.CHAIN_ID);

    @BeforeEach
    void comeToReady()
    {
        rig.link(node, peer);
        rig.start();
        assertThat(rig.runUntil(() -> PeerState.READY == node.state())).isTrue();
    }

    @Test
    void shouldTakeWhatTheProxyWrites()
    {
        for (final byte[] message : eachKind())
        {
            final long before = malformed();
            offer(message);
            assertThat(malformed()).isEqualTo(before);
        }
    }

    @Test
    void shouldCarryEveryField()
    {
        final PeerStatus status = status();
        proxy.sendStatus(status);
        offer(sink.frames.get(0));
        final PeerStatus read = node.session(0).status();
        assertThat(read.finalizedBlock).isEqualTo(98);
        assertThat(read.sealedBlock).isEqualTo(99);
        assertThat(read.sealedHash).isEqualTo(status.sealedHash);
        assertThat(read.sealedDigest).isEqualTo(status.sealedDigest);
        assertThat(read.openBlock).isEqualTo(100);
        assertThat(read.openIncarnation).isEqualTo(7);
        assertThat(read.openTerm).isEqualTo(3);
        assertThat(read.openNextSeq).isEqualTo(5);

        final Hello hello = node.session(0).peer();
        assertThat(hello.nodeKey).isEqualTo(peer.hello.nodeKey);
        assertThat(hello.chainId).isEqualTo(peer.hello.chainId);
        assertThat(hello.capabilities).isEqualTo(peer.hello.capabilities);
        assertThat(hello.subscriptions).isEqualTo(peer.hello.subscriptions);
        assertThat(hello.mtu).isEqualTo(peer.hello.mtu);
        assertThat(hello.role).isEqualTo(peer.hello.role);
        assertThat(hello.endpointText()).isEqualTo(peer.hello.endpointText());
        assertThat(hello.agentText()).isEqualTo(peer.hello.agentText());
    }

    @Test
    void shouldRefuseEveryCutAndEveryTail()
    {
        for (final byte[] message : eachKind())
        {
            for (int length = 0; length < message.length + 9; length++)
            {
                if (length != message.length)
                {
                    final long before = malformed();
                    offer(Arrays.copyOf(message, length));
                    assertThat(malformed()).as("%d of %d bytes", length, message.length).isEqualTo(before + 1);
                }
            }
        }
    }

    @Test
    void shouldTakeARootBlockOfANewerVersionAndNoOther()
    {
        for (final byte[] message : eachKind())
        {
            final ByteBuffer own = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN);
            final int blockLength = own.getShort(0);
            final byte[] longer = new byte[message.length + 8];
            System.arraycopy(message, 0, longer, 0, 8 + blockLength);
            System.arraycopy(message, 8 + blockLength, longer, 16 + blockLength, message.length - 8 - blockLength);
            final ByteBuffer header = ByteBuffer.wrap(longer).order(ByteOrder.LITTLE_ENDIAN);
            header.putShort(0, (short)(blockLength + 8));
            final long before = malformed();
            offer(longer);
            assertThat(malformed()).as("longer in the same version").isEqualTo(before + 1);
            header.putShort(6, (short)2);
            offer(longer);
            assertThat(malformed()).as("longer in a newer one").isEqualTo(before + 1);
            header.putShort(6, (short)0);
            offer(longer);
            assertThat(malformed()).as("no version").isEqualTo(before + 2);
        }
    }

    @Test
    void shouldTakeOneToTwoHundredFiftySixIdsSorted()
    {
        final HaveList haves = new HaveList();
        for (int seq = 0; seq < HaveList.MAX_IDS; seq++)
        {
            haves.addFrag(3, 100, 7, seq);
        }
        assertTaken(have(haves), true);
        assertThat(node.table.knowledge().has(1, 3, 100, 7, 255)).isTrue();

        final byte[] tooMany = Arrays.copyOf(have(haves), HAVE_HEAD + 5 * ENTRY);
        System.arraycopy(tooMany, HAVE_HEAD + 3 * ENTRY, tooMany, HAVE_HEAD + 4 * ENTRY, ENTRY);
        final ByteBuffer view = ByteBuffer.wrap(tooMany).order(ByteOrder.LITTLE_ENDIAN);
        view.putShort(HAVE_HEAD - 2, (short)5);
        view.putShort(HAVE_HEAD + 4 * ENTRY + 28, (short)4);
        view.putLong(HAVE_HEAD + 4 * ENTRY + 16, 1L);
        assertTaken(tooMany, false);
        assertThat(node.table.knowledge().has(1, 3, 100, 7, 256)).isFalse();

        final byte[] none = Arrays.copyOf(have(haves), HAVE_HEAD);
        ByteBuffer.wrap(none).putShort(HAVE_HEAD - 2, (short)0);
        assertTaken(none, false);

        haves.clear();
        haves.addFrag(3, 100, 7, 900);
        assertTaken(have(haves), true);
    }

    @Test
    void shouldRefuseAHaveOutOfOrder()
    {
        final HaveList haves = new HaveList();
        haves.addFrag(3, 100, 7, 900);
        haves.addFrag(3, 101, 8, 901);
        final byte[] sorted = have(haves);
        final byte[] swapped = sorted.clone();
        System.arraycopy(sorted, HAVE_HEAD, swapped, HAVE_HEAD + ENTRY, ENTRY);
        System.arraycopy(sorted, HAVE_HEAD + ENTRY, swapped, HAVE_HEAD, ENTRY);
        final byte[] twice = sorted.clone();
        System.arraycopy(sorted, HAVE_HEAD, twice, HAVE_HEAD + ENTRY, ENTRY);

        assertTaken(swapped, false);
        assertTaken(twice, false);
        assertThat(node.table.knowledge().has(1, 3, 100, 7, 900)).as("not in part either").isFalse();
        assertTaken(sorted, true);
        assertThat(node.table.knowledge().has(1, 3, 100, 7, 900)).isTrue();
    }

    @Test
    void shouldSurviveMutationsAndRandomBytes()
    {
        final Random random = new Random(4670);
        final List<byte[]> messages = eachKind();
        for (int i = 0; i < MUTATIONS; i++)
        {
            final byte[] bytes;
            if (0 == i % 4)
            {
                bytes = new byte[random.nextInt(1_377)];
                random.nextBytes(bytes);
                if (bytes.length > 7 && random.nextBoolean())
                {
                    System.arraycopy(messages.get(random.nextInt(messages.size())), 0, bytes, 0, 8);
                }
            }
            else
            {
                final byte[] message = messages.get(random.nextInt(messages.size()));
                bytes = Arrays.copyOf(message, Math.max(0, message.length + random.nextInt(9) - 4));
                for (int flips = random.nextInt(4); flips >= 0 && bytes.length > 0; flips--)
                {
                    bytes[random.nextInt(bytes.length)] ^= (byte)(1 << random.nextInt(8));
                }
            }
            offer(bytes);
            if (0 == i % 1_000)
            {
                node.session(0).clear(rig.nowNs);
                rig.step();
            }
        }
        assertThat(malformed()).isBetween(MUTATIONS / 4L, (long)MUTATIONS);
        assertThat(node.table.snapshot()).hasSize(1);
    }

    private void assertTaken(final byte[] message, final boolean isTaken)
    {
        final long before = malformed();
        offer(message);
        assertThat(malformed() - before).isEqualTo(isTaken ? 0 : 1);
    }

    private byte[] have(final HaveList haves)
    {
        sink.frames.clear();
        assertThat(proxy.sendHave(haves)).isTrue();

        return sink.frames.get(0);
    }

    private void offer(final byte[] bytes)
    {
        assertThat(node.adapters.get(0).onFrame(new UnsafeBuffer(bytes), 0, bytes.length, 1)).isTrue();
    }

    private long malformed()
    {
        return node.count(FragcastCounter.CONTROL_MALFORMED);
    }

    private List<byte[]> eachKind()
    {
        sink.frames.clear();
        final Hello hello = new Hello();
        hello.set(peer.hello);
        hello.nonce = 5;
        proxy.sendHello(hello);
        proxy.sendStatus(status());
        proxy.sendTime(1, 2, 3, 4);
        final HaveList haves = new HaveList();
        haves.addPart(3, 100, 7, HaveList.ENV);
        haves.addFrag(3, 100, 7, 70);
        haves.addFrag(3, 101, 8, 1);
        proxy.sendHave(haves);
        proxy.sendGoodbye(GoodbyeReason.RATE);
        final List<byte[]> messages = new ArrayList<>(sink.frames);
        sink.frames.clear();

        return messages;
    }

    private static PeerStatus status()
    {
        final PeerStatus status = new PeerStatus();
        status.chainId = ControlRig.CHAIN_ID;
        status.finalizedBlock = 98;
        status.sealedBlock = 99;
        status.openBlock = 100;
        status.openIncarnation = 7;
        status.openTerm = 3;
        status.openNextSeq = 5;
        new Random(1).nextBytes(status.sealedHash);
        new Random(2).nextBytes(status.sealedDigest);

        return status;
    }
}
