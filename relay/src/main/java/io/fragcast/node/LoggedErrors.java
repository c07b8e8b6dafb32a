package io.fragcast.node;

import org.agrona.ErrorHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Logs each distinct error once, so that an agent that fails in every duty cycle fills no disk; how often is counted by
 * the agents' error counters. Any thread.
 */
final class LoggedErrors implements ErrorHandler
{
    /** More than there are places that throw; past it errors are counted alone. */
    private static final int MAX_DISTINCT = 256;
    private static final Logger LOGGER = LoggerFactory.getLogger(LoggedErrors.class);

    private final Set<String> seen = ConcurrentHashMap.newKeySet();

    @Override
    public void onError(final Throwable throwable)
    {
        final StackTraceElement[] stack = throwable.getStackTrace();
        final String place = throwable.getClass().getName() + (0 == stack.length ? "" : stack[0]);
        if (seen.size() < MAX_DISTINCT && seen.add(place))
        {
            LOGGER.error("{} (logged once)", throwable.getMessage(), throwable);
        }
    }
}
