package io.fragcast.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/**
 * Asks a running node, over its HTTP server, what {@code /status.json} says. Used by one thread.
 */
final class NodeStatus
{
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final int OK = 200;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient client = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
    private final URI url;

    /**
     * A client.
     *
     * @param url of the node's HTTP server.
     */
    NodeStatus(final URI url)
    {
        this.url = url;
    }

    /**
     * Asks once.
     *
     * @return the whole object.
     * @throws IOException naming the address, if it does not answer as a node does.
     */
    JsonNode read() throws IOException, InterruptedException
    {
        final URI status = url.resolve("/status.json");
        final HttpResponse<String> answer;
        try
        {
            answer = client.send(
                HttpRequest.newBuilder(status).timeout(TIMEOUT).build(), HttpResponse.BodyHandlers.ofString());
        }
        catch (final IllegalArgumentException ex)
        {
            throw new IOException("--url " + url + ": " + ex.getMessage(), ex);
        }
        catch (final IOException ex)
        {
            throw new IOException(status + " does not answer", ex);
        }
        if (OK != answer.statusCode())
        {
            throw new IOException(status + " answers " + answer.statusCode());
        }

        return JSON.readTree(answer.body());
    }
}
