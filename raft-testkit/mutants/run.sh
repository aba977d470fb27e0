#!/usr/bin/env bash
# Puts bugs of real systems back into this library, one at a time, and counts how many seeds the
# simulator needs to find each. From anywhere:
#
#   raft-testkit/mutants/run.sh                     all of them
#   raft-testkit/mutants/run.sh NAME [NAME ...]     some, by the names of their files, .patch or not
#
#   SEEDS=1000   how many seeds to try before a bug counts as not found
#   FIRST=1      the first seed
#   PORTION=100  how many seeds are tried in one process
#   LIMIT=600    after how many seconds such a process counts as hanging, which counts as found
#   JOBS=2       how many bugs are tried at the same time
#
# Each NAME.patch names the bug, the ids of docs/testing.md and the part of the library it is in,
# above a diff against the root of the repository. The bug is put into a copy of the module's
# sources, compiled, and goes in front of the class path; the sources themselves are not touched.
# A seed that fails, or does not end, counts only if the library without the bug passes it.
#
# Prints a table in Markdown. Exit code 1 if a bug was not found, or if a patch does not apply or
# compile any more. What each run printed is in raft-testkit/target/mutants/NAME.
set -euo pipefail
self="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/$(basename "${BASH_SOURCE[0]}")"
patches="$(dirname "$self")"
cd "$patches/../.."
work="$PWD/raft-testkit/target/mutants"
export SEEDS="${SEEDS:-1000}" FIRST="${FIRST:-1}" PORTION="${PORTION:-100}"
export LIMIT="${LIMIT:-600}" JOBS="${JOBS:-2}"

# campaign OVERRIDE OPTIONS...: replaces this shell by a run with these classes in front
campaign() {
  local override="$1"
  shift
  # Assertions are on as in the tests; logs and the threads of a collector would only cost time.
  exec java -ea -Xmx1g -XX:+UseSerialGC -Dorg.slf4j.simpleLogger.defaultLogLevel=off \
    -cp "$override:$(cat "$work/classpath")" \
    io.balsa.raft.testkit.simulation.Campaign "$@"
}

header() { # NAME WORD
  sed -n "s/^$2: //p;/^---/q" "$patches/$1.patch"
}

# ---- one bug

result() { # NAME VERDICT AFTER REASON
  local reason
  reason="$(printf '%s' "$4" | tr '\t\n' '  ' | cut -c 1-120 | sed 's/|/\\|/g')"
  printf '%s\t%s\t%s\n' "$2" "$3" "$reason" >"$work/$1/result"
  echo "$1: $2${3:+ after $3}${reason:+: $reason}" >&2
}

prepare() { # NAME; leaves the classes with the bug in $work/NAME/classes
  local dir="$work/$1" modules module
  modules="$(sed -n 's|^--- a/\([^/]*\)/.*|\1|p' "$patches/$1.patch" | sort -u)"
  for module in $modules; do
    mkdir -p "$dir/sources/$module/src/main"
    cp -R "$module/src/main/java" "$dir/sources/$module/src/main/"
  done
  if ! patch -p1 -F 0 -s -N -d "$dir/sources" <"$patches/$1.patch" >"$dir/patch.log" 2>&1; then
    result "$1" "DOES NOT APPLY" "" "$(head -n 1 "$dir/patch.log")"
    return 1
  fi
  find "$dir/sources" -name '*.java' ! -name module-info.java >"$dir/files"
  if ! javac --release 17 -proc:none -nowarn -cp "$(cat "$work/classpath")" -d "$dir/classes" \
    "@$dir/files" >"$dir/javac.log" 2>&1; then
    result "$1" "DOES NOT COMPILE" "" "$(grep -m 1 error "$dir/javac.log" | sed 's|.*/||')"
    return 1
  fi
}

# Runs a campaign and writes what it prints to OUT; 124 if it does not end in time.
watched() { # OUT OVERRIDE OPTIONS...
  local out="$1" seconds=0
  shift
  campaign "$@" >"$out" 2>"$out.errors" </dev/null &
  run=$!
  trap 'kill -9 "$run" 2>/dev/null || true' EXIT
  while kill -0 "$run" 2>/dev/null; do
    if [ "$seconds" -ge "$LIMIT" ]; then
      kill -9 "$run"
      wait "$run" 2>/dev/null || true
      return 124
    fi
    sleep 1
    seconds=$((seconds + 1))
  done
  wait "$run"
}

