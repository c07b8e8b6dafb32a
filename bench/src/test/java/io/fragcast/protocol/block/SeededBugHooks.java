package io.fragcast.protocol.block;

import io.fragcast.protocol.leader.LeaderTerm;
import org.jspecify.annotations.Nullable;

import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;

/**
 * What seeded bugs do instead of the production code; called from classes that were changed as they were loaded, which
 * is why it lies in their package.
 */
public final class SeededBugHooks
{
    private SeededBugHooks()
    {
    }

    /**
     * In place of the next seq: the first frag that is whole.
     *
     * @param attempt to deliver.
     * @return its seq; that of the next one where none is whole.
     */
    static int firstWhole(final BlockAssembler attempt)
    {
        for (int seq = attempt.nextSeq(); seq <= attempt.frames().highestSeq; seq++)
        {
            if ((Boolean)call(attempt, "isWhole", new Class<?>[]{int.class}, seq))
            {
                return seq;
            }
        }

        return attempt.nextSeq();
    }

    /**
     * In place of the check: a message that fails it keeps the place that it had taken.
     *
     * @param intake    that checks.
     * @param attempt   of the message; null if it would open one.
     * @param frame     to check.
     * @param term      whose leader should have signed it.
     * @param sessionId of the stream.
     * @param nowNs     monotonic nanoseconds.
     * @return the verdict.
     */
    static Verdict markThenVerify(
        final MessageIntake intake,
        final @Nullable BlockAssembler attempt,
        final SignedFrame frame,
        final LeaderTerm term,
        final int sessionId,
        final long nowNs)
    {
        final Verdict verdict = (Verdict)call(
            intake,
            "verify",
            new Class<?>[]{BlockAssembler.class, SignedFrame.class, LeaderTerm.class, int.class, long.class},
            attempt,
            frame,
            term,
            sessionId,
            nowNs);
        if (Verdict.BAD_SIGNATURE == verdict && null != attempt)
        {
            final SignatureCheck signatures = (SignatureCheck)field(intake, "signatures");
            attempt.store(frame, signatures.digestOf(frame), nowNs);
        }

        return verdict;
    }

    private static Object call(
        final Object target, final String name, final Class<?>[] types, final Object... arguments)
    {
        try
        {
            final Method method = target.getClass().getDeclaredMethod(name, types);
            method.setAccessible(true);

            return method.invoke(target, arguments);
        }
        catch (final InvocationTargetException ex)
        {
            throw new IllegalStateException(ex.getCause());
        }
        catch (final ReflectiveOperationException ex)
        {
            throw new IllegalStateException(ex);
        }
    }

    private static Object field(final Object target, final String name)
    {
        try
        {
            final Field field = target.getClass().getDeclaredField(name);
            field.setAccessible(true);

            return field.get(target);
        }
        catch (final ReflectiveOperationException ex)
        {
            throw new IllegalStateException(ex);
        }
    }
}
