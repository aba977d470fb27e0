#!/usr/bin/env bash
# Runs many seeds of the cluster simulation, on all cores. From anywhere:
#
#   raft-testkit/campaign.sh --seeds 50000            so many seeds
#   raft-testkit/campaign.sh --minutes 60             as many as fit into an hour
#   raft-testkit/campaign.sh --seeds 1000 --first 5001  go on where another run ended
#   raft-testkit/campaign.sh --seeds 1 --first 4711 --trace  replay one, with everything it decides
#
# Exit code 1 if a seed failed. All options are listed in the class Campaign.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

mvn -q -Dspotless.check.skip=true -pl raft-testkit -am \
  test-compile dependency:build-classpath -Dmdep.outputFile=target/classpath >&2
classpath="raft-testkit/target/test-classes:raft-testkit/target/classes:$(cat raft-testkit/target/classpath)"

# Assertions are on as in the tests; the nodes' own logs would only cost time. Buffers outside of the
# heap are given back when the young generation is collected, so that is small.
exec java -ea -Xmx2g -Xmn96m -XX:+UseParallelGC -Dorg.slf4j.simpleLogger.defaultLogLevel=off \
  -cp "$classpath" io.balsa.raft.testkit.simulation.Campaign "$@"
