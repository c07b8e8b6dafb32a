package io.fragcast.edge.engine;

import io.fragcast.BlockEvent.Kind;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.edge.engine.EngineAnswer.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;


/**
 * What is sent next after each answer: one test for each row of the table in ARCHITECTURE.md.
 */
class EngineSequencerTest extends EngineSequencerScenario
{
    @Test
    void shouldSendEnvFragsAndSealEachAfterTheAnswerToTheOneBefore()
    {
        env(7, 0);
        frag(7, 0, false);
        frag(7, 1, true);
        expect("HEAD");
        answer(head(6));
        expect("ENV 7");
        ok();
        expect("FRAG 7#0");
        ok();
        expect("FRAG 7#1");
        ok();
        expectNothing();
        seal(7);
        // Unverified it might become the head.
        expectNothing();
        end(Kind.VERIFIED);
        expect("SEAL 7");
        ok();
        expectNothing();
        assertCount(FragcastCounter.ENGINE_SENT, 4);
        assertCount(FragcastCounter.ENGINE_TAKEN, 4);
        assertCount(FragcastCounter.ENGINE_BLOCKS_SEALED, 1);
        assertCount(FragcastCounter.ENGINE_QUEUE_BYTES, 0);

        // What builds on it goes out without a question.
        env(8, 0);
        expect("ENV 8");
        assertCount(FragcastCounter.ENGINE_RESET_DELIBERATE, 0);
    }

    @Test
    void shouldHoldWhatComesWhileARequestIsUnderWay()
    {
        openBlock(7);
        frag(7, 0, false);
        expect("FRAG 7#0");
        frag(7, 1, true);
        expectNothing();
        ok();
        expect("FRAG 7#1");
    }

    @ParameterizedTest
    @EnumSource(names = {"ABORTED", "SUPERSEDED", "MISMATCHED"})
    void shouldResetOnceAfterAnAttemptThatEndedOtherwise(final Kind end)
    {
        openBlock(7);
        frag(7, 0, false);
        expect("FRAG 7#0");
        frag(7, 1, true);
        end(end);
        ok();
        // Nothing more of it.
        expectNothing();

        env(7, 1);
        expect("ENV 7");
        refuse(BLOCK_OPEN);
        expect("ENV 7");
        ok();
        frag(7, 0, true);
        expect("FRAG 7#0");
        assertCount(FragcastCounter.ENGINE_RESET_DELIBERATE, 1);
        assertCount(FragcastCounter.ENGINE_RESET_UNEXPECTED, 0);
    }

    @Test
    void shouldDropWhatWaitsOfABranchThatLost()
    {
        openBlock(7);
        frag(7, 0, true);
        expect("FRAG 7#0");
        seal(7);
        end(Kind.VERIFIED);
        env(8, 0);
        frag(8, 0, true);
        seal(8);
        end(Kind.VERIFIED);
        sequencer.onReorg(7);
        assertCount(FragcastCounter.ENGINE_REORGS, 1);
        ok();
        expectNothing();

        env(7, 1);
        expect("ENV 7");
        refuse(BLOCK_OPEN);
        expect("ENV 7");
        ok();
        assertCount(FragcastCounter.ENGINE_RESET_DELIBERATE, 1);
        assertCount(FragcastCounter.ENGINE_RESET_UNEXPECTED, 0);
    }

    @Test
    void shouldResetOnceAfterItsOwnRestart()
    {
        env(7, 0);
        expect("HEAD");
        answer(head(6));
        expect("ENV 7");
        refuse(BLOCK_OPEN);
        expect("ENV 7");
        ok();
        assertCount(FragcastCounter.ENGINE_RESET_DELIBERATE, 1);
        assertCount(FragcastCounter.ENGINE_RESET_UNEXPECTED, 0);
    }

