/**
 * The ports through which frames come and go; it must not know who carries them.
 */
package io.fragcast.transport;
