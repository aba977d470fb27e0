/** How fast the library is, measured. */
package io.balsa.raft.benchmarks;
