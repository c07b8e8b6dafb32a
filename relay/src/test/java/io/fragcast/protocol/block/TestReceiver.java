package io.fragcast.protocol.block;

import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.leader.LeaderTerm;
import io.fragcast.protocol.leader.Schedule;
import io.fragcast.wire.BlockLaneAdapter;
import org.agrona.DirectBuffer;
import org.agrona.collections.MutableLong;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A receiver behind its adapter, with recording fakes at every port.
 */
public final class TestReceiver
{
    /** One delivery, copied. */
    public record Event(int kind, long block, long incarnation, int seq, int reason, int missing, byte[] body)
    {
        @Override
        public String toString()
        {
            return name() + "@" + block + (Delivery.FRAG == kind ? "#" + seq : "") +
                (0 == reason ? "" : " reason " + reason) + (0 == missing ? "" : " missing " + missing);
        }

        private String name()
        {
            return switch (kind)
            {
                case Delivery.ENV -> "ENV";
                case Delivery.FRAG -> "FRAG";
                case Delivery.SEAL -> "SEAL";
                case Delivery.VERIFIED -> "VERIFIED";
                case Delivery.MISMATCHED -> "MISMATCHED";
                case Delivery.ABORTED -> "ABORTED";
                case Delivery.SUPERSEDED -> "SUPERSEDED";
                case Delivery.GAP -> "GAP";
                case Delivery.REORG -> "REORG";
                case Delivery.FINALIZED -> "FINALIZED";
                case Delivery.SEAL_MISMATCHED -> "SEAL_MISMATCHED";
                default -> "kind " + kind;
            };
        }
    }

    /** Session of honest frames. */
    public static final int SESSION = 7;

    public final Counters counters = Counters.inMemory();
    public final List<Event> events = new ArrayList<>();
    public final List<byte[]> forwarded = new ArrayList<>();
    public final List<byte[][]> evidence = new ArrayList<>();
    public final List<byte[][]> sealMismatches = new ArrayList<>();
    public final List<Integer> rejected = new ArrayList<>();
    public final MutableLong nowNs = new MutableLong(1_000_000_000L);
    public final BlockLaneReceiver receiver;
    public final BlockLaneAdapter adapter;
    public boolean isRecording = true;
    public boolean isConsumerReady = true;
    public boolean isForwarderReady = true;
    private Runnable onAccepted = () ->
    {
    };

    public TestReceiver(final MessageSigner leader)
    {
        this(
            schedule(term(1, 0, Long.MAX_VALUE, leader, null)),
            BlockLimits.withSlab(16 << 20, 12 << 20),
            TestSigner.verifier());
    }

    public TestReceiver(final Schedule schedule, final BlockLimits limits, final SignatureVerifier verifier)
    {
        this(schedule, limits, verifier, new MerkleTransactionsRoot());
    }

    public TestReceiver(
        final Schedule schedule,
        final BlockLimits limits,
        final SignatureVerifier verifier,
        final @Nullable TransactionsRoot transactionsRoot)
    {
        final FrameForwarder forwarder = new FrameForwarder()
        {
            @Override
            public void onAccepted(
                final DirectBuffer buffer, final int offset, final int length, final int sessionId)
            {
                onAccepted.run();
                if (isRecording)
                {
                    final byte[] bytes = new byte[length];
                    buffer.getBytes(offset, bytes);
                    Arrays.fill(bytes, 8, 25, (byte)0);
                    forwarded.add(bytes);
                }
            }

            @Override
            public boolean isReady()
            {
                return isForwarderReady;
            }
        };
        receiver = new BlockLaneReceiver(
            schedule,
            limits,
            new ReceiverPorts(
                verifier,
                forwarder,
                this::onDelivery,
                transactionsRoot,
                new Evidence(),
                rejected::add),
            counters);
        adapter = new BlockLaneAdapter(receiver, nowNs::get, counters);
    }

    public static Schedule schedule(final LeaderTerm... terms)
    {
        return new Schedule(TestBlock.CHAIN_ID, 1408, List.of(terms));
    }

    public static LeaderTerm term(
        final int number,
        final long firstBlock,
        final long lastBlock,
        final MessageSigner leader,
        final byte @Nullable [] anchor)
    {
        return new LeaderTerm(number, firstBlock, lastBlock, leader.publicKey(), null, List.of(), anchor);
    }

    /** Offers a frame by the honest session. */
    public @Nullable Verdict offer(final TestFrame frame)
    {
        return offer(frame, SESSION);
    }

    /** Offers a frame; null if it was malformed. */
    public @Nullable Verdict offer(final TestFrame frame, final int sessionId)
    {
        if (!adapter.onFrame(frame.buffer(), 0, frame.buffer().capacity(), sessionId))
        {
            throw new AssertionError("not ready for " + frame);
        }

        return adapter.lastVerdict();
    }

    /** Offers a frame as an agent does that asked before the forwarder filled up. */
    public void forceOffer(final TestFrame frame)
    {
        isForwarderReady = true;
        final Runnable fill = () -> isForwarderReady = false;
        onAccepted = fill;
        offer(frame);
        onAccepted = () ->
        {
        };
    }

    public void offerAll(final Iterable<TestFrame> frames)
    {
        for (final TestFrame frame : frames)
        {
            offer(frame);
        }
    }

    /** Lets time pass. */
    public void pass(final long ns)
    {
        nowNs.set(nowNs.get() + ns);
        receiver.doWork(nowNs.get());
    }

    public long count(final FragcastCounter counter)
    {
        return counters.value(counter);
    }

    /** The deliveries as words, for one block. */
    public List<String> story()
    {
        return events.stream().map(Event::toString).toList();
    }

    private boolean onDelivery(final Delivery delivery)
    {
        if (!isConsumerReady)
        {
            return false;
        }
        if (isRecording)
        {
            final byte[] body = new byte[delivery.bodyLength()];
            delivery.bodyBuffer().getBytes(delivery.bodyOffset(), body);
            events.add(new Event(
                delivery.kind(),
                delivery.blockNumber(),
                delivery.incarnation(),
                delivery.seq(),
                delivery.reason(),
                delivery.missing(),
                body));
        }

        return true;
    }

    private final class Evidence implements EvidenceConsumer
    {
        @Override
        public boolean onEquivocation(
            final DirectBuffer first,
            final int firstOffset,
            final int firstLength,
            final byte[] firstDigest,
            final DirectBuffer second,
            final int secondOffset,
            final int secondLength)
        {
            evidence.add(new byte[][]{
                bytes(first, firstOffset, firstLength), bytes(second, secondOffset, secondLength),
                firstDigest.clone()});

            return true;
        }

        @Override
        public boolean onSealMismatch(
            final DirectBuffer seal, final int sealOffset, final int sealLength, final SealedBlock block)
        {
            sealMismatches.add(new byte[][]{
                bytes(seal, sealOffset, sealLength), Arrays.copyOf(block.header, block.headerLength)});

            return true;
        }

        private byte[] bytes(final DirectBuffer buffer, final int offset, final int length)
        {
            final byte[] bytes = new byte[length];
            buffer.getBytes(offset, bytes);

            return bytes;
        }
    }
}
