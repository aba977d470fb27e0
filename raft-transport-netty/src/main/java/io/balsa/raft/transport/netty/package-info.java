/** Messages between nodes over TCP and TLS. */
package io.balsa.raft.transport.netty;
