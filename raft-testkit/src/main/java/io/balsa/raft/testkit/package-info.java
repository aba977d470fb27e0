/** Simulated clusters, faults and checkers that find what ordinary tests miss. */
package io.balsa.raft.testkit;
