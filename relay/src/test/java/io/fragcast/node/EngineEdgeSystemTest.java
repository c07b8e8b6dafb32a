package io.fragcast.node;

import io.fragcast.AbortReason;
import io.fragcast.BlockEvent.Kind;
import io.fragcast.Env;
import io.fragcast.FragPublisher;
import io.fragcast.PublishResult;
import io.fragcast.Seal;
import io.fragcast.TxSource;
import io.fragcast.cli.BlockCutter;
import io.fragcast.cli.BlockCutter.CutBlock;
import io.fragcast.cli.BlockRecord;
import io.fragcast.cli.RealBlocks;
import io.fragcast.config.PeerName;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.edge.engine.EngineConfig;
import io.fragcast.edge.engine.EngineStandInServer;
import io.fragcast.ethereum.BasedOpMessage;
import io.fragcast.ethereum.BasedOpMessage.Frag;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Real blocks from a builder's Java API over real drivers to an execution client's HTTP: the strict stand-in, which
 * checks the token, decodes every transaction, and discards its block at any error as op-geth does.
 */
@Timeout(120)
class EngineEdgeSystemTest
{
    private static final byte[] SECRET = secret(1);
    private static final int FRAGS = 5;
    private static final long FIRST_BLOCK = 1_000;
    /** Of a client that answers, however busy the machine is. */
    private static final long LONG_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(10);
    /** Where it is to be waited out. */
    private static final long SHORT_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(1);

    private final List<CutBlock> blocks = chain();
    private final List<String> expected = new ArrayList<>();
    private final EngineStandInServer server = new EngineStandInServer(SECRET, blocks);
    private final TestNetwork network = new TestNetwork();
    private final TestNetwork.Place sequencerPlace = network.place("engine-sequencer");
    private final TestNetwork.Place replicaPlace = network.place("engine-replica");
    private final DeliveryLog log = new DeliveryLog();
    private FragPublisher publisher;
    private ReplicaNode replica;
    private int port;
    private int requests;
    private int replies;

    private void launch(final long timeoutNs) throws IOException
    {
        port = server.start(0);
        final NodeHost host = network.host("engine", false);
        replica = ReplicaNode.launch(
            network.replica(host, replicaPlace, List.of(sequencerPlace), log)
                .engine(new EngineConfig(
                    URI.create("http://127.0.0.1:" + port), SECRET, timeoutNs, EngineConfig.queueLength(32 << 20))));
        final SequencerNode sequencer =
            SequencerNode.launch(network.sequencer(host, sequencerPlace, replicaPlace));
        publisher = sequencer.newPublisher((request, block, seq, result) ->
        {
            assertThat(result).as(request + " of block " + block).isEqualTo(PublishResult.OK);
            replies++;
        });
        host.start();
        TestNetwork.await("connections", () -> replica.isConnected() && sequencer.isConnected());
    }

    @AfterEach
    void close()
    {
        network.close();
        server.close();
        network.assertNoErrors();
    }

    @Test
    void shouldHandOverExactlyWhatWasPublishedOnceAndInOrder() throws IOException
    {
        launch(LONG_TIMEOUT_NS);
        for (final CutBlock block : blocks)
        {
            publish(block, FRAGS);
            seal(block);
        }

        awaitHead(blocks.size());
        assertThat(server.taken()).containsExactlyElementsOf(expected);
        assertThat(server.discards()).isEmpty();
        assertCount(FragcastCounter.ENGINE_SENT, expected.size());
        assertCount(FragcastCounter.ENGINE_TAKEN, expected.size());
        assertCount(FragcastCounter.ENGINE_BLOCKS_SEALED, blocks.size());
        assertCount(FragcastCounter.ENGINE_BLOCKS_SKIPPED, 0);
    }

    @Test
    void shouldResetOnPurposeAfterAnAbort() throws IOException
    {
        launch(LONG_TIMEOUT_NS);
        publish(blocks.get(0), FRAGS - 2);
        awaitTaken(FRAGS - 1);
        request(() -> publisher.abort(FIRST_BLOCK, AbortReason.REORG));
        publish(blocks.get(0), FRAGS);
        seal(blocks.get(0));

        awaitHead(1);
        assertThat(server.taken()).containsExactlyElementsOf(expected);
        assertThat(server.discards()).hasSize(1).allMatch((error) -> error.startsWith("cannot open a new unsealed"));
        assertCount(FragcastCounter.ENGINE_RESET_DELIBERATE, 1);
        assertCount(FragcastCounter.ENGINE_RESET_UNEXPECTED, 0);
    }

