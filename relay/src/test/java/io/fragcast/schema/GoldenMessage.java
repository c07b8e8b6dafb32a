package io.fragcast.schema;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import uk.co.real_logic.sbe.xml.EncodedDataType;
import uk.co.real_logic.sbe.xml.EnumType;
import uk.co.real_logic.sbe.xml.Field;
import uk.co.real_logic.sbe.xml.Message;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Every field of one template with a value that follows from the ids alone, written and read through the generated
 * codecs. Two entries a group; entry k of a group has values of its own.
 */
final class GoldenMessage
{
    private static final String CODECS = "io.fragcast.codecs.";
    private static final int ENTRIES = 2;

    private final Message message;

    GoldenMessage(final Message message)
    {
        this.message = message;
    }

    byte[] encode() throws ReflectiveOperationException
    {
        final MutableDirectBuffer buffer = new UnsafeBuffer(new byte[4096]);
        final Object header = newCodec("MessageHeaderEncoder");
        final Object encoder = newCodec(message.name() + "Encoder");
        method(encoder, "wrapAndApplyHeader", 3).invoke(encoder, buffer, 0, header);
        write(encoder, message.fields(), 0);
        final int length = 8 + (int) method(encoder, "encodedLength", 0).invoke(encoder);
        final byte[] bytes = new byte[length];
        buffer.getBytes(0, bytes);

        return bytes;
    }

    /** Reads bytes of any version: fields appended since then are absent. */
    void decode(final byte[] bytes) throws ReflectiveOperationException
    {
        final DirectBuffer buffer = new UnsafeBuffer(bytes);
        final Object header = newCodec("MessageHeaderDecoder");
        final Object decoder = newCodec(message.name() + "Decoder");
        method(decoder, "wrapAndApplyHeader", 3).invoke(decoder, buffer, 0, header);
        final int version = (int) method(header, "version", 0).invoke(header);
        read(decoder, message.fields(), 0, version);
        assertThat(8 + (int) method(decoder, "encodedLength", 0).invoke(decoder)).isEqualTo(bytes.length);
    }

    private void write(final Object encoder, final List<Field> fields, final int entry)
        throws ReflectiveOperationException
    {
        for (final Field field : fields)
        {
            if (null != field.groupFields())
            {
                final Object group = method(encoder, field.name() + "Count", 1).invoke(encoder, ENTRIES);
                for (int i = 0; i < ENTRIES; i++)
                {
                    method(group, "next", 0).invoke(group);
                    write(group, field.groupFields(), i);
                }
            }
            else if (isBytes(field))
            {
                final byte[] value = bytes(field, entry);
                encoder.getClass().getMethod("put" + capital(field), byte[].class, int.class, int.class)
                    .invoke(encoder, value, 0, value.length);
            }
            else
            {
                writeScalar(encoder, field, entry);
            }
        }
    }

    private void writeScalar(final Object encoder, final Field field, final int entry)
        throws ReflectiveOperationException
    {
        final Method setter = method(encoder, field.name(), 1);
        final Class<?> type = setter.getParameterTypes()[0];
        final long value = number(field, entry);
        if (type.isEnum())
        {
            setter.invoke(encoder, type.getMethod("get", short.class).invoke(null, (short) value));
        }
        else if (short.class == type)
        {
            setter.invoke(encoder, (short) value);
        }
        else if (int.class == type)
        {
            setter.invoke(encoder, (int) value);
        }
        else
        {
            setter.invoke(encoder, value);
        }
    }

    private void read(final Object decoder, final List<Field> fields, final int entry, final int version)
        throws ReflectiveOperationException
    {
        for (final Field field : fields)
        {
            if (field.sinceVersion() > version)
            {
                continue;
            }
            if (null != field.groupFields())
            {
                final Object group = method(decoder, field.name(), 0).invoke(decoder);
                assertThat(method(group, "count", 0).invoke(group)).isEqualTo(ENTRIES);
                for (int i = 0; i < ENTRIES; i++)
                {
                    method(group, "next", 0).invoke(group);
                    read(group, field.groupFields(), i, version);
                }
            }
            else if (isBytes(field))
            {
                final byte[] expected = bytes(field, entry);
                final byte[] actual = new byte[expected.length];
                if (field.isVariableLength())
                {
                    assertThat(method(decoder, field.name() + "Length", 0).invoke(decoder)).isEqualTo(expected.length);
                }
                decoder.getClass().getMethod("get" + capital(field), byte[].class, int.class, int.class)
                    .invoke(decoder, actual, 0, actual.length);
                assertThat(actual).as(message.name() + "." + field.name()).isEqualTo(expected);
            }
            else
            {
                final String getter = field.type() instanceof EnumType ? field.name() + "Raw" : field.name();
                final Number actual = (Number) method(decoder, getter, 0).invoke(decoder);
                assertThat(actual.longValue()).as(message.name() + "." + field.name())
                    .isEqualTo(number(field, entry));
            }
        }
    }

    private long number(final Field field, final int entry)
    {
        final Random random = random(field, entry);
        if (field.type() instanceof EnumType type)
        {
            final List<EnumType.ValidValue> values = new ArrayList<>(type.validValues());

            return values.get(random.nextInt(values.size())).primitiveValue().longValue();
        }

        // Below the top bit: within every type's range, and never a null value.
        return random.nextLong() & (0x7FFF_FFFF_FFFF_FFFFL >>> (Long.SIZE - 8 * field.type().encodedLength()));
    }

    private byte[] bytes(final Field field, final int entry)
    {
        final Random random = random(field, entry);
        final byte[] bytes =
            new byte[field.isVariableLength() ? 1 + random.nextInt(40) : field.type().encodedLength()];
        random.nextBytes(bytes);

        return bytes;
    }

    private Random random(final Field field, final int entry)
    {
        return new Random((long) message.id() << 32 | (long) field.id() << 8 | entry);
    }

    private static boolean isBytes(final Field field)
    {
        return field.isVariableLength() ||
            (field.type() instanceof EncodedDataType && ((EncodedDataType) field.type()).length() > 1);
    }

    private static String capital(final Field field)
    {
        return Character.toUpperCase(field.name().charAt(0)) + field.name().substring(1);
    }

    private static Object newCodec(final String name) throws ReflectiveOperationException
    {
        return Class.forName(CODECS + name).getConstructor().newInstance();
    }

    private static Method method(final Object codec, final String name, final int parameters)
    {
        return Arrays.stream(codec.getClass().getMethods())
            .filter((method) -> method.getName().equals(name) && parameters == method.getParameterCount())
            .filter((method) -> !method.isBridge())
            .findFirst()
            .orElseThrow(() -> new AssertionError(codec.getClass() + " has no " + name));
    }
}
