package io.balsa.raft;

/** Keeps this package from being empty. */
interface Placeholder {}
