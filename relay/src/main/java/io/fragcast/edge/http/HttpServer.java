package io.fragcast.edge.http;

import org.agrona.ErrorHandler;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Promise;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.Scheduler;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The one HTTP server of a node, HTTP/1.1 without TLS. Whoever makes it binds it, mounts what it serves, starts it and
 * closes it; two of one process share nothing.
 * <pre>
 *   HttpServer http = HttpServer.bind("relay", "127.0.0.1", 8080, errorHandler);    the port is ours, nobody is served
 *   http.get("/metrics", exchange -> exchange.answer(200, HttpExchange.PLAIN_TEXT, "..."));
 *   http.start();                                                                   requests are served
 *   http.close();                                 no more are taken, those that run have a second, then all is closed
 * </pre>
 * What is not mounted is answered 404, with another method 405, a body over the mount's limit 413. It bounds what a
 * stranger can take: {@value #MAX_CONNECTIONS} connections, {@value #MAX_THREADS} threads, headers of
 * {@value #MAX_HEADER_LENGTH} bytes, bodies by mount and {@value #MAX_BODY_BYTES} bytes in all, half a minute of
 * silence.
 */
public final class HttpServer implements AutoCloseable
{
    /** Connections at once: a gateway, a few browsers and scrapers use ten. */
    public static final int MAX_CONNECTIONS = 256;
    /** Jetty needs one that accepts and one that selects; the rest serve. They sleep when there is nothing to do. */
    static final int MAX_THREADS = 12;
    /** Jetty's own default, named. */
    static final int MAX_HEADER_LENGTH = 8 << 10;

    private static final int MIN_THREADS = 4;
    private static final int THREAD_IDLE_MS = (int)TimeUnit.MINUTES.toMillis(1);
    private static final long CONNECTION_IDLE_MS = TimeUnit.SECONDS.toMillis(30);
    private static final long CLOSE_TIMEOUT_MS = TimeUnit.SECONDS.toMillis(1);
    /** Bodies on their way in, of all connections: eight of the longest that a mount takes. */
    static final long MAX_BODY_BYTES = 128 << 20;
    /** The longest body over a line of 5 Mbit/s; who is slower only holds the room of others. */
    private static final long BODY_TIMEOUT_MS = TimeUnit.SECONDS.toMillis(30);
    /** A connection kept alive says nothing while it is closed. */
    private static final long CLOSE_IDLE_MS = 50;
    private static final int NOT_FOUND = 404;
    private static final int METHOD_NOT_ALLOWED = 405;
    private static final int TOO_LARGE = 413;
    private static final int BAD_REQUEST = 400;
    private static final int UNAVAILABLE = 503;

    private record Mount(int maxBodyLength, HttpHandler handler)
    {
    }

    private final Server server;
    private final ServerConnector connector;
    private final ErrorHandler errorHandler;
    private final Map<String, Mount> mounts = new HashMap<>();
    private final long bodyTimeoutMs;
    private final AtomicLong bodyBytes = new AtomicLong();
    private int port;

    private HttpServer(
        final String name,
        final String host,
        final int port,
        final ErrorHandler errorHandler,
        final long bodyTimeoutMs)
    {
        this.bodyTimeoutMs = bodyTimeoutMs;
        this.errorHandler = errorHandler;
        final QueuedThreadPool threads = new QueuedThreadPool(MAX_THREADS, MIN_THREADS, THREAD_IDLE_MS);
        threads.setName(name + " http");
        threads.setDaemon(true);
        server = new Server(threads);
        server.setStopTimeout(CLOSE_TIMEOUT_MS);

        final HttpConfiguration config = new HttpConfiguration();
        config.setSendServerVersion(false);
        config.setRequestHeaderSize(MAX_HEADER_LENGTH);
        connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(config));
        connector.setHost(host);
        connector.setPort(port);
        connector.setIdleTimeout(CONNECTION_IDLE_MS);
        connector.setShutdownIdleTimeout(CLOSE_IDLE_MS);
        server.addConnector(connector);
        server.addBean(new NetworkConnectionLimit(MAX_CONNECTIONS, connector));
        server.setHandler(new GracefulHandler(new Dispatcher()));
    }

    /**
     * Takes the port; connections wait until {@link #start()}.
     *
     * @param name         of the node, for its threads.
     * @param host         address to listen on.
     * @param port         to listen on; 0 lets the kernel choose.
     * @param errorHandler told what handlers throw.
     * @return the server.
     * @throws IllegalArgumentException if the address cannot be listened on: one line for the operator.
     */
    public static HttpServer bind(
        final String name, final String host, final int port, final ErrorHandler errorHandler)
    {
        return bind(name, host, port, errorHandler, BODY_TIMEOUT_MS);
    }

    static HttpServer bind(
        final String name,
        final String host,
        final int port,
        final ErrorHandler errorHandler,
        final long bodyTimeoutMs)
    {
        final HttpServer http = new HttpServer(name, host, port, errorHandler, bodyTimeoutMs);
        try
        {
            http.connector.open();
            http.port = http.connector.getLocalPort();
        }
        catch (final IOException ex)
        {
            throw new IllegalArgumentException(
                "HTTP cannot listen on " + host + ":" + port + ": " + reason(ex), ex);
        }

        return http;
    }

    /**
     * Serves GET, and HEAD, of a path. Before the start.
     *
     * @param path    whole, such as {@code /metrics}.
     * @param handler answers.
     */
    public void get(final String path, final HttpHandler handler)
    {
        mount(HttpMethod.GET, path, new Mount(0, handler));
    }

    /**
     * Serves POST of a path. Before the start. The root may have both a GET and a POST.
     *
     * @param path          whole, such as {@code /}.
     * @param maxBodyLength bytes; a longer body is answered 413, unread where its length was named.
     * @param handler       answers.
     */
    public void post(final String path, final int maxBodyLength, final HttpHandler handler)
    {
        mount(HttpMethod.POST, path, new Mount(maxBodyLength, handler));
    }

    /**
     * Serves from now on.
     */
    public void start()
    {
        try
        {
            server.start();
        }
        // Jetty declares Exception; whatever it is, the node does not start.
        catch (final Exception ex)
        {
            throw new IllegalStateException("HTTP does not start on port " + port, ex);
        }
    }

    /**
     * The port it listens on.
     *
     * @return the kernel's choice where 0 was asked for.
     */
    public int port()
    {
        return port;
    }

    @Override
    public void close()
    {
        connector.close();
        try
        {
            server.stop();
        }
        catch (final TimeoutException ex)
        {
            // Somebody's second is over; all is closed nevertheless.
        }
        // Jetty declares Exception; the node goes on closing what else it has.
        catch (final Exception ex)
        {
            errorHandler.onError(ex);
        }
    }

    private void mount(final HttpMethod method, final String path, final Mount mount)
    {
        if (server.isRunning())
        {
            throw new IllegalStateException(path + ": the server runs already");
        }
        if (null != mounts.putIfAbsent(key(method, path), mount))
        {
            throw new IllegalStateException(method + " " + path + " is mounted already");
        }
    }

    private static String key(final HttpMethod method, final String path)
    {
        return method.asString() + ' ' + path;
    }

    private static String reason(final IOException ex)
    {
        final Throwable cause = null == ex.getCause() ? ex : ex.getCause();

        return String.valueOf(cause.getMessage());
    }

    /** Finds the mount, reads the body within its limit, hands both over. */
    private final class Dispatcher extends Handler.Abstract
    {
        @Override
        public boolean handle(final Request request, final Response response, final Callback callback)
        {
            final String path = Request.getPathInContext(request);
            final String method = HttpMethod.HEAD.is(request.getMethod()) ?
                HttpMethod.GET.asString() : request.getMethod();
            final Mount mount = mounts.get(method + ' ' + path);
            if (null == mount)
            {
                refuseUnmounted(path, request, response, callback);
            }
            else if (0 == mount.maxBodyLength)
            {
                serve(mount.handler, new HttpExchange(request, response, callback, new byte[0]));
            }
            else if (request.getLength() > mount.maxBodyLength)
            {
                refuseLength(mount, request, response, callback);
            }
            else
            {
                new Body(mount, request, response, callback).read();
            }

            return true;
        }

        /** A body on its way. */
        private final class Body implements Promise.Invocable<byte[]>
        {
            private final Mount mount;
            private final Request request;
            private final Response response;
            private final Callback callback;
            private final long length;
            private Scheduler.Task timeout = () -> false;

            Body(final Mount mount, final Request request, final Response response, final Callback callback)
            {
                length = request.getLength() < 0 ? mount.maxBodyLength : request.getLength();
                this.mount = mount;
                this.request = request;
                this.response = response;
                this.callback = callback;
            }

            void read()
            {
                if (bodyBytes.addAndGet(length) <= MAX_BODY_BYTES)
                {
                    timeout = connector.getScheduler().schedule(
                        () -> request.fail(new TimeoutException("body")), bodyTimeoutMs, TimeUnit.MILLISECONDS);
                    Content.Source.asByteArrayAsync(request, mount.maxBodyLength, this);
                }
                else
                {
                    bodyBytes.addAndGet(-length);
                    response.getHeaders().put(HttpHeader.CONNECTION, "close");
                    refuse(request, response, callback, UNAVAILABLE, "too many bodies at once; try again");
                }
            }

            @Override
            public void succeeded(final byte[] body)
            {
                timeout.cancel();
                serve(mount.handler, new HttpExchange(request, response, callback, body));
                bodyBytes.addAndGet(-length);
            }

            @Override
            public void failed(final Throwable failure)
            {
                timeout.cancel();
                bodyBytes.addAndGet(-length);
                if (failure instanceof IllegalStateException)
                {
                    refuseLength(mount, request, response, callback);
                }
                else
                {
                    response.getHeaders().put(HttpHeader.CONNECTION, "close");
                    refuse(request, response, callback, BAD_REQUEST, "the body was cut off, or came too slowly");
                }
            }
        }

        private void serve(final HttpHandler handler, final HttpExchange exchange)
        {
            try
            {
                handler.onRequest(exchange);
            }
            catch (final RuntimeException ex)
            {
                errorHandler.onError(ex);
                exchange.fail();
            }
        }

        private void refuseUnmounted(
            final String path, final Request request, final Response response, final Callback callback)
        {
            final String allowed = Stream.of(HttpMethod.GET, HttpMethod.POST)
                .filter((method) -> mounts.containsKey(key(method, path)))
                .map(HttpMethod::asString)
                .collect(Collectors.joining(", "));
            if (allowed.isEmpty())
            {
                refuse(request, response, callback, NOT_FOUND, "nothing is served at this path");
            }
            else
            {
                response.getHeaders().put(HttpHeader.ALLOW, allowed);
                refuse(request, response, callback, METHOD_NOT_ALLOWED, "allowed here: " + allowed);
            }
        }

        /** What is left of the body is not read: the connection goes with the answer. */
        private void refuseLength(
            final Mount mount, final Request request, final Response response, final Callback callback)
        {
            response.getHeaders().put(HttpHeader.CONNECTION, "close");
            refuse(request, response, callback, TOO_LARGE, "a body has at most " + mount.maxBodyLength + " bytes");
        }

        private void refuse(
            final Request request,
            final Response response,
            final Callback callback,
            final int status,
            final String reason)
        {
            new HttpExchange(request, response, callback, new byte[0])
                .answer(status, HttpExchange.PLAIN_TEXT, reason + "\n");
        }
    }
}
