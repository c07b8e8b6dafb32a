package io.fragcast;

/**
 * Checks the lengths of the fixed fields of {@link Env} and {@link Seal}.
 */
final class FieldLengths
{
    private static final int SIGNATURE_LENGTH = 65;

    private FieldLengths()
    {
    }

    static void check(final String name, final byte[] field, final int length)
    {
        if (field.length != length)
        {
            throw new IllegalArgumentException(name + " has " + field.length + " bytes instead of " + length);
        }
    }

    static void checkSignature(final byte[] signature)
    {
        if (0 != signature.length)
        {
            check("basedOpSignature", signature, SIGNATURE_LENGTH);
        }
    }
}
