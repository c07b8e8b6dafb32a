package io.fragcast.edge.http;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.agrona.IoUtil;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * A headless Chromium with one page, driven by its DevTools protocol; collects everything that goes wrong in the page.
 */
public final class Browser implements AutoCloseable
{
    private static final List<String> NAMES = List.of("chromium", "chromium-browser", "google-chrome", "chrome");
    private static final long TIMEOUT_S = 60;
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final Process process;
    private final Path profile;
    private final WebSocket socket;
    private final AtomicInteger nextId = new AtomicInteger();
    private final Map<Integer, CompletableFuture<JsonNode>> calls = new ConcurrentHashMap<>();
    private final List<String> errors = new CopyOnWriteArrayList<>();
    private final StringBuilder message = new StringBuilder();
    private final String session;

    private Browser(final Path program) throws IOException
    {
        profile = Files.createTempDirectory("fragcast-browser-");
        final List<String> command = new ArrayList<>(List.of(program.toString(), "--headless=new", "--no-sandbox",
            "--disable-gpu", "--hide-scrollbars", "--no-first-run", "--disable-dev-shm-usage",
            "--remote-debugging-port=0", "--user-data-dir=" + profile, "about:blank"));
        process = new ProcessBuilder(command).redirectErrorStream(true).start();
        socket = HttpClient.newHttpClient().newWebSocketBuilder()
            .buildAsync(URI.create(endpoint()), new Listener()).join();
        final String target = call("", "Target.createTarget", Map.of("url", "about:blank"))
            .get("targetId").asText();
        session = call("", "Target.attachToTarget", Map.of("targetId", target, "flatten", true))
            .get("sessionId").asText();
        for (final String domain : List.of("Page", "Runtime", "Log", "Network"))
        {
            call(domain + ".enable", Map.of());
        }
    }

    /**
     * Opens a browser, or finds none on the path; says so, that nobody takes a skipped test for a passed one.
     *
     * @return the browser, to be closed.
     * @throws IOException if it does not start.
     */
    public static Optional<Browser> find() throws IOException
    {
        for (final String directory : System.getenv("PATH").split(File.pathSeparator))
        {
            for (final String name : NAMES)
            {
                final Path program = Path.of(directory, name);
                if (Files.isExecutable(program))
                {
                    return Optional.of(new Browser(program));
                }
            }
        }

        System.out.println("SKIPPED: no Chromium on the path, the status page is not looked at");

        return Optional.empty();
    }

    /**
     * What went wrong in the page: errors on its console, exceptions, requests that failed.
     *
     * @return as the browser says it.
     */
    public List<String> errors()
    {
        return errors;
    }

    /**
     * Shows the page as another screen would.
     *
     * @param width   of the screen.
     * @param height  of the screen.
     * @param isPhone two pixels each, and touched.
     * @param isDark  the theme that its owner prefers.
     */
    public void screen(final int width, final int height, final boolean isPhone, final boolean isDark)
    {
        call("Emulation.setDeviceMetricsOverride",
            Map.of("width", width, "height", height, "deviceScaleFactor", isPhone ? 2 : 1, "mobile", isPhone));
        call("Emulation.setEmulatedMedia", Map.of("features",
            List.of(Map.of("name", "prefers-color-scheme", "value", isDark ? "dark" : "light"))));
    }

    /**
     * Opens a page.
     *
     * @param url of the page.
     */
    public void open(final String url)
    {
        call("Page.navigate", Map.of("url", url));
    }

    /**
     * The value of an expression.
     *
     * @param expression in JavaScript.
     * @return its value.
     */
    public JsonNode evaluate(final String expression)
    {
        final JsonNode answer = call("Runtime.evaluate",
            Map.of("expression", expression, "returnByValue", true, "awaitPromise", true));
        if (answer.has("exceptionDetails"))
        {
            throw new AssertionError(expression + ": " + answer.get("exceptionDetails"));
        }

        return answer.get("result").path("value");
    }

    /**
     * Every counter that the status page shows now.
     *
     * @return values by the names of the metrics.
     */
    public Map<String, Double> shownMetrics()
    {
        final JsonNode shown = evaluate(
            "Object.fromEntries([...document.querySelectorAll('[data-metric]')]" +
            ".map(e => [e.dataset.metric, Number(e.lastChild.textContent.replaceAll(',', ''))]))");

        return MAPPER.convertValue(shown, new TypeReference<>()
        {
        });
    }

