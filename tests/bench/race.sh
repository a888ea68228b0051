#!/usr/bin/env bash
# The race: other ways to compute workload W, and tokencast reading tests/bench/workload.toml, in turn on this machine.
#
#   tests/bench/race.sh PEERS_DIR [PATHS] [ROUNDS]        100000 paths and 5 rounds if not said
#
# PEERS_DIR holds w_numpy.py, w_numba.py, w_jax.py, w_monaco.py, w_openturns.py, squiggle/ and rust-lanes/; it may be read only.
# A Python environment and rust-lanes are made in $RACE_CACHE (~/.cache/tokencast-race) when they are missing. A peer that
# cannot be had is named and left out. $RACE_THREADS (2) threads for all who use threads; JAX takes all cores.
#
# Every round runs everyone once, each in a process of its own that reports the best of two. A ratio is the median over the
# rounds of (time of the peer / our time in the same round): what else the machine does hits both.
set -uo pipefail

peers=$(cd "${1:?usage: race.sh PEERS_DIR [PATHS] [ROUNDS]}" && pwd) || exit 2
paths=$(printf '%.0f' "${2:-100000}")
rounds=${3:-5}
threads=${RACE_THREADS:-2}
cache=${RACE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/tokencast-race}
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
mkdir -p "$cache"
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
export PYTHONDONTWRITEBYTECODE=1 NUMBA_CACHE_DIR="$cache/numba"

say() { printf '%s\n' "$*"; }
missing() { say "left out: $*" >&2; }

# ---- What there is to race against -----------------------------------------------------------------------------------

python=$cache/venv/bin/python
if [ ! -x "$python" ]; then
    python3 -m venv "$cache/venv" || missing "everything in Python (no Python with venv)"
fi
has() { "$python" -c "import $1" 2>/dev/null; }
# has_or_install MODULE PACKAGE...
has_or_install() {
    has "$1" || { "$python" -m pip install --quiet "${@:2}" >"$results/pip" 2>&1 && has "$1"; } ||
        { missing "$1 ($(tail -n 1 "$results/pip" 2>/dev/null))"; return 1; }
}

names=()      # in the order in which they run
declare -A run extrapolated
peer() { names+=("$1"); run[$1]=$2; }

if [ -x "$python" ]; then
    if has_or_install numpy numpy; then
        peer numpy "$python w_numpy.py $paths 2 1"
        # Its JSON line is that of `tuned`; `natural` is plainer and slower.
        has_or_install scipy scipy && has_or_install numba numba &&
            peer numba-tuned "$python w_numba.py $paths 2 $threads"
        has scipy && has_or_install jax 'jax[cpu]' && peer jax-f32 "$python w_jax.py $paths 2 f32"
    fi
fi

lanes=$cache/rust-lanes
if [ ! -x "$lanes/target/release/race" ]; then
    say "building rust-lanes (some minutes)" >&2
    mkdir -p "$lanes" && cp -r "$peers/rust-lanes/." "$lanes/" && chmod -R u+w "$lanes" &&
        cargo build --release --quiet --manifest-path "$lanes/Cargo.toml" --target-dir "$lanes/target" --bin race >&2
fi
if [ -x "$lanes/target/release/race" ]; then
    peer rust-naive "$lanes/target/release/race $paths $threads naive 2"
    grep -qw avx2 /proc/cpuinfo && {
        peer rust-lanes-f64 "$lanes/target/release/race $paths $threads soa-f64-avx2 2"
        peer rust-lanes-f64-streamed "$lanes/target/release/race $paths $threads stream64-avx2 2"
    }
    grep -qw avx512f /proc/cpuinfo && peer rust-lanes-f32 "$lanes/target/release/race $paths $threads soa-f32-512 2"
else
    missing "rust-lanes (does not build)"
fi

# Those that take minutes for many paths run with few, and their time is scaled up.
few() { extrapolated[$1]=$2; peer "$1" "$3"; }
if [ -x "$python" ]; then
    has monaco && few monaco 1000 "$python w_monaco.py 1000"
    has openturns && has chaospy && few openturns 10000 "$python w_openturns.py 10000"
fi
for place in "$cache/squiggle" "$peers/squiggle"; do
    if command -v node >/dev/null && [ -d "$place/node_modules/@quri/squiggle-lang" ]; then
        few squiggle 1000 "node $place/w.mjs 1000 60 full"
        break
    fi
done

# Our own program, built once: `cargo bench --no-run` says where.
ours=$(cd "$root" && cargo bench --bench engine --no-run 2>&1 | tee "$results/build" | sed -n 's/.*(\(.*\)).*/\1/p' | tail -n 1)
[ -n "$ours" ] || { cat "$results/build" >&2; exit 1; }
[ -x "$ours" ] || ours=$root/$ours

# ---- The rounds ------------------------------------------------------------------------------------------------------

