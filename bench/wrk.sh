#!/usr/bin/env bash
# Requests a second of a bare hyper server and of one with HttpMetrics, under wrk, in pairs that run
# in both orders by turns: what else the machine does falls on both alike. Beside it stands the
# processor time that a request takes in the server, which other programs disturb far less.
#
# Usage: bench/wrk.sh [PAIRS [SECONDS]]     30 pairs of 2 x 2 seconds by default
#
# Needs wrk and taskset, and two cores with little else to do. It is not a part of CI: a shared machine
# tells nothing. The result goes to standard output; what is committed is results/wrk.txt.
set -euo pipefail
cd "$(dirname "$0")"

pairs=${1:-30}
seconds=${2:-2}
connections=32

cargo build --release --quiet --bin server
server=${CARGO_TARGET_DIR:-target}/release/server

scratch=$(mktemp -d)
running=()
trap 'kill "${running[@]}" 2>/dev/null || true; rm -rf "$scratch"' EXIT

# Starts a server with $1 on the first core; sets `address` and `pid`.
start() {
    local log=$scratch/$1
    taskset -c 0 "$server" "$1" >"$log" &
    pid=$!
    running+=("$pid")
    for _ in $(seq 100); do
        address=$(head -n 1 "$log")
        [ -n "$address" ] && return
        sleep 0.05
    done
    echo "the server ($1) does not listen" >&2
    exit 1
}

# The processor time of process $1 so far, in clock ticks.
ticks() {
    awk '{ sub(/.*\) /, ""); print $12 + $13 }' "/proc/$1/stat"
}

# Loads the server at $1, process $2, from the second core. Prints the requests a second, and the
# microseconds of processor time for each.
load() {
    local before after
    before=$(ticks "$2")
    taskset -c 1 wrk --threads 1 --connections "$connections" --duration "${seconds}s" \
        "http://$1/users/7" >"$scratch/wrk"
    after=$(ticks "$2")
    awk -v ticks=$((after - before)) -v hertz="$(getconf CLK_TCK)" '
        / requests in / { requests = $1 }
        /^Requests\/sec:/ { rate = $2 }
        END { printf "%.0f %.2f", rate, ticks / hertz * 1e6 / requests }
    ' "$scratch/wrk"
}

# The median and the extremes of column $1 of the table, called $2.
summary() {
    awk -v column="$1" '{ print $column }' "$scratch/table" | sort -n | awk -v name="$2" '
        { value[NR] = $1 }
        END {
            median = (value[int((NR + 1) / 2)] + value[int(NR / 2) + 1]) / 2
            printf "# %s: median %.3f, lowest %.3f, highest %.3f\n", name, median, value[1], value[NR]
        }'
}

start bare
bare=("$address" "$pid")
start http
http=("$address" "$pid")
load "${bare[@]}" >/dev/null
load "${http[@]}" >/dev/null

echo "# $(awk -F': ' '/model name/ { print $2; exit }' /proc/cpuinfo), $(nproc) cores," \
    "kernel $(uname -r), $(rustc --version), $(date +%F)"
echo "# hyper HTTP/1 on one core, wrk on another: $connections connections, $pairs pairs of 2 x $seconds s"
echo "# requests/s: bare, http, ratio; processor time a request, in microseconds: bare, http, ratio"
for pair in $(seq "$pairs"); do
    if ((pair % 2)); then
        a=$(load "${bare[@]}")
        b=$(load "${http[@]}")
    else
        b=$(load "${http[@]}")
        a=$(load "${bare[@]}")
    fi
    echo "$a $b" | awk '{ printf "%.0f %.0f %.3f  %.2f %.2f %.3f\n", $1, $3, $3 / $1, $2, $4, $2 / $4 }' \
        | tee -a "$scratch/table"
done
summary 3 "requests/s, http to bare"
summary 6 "requests for the same processor time, http to bare"
