package io.fragcast.edge.engine;

import io.fragcast.BlockEvent;
import io.fragcast.codecs.EnvDecoder;
import io.fragcast.codecs.FragBodyDecoder;
import io.fragcast.codecs.MessageHeaderDecoder;
import io.fragcast.codecs.SealDecoder;
import io.fragcast.edge.rpc.SignedMessage;
import io.fragcast.ethereum.BasedOpMessage;
import io.fragcast.ethereum.BasedOpMessage.Env;
import io.fragcast.ethereum.BasedOpMessage.Frag;
import io.fragcast.ethereum.BasedOpMessage.Seal;
import io.fragcast.wire.BlockEventView;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/**
 * From events to what the execution client is sent: copied when they come, made based-op's messages when they go. The
 * inner message and its signature are those that the builder handed over. Used by one thread.
 */
final class EngineEvents
{
    private static final int HEADER_LENGTH = MessageHeaderDecoder.ENCODED_LENGTH;
    private static final int HASH_LENGTH = 32;

    private final BlockEventView view = new BlockEventView();
    private final UnsafeBuffer kept = new UnsafeBuffer(0, 0);
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final EnvDecoder env = new EnvDecoder();
    private final SealDecoder seal = new SealDecoder();

    /** The gas limit of an ENV, unsigned. */
    long gasLimit(final BlockEvent event)
    {
        return env.wrapAndApplyHeader(event.frameBuffer(), event.frameOffset(), header).gasLimit();
    }

    /** Copies an ENV, FRAG or SEAL. */
    EngineMessage keep(final BlockEvent event, final DirectBuffer buffer, final int offset, final int length)
    {
        final byte[] bytes = new byte[length];
        buffer.getBytes(offset, bytes);

        return switch (event.kind())
        {
            case ENV -> new EngineMessage(
                EngineMethod.ENV, event.blockNumber(), 0, false,
                frameBytes(event, EnvDecoder.parentHashEncodingOffset(), HASH_LENGTH), bytes);
            case FRAG -> new EngineMessage(
                EngineMethod.FRAG, event.blockNumber(), event.seq(), event.isLast(), EngineMessage.NO_HASH, bytes);
            case SEAL -> new EngineMessage(
                EngineMethod.SEAL, event.blockNumber(), 0, false,
                frameBytes(event, SealDecoder.blockHashEncodingOffset(), HASH_LENGTH), bytes);
            case VERIFIED, MISMATCHED, ABORTED, SUPERSEDED, GAP, REORG, FINALIZED, SEAL_MISMATCHED ->
                throw new IllegalArgumentException(event.kind() + " is nothing to send");
        };
    }

    /** The message as the builder signed it. */
    SignedMessage open(final EngineMessage message)
    {
        kept.wrap(message.event());
        final BlockEvent event = view.wrap(kept, 0, message.event().length);

        return switch (event.kind())
        {
            case ENV -> new SignedMessage(
                env(event), signature(frameBytes(
                    event, EnvDecoder.basedOpSignatureEncodingOffset(), BasedOpMessage.SIGNATURE_LENGTH)));
            case FRAG -> new SignedMessage(
                frag(event), signature(bytes(
                    event.bodyBuffer(),
                    event.bodyOffset() + HEADER_LENGTH + FragBodyDecoder.basedOpSignatureEncodingOffset(),
                    BasedOpMessage.SIGNATURE_LENGTH)));
            case SEAL -> new SignedMessage(
                seal(event), signature(frameBytes(
                    event, SealDecoder.basedOpSignatureEncodingOffset(), BasedOpMessage.SIGNATURE_LENGTH)));
            case VERIFIED, MISMATCHED, ABORTED, SUPERSEDED, GAP, REORG, FINALIZED, SEAL_MISMATCHED ->
                throw new IllegalArgumentException(event.kind() + " is nothing to send");
        };
    }

    private Env env(final BlockEvent event)
    {
        env.wrapAndApplyHeader(event.frameBuffer(), event.frameOffset(), header);

        return new Env(
            env.blockNumber(),
            frameBytes(event, EnvDecoder.parentHashEncodingOffset(), HASH_LENGTH),
            frameBytes(event, EnvDecoder.beneficiaryEncodingOffset(), EnvDecoder.beneficiaryLength()),
            env.timestamp(),
            env.gasLimit(),
            env.baseFee(),
            frameBytes(event, EnvDecoder.difficultyEncodingOffset(), HASH_LENGTH),
            frameBytes(event, EnvDecoder.prevRandaoEncodingOffset(), HASH_LENGTH),
            frameBytes(
                event,
                EnvDecoder.extraDataEncodingOffset(),
                Math.min(env.extraDataSize(), EnvDecoder.extraDataLength())),
            frameBytes(event, EnvDecoder.parentBeaconBlockRootEncodingOffset(), HASH_LENGTH));
    }

    private static Frag frag(final BlockEvent event)
    {
        final List<byte[]> txs = new ArrayList<>(event.txCount());
        event.forEachTx((buffer, offset, length) -> txs.add(bytes(buffer, offset, length)));

        return new Frag(event.blockNumber(), Integer.toUnsignedLong(event.seq()), event.isLast(), txs);
    }

    private Seal seal(final BlockEvent event)
    {
        seal.wrapAndApplyHeader(event.frameBuffer(), event.frameOffset(), header);

        return new Seal(
            seal.totalFrags(),
            seal.blockNumber(),
            seal.gasUsed(),
            seal.gasLimit(),
            frameBytes(event, SealDecoder.parentHashEncodingOffset(), HASH_LENGTH),
            frameBytes(event, SealDecoder.transactionsRootEncodingOffset(), HASH_LENGTH),
            frameBytes(event, SealDecoder.receiptsRootEncodingOffset(), HASH_LENGTH),
            frameBytes(event, SealDecoder.stateRootEncodingOffset(), HASH_LENGTH),
            frameBytes(event, SealDecoder.blockHashEncodingOffset(), HASH_LENGTH));
    }

    /** Zeros on the wire: the builder gave none. */
    private static byte @Nullable [] signature(final byte[] bytes)
    {
        for (final byte value : bytes)
        {
            if (0 != value)
            {
                return bytes;
            }
        }

        return null;
    }

    private static byte[] frameBytes(final BlockEvent event, final int fieldOffset, final int length)
    {
        return bytes(event.frameBuffer(), event.frameOffset() + HEADER_LENGTH + fieldOffset, length);
    }

    private static byte[] bytes(final DirectBuffer buffer, final int offset, final int length)
    {
        final byte[] bytes = new byte[length];
        buffer.getBytes(offset, bytes);

        return bytes;
    }
}
