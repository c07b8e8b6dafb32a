/**
 * How long a journal of any size takes to open. It must not know how the journal keeps its files.
 */
package io.fragcast.bench.journal;