    @Test
    void shouldHoldUpNobodyForAClientThatWantsAnotherSecret() throws IOException
    {
        launch(LONG_TIMEOUT_NS);
        server.secret(secret(2));
        publish(blocks.get(0), FRAGS);
        seal(blocks.get(0));
        TestNetwork.await("tokens refused", () -> server.refusedTokens() >= 3);
        // The other edge has it all meanwhile.
        TestNetwork.await("delivery", () -> 1 == log.count(Kind.VERIFIED));
        assertThat(server.taken()).isEmpty();
        server.secret(SECRET);

        awaitHead(1);
        assertThat(server.taken()).containsExactlyElementsOf(expected);
    }

    @Test
    void shouldGoOnWithAnotherSecretWithoutARestart() throws IOException
    {
        launch(LONG_TIMEOUT_NS);
        server.secret(secret(2));
        publish(blocks.get(0), FRAGS);
        seal(blocks.get(0));
        TestNetwork.await("tokens refused", () -> server.refusedTokens() >= 2);

        assertThat(replica.reload(update(secret(2)))).containsExactly("deliver.jwt-secret-file holds another secret");
        awaitHead(1);
        assertThat(server.taken()).containsExactlyElementsOf(expected);
        assertThat(replica.reload(update(secret(2)))).as("the same again").isEmpty();
    }

    /** The client would execute it: it gives each frag the gas of a whole block. */
    @Test
    void shouldKeepAFragFromTheClientThatCannotFitTheGasOfItsBlock() throws IOException
    {
        launch(LONG_TIMEOUT_NS);
        final CutBlock block = blocks.get(0);
        publish(new CutBlock(withGasLimit(block.env(), 1), block.frags(), block.seal()), 0);
        awaitTaken(1);
        frag(block.frags().get(0));
        expected.remove(1);
        TestNetwork.await("the check", () ->
            1 == replica.counters().value(FragcastCounter.ENGINE_FRAGS_OVER_GAS));
        publish(block, FRAGS);
        seal(block);

        awaitHead(1);
        assertThat(server.taken()).containsExactlyElementsOf(expected);
        assertCount(FragcastCounter.ENGINE_RESET_DELIBERATE, 1);
        assertCount(FragcastCounter.ENGINE_RESET_UNEXPECTED, 0);
    }

    private static BasedOpMessage.Env withGasLimit(final BasedOpMessage.Env env, final long gasLimit)
    {
        return new BasedOpMessage.Env(
            env.number(), env.parentHash(), env.beneficiary(), env.timestamp(), gasLimit, env.basefee(),
            env.difficulty(), env.prevrandao(), env.extraData(), env.parentBeaconBlockRoot());
    }

    private NodeUpdate update(final byte[] engineSecret)
    {
        final List<PeerName> upstreams = List.of(sequencerPlace.peerName());

        return new NodeUpdate(
            network.schedule,
            new PeerLists(upstreams, List.of(), upstreams, List.of()),
            replicaPlace.identity().publicKey(),
            null,
            List.of(),
            engineSecret);
    }

    @Test
    void shouldSendTheBlockAgainToAClientThatWasRestarted() throws IOException
    {
        launch(LONG_TIMEOUT_NS);
        publish(blocks.get(0), FRAGS - 1);
        awaitTaken(FRAGS);
        server.stop();
        final Frag last = blocks.get(0).frags().get(FRAGS - 1);
        request(() -> publisher.frag(last.blockNumber(), FRAGS - 1, true, txs(last)));
        seal(blocks.get(0));
        TestNetwork.await("a client that is gone", () -> 0 < replica.counters().value(
            FragcastCounter.ENGINE_UNREACHABLE));
        server.start(port);

        awaitHead(1);
        final List<String> twice = new ArrayList<>(expected.subList(0, FRAGS));
        twice.addAll(expected.subList(0, FRAGS));
        twice.add(EngineStandInServer.expected(last, signature(last)));
        twice.add(expected.get(expected.size() - 1));
        assertThat(server.taken()).containsExactlyElementsOf(twice);
        assertThat(server.discards()).isEmpty();
        assertCount(FragcastCounter.ENGINE_RESET_UNEXPECTED, 0);
    }

    @Test
    void shouldGoOnAfterAnAnswerWasLost() throws IOException
    {
        launch(SHORT_TIMEOUT_NS);
        publish(blocks.get(0), 1);
        awaitTaken(2);
        server.loseAnswers(1);
        final CutBlock block = blocks.get(0);
        for (int seq = 1; seq < FRAGS; seq++)
        {
            frag(block.frags().get(seq));
        }
        seal(block);

        awaitHead(1);
        // The first three again: the client had its block open still, and was reset on purpose.
        assertThat(server.discards()).hasSize(1);
        assertThat(server.taken().subList(3, server.taken().size())).containsExactlyElementsOf(expected);
        assertCount(FragcastCounter.ENGINE_RESET_DELIBERATE, 1);
        assertCount(FragcastCounter.ENGINE_RESET_UNEXPECTED, 0);
    }

