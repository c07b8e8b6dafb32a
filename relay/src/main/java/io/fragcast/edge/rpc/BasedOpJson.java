package io.fragcast.edge.rpc;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fragcast.ethereum.BasedOpMessage;
import io.fragcast.ethereum.BasedOpMessage.Env;
import io.fragcast.ethereum.BasedOpMessage.Frag;
import io.fragcast.ethereum.BasedOpMessage.Kind;
import io.fragcast.ethereum.BasedOpMessage.Seal;
import io.fragcast.ethereum.Hex;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Based-op messages as JSON, just as op-node takes them: a u64 is a bare integer up to 2^64-1 and never passes through
 * a double, difficulty a hex quantity, bytes hex in full. Strict: no field may be unknown, missing, or there twice. An
 * {@link IllegalArgumentException} names the field and what is wrong with it. Stateless; any thread may call it.
 */
public final class BasedOpJson
{
    /** Hex of a gossip message of op-node's largest size, 10 MiB, and some room. */
    private static final int MAX_STRING_LENGTH = 24 << 20;
    private static final int U64_BITS = 64;
    private static final Set<String> REQUEST_FIELDS = Set.of("jsonrpc", "id", "method", "params");
    private static final Set<String> SIGNED_FIELDS = Set.of("message", "signature");
    private static final Map<Kind, Set<String>> MESSAGE_FIELDS = new EnumMap<>(Map.of(
        Kind.FRAG, Set.of("blockNumber", "seq", "isLast", "txs"),
        Kind.SEAL, Set.of(
            "totalFrags", "blockNumber", "gasUsed", "gasLimit", "parentHash", "transactionsRoot", "receiptsRoot",
            "stateRoot", "blockHash"),
        Kind.ENV, Set.of(
            "number", "parentHash", "beneficiary", "timestamp", "gasLimit", "basefee", "difficulty", "prevrandao",
            "extraData", "parentBeaconBlockRoot")));