field() { sed -n "s/.*\"$1\": *\([-0-9.e+]*\).*/\1/p"; }
# keep NAME: from lines of JSON to a row "sim total memory", scaled to $paths where fewer were run
keep() {
    local line sim total memory n
    line=$(grep '^{.*"total_s"' | grep -v natural | grep -v plain-python | tail -n 1)
    [ -n "$line" ] || { missing "$1 (it failed: $(tail -n 1 "$results/err"))"; return; }
    sim=$(field sim_s <<<"$line"); total=$(field total_s <<<"$line"); memory=$(field peak_rss_mb <<<"$line")
    n=${extrapolated[$1]:-$paths}
    awk -v s="${sim:-$total}" -v t="$total" -v m="${memory:-nan}" -v k="$paths" -v n="$n" \
        'BEGIN { print s * k / n, t * k / n, m }' >>"$results/$1"
    printf '%s\n' "$line" >>"$results/$1.json"
}

say "workload W, $paths paths, $threads threads, $rounds rounds; $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | sort -u | head -n 1), $(nproc) cores; load $(cut -d' ' -f1-3 /proc/loadavg) at the start"
for round in $(seq "$rounds"); do
    for name in "${names[@]}"; do
        # Words of a command are split on purpose.
        # shellcheck disable=SC2086
        (cd "$peers" && ${run[$name]}) 2>"$results/err" | keep "$name"
    done
    for t in 1 "$threads"; do
        "$ours" --race "$paths" "$t" plain 2 2>"$results/err" | keep "tokencast-$t"
    done
    "$ours" --race "$paths" "$threads" sobol 2 2>"$results/err" | keep "tokencast-sobol"
    say "round $round done, load $(cut -d' ' -f1 /proc/loadavg)" >&2
done

# ---- What came out ---------------------------------------------------------------------------------------------------

median() { sort -g | awk '{ v[NR] = $1 } END { print NR ? (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 : "nan" }'; }
column() { awk -v c="$2" '{ print $c }' "$results/$1" | median; }

say ""
printf '%-26s %12s %14s %9s %12s %12s %12s\n' "median of $rounds" "simulate, s" "with fans, s" "MB" "mean api" "mean own" "CVaR hybrid"
for name in "${names[@]}" tokencast-1 "tokencast-$threads" tokencast-sobol; do
    [ -s "$results/$name" ] || continue
    printf '%-26s %12.3f %14.3f %9.0f' "$name" "$(column "$name" 1)" "$(column "$name" 2)" "$(column "$name" 3)"
    for key in api_mean onprem_mean hybrid_cvar; do
        printf ' %12.4g' "$(tail -n 1 "$results/$name.json" | field $key | grep . || echo nan)"
    done
    [ -n "${extrapolated[$name]:-}" ] && printf '   from %s paths, scaled per path' "${extrapolated[$name]}"
    say ""
done

# ratio PEER OURS COLUMN
ratio() { paste "$results/$1" "$results/$2" | awk -v c="$3" 'NF == 6 { print $c / $(c + 3) }' | median; }
least() { awk '{ print $1 }' "$results/$1" | sort -g | head -n 1; }
# best PEER OURS: the fastest simulation of one against that of the other
best() { awk -v a="$(least "$1")" -v b="$(least "$2")" 'BEGIN { print a / b }'; }

say ""
say "tokencast on $threads threads, plain draws, is faster by (simulation; with all fans; best of all rounds; we on one thread):"
for name in "${names[@]}"; do
    [ -s "$results/$name" ] && [ -s "$results/tokencast-$threads" ] || continue
    printf '%s %.2fx (with fans %.2fx; best %.2fx; one thread %.2fx)%s\n' "$name" "$(ratio "$name" "tokencast-$threads" 1)" \
        "$(ratio "$name" "tokencast-$threads" 2)" "$(best "$name" "tokencast-$threads")" "$(ratio "$name" tokencast-1 1)" \
        "${extrapolated[$name]:+, extrapolated}"
done
[ "$threads" -gt 1 ] && printf '%s threads against 1: %.2fx (with fans %.2fx)\n' "$threads" \
    "$(ratio tokencast-1 "tokencast-$threads" 1)" "$(ratio tokencast-1 "tokencast-$threads" 2)"

# ---- Until every mean is known to 0.25 % -----------------------------------------------------------------------------

if [ -s "$results/numpy" ]; then
    # Plain draws need (sd / mean / 0.0025)² paths for the widest of the four; numpy's own spread and speed tell how long.
    need=$(cd "$peers" && "$python" -c 'import w_numpy
npv = w_numpy.run(200000, 7)[1]
print(int(max((v.std() / v.mean() / 0.0025) ** 2 for v in npv)))' 2>"$results/err")
    line=$("$ours" --precise 0.0025 "$threads" 15)
    if [ -n "$need" ] && [ -n "$line" ]; then
        say ""
        awk -v need="$need" -v speed="$(column numpy 1)" -v paths="$paths" -v n="$(field n <<<"$line")" -v s="$(field sim_s <<<"$line")" -v f="$(field total_s <<<"$line")" \
            'BEGIN { t = need * speed / paths; printf "every mean to 0.25 %% (standard error): numpy, plain, %d paths, %.2f s; tokencast, Sobol, %d paths, %.3f s: %.1fx (with all fans %.3f s: %.1fx)\n", need, t, n, s, t / s, f, t / f }'
    fi
fi
say "load $(cut -d' ' -f1-3 /proc/loadavg) at the end"
awk -v cores="$(nproc)" '{ exit !($1 > cores + 1) }' /proc/loadavg &&
    say "others are using this machine: $threads threads get less than their cores; compare one thread, and wait for a quiet hour"
exit 0
