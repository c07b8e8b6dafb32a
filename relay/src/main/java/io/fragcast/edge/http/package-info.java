/**
 * The node's one HTTP server: takes requests, bounds them and hands them to who is mounted; it must not know what they
 * say.
 */
package io.fragcast.edge.http;