    private static final ObjectMapper MAPPER = JsonMapper.builder(
        JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder().maxStringLength(MAX_STRING_LENGTH).build())
            .build())
        .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
        // The id of a request goes back as it came, 1e400 too.
        .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
        .build();

    private BasedOpJson()
    {
    }

    /**
     * Reads one JSON object.
     *
     * @param text of the object and nothing else.
     * @return the object.
     */
    public static ObjectNode parse(final String text)
    {
        try
        {
            if (MAPPER.readTree(text) instanceof final ObjectNode object)
            {
                return object;
            }
        }
        catch (final JsonProcessingException ex)
        {
            throw new IllegalArgumentException("JSON: " + ex.getOriginalMessage(), ex);
        }

        throw new IllegalArgumentException("JSON: not an object");
    }

    /**
     * Reads any JSON.
     *
     * @param bytes of one value and nothing else, UTF-8.
     * @return the value.
     */
    public static JsonNode parse(final byte[] bytes)
    {
        try
        {
            final JsonNode node = MAPPER.readTree(bytes);
            if (!node.isMissingNode())
            {
                return node;
            }
        }
        catch (final JsonProcessingException ex)
        {
            throw new IllegalArgumentException("JSON: " + ex.getOriginalMessage(), ex);
        }
        catch (final IOException ex)
        {
            throw new IllegalArgumentException("JSON: " + ex.getMessage(), ex);
        }

        throw new IllegalArgumentException("JSON: nothing there");
    }

    /**
     * Reads the parameters of a JSON-RPC request.
     *
     * @param kind   of the message.
     * @param params of the request; null if it has none.
     * @return the message.
     */
    public static SignedMessage signedMessage(final Kind kind, final @Nullable JsonNode params)
    {
        if (null == params || 1 != params.size() || !params.isArray() ||
            !(params.get(0) instanceof final ObjectNode parameter))
        {
            throw new IllegalArgumentException("params: is not an array of one object");
        }

        return signedParameter(parameter, kind);
    }

    /**
     * The kind of message that a method takes.
     *
     * @param method such as {@code based_env}.
     * @return the kind; null if no method of based-op.
     */
    public static @Nullable Kind kindOf(final String method)
    {
        for (final Kind kind : Kind.values())
        {
            if (kind.method().equals(method))
            {
                return kind;
            }
        }

        return null;
    }

    /**
     * Reads a JSON-RPC request, or the {@code {"message","signature"}} that is its only parameter.
     *
     * @param object the request, or the parameter.
     * @param kind   of the message where it is known; null: the method tells, or else the fields.
     * @return the message.
     */
    public static SignedMessage signedMessage(final ObjectNode object, final @Nullable Kind kind)
    {
        if (!object.has("method"))
        {
            return signedParameter(object, kind);
        }

        checkFields(object, REQUEST_FIELDS);
        final Kind ofMethod = kindOfMethod(text(object, "method"));
        if (null != kind && kind != ofMethod)
        {
            throw new IllegalArgumentException("method: is that of a " + ofMethod.label() + ", not " + kind.label());
        }

        return signedMessage(ofMethod, required(object, "params"));
    }

    /**
     * Reads a message.
     *
     * @param kind which it is.
     * @param node the message.
     * @return the message.
     */
    public static BasedOpMessage message(final Kind kind, final ObjectNode node)
    {
        checkFields(node, MESSAGE_FIELDS.getOrDefault(kind, Set.of()));

        return switch (kind)
        {
            case FRAG -> new Frag(u64(node, "blockNumber"), u64(node, "seq"), bool(node, "isLast"), txs(node));
            case SEAL -> seal(node);
            case ENV -> env(node);
        };
    }

    /**
     * The kind of a name.
     *
     * @param label such as {@code frag}.
     * @return the kind.
     */
    public static Kind kindOfLabel(final String label)
    {
        for (final Kind kind : Kind.values())
        {
            if (kind.label().equals(label))
            {
                return kind;
            }
        }

        throw new IllegalArgumentException("kind: \"" + label + "\" is none of frag, seal, env");
    }

    /**
     * Writes a message, its fields in order of their names.
     *
     * @param message to write.
     * @return the object.
     */
    public static ObjectNode toJson(final BasedOpMessage message)
    {
        final ObjectNode node = JsonNodeFactory.instance.objectNode();
        if (message instanceof final Frag frag)
        {
            putU64(node, "blockNumber", frag.blockNumber());
            node.put("isLast", frag.isLast());
            putU64(node, "seq", frag.seq());
            final ArrayNode txs = node.putArray("txs");
            for (final byte[] tx : frag.txs())
            {
                txs.add(Hex.toHex(tx));
            }
        }
        else if (message instanceof final Seal seal)
        {
            node.put("blockHash", Hex.toHex(seal.blockHash()));
            putU64(node, "blockNumber", seal.blockNumber());
            putU64(node, "gasLimit", seal.gasLimit());
            putU64(node, "gasUsed", seal.gasUsed());
            node.put("parentHash", Hex.toHex(seal.parentHash()));
            node.put("receiptsRoot", Hex.toHex(seal.receiptsRoot()));
            node.put("stateRoot", Hex.toHex(seal.stateRoot()));
            putU64(node, "totalFrags", seal.totalFrags());
            node.put("transactionsRoot", Hex.toHex(seal.transactionsRoot()));
        }
        else if (message instanceof final Env env)
        {
            putU64(node, "basefee", env.basefee());
            node.put("beneficiary", Hex.toHex(env.beneficiary()));
            node.put("difficulty", Hex.toQuantity(env.difficulty()));
            node.put("extraData", Hex.toHex(env.extraData()));
            putU64(node, "gasLimit", env.gasLimit());
            putU64(node, "number", env.number());
            node.put("parentBeaconBlockRoot", Hex.toHex(env.parentBeaconBlockRoot()));
            node.put("parentHash", Hex.toHex(env.parentHash()));
            node.put("prevrandao", Hex.toHex(env.prevrandao()));
            putU64(node, "timestamp", env.timestamp());
        }

        return node;
    }

    /**
     * Reads a field that must be a string.
     *
     * @param node  holding it.
     * @param field its name.
     * @return the string.
     */
    public static String text(final ObjectNode node, final String field)
    {
        return text(field, required(node, field));
    }

    private static SignedMessage signedParameter(final ObjectNode parameter, final @Nullable Kind kind)
    {
        checkFields(parameter, SIGNED_FIELDS);
        if (!(required(parameter, "message") instanceof final ObjectNode node))
        {
            throw new IllegalArgumentException("message: is not an object");
        }

        final BasedOpMessage message = message(null == kind ? kindOfFields(node) : kind, node);
        final byte[] signature = parameter.has("signature") ?
            Hex.bytes("signature", text(parameter, "signature"), BasedOpMessage.SIGNATURE_LENGTH) : null;

        return new SignedMessage(message, signature);
    }

    private static Kind kindOfMethod(final String method)
    {
        final Kind kind = kindOf(method);
        if (null == kind)
        {
            throw new IllegalArgumentException(
                "method: \"" + method + "\" is none of based_env, based_newFrag, based_sealFrag");
        }

        return kind;
    }

    /** The kind that most of the fields belong to, so that an error can name the field that is amiss. */
    private static Kind kindOfFields(final ObjectNode node)
    {
        Kind best = Kind.FRAG;
        int bestCount = 0;
        boolean isTied = true;
        for (final Map.Entry<Kind, Set<String>> entry : MESSAGE_FIELDS.entrySet())
        {
            final Set<String> shared = new HashSet<>(entry.getValue());
            shared.removeIf((field) -> !node.has(field));
            if (shared.size() > bestCount)
            {
                best = entry.getKey();
                bestCount = shared.size();
                isTied = false;
            }
            else if (shared.size() == bestCount)
            {
                isTied = true;
            }
        }
        if (isTied)
        {
            throw new IllegalArgumentException("message: its fields are not those of a frag, a seal or an env");
        }

        return best;
    }

    private static Seal seal(final ObjectNode node)
    {
        return new Seal(
            u64(node, "totalFrags"),
            u64(node, "blockNumber"),
            u64(node, "gasUsed"),
            u64(node, "gasLimit"),
            bytes(node, "parentHash", 32),
            bytes(node, "transactionsRoot", 32),
            bytes(node, "receiptsRoot", 32),
            bytes(node, "stateRoot", 32),
            bytes(node, "blockHash", 32));
    }

    private static Env env(final ObjectNode node)
    {
        return new Env(
            u64(node, "number"),
            bytes(node, "parentHash", 32),
            bytes(node, "beneficiary", 20),
            u64(node, "timestamp"),
            u64(node, "gasLimit"),
            u64(node, "basefee"),
            Hex.quantity256("difficulty", text(node, "difficulty")),
            bytes(node, "prevrandao", 32),
            Hex.bytes("extraData", text(node, "extraData")),
            bytes(node, "parentBeaconBlockRoot", 32));
    }

    private static List<byte[]> txs(final ObjectNode node)
    {
        final JsonNode list = required(node, "txs");
        if (!list.isArray())
        {
            throw new IllegalArgumentException("txs: is not an array");
        }

        final List<byte[]> txs = new ArrayList<>(list.size());
        for (int i = 0; i < list.size(); i++)
        {
            final String field = "txs[" + i + "]";
            txs.add(Hex.bytes(field, text(field, list.get(i))));
        }

        return txs;
    }

    private static byte[] bytes(final ObjectNode node, final String field, final int length)
    {
        return Hex.bytes(field, text(node, field), length);
    }

    private static boolean bool(final ObjectNode node, final String field)
    {
        final JsonNode value = required(node, field);
        if (!value.isBoolean())
        {
            throw new IllegalArgumentException(field + ": is not true or false");
        }

        return value.booleanValue();
    }

    private static long u64(final ObjectNode node, final String field)
    {
        final JsonNode value = required(node, field);
        if (!value.isIntegralNumber())
        {
            throw new IllegalArgumentException(field + ": is not an integer");
        }

        final BigInteger integer = value.bigIntegerValue();
        if (integer.signum() < 0)
        {
            throw new IllegalArgumentException(field + ": is negative");
        }
        if (integer.bitLength() > U64_BITS)
        {
            throw new IllegalArgumentException(field + ": is over 2^64-1");
        }

        return integer.longValue();
    }

    private static void putU64(final ObjectNode node, final String field, final long value)
    {
        if (value >= 0)
        {
            node.put(field, value);
        }
        else
        {
            node.put(field, new BigInteger(Long.toUnsignedString(value)));
        }
    }

    private static String text(final String field, final JsonNode value)
    {
        if (!value.isTextual())
        {
            throw new IllegalArgumentException(field + ": is not a string");
        }

        return value.textValue();
    }

    private static JsonNode required(final ObjectNode node, final String field)
    {
        final JsonNode value = node.get(field);
        if (null == value)
        {
            throw new IllegalArgumentException(field + ": missing");
        }

        return value;
    }

    private static void checkFields(final ObjectNode node, final Set<String> known)
    {
        for (final Iterator<String> names = node.fieldNames(); names.hasNext();)
        {
            final String name = names.next();
            if (!known.contains(name))
            {
                throw new IllegalArgumentException(name + ": unknown field");
            }
        }
    }
}
