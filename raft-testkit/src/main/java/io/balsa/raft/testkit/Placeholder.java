package io.balsa.raft.testkit;

/** Keeps this package from being empty. */
interface Placeholder {}
