/**
 * The command line: picocli commands, and what plays real blocks; nobody imports it.
 */
package io.fragcast.cli;
