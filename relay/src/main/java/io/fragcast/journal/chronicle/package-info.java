/**
 * The journal's store in Chronicle Queue; the only package that knows it. It must not know what the records mean.
 */
package io.fragcast.journal.chronicle;
