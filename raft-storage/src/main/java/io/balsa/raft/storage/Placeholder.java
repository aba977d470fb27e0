package io.balsa.raft.storage;

/** Keeps this package from being empty. */
interface Placeholder {}
