package io.fragcast.wire;

import io.fragcast.codecs.MessageHeaderEncoder;
import io.fragcast.codecs.TakeoverDecoder;
import io.fragcast.codecs.TakeoverEncoder;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.peer.GoodbyeReason;
import io.fragcast.protocol.peer.PeerState;
import io.fragcast.protocol.peer.Statement;
import io.fragcast.protocol.peer.StatementClaim;
import io.fragcast.protocol.peer.StatementHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Goal: what one node says reaches all, each checks it once, passes it on byte by byte, and forgeries stop where they
 * come in. Method: nodes in a line and in a ring over proxies and adapters, with a kind of statement of which the
 * newest number counts.
 */
class StatementFloodTest
{
    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);
    private static final int LENGTH = MessageHeaderEncoder.ENCODED_LENGTH + TakeoverEncoder.BLOCK_LENGTH;
    private static final int NUMBER_OFFSET = 96;

    private final ControlRig rig = new ControlRig();
    private final StatementSigner signer = new StatementSigner(rig.curve.newSigner(privateKey(1)));
    private final StatementSigner stranger = new StatementSigner(rig.curve.newSigner(privateKey(2)));
    private final ControlRig.Node a = rig.node(1);
    private final ControlRig.Node b = rig.node(2);
    private final ControlRig.Node c = rig.node(3);
    private final Newest newestOfA = own(a);
    private final Newest newestOfB = own(b);
    private final Newest newestOfC = own(c);

    @Test
    void shouldReachEveryNodeAsItWasSaid()
    {
        line();
        final byte[] said = statement(signer, 7);
        publish(a, said);
        rig.run(SECOND_NS);

        assertThat(newestOfB.taken).containsExactly(said);
        assertThat(newestOfC.taken).containsExactly(said);
        assertThat(c.count(FragcastCounter.STATEMENTS_ACCEPTED)).isEqualTo(1);
        assertThat(a.count(FragcastCounter.STATEMENTS_KNOWN)).as("nothing comes back in a line").isZero();
    }

    @Test
    void shouldCheckOnceWhatComesFromTwoSides()
    {
        rig.link(a, b);
        rig.link(b, c);
        rig.link(c, a);
        ready();
        publish(a, statement(signer, 7));
        rig.run(SECOND_NS);

        assertThat(newestOfC.taken).hasSize(1);
        assertThat(b.count(FragcastCounter.STATEMENTS_KNOWN) + c.count(FragcastCounter.STATEMENTS_KNOWN)).isPositive();
        final long sent = statementsSent(a) + statementsSent(b) + statementsSent(c);
        rig.run(3 * SECOND_NS);
        assertThat(statementsSent(a) + statementsSent(b) + statementsSent(c)).as("it ends").isEqualTo(sent);

        rig.run(5 * SECOND_NS);
        assertThat(statementsSent(a) + statementsSent(b) + statementsSent(c))
            .as("each tells both others again, once").isEqualTo(sent + 6);
    }

    @Test
    void shouldTellWhoComesLateTheNewestAlone()
    {
        rig.link(a, b);
        final ControlRig.Wire late = rig.link(b, c);
        late.isOpen = false;
        rig.start();
        assertThat(rig.runUntil(() -> PeerState.READY == a.state())).isTrue();
        publish(a, statement(signer, 7));
        rig.run(SECOND_NS);
        publish(a, statement(signer, 8));
        rig.run(SECOND_NS);
        assertThat(newestOfB.taken).hasSize(2);

        late.isOpen = true;
        assertThat(rig.runUntil(() -> !newestOfC.taken.isEmpty())).isTrue();
        assertThat(newestOfC.taken).containsExactly(statement(signer, 8));
    }

    @Test
    void shouldTellLaterWhatALinkDidNotTake()
    {
        line();
        a.sinks.get(0).window = 0;
        publish(a, statement(signer, 7));
        rig.run(SECOND_NS / 2);
        assertThat(newestOfB.taken).isEmpty();

        a.sinks.get(0).window = Integer.MAX_VALUE;
        rig.run(SECOND_NS / 2);
        assertThat(newestOfB.taken).hasSize(1);
    }

    @Test
    void shouldTellAgainWhatALinkLost()
    {
        final ControlRig.Wire wire = rig.link(a, b);
        rig.start();
        assertThat(rig.runUntil(() -> PeerState.READY == a.state() && PeerState.READY == b.state())).isTrue();
        rig.run(SECOND_NS / 10);
        wire.isOpen = false;
        publish(a, statement(signer, 7));
        rig.run(2 * ControlRig.STEP_NS);
        wire.isOpen = true;
        rig.run(SECOND_NS);
        assertThat(newestOfB.taken).isEmpty();

        rig.run(5 * SECOND_NS);
        assertThat(newestOfB.taken).hasSize(1);
    }

    @Test
    void shouldNotGoBackToWhatIsOlder()
    {
        line();
        publish(a, statement(signer, 7));
        publish(a, statement(signer, 6));
        rig.run(SECOND_NS);

        assertThat(newestOfC.taken).hasSize(1);
        assertThat(a.count(FragcastCounter.STATEMENTS_STALE)).isEqualTo(1);
    }

    @Test
    void shouldStopAForgeryWhereItComesIn()
    {
        line();
        hand(b, 0, statement(stranger, 7));
        final byte[] changed = statement(signer, 8);
        changed[NUMBER_OFFSET]++;
        hand(b, 0, changed);
        rig.run(SECOND_NS);

        assertThat(newestOfB.taken).isEmpty();
        assertThat(newestOfC.taken).isEmpty();
        assertThat(b.count(FragcastCounter.STATEMENTS_REFUSED)).isEqualTo(2);
        assertThat(c.count(FragcastCounter.STATEMENTS_REFUSED)).isZero();

        publish(a, statement(signer, 7));
        rig.run(SECOND_NS);
        assertThat(newestOfC.taken).as("a forgery does not make the true one known").hasSize(1);
    }

    @Test
    void shouldDismissWhoForgesAgainAndAgain()
    {
        line();
        for (int i = 0; i < 8; i++)
        {
            hand(b, 0, statement(stranger, 100 + i));
        }
        assertThat(b.session(0).state()).isEqualTo(PeerState.FAILED);
        assertThat(b.session(0).goodbye()).isEqualTo(GoodbyeReason.VALIDATION);
        assertThat(b.session(1).state()).as("the others stay").isEqualTo(PeerState.READY);
    }

    @Test
    void shouldRefuseUnsignedBytesAndForeignChains()
    {
        line();
        final byte[] reserved = statement(signer, 7);
        reserved[Statement.RESERVED_OFFSET + 6] = 1;
        hand(b, 0, reserved);
        final byte[] withV = statement(signer, 7);
        withV[Statement.RESERVED_OFFSET - 1] = 1;
        hand(b, 0, withV);
        hand(b, 0, Arrays.copyOf(statement(signer, 7), Statement.MIN_LENGTH - 1));
        assertThat(b.count(FragcastCounter.STATEMENTS_MALFORMED)).isEqualTo(2);
        assertThat(b.count(FragcastCounter.CONTROL_MALFORMED)).isEqualTo(1);

        final byte[] foreign = statement(signer, 7);
        foreign[Statement.CHAIN_ID_OFFSET]++;
        hand(b, 0, foreign);
        final byte[] unowned = statement(signer, 7);
        unowned[2] = 29;
        hand(b, 0, unowned);
        assertThat(b.count(FragcastCounter.STATEMENTS_FOREIGN)).isEqualTo(2);
        assertThat(newestOfB.taken).isEmpty();
    }

    @Test
    void shouldHearNothingBeforeReady()
    {
        rig.link(a, b);
        rig.start();
        hand(b, 0, statement(signer, 7));
        assertThat(b.count(FragcastCounter.CONTROL_OUT_OF_STATE)).isEqualTo(1);
        assertThat(newestOfB.taken).isEmpty();
    }

    private void line()
    {
        rig.link(a, b);
        rig.link(b, c);
        ready();
    }

    private void ready()
    {
        rig.start();
        assertThat(rig.runUntil(() -> PeerState.READY == a.session(0).state() &&
            PeerState.READY == b.session(0).state() && PeerState.READY == b.session(1).state() &&
            PeerState.READY == c.session(0).state())).isTrue();
    }

    private void publish(final ControlRig.Node node, final byte[] message)
    {
        node.table.statements().publish(new UnsafeBuffer(message), 0, message.length, rig.nowNs);
    }

    private static void hand(final ControlRig.Node node, final int peer, final byte[] message)
    {
        node.adapters.get(peer).onFrame(new UnsafeBuffer(message), 0, message.length, 1);
    }

    private static long statementsSent(final ControlRig.Node node)
    {
        return node.count(FragcastCounter.STATEMENTS_KNOWN) + node.count(FragcastCounter.STATEMENTS_ACCEPTED);
    }

    private Newest own(final ControlRig.Node node)
    {
        final Newest newest = new Newest(signer.publicKey());
        node.handlers.put(TakeoverDecoder.TEMPLATE_ID, newest);

        return newest;
    }

    private static byte[] statement(final StatementSigner by, final long number)
    {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[LENGTH]);
        new TakeoverEncoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder())
            .chainId(ControlRig.CHAIN_ID)
            .leaderTerm(2)
            .firstBlock(number);
        by.sign(buffer, 0, LENGTH);

        return buffer.byteArray();
    }

    private static byte[] privateKey(final int number)
    {
        final byte[] key = new byte[32];
        key[31] = (byte)number;

        return key;
    }

    /** The higher number counts. */
    private static final class Newest implements StatementHandler
    {
        final List<byte[]> taken = new ArrayList<>();
        private final byte[] key;
        private long newest;

        private Newest(final byte[] key)
        {
            this.key = key;
        }

        @Override
        public StatementClaim onClaim(final Statement statement, final long nowNs)
        {
            return number(statement) > newest ? statement.signedBy(0, key) : StatementClaim.STALE;
        }

        @Override
        public void onAccepted(final Statement statement, final long nowNs)
        {
            newest = number(statement);
            final byte[] copy = new byte[statement.length];
            statement.buffer.getBytes(statement.offset, copy);
            taken.add(copy);
        }

        private static long number(final Statement statement)
        {
            return statement.buffer.getLong(statement.offset + NUMBER_OFFSET, ByteOrder.LITTLE_ENDIAN);
        }
    }
}
