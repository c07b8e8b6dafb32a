/**
 * The binary edge: builders and consumers in this process, over ring buffers, and beside it, over Aeron IPC. It must
 * not know the machines.
 */
package io.fragcast.edge.ipc;
