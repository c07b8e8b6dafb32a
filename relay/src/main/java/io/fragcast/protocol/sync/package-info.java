/**
 * Whole heights for those who are far behind: sessions of the bulk lane on both sides, and who is asked for what. Knows
 * frames by their names, and heights by the word of others; it must not know what a block is made of, nor clocks,
 * transport or codecs. What it brings is checked where live frames are.
 */
package io.fragcast.protocol.sync;
