is_there() {
  id=$("$client" image inspect --format '{{.Id}}' "$1" 2>/dev/null) || return 1
  has "$IMAGE_IDS" "sha256:${id#sha256:}"
}

stream() { # the archive's bytes: nothing is joined on disk
  if [ -n "$OLD_FILES" ]; then (cd -- "$old" && cat $OLD_FILES) | head -c "$OLD_LAYERS_BYTES"; fi
  (cd -- "$here" && cat $ARCHIVE_FILES)
}

check_can_load() {
  # docker reads zstd from 23.0 on (github.com/moby/moby/pull/41759, release notes of 23.0.0); podman does, too.
  major=${version%%.*}
  case $engine-$major in
    docker-[0-9] | docker-1[0-9] | docker-2[0-2])
      if [ "$FORMAT" = oci ] || { [ "$COMPRESSION" = zstd ] && ! command -v zstd >/dev/null 2>&1; }; then
        fail 20 "docker $version does not read zstd (23.0 and newer do), and this archive needs it" \
          "install the program zstd where the bundle is not in OCI format; or make the bundle with --compress gzip" \
          "docker $version 不能读取 zstd（23.0 起可以），而本归档需要它" "若离线包不是 OCI 格式，安装 zstd 程序即可；或用 --compress gzip 重新制作离线包"
      fi
      ;;
  esac
  case $engine in docker) format='{{.DockerRootDir}}' ;; *) format='{{.Store.GraphRoot}}' ;; esac
  storage=$("$client" info --format "$format" 2>/dev/null)
  free=$(free_kb "${storage:-/nonexistent}")
  if [ -z "$free" ]; then
    say "note: the free room of the engine's disk cannot be told; $((LOAD_KB / 1000)) MB are needed" \
      "注意：无法得知引擎磁盘的剩余空间；需要 $((LOAD_KB / 1000)) MB"
  elif [ "$free" -lt "$LOAD_KB" ]; then
    fail 32 "the disk of $storage has $((free / 1000)) MB free; loading needs $((LOAD_KB / 1000)) MB" \
      "free some room ($engine system df), or move the engine's storage to a bigger disk" \
      "$storage 所在磁盘剩余 $((free / 1000)) MB；载入需要 $((LOAD_KB / 1000)) MB" "清理空间（$engine system df），或把引擎的存储移到更大的磁盘"
  fi
}

load() {
  check_can_load
  check_bundle 1
  say "loading $IMAGE into $engine $version; this takes minutes" "正在把 $IMAGE 载入 $engine $version，需要几分钟"
  # The names come last in the archive: what ends before them leaves no image under the tag.
  trap 'unname && say "interrupted: nothing is left under the tag; run it again" "已中断：标签下没有残留；请再次运行" && exit 130' INT TERM HUP
  if [ "$FORMAT-$COMPRESSION" = docker-zstd ] && command -v zstd >/dev/null 2>&1; then
    stream | zstd -dcq | "$client" load >&2
  else
    stream | "$client" load >&2
  fi
  code=$?
  trap - INT TERM HUP
  # With containerd's store docker names an image and then unpacks it: it may be named, and its disk full (26.1, 2026-11-28).
  [ "$code" = 0 ] || unname
  [ "$code" = 0 ] && name_it || fail 20 "$engine did not load the image (exit $code; its own words are above)" \
    "correct what it says and run this again; nothing is left under $IMAGE" \
    "$engine 没有载入镜像（退出码 $code，原文见上）" "按提示解决后再次运行；$IMAGE 下没有残留"
}

unname() { # what this load has named
  if is_there "$IMAGE"; then "$client" image rm "$IMAGE" >/dev/null 2>&1; fi
  :
}

name_it() { # an engine that reads the archive as OCI may have left the name out
  is_there "$IMAGE" && return
  for id in $IMAGE_IDS; do
    if is_there "$id"; then "$client" tag "$id" "$IMAGE" && return; fi
  done
  return 1
}
