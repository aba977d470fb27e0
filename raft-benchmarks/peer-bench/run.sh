#!/usr/bin/env bash
# Runs Balsa beside its rivals:
#   raft-benchmarks/peer-bench/run.sh FOLDER_OF_PEER_BENCH [flags of its run.sh, for example --reads --failover]
# The folder must be writable: its own build and its figures go there.
set -euo pipefail

peer_bench="$(cd "$1" && pwd)"
shift
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
here="$PWD/raft-benchmarks/peer-bench"
out="$PWD/raft-benchmarks/target/peer-bench"

mvn -q -DskipTests -Dspotless.check.skip=true -pl raft-transport-netty,raft-storage -am \
  package dependency:build-classpath -DincludeScope=runtime -Dmdep.outputFile=target/classpath
(cd "$peer_bench" && [ -f core/target/core.jar ] || (cd "$peer_bench" && mvn -q -B package))

libraries="$(cat raft-transport-netty/target/classpath)"
ours="$PWD/raft-core/target/classes:$PWD/raft-storage/target/classes:$PWD/raft-transport-netty/target/classes"
mkdir -p "$out"
javac -d "$out" -cp "$peer_bench/core/target/core.jar:$ours:$libraries" "$here/BalsaContender.java"
exec "$peer_bench/run.sh" \
  --extra-classpath "$out:$ours:$libraries" --contender-class BalsaContender --extra-name balsa "$@"
