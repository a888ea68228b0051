#!/usr/bin/env bash
# Guards the hot path by counting instructions: no clock, so it says the same on a busy machine.
#
#   tests/bench/instructions.sh             compares with tests/bench/instructions.txt, fails above +3 %
#   tests/bench/instructions.sh --record    writes that file anew
#
# Counted with callgrind: the instructions that 2,048 more paths take, divided by paths, months and strategies, so that
# loading and tables do not count. What is compared is the ratio to a loop of Philox, normal scores and exponentials in the
# same program: another compiler or processor moves both.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
record=$root/tests/bench/instructions.txt

if ! command -v valgrind >/dev/null; then
    echo "instructions.sh: valgrind is not installed, so nothing was checked; install it (Debian: apt-get install valgrind)" >&2
    exit 3
fi

cd "$root"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
program=$(cargo bench --bench engine --no-run 2>&1 | tee "$log" | sed -n 's/.*(\(.*\)).*/\1/p' | tail -n 1)
[ -x "$program" ] || { cat "$log" >&2; exit 1; }

# count ARGUMENTS...: instructions of one run
count() {
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$program" "$@" 2>&1 |
        sed -n 's/.*Collected : *\([0-9]*\).*/\1/p' | grep . || { echo "valgrind could not run $program $*" >&2; exit 1; }
}
# more FEW MANY UNITS: instructions of one unit
more() { awk -v few="$1" -v many="$2" -v units="$3" 'BEGIN { printf "%.2f", (many - few) / units }'; }

yard=$(more "$(count --calibrate 1000)" "$(count --calibrate 5000)" $((4000 * 4 * 64)))
measured=$(
    while read -r scenario months strategies; do
        each=$(more "$(count --work "$scenario" 1024)" "$(count --work "$scenario" 3072)" $((2048 * months * strategies)))
        awk -v name="$scenario" -v each="$each" -v yard="$yard" 'BEGIN { printf "%-40s %10.1f %10.3f\n", name, each, each / yard }'
    done <<'RUNS'
tests/bench/workload.toml 60 4
scenarios/support-desk-tokyo.toml 36 4
RUNS
)

if [ "${1:-}" = --record ]; then
    {
        echo "# Instructions per path, month and strategy (2 blocks of paths more, one thread, callgrind), and the same in units of"
        echo "# one lane of the calibrating loop ($yard instructions). Written by tests/bench/instructions.sh --record, $(date +%F),"
        echo "# $(rustc --version | cut -d' ' -f1-2)."
        echo "$measured"
    } >"$record"
    cat "$record"
    exit
fi

failed=0
while read -r name each ratio; do
    before=$(awk -v name="$name" '$1 == name { print $3 }' "$record")
    [ -n "$before" ] || { echo "$name is not in $record: run with --record" >&2; exit 1; }
    change=$(awk -v a="$ratio" -v b="$before" 'BEGIN { printf "%+.1f", 100 * (a / b - 1) }')
    echo "$name: $each instructions per path, month and strategy, $ratio of the calibrating loop; $change % against the record"
    if awk -v c="$change" 'BEGIN { exit !(c > 3) }'; then
        failed=1
    elif awk -v c="$change" 'BEGIN { exit !(c < -3) }'; then
        echo "  faster: record it with tests/bench/instructions.sh --record"
    fi
done <<<"$measured"
[ "$failed" = 0 ] || { echo "more than 3 % above the record: find out why, or record it with a reason in the commit" >&2; exit 1; }
