/**
 * What figures mean: the rule that decides a bound, and the record of where they were taken. It must not know what is
 * measured.
 */
package io.fragcast.bench.report;
