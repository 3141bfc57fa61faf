#!/bin/sh
# A docker for tests: remembers what it was asked in $FAKE, and holds images and one container as files there.
printf '%s\n' "$*" >>"$FAKE/asked"
file() { printf %s "$FAKE/image-$(printf %s "$1" | tr '/:' '__')"; }
case "$1 ${2:-}" in
  '--version '*) echo "Docker version ${FAKE_VERSION:-26.1.5}" ;;
  'version --format') if [ -n "${FAKE_DOWN:-}" ]; then echo "$FAKE_DOWN" >&2 && exit 1; else echo "${FAKE_VERSION:-26.1.5}"; fi ;;
  'info --format')
    case $3 in
      *CDISpecDirs*) echo "${FAKE_CDI:-[]}" ;;
      *DockerRootDir*) echo "$FAKE" ;;
      *DriverStatus*) echo null ;;
      *) echo '{"ServerVersion": "26.1.5"}' ;;
    esac ;;
  'image inspect')
    if [ "$3" = --format ]; then cat "$(file "$5")" 2>/dev/null; else cat "$FAKE/inspected-$(printf %s "$3" | tr '/:' '__')" 2>/dev/null; fi ;;
  'save '*) cat "$FAKE/saved" && exit "${FAKE_SAVE_CODE:-0}" ;;
  'load '*)
    cat >"$FAKE/loaded"
    [ -z "${FAKE_INTERRUPTED:-}" ] || { kill -TERM "$PPID" && exit 1; }
    [ -z "${FAKE_LOAD_FAILS:-}" ] || { echo 'Error processing tar file: no space left on device' >&2 && exit 1; }
    echo "$FAKE_ID" >"$(file "$FAKE_REFERENCE")" && echo "Loaded image: $FAKE_REFERENCE" ;;
  'run '*)
    [ -z "${FAKE_RUN_FAILS:-}" ] || { echo 'docker: port is already allocated' >&2 && exit 125; }
    for word; do printf '%s\n' "$word"; done >"$FAKE/run" && echo true >"$FAKE/container" && echo 0123456789ab ;;
  'inspect --format') [ -f "$FAKE/container" ] && case $3 in *RestartCount*) echo "$(cat "$FAKE/container") 0" ;; *) cat "$FAKE/container" ;; esac ;;
  'exec '*)
    [ -z "${FAKE_DIES:-}" ] || { echo false >"$FAKE/container" && exit 1; }
    [ "$(cat "$FAKE/container")" = true ] ;;
  'logs '*) echo 'the last line of the log' ;;
  'stop '*) echo false >"$FAKE/container" ;;
  'rm '*) rm -f "$FAKE/container" ;;
  *) echo "fake docker: not understood: $*" >&2 && exit 9 ;;
esac
