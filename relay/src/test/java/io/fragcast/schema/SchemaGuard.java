package io.fragcast.schema;

import uk.co.real_logic.sbe.xml.CompositeType;
import uk.co.real_logic.sbe.xml.EncodedDataType;
import uk.co.real_logic.sbe.xml.EnumType;
import uk.co.real_logic.sbe.xml.Field;
import uk.co.real_logic.sbe.xml.Message;
import uk.co.real_logic.sbe.xml.MessageSchema;
import uk.co.real_logic.sbe.xml.Type;

import java.util.ArrayList;
import java.util.List;

/**
 * Compares a schema with one that was released: ids, offsets, lengths and types stay as they are; a root block grows at
 * its end, by fields that say since when; groups and var-data are frozen; new templates may come.
 */
final class SchemaGuard
{
    private final List<String> violations = new ArrayList<>();
    private final MessageSchema released;

    private SchemaGuard(final MessageSchema released)
    {
        this.released = released;
    }

    static List<String> violations(final MessageSchema released, final MessageSchema next)
    {
        final SchemaGuard guard = new SchemaGuard(released);
        guard.compare(next);

        return guard.violations;
    }

    private void compare(final MessageSchema next)
    {
        expect("schema id", released.id(), next.id());
        expect("byte order", released.byteOrder(), next.byteOrder());
        expect("message header", shapeOf(released.messageHeader()), shapeOf(next.messageHeader()));
        for (final Message message : released.messages())
        {
            final Message successor = next.getMessage(message.id());
            if (null == successor)
            {
                violations.add("template " + message.name() + " is gone");
            }
            else
            {
                compare(message, successor);
            }
        }
        for (final Message message : next.messages())
        {
            if (null == released.getMessage(message.id()) && message.sinceVersion() <= released.version())
            {
                violations.add("template " + message.name() + " is new without sinceVersion");
            }
        }
        if (next.version() < released.version())
        {
            violations.add("version falls from " + released.version() + " to " + next.version());
        }
    }

    private void compare(final Message message, final Message successor)
    {
        final String name = message.name();
        expect(name + " name", name, successor.name());
        compareFields(name, message.fields(), successor.fields(), successor.fields().size());
        final List<Field> rootBefore = message.fields().stream().filter(SchemaGuard::isOfRoot).toList();
        final List<Field> rootAfter = successor.fields().stream().filter(SchemaGuard::isOfRoot).toList();
        for (int i = rootBefore.size(); i < rootAfter.size(); i++)
        {
            final Field field = rootAfter.get(i);
            if (field.sinceVersion() <= released.version())
            {
                violations.add(name + "." + field.name() + " is new without sinceVersion");
            }
            if (field.computedOffset() < message.blockLength())
            {
                violations.add(name + "." + field.name() + " is new inside the released block");
            }
        }
        if (successor.fields().size() - rootAfter.size() > message.fields().size() - rootBefore.size())
        {
            violations.add(name + " has a new group or var-data");
        }
        if (successor.blockLength() < message.blockLength() ||
            (successor.blockLength() > message.blockLength() && rootAfter.size() == rootBefore.size()))
        {
            violations.add(name + " block length " + message.blockLength() + " -> " + successor.blockLength());
        }
    }

    private void compareFields(
        final String path, final List<Field> fields, final List<Field> successors, final int successorCount)
    {
        int index = 0;
        for (final Field field : fields)
        {
            // New root fields stand between the released ones and the groups.
            while (index < successorCount && successors.get(index).sinceVersion() > released.version())
            {
                index++;
            }
            final String name = path + "." + field.name();
            if (index == successorCount)
            {
                violations.add(name + " is gone");
                continue;
            }
            final Field successor = successors.get(index++);
            expect(name + " id", field.id(), successor.id());
            expect(name + " name", field.name(), successor.name());
            expect(name + " offset", field.computedOffset(), successor.computedOffset());
            expect(name + " since", field.sinceVersion(), successor.sinceVersion());
            if (null != field.groupFields())
            {
                expect(name + " entries", field.groupFields().size(),
                    null == successor.groupFields() ? -1 : successor.groupFields().size());
                expect(name + " dimension", shapeOf(field.dimensionType()), shapeOf(successor.dimensionType()));
                if (null != successor.groupFields())
                {
                    expect(name + " entry length", field.computedBlockLength(), successor.computedBlockLength());
                    compareFields(
                        name, field.groupFields(), successor.groupFields(), successor.groupFields().size());
                }
            }
            else
            {
                expect(name + " type", shapeOf(field.type()), shapeOf(successor.type()));
            }
        }
    }

    /** What a type is on the wire; an enum may gain values at its end. */
    private static String shapeOf(final Type type)
    {
        if (type instanceof EncodedDataType encoded)
        {
            return encoded.primitiveType() + "[" + encoded.length() + "]";
        }
        if (type instanceof EnumType enumType)
        {
            return "enum " + enumType.name() + " " + enumType.encodingType();
        }
        if (type instanceof CompositeType composite)
        {
            final StringBuilder shape = new StringBuilder("composite");
            for (final Type part : composite.getTypeList())
            {
                shape.append(' ').append(part.name()).append(' ').append(shapeOf(part));
            }

            return shape.toString();
        }

        return null == type ? "none" : type.getClass().getSimpleName() + " " + type.name();
    }

    private static boolean isOfRoot(final Field field)
    {
        return null == field.groupFields() && !field.isVariableLength();
    }

    private void expect(final String what, final Object before, final Object after)
    {
        if (!before.equals(after))
        {
            violations.add(what + " " + before + " -> " + after);
        }
    }
}