try_one() { # NAME
  local dir="$work/$1" tried=0 code=0 count
  rm -rf "$dir"
  mkdir -p "$dir/classes"
  prepare "$1" || return 0
  while [ "$tried" -lt "$SEEDS" ]; do
    count=$((SEEDS - tried < PORTION ? SEEDS - tried : PORTION))
    watched "$dir/out" "$dir/classes" --seeds "$count" --first "$((FIRST + tried))" \
      --stop-at-first --threads 1 || code=$?
    if [ "$code" -ne 0 ]; then
      judge "$1" "$code" "$tried" "$count"
      return 0
    fi
    tried=$((tried + count))
  done
  result "$1" "NOT FOUND" "" "$tried seeds are clean"
}

judge() { # NAME CODE TRIED COUNT
  local dir="$work/$1" last seed
  last="$(tail -n 1 "$dir/out")"
  if [ "$2" -eq 124 ]; then
    if watched "$dir/without" "$work/none" --seeds "$4" --first "$((FIRST + $3))"; then
      result "$1" "hangs" "" "one of the seeds from $((FIRST + $3)) on does not end"
    else
      result "$1" "NOT FOUND" "" "without the bug $4 seeds take more than $LIMIT s too"
    fi
  elif [ "$last" = "${last#failed seed=}" ]; then
    result "$1" "crashed" "" "exit code $2: $(head -n 1 "$dir/out.errors")"
  else
    seed="$(echo "$last" | sed 's/^failed seed=\([^ ]*\).*/\1/')"
    if watched "$dir/without" "$work/none" --seeds 1 --first "$seed"; then
      result "$1" "found" "$(($3 + ${last##*after=}))" "$(tail -n 2 "$dir/out" | head -n 1)"
    else
      result "$1" "NOT FOUND" "" "seed $seed fails without the bug too"
    fi
  fi
}

if [ "${1:-}" = --one ]; then
  try_one "$2"
  exit 0
fi

# ---- all of them

names="$work/names"
mkdir -p "$work/none"
: >"$names"
if [ $# -eq 0 ]; then
  set -- "$patches"/*.patch
fi
for patch in "$@"; do
  name="$(basename "$patch" .patch)"
  if [ ! -f "$patches/$name.patch" ]; then
    echo "there is no $name.patch" >&2
    exit 2
  fi
  echo "$name" >>"$names"
done

mvn -q -Dspotless.check.skip=true -pl raft-testkit -am \
  test-compile dependency:build-classpath -Dmdep.outputFile=target/classpath
printf '%s' "$PWD/raft-testkit/target/classes:$PWD/raft-testkit/target/test-classes:" \
  >"$work/classpath"
cat raft-testkit/target/classpath >>"$work/classpath"
if ! (campaign "$work/none" --seeds 1 --first "$FIRST") >"$work/clean" 2>&1; then
  echo "without any bug, seed $FIRST fails; see $work/clean" >&2
  exit 2
fi

xargs -P "$JOBS" -n 1 "$self" --one <"$names" || true

echo
echo "| bug | id | part | found after n seeds | how it showed |"
echo "|---|---|---|---|---|"
all=0
bad=0
: >"$work/counts"
while read -r name; do
  if [ ! -f "$work/$name/result" ]; then
    result "$name" "NO RESULT" "" "see $work/$name"
  fi
  IFS=$'\t' read -r verdict after reason < <(sed $'s/\t\t/\t-\t/' "$work/$name/result")
  all=$((all + 1))
  case "$verdict" in
    found) echo "$after" >>"$work/counts" ;;
    hangs | crashed) after="$verdict" ;;
    *)
      after="$verdict"
      bad=$((bad + 1))
      ;;
  esac
  echo "| $(header "$name" Bug) | $(header "$name" Id) | $(header "$name" Part) | $after | $reason |"
done <"$names"

median="$(sort -n "$work/counts" | awk '{n[NR] = $1} END {print NR ? n[int((NR + 1) / 2)] : "-"}')"
echo
echo "$((all - bad)) of $all bugs found, half of them within $median seeds."
[ "$bad" -eq 0 ]
