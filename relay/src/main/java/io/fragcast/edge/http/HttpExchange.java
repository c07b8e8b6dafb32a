package io.fragcast.edge.http;

import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One request and the answer to it. Any thread may read it and answer it; the first answer is sent, each further one is
 * refused with an exception.
 */
public final class HttpExchange
{
    /** Type of an answer that people read. */
    public static final String PLAIN_TEXT = "text/plain;charset=utf-8";
    /** Type of a JSON answer. */
    public static final String JSON = "application/json";

    private final Request request;
    private final Response response;
    private final Callback callback;
    private final byte[] body;
    private final AtomicBoolean isAnswered = new AtomicBoolean();

    HttpExchange(final Request request, final Response response, final Callback callback, final byte[] body)
    {
        this.request = request;
        this.response = response;
        this.callback = callback;
        this.body = body;
    }

    /**
     * Path of the request.
     *
     * @return decoded, without query.
     */
    public String path()
    {
        return Request.getPathInContext(request);
    }

    /**
     * What stands after the question mark.
     *
     * @return as it came, or null.
     */
    public @Nullable String query()
    {
        return request.getHttpURI().getQuery();
    }

    /**
     * A header of the request.
     *
     * @param name in any case.
     * @return its value, or null.
     */
    public @Nullable String header(final String name)
    {
        return request.getHeaders().get(name);
    }

    /**
     * Body of the request.
     *
     * @return the bytes; empty for a GET.
     */
    public byte[] body()
    {
        return body;
    }

    /**
     * Adds a header to the answer; before it is sent.
     *
     * @param name  of the header.
     * @param value of it.
     * @return this.
     */
    public HttpExchange answerHeader(final String name, final String value)
    {
        response.getHeaders().put(name, value);
        return this;
    }

    /**
     * Answers with bytes.
     *
     * @param status      of HTTP.
     * @param contentType of the bytes.
     * @param bytes       of the body; not written to afterwards.
     */
    public void answer(final int status, final String contentType, final byte[] bytes)
    {
        if (!isAnswered.compareAndSet(false, true))
        {
            throw new IllegalStateException("answered already: " + path());
        }

        response.setStatus(status);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, contentType);
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, bytes.length);
        response.write(true, ByteBuffer.wrap(bytes), callback);
    }

    /**
     * Answers with text.
     *
     * @param status      of HTTP.
     * @param contentType of the text, which is sent as UTF-8.
     * @param text        of the body.
     */
    public void answer(final int status, final String contentType, final String text)
    {
        answer(status, contentType, text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Answers without a body.
     *
     * @param status of HTTP, such as 204.
     */
    public void answerEmpty(final int status)
    {
        if (!isAnswered.compareAndSet(false, true))
        {
            throw new IllegalStateException("answered already: " + path());
        }

        response.setStatus(status);
        callback.succeeded();
    }

    /** The handler threw: whatever it has not answered yet is answered, and nothing else. */
    void fail()
    {
        if (!isAnswered.get())
        {
            answer(500, PLAIN_TEXT, "internal error\n");
        }
    }
}
