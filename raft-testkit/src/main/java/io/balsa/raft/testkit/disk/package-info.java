/** Disks that fail, run full, stall and lose what was not forced. */
package io.balsa.raft.testkit.disk;
