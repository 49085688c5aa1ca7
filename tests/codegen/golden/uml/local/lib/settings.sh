# shellcheck shell=sh
# What project net says about its server's folders. The environment wins.
MLN_PROJECT=net
: "${MLN_IMAGES:=$MLN_SERVER/images}"
: "${MLN_RUN:=$MLN_SERVER/run}"
[ -n "${MLN_TEMPLATES-}" ] || MLN_TEMPLATES='/srv/my templates'
[ -n "${MLN_FILES-}" ] || MLN_FILES=/srv/files
export MLN_PROJECT MLN_IMAGES MLN_RUN MLN_TEMPLATES MLN_FILES
