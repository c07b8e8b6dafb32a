package io.fragcast.node;

import io.fragcast.config.ScheduleConfig;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Predicate;

/**
 * Asks a URL for the newest signed schedule, one question at a time. What comes is believed by its signature alone.
 * Used by one thread, which never waits for an answer.
 */
final class SchedulePoller
{
    /** What 32 statements of a jumbo frame hold; a schedule is some kilobytes. */
    private static final int MAX_LENGTH = 1 << 18;
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final int OK = 200;
    private static final Logger LOGGER = LoggerFactory.getLogger(SchedulePoller.class);

    private final String name;
    private final URI url;
    private final long intervalNs;
    private final Predicate<byte[]> intake;
    private final Counters counters;
    private final HttpClient client = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
    private @Nullable CompletableFuture<HttpResponse<String>> question;
    private String lastText = "";
    private long askAtNs;
    private boolean isAsked;

    SchedulePoller(
        final String name,
        final ScheduleConfig config,
        final Predicate<byte[]> intake,
        final Counters counters)
    {
        this.name = name;
        this.intake = intake;
        this.counters = counters;
        url = Objects.requireNonNull(config.url(), "no URL to ask");
        intervalNs = config.pollNs();
    }

    int doWork(final long nowNs)
    {
        final CompletableFuture<HttpResponse<String>> asked = question;
        if (null == asked)
        {
            if (isAsked && nowNs - askAtNs < 0)
            {
                return 0;
            }
            isAsked = true;
            askAtNs = nowNs + intervalNs;
            question = client.sendAsync(
                HttpRequest.newBuilder(url).timeout(TIMEOUT).GET().build(),
                HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
            return 1;
        }
        if (!asked.isDone())
        {
            return 0;
        }
        question = null;
        try
        {
            onAnswer(asked.join());
        }
        catch (final CompletionException ex)
        {
            counters.get(FragcastCounter.SCHEDULE_POLLS_FAILED).getAndAddRelease(1);
            LOGGER.warn("{}: {}: {}", name, url, String.valueOf(ex.getCause()));
        }

        return 1;
    }

    private void onAnswer(final HttpResponse<String> response)
    {
        final String text = response.body();
        if (OK != response.statusCode() || text.length() > MAX_LENGTH)
        {
            counters.get(FragcastCounter.SCHEDULE_POLLS_FAILED).getAndAddRelease(1);
            LOGGER.warn("{}: {}: status {}, {} characters", name, url, response.statusCode(), text.length());
        }
        else if (!text.equals(lastText))
        {
            lastText = text;
            if (!intake.test(text.getBytes(StandardCharsets.UTF_8)))
            {
                counters.get(FragcastCounter.SCHEDULE_POLLS_FAILED).getAndAddRelease(1);
                LOGGER.warn("{}: {}: no newer schedule that the authority signed", name, url);
            }
        }
    }
}
