#!/bin/sh
# Makes the four embedded fonts. Needs python3 with fonttools; the Debian packages are named in README.md.
set -eu
INTER=${1:?folder with Inter-Regular.otf} BIZ=${2:?folder with BIZUDPGothic-Regular.ttf}

LATIN=U+0020-007E,U+00A0-017F,U+0192,U+0218-021B,U+02C6-02DD,U+1E9E,U+2010-2027,U+202F,U+2030-203A,U+2044
SIGNS=U+2070-209C,U+20A0-20BF,U+2116,U+2122,U+2190-2193,U+21D2,U+2202,U+2206,U+2211,U+2212,U+221A,U+221E
SIGNS=$SIGNS,U+2248,U+2260,U+2264,U+2265,U+25A0,U+25CF,U+2713
for weight in Regular Bold; do
    pyftsubset "$INTER/Inter-$weight.otf" --unicodes="$LATIN,$SIGNS" --layout-features=kern,ccmp \
        --no-hinting --notdef-outline --name-IDs='*' --output-file="Inter-$weight.otf"
done

python3 charset.py > charset.txt
for weight in Regular Bold; do
    pyftsubset "$BIZ/BIZUDPGothic-$weight.ttf" --text-file=charset.txt --layout-features= --no-hinting \
        --notdef-outline --name-IDs='*' --drop-tables+=meta,vhea,vmtx,DSIG,gasp --output-file="BIZUDPGothic-$weight.ttf"
done
rm charset.txt
