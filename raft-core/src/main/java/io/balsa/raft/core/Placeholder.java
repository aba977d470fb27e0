package io.balsa.raft.core;

/** Keeps this package from being empty. */
interface Placeholder {}
