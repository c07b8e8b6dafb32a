package io.fragcast.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fragcast.config.ScheduleFile;
import io.fragcast.crypto.KeyFile;
import io.fragcast.crypto.Secp256k1;
import io.fragcast.edge.rpc.BasedOpJson;
import io.fragcast.edge.rpc.SignedMessage;
import io.fragcast.ethereum.BasedOpMessage;
import io.fragcast.ethereum.BasedOpMessage.Kind;
import io.fragcast.ethereum.BasedOpSsz;
import io.fragcast.ethereum.Hex;
import io.fragcast.ethereum.Keccak;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * {@code fragcast message}: works on based-op messages, one JSON object a line on stdin, one result object a line on
 * stdout in the same order. Exit code 0: all lines went well, 1: one at least has an {@code error}, 2: wrong usage.
 */
@Command(
    name = "message",
    description = {
        "Works on based-op messages: one JSON object a line on stdin, one result a line on stdout.",
        "A line is {\"message\",\"signature\"} or a whole JSON-RPC request; for decode {\"kind\",\"ssz\"}, or",
        "{\"kind\",\"gossip\"} with the signature in front. A \"kind\", \"root\" or \"signer\" in a line is checked."},
    synopsisSubcommandLabel = "root|sign|verify|encode|decode|verify-proof")
public final class MessageCommand
{
    private final InputStream in;
    private final Secp256k1 curve = Secp256k1.load();
    private final BasedOpSsz ssz = new BasedOpSsz();

    @Spec
    @SuppressWarnings("NullAway.Init") // Picocli sets it before a subcommand runs.
    private CommandSpec spec;

    /**
     * Reads stdin.
     */
    public MessageCommand()
    {
        this(System.in);
    }

    /**
     * Reads another stream.
     *
     * @param in in place of stdin.
     */
    public MessageCommand(final InputStream in)
    {
        this.in = in;
    }

    /**
     * Computes what is to be signed.
     *
     * @return exit code.
     */
    @Command(name = "root", description = "Computes the SSZ root of the union: what is signed.")
    public int root()
    {
        return forEachLine(this::read);
    }

    /**
     * Signs messages.
     *
     * @param keyFile of the signer.
     * @return exit code.
     */
    @Command(name = "sign", description = "Signs each message; one that is there already is replaced.")
    public int sign(
        @Option(names = "--key", paramLabel = "FILE", required = true, description = "Key file of the signer.")
        final Path keyFile)
    {
        final byte[] privateKey;
        try
        {
            privateKey = KeyFile.read(keyFile);
        }
        catch (final IOException ex)
        {
            return refuse(ex.getMessage());
        }

        final byte[] signer = Keccak.address(curve.publicKey(privateKey));
        return forEachLine((line, result) ->
        {
            final SignedMessage signed = read(line, result);
            final byte[] signature = curve.signRecoverable(ssz.root(signed.message()), privateKey);
            result.put("signer", Hex.toHex(signer));
            result.put("signature", Hex.toHex(signature));
            result.set("message", BasedOpJson.toJson(signed.message()));
        });
    }

    /**
     * Recovers the signers of messages.
     *
     * @param signer that it must be; null: anyone.
     * @return exit code.
     */
    @Command(name = "verify", description = "Recovers the signer of each message.")
    public int verify(
        @Option(names = "--signer", paramLabel = "ADDRESS", description = "Anyone else is an error.")
        final @Nullable String signer)
    {
        final byte[] expected;
        try
        {
            expected = null == signer ? null : Hex.bytes("--signer", signer, Keccak.ADDRESS_LENGTH);
        }
        catch (final IllegalArgumentException ex)
        {
            return refuse(ex.getMessage());
        }

        return forEachLine((line, result) ->
        {
            final String claimed = takeClaim(line, "signer");
            final SignedMessage signed = read(line, result);
            final byte[] signature = signed.signature();
            if (null == signature)
            {
                throw new IllegalArgumentException("signature: missing");
            }
            final byte[] actual = signerOf(ssz.root(signed.message()), signature);
            checkSigner(actual, null == claimed ? null : Hex.bytes("signer", claimed, Keccak.ADDRESS_LENGTH));
            checkSigner(actual, expected);
            result.put("signer", Hex.toHex(actual));
        });
    }

    /**
     * Encodes messages as op-node gossips them.
     *
     * @return exit code.
     */
    @Command(
        name = "encode",
        description = "Gives op-node's gossip: \"ssz\" alone, and \"gossip\" with the signature, if there is one.")
    public int encode()
    {
        return forEachLine((line, result) ->
        {
            final SignedMessage signed = read(line, result);
            final byte[] bytes = BasedOpSsz.encode(signed.message());
            result.put("ssz", Hex.toHex(bytes));
            final byte[] signature = signed.signature();
            if (null != signature)
            {
                final byte[] gossip = Arrays.copyOf(signature, signature.length + bytes.length);
                System.arraycopy(bytes, 0, gossip, signature.length, bytes.length);
                result.put("gossip", Hex.toHex(gossip));
            }
        });
    }

