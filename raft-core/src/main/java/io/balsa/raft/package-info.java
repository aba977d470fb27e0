/** The front door: what an application needs to run a replicated state machine. */
package io.balsa.raft;
