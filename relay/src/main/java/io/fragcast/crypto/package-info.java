/**
 * Keys and signatures over secp256k1, native or in Java, behind the ports of {@code protocol}; it must not know what
 * is signed.
 */
package io.fragcast.crypto;
