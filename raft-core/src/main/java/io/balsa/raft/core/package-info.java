/** The Raft algorithm as a deterministic function of its inputs. */
package io.balsa.raft.core;
