package io.fragcast.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The command against the conformance vectors, made by other implementations, and against lines that are not messages.
 */
class MessageCommandTest
{
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final JsonNode VECTORS = readVectors();
    private static final String FRAG = "{\"blockNumber\":1,\"isLast\":true,\"seq\":0,\"txs\":[\"0x010203\"]}";
    private static final String FRAG_ROOT = "0x2a5ebad20a81878e5f229928e5c2043580051673b89a7a286008d30f62b10963";

    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void shouldGiveRootAndSignerOfEachVector()
    {
        final List<String> lines = new ArrayList<>();
        for (final JsonNode vector : VECTORS.get("vectors"))
        {
            lines.add(signed(vector).toString());
            lines.add(request(vector).toString());
        }

        assertThat(run(lines, "verify")).isZero();

        final List<JsonNode> results = results();
        assertThat(results).hasSize(2 * 29);
        for (int i = 0; i < results.size(); i++)
        {
            final JsonNode vector = VECTORS.get("vectors").get(i / 2);
            assertThat(results.get(i)).as(vector.get("id").textValue()).isEqualTo(
                MAPPER.createObjectNode()
                    .put("kind", vector.get("kind").textValue())
                    .put("root", vector.get("root").textValue())
                    .put("signer", vector.get("signer").textValue()));
        }
    }

    @Test
    void shouldSignEachVectorToTheByte() throws IOException
    {
        for (final JsonNode vector : VECTORS.get("vectors"))
        {
            final Path keyFile = keyFile(vector.get("privateKey").textValue());
            final ObjectNode unsigned = MAPPER.createObjectNode();
            unsigned.set("message", vector.get("message"));

            assertThat(run(List.of(unsigned.toString()), "sign", "--key", keyFile.toString())).isZero();
            final JsonNode result = results().get(0);
            assertThat(result.get("root")).isEqualTo(vector.get("root"));
            assertThat(result.get("signer")).isEqualTo(vector.get("signer"));
            assertThat(result.get("signature")).isEqualTo(vector.get("signature"));
            assertThat(result.get("message").toString()).isEqualTo(vector.get("message").toString());

            assertThat(run(List.of(result.toString()), "verify")).as("its own result").isZero();
        }
    }

    @Test
    void shouldEncodeAndDecodeEachVectorToTheByte()
    {
        for (final JsonNode vector : VECTORS.get("vectors"))
        {
            assertThat(run(List.of(signed(vector).toString()), "encode")).isZero();
            final JsonNode encoded = results().get(0);
            final String gossip =
                vector.get("signature").textValue() + vector.get("ssz").textValue().substring(2);
            assertThat(encoded.get("root")).isEqualTo(vector.get("root"));
            assertThat(encoded.get("ssz")).isEqualTo(vector.get("ssz"));
            assertThat(encoded.get("gossip").textValue()).isEqualTo(gossip);

            final ObjectNode ssz = MAPPER.createObjectNode();
            ssz.set("kind", vector.get("kind"));
            final ObjectNode signed = ssz.deepCopy().put("gossip", gossip);
            ssz.set("ssz", vector.get("ssz"));
            assertThat(run(List.of(ssz.toString(), signed.toString()), "decode")).isZero();
            final List<JsonNode> decoded = results();
            assertThat(decoded.get(0).get("root")).isEqualTo(vector.get("root"));
            assertThat(decoded.get(0).get("message").toString()).isEqualTo(vector.get("message").toString());
            assertThat(decoded.get(1).get("signer")).isEqualTo(vector.get("signer"));
            assertThat(decoded.get(1).get("signature")).isEqualTo(vector.get("signature"));
            assertThat(decoded.get(1).get("message")).isEqualTo(decoded.get(0).get("message"));
        }
    }

