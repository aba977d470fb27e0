/** Certificates for tests. */
package io.balsa.raft.transport.netty.certificates;
