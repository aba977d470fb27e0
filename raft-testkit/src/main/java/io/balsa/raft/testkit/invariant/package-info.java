/** What must hold in a cluster at any time, checked from outside, where one sees all nodes. */
package io.balsa.raft.testkit.invariant;