    @Test
    void shouldRefuseEachVectorToRefuse()
    {
        int refused = 0;
        for (final JsonNode vector : VECTORS.get("reject"))
        {
            if (vector.has("ssz"))
            {
                final ObjectNode line = MAPPER.createObjectNode();
                line.set("kind", vector.get("kind"));
                line.set("ssz", vector.get("ssz"));
                assertThat(run(List.of(line.toString()), "decode")).as(vector.get("name").textValue()).isEqualTo(1);
            }
            else
            {
                final String signer = vector.get("expectedSigner").textValue();
                assertThat(run(List.of(signed(vector).toString()), "verify", "--signer", signer))
                    .as(vector.get("name").textValue())
                    .isEqualTo(1);
            }
            assertThat(results().get(0).has("error")).isTrue();
            assertThat(results().get(0).has("signer")).isFalse();
            refused++;
        }
        assertThat(refused).isEqualTo(17);
    }

    @Test
    void shouldAnswerEachLineInItsPlace()
    {
        assertThat(run(List.of(line(FRAG), "nonsense", "", line(FRAG)), "root")).isEqualTo(1);
        assertThat(results()).hasSize(3);
        assertThat(results().get(0).get("root").textValue()).isEqualTo(FRAG_ROOT);
        assertThat(results().get(1).get("error").textValue()).startsWith("JSON: Unrecognized token 'nonsense'");
        assertThat(results().get(2)).isEqualTo(results().get(0));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "\"seq\":0 | \"seq\":1.0 | seq: is not an integer",
        "\"seq\":0 | \"seq\":1e3 | seq: is not an integer",
        "\"seq\":0 | \"seq\":\"0x1\" | seq: is not an integer",
        "\"seq\":0 | \"seq\":null | seq: is not an integer",
        "\"seq\":0 | \"seq\":-1 | seq: is negative",
        "\"seq\":0 | \"seq\":18446744073709551616 | seq: is over 2^64-1",
        "\"seq\":0 | \"seqq\":0 | seqq: unknown field",
        "\"seq\":0, | '' | seq: missing",
        "\"seq\":0 | \"seq\":0,\"seq\":0 | JSON: Duplicate field 'seq'",
        "\"isLast\":true | \"isLast\":1 | isLast: is not true or false",
        "\"0x010203\" | \"0x01020\" | txs[0]: has an odd number of hex digits",
        "\"0x010203\" | \"010203\" | txs[0]: does not begin with 0x",
        "\"0x010203\" | \"0x0102zz\" | txs[0]: has a character at 6 that is no hex digit",
        "\"0x010203\" | 7 | txs[0]: is not a string",
        "[\"0x010203\"] | \"0x010203\" | txs: is not an array",
    })
    void shouldNameTheFieldThatIsAmiss(final String part, final String replacement, final String error)
    {
        assertError(line(FRAG.replace(part, replacement)), error);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{} | message: missing",
        "[] | JSON: not an object",
        "{\"message\":7} | message: is not an object",
        "{\"message\":{}} | message: its fields are not those of a frag, a seal or an env",
        "{\"message\":{\"blockNumber\":1}} | message: its fields are not those of a frag, a seal or an env",
        "{\"message\":{\"seq\":1},\"extra\":1} | extra: unknown field",
        "{\"message\":{\"seq\":1},\"kind\":\"frog\"} | kind: \"frog\" is none of frag, seal, env",
        "{\"method\":\"based_newFrog\"} | " +
            "method: \"based_newFrog\" is none of based_env, based_newFrag, based_sealFrag",
        "{\"method\":\"based_newFrag\"} | params: missing",
        "{\"method\":\"based_newFrag\",\"params\":[]} | params: is not an array of one object",
        "{\"method\":\"based_newFrag\",\"params\":[{}],\"x\":1} | x: unknown field",
    })
    void shouldRefuseWhatIsNoMessage(final String line, final String error)
    {
        assertError(line, error);
    }

    @Test
    void shouldCheckWhatALineClaims()
    {
        assertError("{\"kind\":\"seal\",\"message\":" + FRAG + "}", "isLast: unknown field");
        assertThat(run(List.of("{\"root\":\"" + FRAG_ROOT + "\",\"message\":" + FRAG + "}"), "root")).isZero();
        assertError(
            "{\"root\":\"0x" + "00".repeat(32) + "\",\"message\":" + FRAG + "}", "root: is not that of the message");
        final ObjectNode signed = signed(VECTORS.get("vectors").get(1)).put("signer", "0x" + "11".repeat(20));
        assertThat(run(List.of(signed.toString()), "verify")).isEqualTo(1);
        assertThat(results().get(0).get("error").textValue()).isEqualTo(
            "signature: signer is " + VECTORS.get("vectors").get(1).get("signer").textValue() + ", not 0x" +
            "11".repeat(20));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0x", "0x00", "65 bytes of nothing"})
    void shouldRefuseASignatureOfAnotherLength(final String signature)
    {
        final ObjectNode line = signed(VECTORS.get("vectors").get(1)).put("signature", signature);

        assertThat(run(List.of(line.toString()), "verify")).isEqualTo(1);
        assertThat(results().get(0).get("error").textValue()).startsWith("signature: ");
    }

    @Test
    void shouldRefuseASignatureOfNoKey()
    {
        final ObjectNode line = signed(VECTORS.get("vectors").get(1)).put("signature", "0x" + "00".repeat(65));

        assertThat(run(List.of(line.toString()), "verify")).isEqualTo(1);
        assertThat(results().get(0).get("error").textValue())
            .isEqualTo("signature: not r, low s and v (27, 28, 0 or 1) of any key of secp256k1");
        assertThat(run(List.of(line(FRAG)), "verify")).isEqualTo(1);
        assertThat(results().get(0).get("error").textValue()).isEqualTo("signature: missing");
    }

    @Test
    void shouldRefuseAKeyFileThatOthersMayRead() throws IOException
    {
        final Path keyFile = keyFile("01".repeat(32));
        Files.setPosixFilePermissions(keyFile, PosixFilePermissions.fromString("rw-r--r--"));

        assertThat(run(List.of(line(FRAG)), "sign", "--key", keyFile.toString())).isEqualTo(2);
        assertThat(err.toString())
            .isEqualTo("message: key file " + keyFile + " is readable by others (0644); chmod 600 it\n");
        assertThat(run(List.of(line(FRAG)), "verify", "--signer", "0x01")).isEqualTo(2);
        assertThat(err.toString()).isEqualTo("message: --signer: is 1 bytes, not 20\n");
    }

    private void assertError(final String line, final String error)
    {
        assertThat(run(List.of(line), "root")).isEqualTo(1);
        assertThat(results().get(0).get("error").textValue()).isEqualTo(error);
    }

    private int run(final List<String> lines, final String... args)
    {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        final InputStream in = new ByteArrayInputStream(
            String.join("\n", lines).getBytes(StandardCharsets.UTF_8));

        return new CommandLine(new MessageCommand(in))
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err, true))
            .execute(args);
    }

    private List<JsonNode> results()
    {
        return out.toString().lines().map(MessageCommandTest::parse).toList();
    }

    private Path keyFile(final String digits) throws IOException
    {
        final Path file = folder.resolve("signer.hex");
        Files.writeString(file, digits);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));

        return file;
    }

    private static String line(final String message)
    {
        return "{\"message\":" + message + "}";
    }

    private static ObjectNode signed(final JsonNode vector)
    {
        final ObjectNode line = MAPPER.createObjectNode();
        line.set("message", vector.get("message"));
        line.set("signature", vector.get("signature"));

        return line;
    }

    private static ObjectNode request(final JsonNode vector)
    {
        final ObjectNode request = MAPPER.createObjectNode().put("jsonrpc", "2.0").put("id", 1);
        request.set("method", vector.get("method"));
        request.putArray("params").add(signed(vector));

        return request;
    }

    private static JsonNode parse(final String line)
    {
        try
        {
            return MAPPER.readTree(line);
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    private static JsonNode readVectors()
    {
        try (InputStream in = MessageCommandTest.class.getResourceAsStream("/vectors/based-op-vectors.json"))
        {
            return MAPPER.readTree(in);
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }
}
