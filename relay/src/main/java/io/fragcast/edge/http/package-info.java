/**
 * The node's one HTTP server, which takes requests, bounds them and hands them to who is mounted, not knowing what they
 * say; and what a node shows its operator there: metrics, readiness, the status page.
 */
package io.fragcast.edge.http;
