package io.balsa.raft.transport.netty;

import io.balsa.raft.core.Member;
import java.util.List;
import java.util.Optional;

/**
 * A cluster as one of its nodes sees it, which may be behind.
 *
 * @param leader who leads, if the node knows of anybody
 * @param members the members, with learners and, amid a change, with those who leave
 */
public record ClusterStatus(Optional<Member> leader, List<Member> members) {}
