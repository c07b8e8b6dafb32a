/**
 * Fragcast beside what a user would run instead: the same payload at the same rate through each contender, two
 * processes each, and a page that shows what came out. It must not know what is inside a contender.
 */
package io.fragcast.bench.compare;
