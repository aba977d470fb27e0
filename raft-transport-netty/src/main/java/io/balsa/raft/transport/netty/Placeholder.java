package io.balsa.raft.transport.netty;

/** Keeps this package from being empty. */
interface Placeholder {}
