/**
 * What single steps cost: one class a question, each with a {@code floor} beside it, the least that any answer costs.
 */
package io.fragcast.bench.jmh;
