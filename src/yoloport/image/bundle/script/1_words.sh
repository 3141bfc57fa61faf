# From here on the same for every platform. The lists above hold no blank inside a word, and are split on purpose;
# globs are off but where nodes are looked for. For tests: YOLOPORT_ROOT stands before every path of the machine that
# is only looked at (/dev, /sys, /proc, /etc, mounts).
set -uf
export LC_NUMERIC=C
case ${LC_ALL:-${LC_MESSAGES:-${LANG:-}}} in zh*) lang=zh ;; *) lang=en ;; esac
root=${YOLOPORT_ROOT:-}
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P) || exit 1

tell() { # English, Chinese
  if [ "$lang" = zh ]; then printf '%s\n' "$2"; else printf '%s\n' "$1"; fi
}

say() { tell "$@" >&2; }

fail() { # exit code, cause and remedy in English, cause and remedy in Chinese
  say "run.sh: $2" "run.sh：$4" && say "  remedy: $3" "  办法：$5"
  exit "$1"
}

has() { # list, word
  case " $1 " in *" $2 "*) return 0 ;; *) return 1 ;; esac
}
