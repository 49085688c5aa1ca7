# shellcheck shell=sh
# What project box says about its server's folders. The environment wins.
MLN_PROJECT=box
: "${MLN_IMAGES:=$MLN_SERVER/images}"
: "${MLN_RUN:=$MLN_SERVER/run}"
[ -n "${MLN_TEMPLATES-}" ] || MLN_TEMPLATES=/opt/mln/templates
[ -n "${MLN_FILES-}" ] || MLN_FILES=/opt/mln/files
export MLN_PROJECT MLN_IMAGES MLN_RUN MLN_TEMPLATES MLN_FILES
