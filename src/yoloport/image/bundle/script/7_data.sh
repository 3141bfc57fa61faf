check_data() {
  case $data in *[,\"\\]* | *[[:cntrl:]]*) fail 31 "the data folder $data cannot be told to an engine: a comma, quote or backslash is in its path" \
    "--data DIR" "数据目录 $data 的路径含有逗号、引号或反斜杠" "--data DIR" ;; esac
  [ -z "$dry" ] || return 0
  mkdir -p -- "$data" 2>/dev/null && [ -w "$data" ] ||
    fail 31 "the data folder $data cannot be made or written by uid $uid" \
      "--data DIR, or: sudo chown $uid:$gid '$data'" \
      "uid $uid 无法创建或写入数据目录 $data" "--data DIR，或：sudo chown $uid:$gid '$data'"
  free=$(free_kb "$data")
  [ "${free:-$DATA_KB}" -ge "$DATA_KB" ] || fail 32 "the disk of $data has $((free / 1000)) MB free; at least $((DATA_KB / 1000)) MB are needed" \
    "--data DIR on a bigger disk" \
    "$data 所在磁盘剩余 $((free / 1000)) MB；至少需要 $((DATA_KB / 1000)) MB" "--data DIR 指定更大的磁盘"
}

copy_data() { # sample and weights, where they are not there yet; whole or not at all
  for folder in datasets weights; do
    [ -d "$here/$folder" ] || continue
    mkdir -p -- "$data/$folder" || exit 31
    set +f
    for file in "$here/$folder"/*; do
      set -f
      target=$data/$folder/${file##*/}
      [ -e "$file" ] && ! [ -e "$target" ] || continue
      rm -rf -- "$target.part"
      cp -R -- "$file" "$target.part" && chmod -R u+w -- "$target.part" && mv -- "$target.part" "$target" ||
        fail 31 "$file could not be copied to $data" "make room, or --data DIR" "无法把 $file 拷贝到 $data" \
          "清理空间，或 --data DIR"
    done
    set -f
  done
}

is_taken() { # a listening port, as the kernel's tables list it
  grep -Eqsi "^ *[0-9]+: [0-9A-F]+:$(printf %04X "$1") [0-9A-F]+:[0-9A-F]+ 0A " "$root/proc/net/tcp" "$root/proc/net/tcp6"
}

choose_port() {
  if [ -n "$port" ]; then
    ! is_taken "$port" || fail 30 "port $port is in use" "another one: --port N" "端口 $port 已被占用" "换一个：--port N"
    return 0
  fi
  port=$(cat "$register/$name.json" "$register/.$name.last" 2>/dev/null | sed -n 's/.*"port": *\([0-9]*\).*/\1/p' | head -n 1)
  usual=${port:-8888} && port=$usual
  while is_taken "$port"; do port=$((port + 1)) && [ "$port" -le 65535 ] || fail 30 "no port is free" "--port N" \
    "没有空闲端口" "--port N"; done
  [ "$port" = "$usual" ] || say "note: port $usual is in use: using $port" "注意：端口 $usual 已被占用，改用 $port"
}
