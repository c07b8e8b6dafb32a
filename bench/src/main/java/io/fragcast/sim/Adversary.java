package io.fragcast.sim;

import io.fragcast.codecs.EnvDecoder;
import io.fragcast.codecs.FragDecoder;
import io.fragcast.codecs.MessageHeaderDecoder;
import io.fragcast.codecs.SealDecoder;
import io.fragcast.protocol.block.MessageSigner;
import io.fragcast.sim.checker.FrameView;
import io.fragcast.sim.checker.Published;
import io.fragcast.transport.SendResult;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/**
 * An admitted peer that does not play by the rules, and may hold the key of one leader. It sees every frame the moment
 * a leader sends it, so what it makes of it often comes before the original.
 */
final class Adversary
{
    private static final int HEADER_LENGTH = MessageHeaderDecoder.ENCODED_LENGTH;
    private static final int SIGNATURE_OFFSET = HEADER_LENGTH + EnvDecoder.signatureEncodingOffset();
    private static final int SIGNATURE_LENGTH = 64;
    private static final int HOP_COUNT_OFFSET = HEADER_LENGTH + EnvDecoder.hopCountEncodingOffset();
    private static final int BLOCK_NUMBER_OFFSET = HEADER_LENGTH + EnvDecoder.blockNumberEncodingOffset();
    private static final int INCARNATION_OFFSET = HEADER_LENGTH + EnvDecoder.incarnationEncodingOffset();
    private static final int TERM_OFFSET = HEADER_LENGTH + EnvDecoder.leaderTermEncodingOffset();
    private static final int SEQ_OFFSET = HEADER_LENGTH + EnvDecoder.seqEncodingOffset();
    private static final int PREVIOUS_DIGEST_OFFSET = HEADER_LENGTH + EnvDecoder.previousDigestEncodingOffset();
    private static final int PUBLISH_TIME_OFFSET = HEADER_LENGTH + EnvDecoder.publishTimeNsEncodingOffset();
    private static final int BODY_LENGTH_OFFSET = HEADER_LENGTH + FragDecoder.bodyLengthEncodingOffset();
    private static final int MAX_KEPT = 512;
    /** Past the widest window of blocks. */
    private static final int FAR_BLOCKS = 100;
    private static final double NEAR_PROBABILITY = 0.3;
    private static final double PASS_ON_PROBABILITY = 0.5;
    private static final double GO_ON_PROBABILITY = 0.4;

    private final EventQueue events;
    private final EventLog log;
    private final SimRandom random;
    private final SimRandom raceRandom;
    private final SimChain chain;
    private final Published published;
    private final List<Fault> faults = new ArrayList<>();
    private final List<SimFrameSink> sinks;
    private final boolean isPassingOn;
    private final @Nullable MessageSigner stolenSigner;
    private final MessageSigner ownSigner;
    private final long meanNs;
    private final List<UnsafeBuffer> kept = new ArrayList<>();
    private final List<UnsafeBuffer> keptOfStolen = new ArrayList<>();
    private final FrameView view = new FrameView();
    private boolean isActive = true;

    Adversary(
        final SimulatorOptions options,
        final EventQueue events,
        final EventLog log,
        final SimRandom random,
        final SimChain chain,
        final Published published,
        final List<SimFrameSink> sinks,
        final MessageSigner ownSigner,
        final @Nullable MessageSigner stolenSigner)
    {
        this.events = events;
        this.log = log;
        this.random = random;
        raceRandom = random.forPart(1);
        this.chain = chain;
        this.published = published;
        this.sinks = sinks;
        this.ownSigner = ownSigner;
        this.stolenSigner = stolenSigner;
        for (final Fault fault : Fault.values())
        {
            final boolean isAction = fault.needsAdversary() && Fault.WITHHOLD != fault;
            if (options.isOn(fault) && isAction && (null != stolenSigner || !fault.needsLeaderKey()))
            {
                faults.add(fault);
            }
        }
        isPassingOn = options.isOn(Fault.WITHHOLD);
        meanNs = Math.max(1, options.faultMeanNs() / random.between(1, 20));
        if (!faults.isEmpty())
        {
            events.in(random.exponentialNs(meanNs), this::act);
        }
    }

    /** A leader's own frame leaves. */
    void onObserved(final DirectBuffer buffer, final int offset, final int length)
    {
        if (!isActive)
        {
            return;
        }

        final UnsafeBuffer copy = new UnsafeBuffer(new byte[length]);
        copy.putBytes(0, buffer, offset, length);
        keep(kept, copy);
        view.wrap(copy, 0, length);
        final boolean isOfStolen = view.isSigned() && !published.isHonest(view.attempt().term());
        if (isOfStolen)
        {
            keep(keptOfStolen, copy);
        }
        if (isPassingOn && random.isHit(PASS_ON_PROBABILITY))
        {
            send(copy, "passes on", random);
        }
        if (isOfStolen && faults.contains(Fault.UNCHAINED) && raceRandom.isHit(GO_ON_PROBABILITY))
        {
            goOnUnchained(copy);
        }
    }

    /** A frag of its own, before the leader's next: it comes first wherever the paths are alike. */
    private void goOnUnchained(final UnsafeBuffer original)
    {
        if (FragDecoder.TEMPLATE_ID == view.wrap(original, 0, original.capacity()).templateId() && !view.isLast())
        {
            final UnsafeBuffer frame = new UnsafeBuffer(original.byteArray().clone());
            frame.putInt(SEQ_OFFSET, frame.getInt(SEQ_OFFSET) + 1);
            frame.putLong(PREVIOUS_DIGEST_OFFSET, raceRandom.nextLong());
            signStolen(frame, "goes on unchained with", raceRandom);
        }
    }