    /**
     * Decodes what op-node gossips.
     *
     * @return exit code.
     */
    @Command(name = "decode", description = "Reads {\"kind\",\"ssz\"} or {\"kind\",\"gossip\"} back.")
    public int decode()
    {
        return forEachLine((line, result) ->
        {
            final Kind kind = BasedOpJson.kindOfLabel(BasedOpJson.text(line, "kind"));
            result.put("kind", kind.label());
            final boolean isGossip = line.has("gossip");
            final String field = isGossip ? "gossip" : "ssz";
            final byte[] bytes = Hex.bytes(field, BasedOpJson.text(line, field));
            final int start = isGossip ? BasedOpMessage.SIGNATURE_LENGTH : 0;
            if (2 != line.size())
            {
                throw new IllegalArgumentException("not only \"kind\" and \"" + field + "\" in the object");
            }
            if (bytes.length < start)
            {
                throw new IllegalArgumentException("gossip: is " + bytes.length + " bytes, at least " + start);
            }

            final BasedOpMessage message =
                BasedOpSsz.decode(kind, Arrays.copyOfRange(bytes, start, bytes.length));
            final byte[] root = ssz.root(message);
            result.put("root", Hex.toHex(root));
            if (isGossip)
            {
                final byte[] signature = Arrays.copyOf(bytes, start);
                result.put("signer", Hex.toHex(signerOf(root, signature)));
                result.put("signature", Hex.toHex(signature));
            }
            result.set("message", BasedOpJson.toJson(message));
        });
    }

    /**
     * Checks proofs that a leader signed two messages for one place.
     *
     * @param scheduleFile that names the leader's key; or
     * @param key          the leader's key itself.
     * @return exit code.
     */
    @Command(
        name = "verify-proof",
        description = {
            "Checks proofs of equivocation, as nodes keep them beside their journals, {\"first\",\"second\"} a line:",
            "\"valid\" says whether the leader signed both; exit code 1 if one is not valid."})
    public int verifyProof(
        @Option(names = "--schedule", paramLabel = "FILE", description = "Schedule that names the leader's key.")
        final @Nullable Path scheduleFile,
        @Option(names = "--key", paramLabel = "PUBKEY", description = "The leader's key, 33 bytes in hex.")
        final @Nullable String key)
    {
        final ProofCheck check;
        try
        {
            if (null != scheduleFile && null == key)
            {
                check = ProofCheck.bySchedule(ScheduleFile.read(scheduleFile, curve), curve);
            }
            else if (null != key && null == scheduleFile)
            {
                check = ProofCheck.byKey(curve.expand(Hex.bytes("--key", key, Secp256k1.COMPRESSED_LENGTH)), curve);
            }
            else
            {
                return refuse("verify-proof: name --schedule or --key");
            }
        }
        catch (final IllegalArgumentException ex)
        {
            return refuse(ex.getMessage());
        }

        return forEachLine(check::run);
    }

    /** Reads a message, puts its kind and root into the result, and checks what the line claims of them. */
    private SignedMessage read(final ObjectNode line, final ObjectNode result)
    {
        final String kind = takeClaim(line, "kind");
        final String claimedRoot = takeClaim(line, "root");
        takeClaim(line, "signer");
        final SignedMessage signed =
            BasedOpJson.signedMessage(line, null == kind ? null : BasedOpJson.kindOfLabel(kind));
        final byte[] root = ssz.root(signed.message());
        result.put("kind", signed.message().kind().label());
        result.put("root", Hex.toHex(root));
        if (null != claimedRoot && !Arrays.equals(Hex.bytes("root", claimedRoot), root))
        {
            throw new IllegalArgumentException("root: is not that of the message");
        }

        return signed;
    }

    private static @Nullable String takeClaim(final ObjectNode line, final String field)
    {
        final String claim = line.has(field) ? BasedOpJson.text(line, field) : null;
        line.remove(field);

        return claim;
    }

    private byte[] signerOf(final byte[] root, final byte[] signature)
    {
        final byte[] publicKey = curve.recover(root, signature);
        if (null == publicKey)
        {
            throw new IllegalArgumentException(
                "signature: not r, low s and v (27, 28, 0 or 1) of any key of secp256k1");
        }

        return Keccak.address(publicKey);
    }

    private static void checkSigner(final byte[] signer, final byte @Nullable [] expected)
    {
        if (null != expected && !Arrays.equals(expected, signer))
        {
            throw new IllegalArgumentException(
                "signature: signer is " + Hex.toHex(signer) + ", not " + Hex.toHex(expected));
        }
    }

    private int forEachLine(final LineTask task)
    {
        final BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        final PrintWriter out = spec.commandLine().getOut();
        boolean hasErrors = false;
        try
        {
            for (String line = reader.readLine(); null != line; line = reader.readLine())
            {
                if (!line.isBlank())
                {
                    hasErrors |= !run(task, line, out);
                }
            }
        }
        catch (final IOException ex)
        {
            spec.commandLine().getErr().println("message: stdin: " + ex.getMessage());
            hasErrors = true;
        }
        out.flush();

        return hasErrors ? CommandLine.ExitCode.SOFTWARE : CommandLine.ExitCode.OK;
    }

    private static boolean run(final LineTask task, final String line, final PrintWriter out)
    {
        final ObjectNode result = JsonNodeFactory.instance.objectNode();
        try
        {
            task.run(BasedOpJson.parse(line), result);
        }
        catch (final IllegalArgumentException ex)
        {
            result.put("error", ex.getMessage());
        }
        out.println(result);

        return !result.has("error");
    }

    private int refuse(final @Nullable String message)
    {
        spec.commandLine().getErr().println("message: " + message);

        return CommandLine.ExitCode.USAGE;
    }

    @FunctionalInterface
    private interface LineTask
    {
        void run(ObjectNode line, ObjectNode result);
    }
}
