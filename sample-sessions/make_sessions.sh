#!/usr/bin/env bash
# Makes the sample sessions anew, byte for byte: sample-sessions/make_sessions.sh [LEVERKIN]
set -euo pipefail
leverkin=$(realpath "${1:-build/leverkin}")
cd "$(dirname "$0")"
rm -rf one-kilohertz ten-kilohertz
"$leverkin" simulate --out one-kilohertz --animals 2 --sessions 6 --minutes 5 --seed 2015 --rate 1000 --storage int16 --compress --format nwb --quiet
# A third mouse at the rig's own rate; the first two have their sessions above.
"$leverkin" simulate --out ten-kilohertz --animals 3 --sessions 2 --minutes 1 --seed 2014 --rate 10000 --storage int16 --compress --format hdf5 --quiet
rm -r ten-kilohertz/mouse_01 ten-kilohertz/mouse_02