    /** The fault ends: it falls silent. */
    void stop()
    {
        isActive = false;
    }

    private void act(final long nowNs)
    {
        if (!isActive)
        {
            return;
        }

        final Fault fault = faults.get(random.between(0, faults.size() - 1));
        final List<UnsafeBuffer> material = fault.needsLeaderKey() ? keptOfStolen : kept;
        if (!material.isEmpty())
        {
            final int newest = material.size() - 1;
            final int index = Fault.REPLAY == fault || random.isHit(0.2) ?
                random.between(0, newest) : Math.max(0, newest - random.between(0, 3));
            act(fault, material.get(index));
        }
        events.in(random.exponentialNs(meanNs), this::act);
    }

    private void act(final Fault fault, final UnsafeBuffer original)
    {
        final UnsafeBuffer frame = new UnsafeBuffer(original.byteArray().clone());
        switch (fault)
        {
            case REPLAY -> send(frame, "replays", random);
            case TAMPER ->
            {
                int bit = random.between(0, frame.capacity() * Byte.SIZE - 1);
                if (bit / Byte.SIZE >= HEADER_LENGTH && bit / Byte.SIZE <= HOP_COUNT_OFFSET)
                {
                    bit = frame.capacity() * Byte.SIZE - 1;
                }
                frame.putByte(bit / Byte.SIZE, (byte)(frame.getByte(bit / Byte.SIZE) ^ 1 << bit % Byte.SIZE));
                send(frame, "tampers with", random);
            }
            case FORGE -> forge(frame);
            case OVERSIZE ->
            {
                if (FragDecoder.TEMPLATE_ID == view.wrap(frame, 0, frame.capacity()).templateId())
                {
                    frame.putInt(BODY_LENGTH_OFFSET, random.between(1 << 20, 1 << 30));
                    signStolen(frame, "oversizes", random);
                }
            }
            case FAR_FUTURE ->
            {
                final List<Integer> terms = chain.stolenTerms();
                final int ahead = random.isHit(NEAR_PROBABILITY) ?
                    random.between(2, FAR_BLOCKS) : random.between(FAR_BLOCKS, 1_000_000);
                frame.putLong(BLOCK_NUMBER_OFFSET, chain.lastNumber() + ahead);
                frame.putInt(TERM_OFFSET, terms.get(terms.size() - 1));
                signStolen(frame, "looks far ahead with", random);
            }
            case UNCHAINED ->
            {
                frame.putLong(PREVIOUS_DIGEST_OFFSET, random.nextLong());
                signStolen(frame, "unchains", random);
            }
            case EQUIVOCATE ->
            {
                final boolean isSeal = SealDecoder.TEMPLATE_ID == view.wrap(frame, 0, frame.capacity()).templateId();
                final int changed = isSeal && random.isHit(0.5) ? INCARNATION_OFFSET : PUBLISH_TIME_OFFSET;
                frame.putLong(changed, frame.getLong(changed) + random.between(1, 2));
                signStolen(frame, "equivocates with", random);
            }
            default -> throw new IllegalStateException(fault + " is no act of the adversary");
        }
    }

    /** A message of the next seq, or other content for this one, with a signature of nobody's or of its own key. */
    private void forge(final UnsafeBuffer frame)
    {
        if (!view.wrap(frame, 0, frame.capacity()).isSigned())
        {
            final int last = frame.capacity() - 1;
            frame.putByte(last, (byte)~frame.getByte(last));
            send(frame, "forges", random);
            return;
        }

        if (random.isHit(0.3))
        {
            frame.putInt(SEQ_OFFSET, frame.getInt(SEQ_OFFSET) + 1);
        }
        else
        {
            frame.putLong(PUBLISH_TIME_OFFSET, frame.getLong(PUBLISH_TIME_OFFSET) + 1);
        }
        if (random.isHit(0.5))
        {
            ownSigner.sign(view.wrap(frame, 0, frame.capacity()).digest(), frame, SIGNATURE_OFFSET);
        }
        else
        {
            final byte[] signature = new byte[SIGNATURE_LENGTH];
            random.fill(signature);
            frame.putBytes(SIGNATURE_OFFSET, signature);
        }
        send(frame, "forges", random);
    }

    private void signStolen(final UnsafeBuffer frame, final String what, final SimRandom random)
    {
        final MessageSigner signer = stolenSigner;
        if (null != signer)
        {
            signer.sign(view.wrap(frame, 0, frame.capacity()).digest(), frame, SIGNATURE_OFFSET);
            published.onFrame(frame, 0, frame.capacity());
            send(frame, what, random);
        }
    }

    private void send(final UnsafeBuffer frame, final String what, final SimRandom random)
    {
        final SimFrameSink sink = sinks.get(random.between(0, sinks.size() - 1));
        if (SendResult.OK == sink.tryClaim(frame.capacity()))
        {
            log.on(EventLog.Kind.FAULT, EventLog.path(0, 0), what, frame, 0, frame.capacity());
            sink.buffer().putBytes(sink.offset(), frame, 0, frame.capacity());
            sink.commit();
        }
    }

    private static void keep(final List<UnsafeBuffer> frames, final UnsafeBuffer frame)
    {
        if (MAX_KEPT == frames.size())
        {
            frames.remove(0);
        }
        frames.add(frame);
    }
}
