package io.fragcast.config;

import io.fragcast.crypto.Secp256k1;
import org.jspecify.annotations.Nullable;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * Where a node has its schedule from.
 *
 * @param file      that it starts from, and reads anew on SIGHUP.
 * @param authority whose signed schedules it takes from others, 65 bytes; null: nobody's.
 * @param url       that it asks for a signed schedule; null: it asks nobody.
 * @param pollNs    between two questions.
 * @param takeovers file of takeovers that the authority signed, followed as it grows; null: none.
 */
public record ScheduleConfig(
    Path file, byte @Nullable [] authority, @Nullable URI url, long pollNs, @Nullable Path takeovers)
{
    static ScheduleConfig read(final Settings settings, final Secp256k1 curve)
    {
        final Setting authority = settings.find(NodeOptions.SCHEDULE_AUTHORITY);
        final Setting url = settings.find(NodeOptions.SCHEDULE_URL);
        final Setting takeovers = settings.find(NodeOptions.SCHEDULE_TAKEOVERS);
        if (null != takeovers && null == authority)
        {
            throw takeovers.refuse("schedule.authority is not set: nobody's takeover would be taken");
        }
        if (null != url && null == authority)
        {
            throw url.refuse("schedule.authority is not set: nobody's schedule would be taken");
        }

        return new ScheduleConfig(
            Path.of(settings.text(NodeOptions.SCHEDULE)),
            null == authority ? null : key(authority, curve),
            null == url ? null : uri(url),
            TimeUnit.SECONDS.toNanos(settings.number(NodeOptions.SCHEDULE_POLL)),
            null == takeovers ? null : Path.of(takeovers.value()));
    }

    private static byte[] key(final Setting setting, final Secp256k1 curve)
    {
        try
        {
            return curve.expand(Names.publicKey(setting, setting.value()));
        }
        catch (final IllegalArgumentException ex)
        {
            throw setting.refuse(String.valueOf(ex.getMessage()));
        }
    }

    private static URI uri(final Setting setting)
    {
        try
        {
            final URI uri = new URI(setting.value());
            if (("http".equals(uri.getScheme()) || "https".equals(uri.getScheme())) && null != uri.getHost())
            {
                return uri;
            }
        }
        catch (final URISyntaxException ex)
        {
            throw setting.refuse("not a URL: " + ex.getReason());
        }

        throw setting.refuse("not an http:// or https:// URL with a host");
    }
}
