/** Small clusters that show how the library is used. */
package io.balsa.raft.examples;
