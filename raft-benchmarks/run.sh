#!/usr/bin/env bash
# Builds the library and runs a benchmark from the repository's root:
#   raft-benchmarks/run.sh cluster [--outstanding 1,64,512] [--seconds 8] [--warmup 5] [--reads] [--clients] [--tls]
#   raft-benchmarks/run.sh catch-up [--parts log,snapshot,capture,heap] [--entries 200000] [--state 256]
#     [--captured 1024] [--received 1024] [--load 64]   (sizes in MiB)
#   raft-benchmarks/run.sh jmh [arguments of JMH, for example: StepBenchmark -prof gc]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

what="${1:-cluster}"
shift || true
mvn -q -DskipTests -Dspotless.check.skip=true -pl raft-benchmarks -am \
  package dependency:build-classpath -Dmdep.outputFile=target/classpath
classpath="$PWD/raft-benchmarks/target/classes:$(cat raft-benchmarks/target/classpath)"
mkdir -p raft-benchmarks/target/data

heap=2g
case "$what" in
  cluster) main=io.balsa.raft.benchmarks.ClusterBenchmark ;;
  catch-up)
    main=io.balsa.raft.benchmarks.CatchUpBenchmark
    heap=4g # the captured state, and what replaces it
    ;;
  jmh) main=org.openjdk.jmh.Main ;;
  *)
    echo "unknown benchmark: $what (cluster, catch-up or jmh)" >&2
    exit 2
    ;;
esac
cd raft-benchmarks/target/data
exec java -Xms"$heap" -Xmx"$heap" -Dorg.slf4j.simpleLogger.defaultLogLevel=warn -cp "$classpath" "$main" "$@"
