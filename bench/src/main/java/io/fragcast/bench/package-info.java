/**
 * Measuring, as commands beside those of the product; on no production class path.
 */
package io.fragcast.bench;