    @Test
    void shouldNotOpenAgainWhatEndedWhileItsEnvReset()
    {
        env(7, 0);
        expect("HEAD");
        answer(head(6));
        expect("ENV 7");
        end(Kind.ABORTED);
        refuse(BLOCK_OPEN);
        expectNothing();
        env(7, 1);
        expect("ENV 7");
        ok();
        assertCount(FragcastCounter.ENGINE_RESET_DELIBERATE, 1);
    }

    @Test
    void shouldCountABlockOfSomebodyElse()
    {
        sealBlock(7);
        env(8, 0);
        expect("ENV 8");
        refuse(BLOCK_OPEN);
        assertCount(FragcastCounter.ENGINE_RESET_UNEXPECTED, 1);
        expect("HEAD");
        answer(head(7));
        expect("ENV 8");
        ok();
    }

    @Test
    void shouldAskAgainForAParentThatIsNotThereAfterAll()
    {
        env(7, 0);
        expect("HEAD");
        answer(head(6));
        expect("ENV 7");
        refuse("there's no parent block");
        expectNothing();
        nowNs += TIMING.pollIntervalNs();
        expect("HEAD");
        answer(head(6));
        expect("ENV 7");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "env block number doesn't match expected block number, expected 8, received 7",
        "env timestamp is lower than parent block timestamp, parent timestamp 2, env timestamp 1",
        "missing trie node"})
    void shouldNotSendAgainABlockWhoseEnvIsRefused(final String error)
    {
        env(7, 0);
        expect("HEAD");
        answer(head(6));
        expect("ENV 7");
        refuse(error);
        frag(7, 0, true);
        expectNothing();
        assertCount(FragcastCounter.ENGINE_BLOCKS_SKIPPED, 1);
        shouldOpenTheNextWhoseParentIsThere();
    }

    @Test
    void shouldSendABlockAgainThatTheClientLost()
    {
        openBlock(7);
        frag(7, 0, false);
        expect("FRAG 7#0");
        ok();
        frag(7, 1, false);
        expect("FRAG 7#1");
        refuse("new frag received but no unsealed block was opened");
        expect("HEAD");
        answer(head(6));
        expect("ENV 7");
        ok();
        expect("FRAG 7#0");
        ok();
        expect("FRAG 7#1");
        assertCount(FragcastCounter.ENGINE_RESET_UNEXPECTED, 0);
    }

    @Test
    void shouldGiveUpABlockThatTheClientLosesTooOften()
    {
        openBlock(7);
        frag(7, 0, false);
        for (int i = 0; i < EngineSequencer.MAX_RESTARTS; i++)
        {
            expect("FRAG 7#0");
            refuse("new frag received but no unsealed block was opened");
            expect("HEAD");
            answer(head(6));
            expect("ENV 7");
            ok();
        }
        expect("FRAG 7#0");
        refuse("new frag received but no unsealed block was opened");
        expectNothing();
        assertCount(FragcastCounter.ENGINE_BLOCKS_SKIPPED, 1);
        shouldOpenTheNextWhoseParentIsThere();
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "failed to insert new frag: could not apply tx 3: nonce too low",
        "failed to seal block: invalid gas used",
        "frag block number doesn't match opened unsealed block number, expected 6, received 7",
        "frag sequence number is not the next one, expected 1, received 0"})
    void shouldSendNothingMoreOfABlockWhoseFragIsRefused(final String error)
    {
        openBlock(7);
        frag(7, 0, false);
        expect("FRAG 7#0");
        refuse(error);
        frag(7, 1, true);
        expectNothing();
        assertCount(FragcastCounter.ENGINE_RESET_UNEXPECTED, 1);
        assertCount(FragcastCounter.ENGINE_REFUSED, 1);
        shouldOpenTheNextWhoseParentIsThere();
    }

    @Test
    void shouldSendABlockAgainThatWasLostBeforeItsSeal()
    {
        sendUpToSeal(7);
        refuse("no unsealed block in progress");
        expect("HEAD");
        answer(head(6));
        expect("ENV 7");
        ok();
        expect("FRAG 7#0");
        ok();
        expect("SEAL 7");
        ok();
        assertCount(FragcastCounter.ENGINE_BLOCKS_SEALED, 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "pre-sealed block 7 not found",
        "state root mismatch, expected 0x00, got 0x01",
        "cannot update canonical block"})
    void shouldSendNothingMoreOfABlockWhoseSealIsRefused(final String error)
    {
        sendUpToSeal(7);
        refuse(error);
        expectNothing();
        assertCount(FragcastCounter.ENGINE_RESET_UNEXPECTED, 1);
        shouldOpenTheNextWhoseParentIsThere();
    }

    @Test
    void shouldResetAfterAFragThatTheClientCannotRead()
    {
        openBlock(7);
        frag(7, 0, true);
        expect("FRAG 7#0");
        answer(EngineAnswer.failed(Outcome.UNREAD, "invalid argument 0: transaction type not supported"));
        end(Kind.VERIFIED);
        expectNothing();
        assertCount(FragcastCounter.ENGINE_RESET_UNEXPECTED, 0);
        env(8, 0);
        expect("HEAD");
        answer(head(7));
        expect("ENV 8");
        // It never came to the handler, so the block is open still.
        refuse(BLOCK_OPEN);
        expect("ENV 8");
        assertCount(FragcastCounter.ENGINE_RESET_DELIBERATE, 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"connection refused", "401: token is invalid"})
    void shouldTryAShutClientEverMoreSeldomAndLoseNothing(final String error)
    {
        openBlock(7);
        frag(7, 0, true);
        expect("FRAG 7#0");
        answer(EngineAnswer.failed(Outcome.SHUT_OUT, error));
        long backoffNs = TIMING.pollIntervalNs();
        for (int i = 0; i < 4; i++)
        {
            nowNs += backoffNs - 1;
            expectNothing();
            nowNs++;
            expect("HEAD");
            answer(EngineAnswer.failed(Outcome.SHUT_OUT, error));
            backoffNs = Math.min(2 * backoffNs, TIMING.maxBackoffNs());
        }
        assertCount(FragcastCounter.ENGINE_UNREACHABLE, 5);

        nowNs += backoffNs;
        expect("HEAD");
        answer(head(6));
        expect("ENV 7");
        // A client that was only shut has the block open still.
        refuse(BLOCK_OPEN);
        expect("ENV 7");
        ok();
        expect("FRAG 7#0");
        assertCount(FragcastCounter.ENGINE_RESET_DELIBERATE, 1);
        assertCount(FragcastCounter.ENGINE_RESET_UNEXPECTED, 0);
    }

    @Test
    void shouldWaitUntilALateRequestIsOverAndStartTheBlockAgain()
    {
        openBlock(7);
        frag(7, 0, true);
        expect("FRAG 7#0");
        nowNs += TIMING.requestTimeoutNs() - 1;
        expectNothing();
        nowNs++;
        expectNothing();
        assertCount(FragcastCounter.ENGINE_TIMEOUTS, 1);
        final long lateId = lastId;
        sequencer.onAnswer(lateId, EngineAnswer.ok(), nowNs);
        nowNs += TIMING.requestTimeoutNs() - 1;
        expectNothing();
        nowNs++;
        expect("HEAD");
        answer(head(6));
        expect("ENV 7");
        refuse(BLOCK_OPEN);
        expect("ENV 7");
        ok();
        expect("FRAG 7#0");
        assertCount(FragcastCounter.ENGINE_RESET_DELIBERATE, 1);
        assertCount(FragcastCounter.ENGINE_RESET_UNEXPECTED, 0);
    }

    @Test
    void shouldWaitOutABrokenConnection()
    {
        openBlock(7);
        frag(7, 0, true);
        expect("FRAG 7#0");
        answer(EngineAnswer.failed(Outcome.UNKNOWN, "connection reset"));
        nowNs += 2 * TIMING.requestTimeoutNs() - 1;
        expectNothing();
        nowNs++;
        expect("HEAD");
    }

    @Test
    void shouldSeeByTheHeadThatALostSealWasTaken()
    {
        sendUpToSeal(7);
        nowNs += TIMING.requestTimeoutNs();
        expectNothing();
        nowNs += TIMING.requestTimeoutNs();
        expect("HEAD");
        answer(head(7));
        expectNothing();
        env(8, 0);
        expect("ENV 8");
        assertCount(FragcastCounter.ENGINE_BLOCKS_SKIPPED, 0);
    }

    @Test
    void shouldNotSendWhatTheHeadHasPassed()
    {
        env(7, 0);
        expect("HEAD");
        answer(head(8));
        expectNothing();
        assertCount(FragcastCounter.ENGINE_BLOCKS_SKIPPED, 1);
        frag(7, 0, true);
        seal(7);
        end(Kind.VERIFIED);
        env(8, 0);
        expect("HEAD");
        answer(head(8));
        end(Kind.VERIFIED);
        expectNothing();
        assertCount(FragcastCounter.ENGINE_BLOCKS_SKIPPED, 2);
        env(9, 0);
        expect("ENV 9");
    }

    @Test
    void shouldKeepBlocksForAClientThatIsBehindAndGoOnWhenItHasTheParent()
    {
        whole(7);
        whole(8);
        env(9, 0);
        expect("HEAD");
        answer(head(3));
        expect("BLOCK " + hash(6));
        answer(EngineAnswer.block(false));
        // The others build on what waits with them.
        expectNothing();
        nowNs += TIMING.pollIntervalNs();
        expect("HEAD");
        answer(head(7));
        expect("ENV 8");
        ok();
        expect("FRAG 8#0");
        ok();
        expect("SEAL 8");
        ok();
        expect("ENV 9");
        assertCount(FragcastCounter.ENGINE_BLOCKS_SKIPPED, 0);
    }

    @Test
    void shouldOpenOnAParentThatIsNotTheHead()
    {
        env(7, 0);
        expect("HEAD");
        answer(EngineAnswer.head(5, new byte[32]));
        expect("BLOCK " + hash(6));
        answer(EngineAnswer.block(true));
        expect("ENV 7");
    }

    @Test
    void shouldAskForTheHeadBeforeABlockThatIsOver()
    {
        sealBlock(7);
        whole(8);
        expect("HEAD");
        answer(head(7));
        expect("ENV 8");
    }

    @Test
    void shouldAskForTheHeadAfterALongPause()
    {
        sealBlock(7);
        nowNs += TIMING.maxIdleNs();
        env(8, 0);
        expect("HEAD");
    }

    @Test
    void shouldSkipTheOldestWaitingBlockWhenTheQueueIsFull()
    {
        openBlock(7);
        end(Kind.VERIFIED);
        for (int number = 8; number < 8 + AttemptQueue.MAX_ATTEMPTS; number++)
        {
            env(number, 0);
            end(Kind.ABORTED);
        }
        assertCount(FragcastCounter.ENGINE_BLOCKS_SKIPPED, 0);

        start();
        asked.clear();
        env(7, 0);
        for (int i = 0; i < 99; i++)
        {
            frag(7, i, false);
        }
        assertCount(FragcastCounter.ENGINE_BLOCKS_SKIPPED, 0);
        assertCount(FragcastCounter.ENGINE_QUEUE_BYTES, 100 * EVENT_LENGTH);
        frag(7, 99, true);
        seal(7);
        end(Kind.VERIFIED);
        env(8, 0);
        assertCount(FragcastCounter.ENGINE_BLOCKS_SKIPPED, 1);
        assertCount(FragcastCounter.ENGINE_QUEUE_BYTES, EVENT_LENGTH);
    }
}