    /**
     * Waits for an expression to be true.
     *
     * @param expression in JavaScript.
     */
    public void await(final String expression)
    {
        final long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_S);
        final BooleanSupplier isDone = () -> evaluate(expression).asBoolean();
        while (!isDone.getAsBoolean())
        {
            if (System.nanoTime() - deadlineNs > 0)
            {
                throw new AssertionError("never true: " + expression + "; errors: " + errors);
            }
            Thread.onSpinWait();
        }
    }

    /**
     * Draws the whole page as PNG.
     *
     * @param file to write.
     * @throws IOException if it cannot.
     */
    public void screenshot(final Path file) throws IOException
    {
        final JsonNode answer = call("Page.captureScreenshot", Map.of("captureBeyondViewport", true));
        Files.write(file, Base64.getDecoder().decode(answer.get("data").asText()));
    }

    @Override
    public void close()
    {
        socket.abort();
        final List<ProcessHandle> all;
        try (Stream<ProcessHandle> descendants = process.descendants())
        {
            all = new ArrayList<>(descendants.toList());
        }
        all.add(process.toHandle());
        all.forEach(ProcessHandle::destroyForcibly);
        all.forEach((handle) -> handle.onExit().orTimeout(TIMEOUT_S, TimeUnit.SECONDS).join());
        IoUtil.delete(profile.toFile(), true);
    }

    private String endpoint() throws IOException
    {
        final BufferedReader reader = process.inputReader(StandardCharsets.UTF_8);
        final String start = "DevTools listening on ";
        final StringBuilder said = new StringBuilder();
        for (String line = reader.readLine(); null != line; line = reader.readLine())
        {
            if (line.startsWith(start))
            {
                return line.substring(start.length());
            }
            said.append(line).append('\n');
        }
        throw new IOException("the browser did not start: " + said);
    }

    private JsonNode call(final String method, final Map<String, ?> parameters)
    {
        return call(session, method, parameters);
    }

    private JsonNode call(final String inSession, final String method, final Map<String, ?> parameters)
    {
        final int id = nextId.incrementAndGet();
        final ObjectNode request = MAPPER.createObjectNode().put("id", id).put("method", method);
        request.set("params", MAPPER.valueToTree(parameters));
        if (!inSession.isEmpty())
        {
            request.put("sessionId", inSession);
        }
        final CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        calls.put(id, answer);
        socket.sendText(request.toString(), true).join();

        return answer.orTimeout(TIMEOUT_S, TimeUnit.SECONDS).join();
    }

    private void onMessage(final JsonNode json)
    {
        if (json.has("id"))
        {
            final CompletableFuture<JsonNode> call = calls.remove(json.get("id").asInt());
            if (json.has("error"))
            {
                call.completeExceptionally(new AssertionError(json.get("error").toString()));
            }
            else
            {
                call.complete(json.get("result"));
            }
            return;
        }

        final JsonNode parameters = json.path("params");
        switch (json.path("method").asText())
        {
            case "Runtime.exceptionThrown" -> errors.add(parameters.get("exceptionDetails").toString());
            case "Runtime.consoleAPICalled" ->
            {
                if (List.of("error", "warning", "assert").contains(parameters.get("type").asText()))
                {
                    errors.add(parameters.get("args").toString());
                }
            }
            case "Log.entryAdded" ->
            {
                if (!"info".equals(parameters.path("entry").path("level").asText()))
                {
                    errors.add(parameters.get("entry").toString());
                }
            }
            default ->
            {
                // The rest is the browser's progress.
            }
        }
    }

    private final class Listener implements WebSocket.Listener
    {
        @Override
        public CompletionStage<?> onText(final WebSocket webSocket, final CharSequence text, final boolean isLast)
        {
            message.append(text);
            if (isLast)
            {
                try
                {
                    onMessage(MAPPER.readTree(message.toString()));
                }
                catch (final IOException ex)
                {
                    throw new UncheckedIOException(ex);
                }
                message.setLength(0);
            }
            webSocket.request(1);

            return null;
        }
    }
}