    private void publish(final CutBlock block, final int frags)
    {
        final BasedOpMessage.Env env = block.env();
        request(() -> publisher.env(new Env(
            env.number(), env.parentHash(), env.beneficiary(), env.timestamp(), env.gasLimit(), env.basefee(),
            env.difficulty(), env.prevrandao(), env.extraData(), env.parentBeaconBlockRoot(), signed(env))));
        expected.add(EngineStandInServer.expected(env, signature(env)));
        for (int seq = 0; seq < frags; seq++)
        {
            frag(block.frags().get(seq));
        }
    }

    private void frag(final Frag frag)
    {
        request(() -> publisher.frag(frag.blockNumber(), (int)frag.seq(), frag.isLast(), txs(frag)));
        expected.add(EngineStandInServer.expected(frag, signature(frag)));
    }

    private void seal(final CutBlock block)
    {
        final BasedOpMessage.Seal seal = block.seal();
        request(() -> publisher.seal(new Seal(
            seal.totalFrags(), seal.blockNumber(), seal.gasUsed(), seal.gasLimit(), seal.parentHash(),
            seal.transactionsRoot(), seal.receiptsRoot(), seal.stateRoot(), seal.blockHash(), signed(seal))));
        expected.add(EngineStandInServer.expected(seal, signature(seal)));
    }

    /** Every other block is signed by its gateway. */
    private static byte @Nullable [] signature(final BasedOpMessage message)
    {
        final long number = message instanceof BasedOpMessage.Env env ? env.number() :
            message instanceof Frag frag ? frag.blockNumber() : ((BasedOpMessage.Seal)message).blockNumber();
        if (0 != number % 2)
        {
            return null;
        }
        final byte[] signature = new byte[BasedOpMessage.SIGNATURE_LENGTH];
        signature[0] = (byte)number;
        signature[31] = message instanceof Frag frag ? (byte)(1 + frag.seq()) : 0;
        signature[64] = 27;

        return signature;
    }

    private static byte[] signed(final BasedOpMessage message)
    {
        final byte[] signature = signature(message);

        return null == signature ? new byte[0] : signature;
    }

    private static TxSource txs(final Frag frag)
    {
        final byte[] signature = signature(frag);

        return new TxSource()
        {
            @Override
            public int txCount()
            {
                return frag.txs().size();
            }

            @Override
            public int txLength(final int index)
            {
                return frag.txs().get(index).length;
            }

            @Override
            public void writeTx(final int index, final MutableDirectBuffer target, final int offset)
            {
                target.putBytes(offset, frag.txs().get(index));
            }

            @Override
            public boolean writeBasedOpSignature(final MutableDirectBuffer target, final int offset)
            {
                if (null != signature)
                {
                    target.putBytes(offset, signature);
                }

                return null != signature;
            }
        };
    }

    private void request(final Supplier<PublishResult> call)
    {
        TestNetwork.await("room for a request", () ->
        {
            publisher.poll();
            final PublishResult result = call.get();
            assertThat(result).isIn(PublishResult.OK, PublishResult.BACK_PRESSURED);
            return PublishResult.OK == result;
        });
        requests++;
        TestNetwork.await("reply", () ->
        {
            publisher.poll();
            return replies == requests;
        });
    }

    private void awaitTaken(final int count)
    {
        TestNetwork.await(count + " messages in the client", () -> count == server.taken().size());
    }

    private void awaitHead(final int count)
    {
        TestNetwork.await(count + " blocks in the client", () -> FIRST_BLOCK + count - 1 == server.head());
    }

    private void assertCount(final FragcastCounter counter, final long value)
    {
        TestNetwork.await(counter.label() + " " + value, () -> value == replica.counters().value(counter));
    }

    /** Every real block, as one chain in order of time: a client takes none that is older than its parent. */
    private static List<CutBlock> chain()
    {
        final List<BlockRecord> blocks = new ArrayList<>();
        RealBlocks.FILES.forEach((file) -> blocks.addAll(RealBlocks.read(file)));
        blocks.sort(Comparator.comparingLong((block) -> block.header().timestamp()));

        final BlockCutter cutter = new BlockCutter(FRAGS, BlockCutter.Rule.EQUAL_COUNT);
        final List<CutBlock> chain = new ArrayList<>();
        byte[] parentHash = new byte[32];
        for (final BlockRecord real : blocks)
        {
            final BlockRecord block = real.at(FIRST_BLOCK + chain.size(), parentHash);
            chain.add(cutter.cut(block));
            parentHash = block.hash();
        }

        return chain;
    }

    private static byte[] secret(final int fill)
    {
        final byte[] secret = new byte[32];
        secret[0] = (byte)fill;

        return secret;
    }
}
