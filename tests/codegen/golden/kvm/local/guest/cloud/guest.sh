# shellcheck shell=sh disable=SC2016 # hashes hold dollar signs
# What build.sh does to the guest of cloud.lab, in this order. The verbs are in lib/guest.sh and lib/kind.sh.
