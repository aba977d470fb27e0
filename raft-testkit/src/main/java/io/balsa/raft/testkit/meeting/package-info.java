/** Who may talk to whom, for networks without sockets. Not for users. */
package io.balsa.raft.testkit.meeting;
