who() {
  uid=$(id -u) gid=$(id -g) user=$(id -un 2>/dev/null)
  case $user in '' | [!a-z_]* | *[!a-z0-9_-]* | ????????????????????????????????*) user=yolo ;; esac
}

quoted() { # words for a shell, an option a line
  for word; do
    case $word in --*) printf ' \\\n ' ;; esac
    case $word in
      '' | *[!A-Za-z0-9_./:=,@%+-]*) printf " '%s'" "$(printf %s "$word" | sed "s/'/'\\\\''/g")" ;;
      *) printf ' %s' "$word" ;;
    esac
  done
  echo
}

run_container() { # the same words as `yoloport up --engine docker` (workspace/render_engine.py); "print" only prints them
  how=$1
  set -- "$client" run --detach --name "$container" --hostname "$name" --label "yoloport.workspace=$name"
  set -- "$@" --restart unless-stopped --stop-timeout "$STOP_SECONDS" --user "$uid:$gid"
  set -- "$@" --cap-drop ALL --security-opt no-new-privileges
  if [ "$engine" = podman ] && [ "$("$client" info --format '{{.Host.Security.Rootless}}' 2>/dev/null)" = true ]; then
    set -- "$@" --userns keep-id
  fi
  set -- "$@" $OPTIONS
  if [ "$uid" = 0 ]; then for word in $ROOT_CAPABILITIES; do set -- "$@" "--cap-add=$word"; done; fi
  set -- "$@" "--shm-size=${SHM_MB}m" --publish "127.0.0.1:$port:8888" --mount "type=bind,src=$data,dst=/data"
  for path in $MOUNTS; do
    if [ -e "$root$path" ]; then set -- "$@" --mount "type=bind,src=$path,dst=$path,readonly"; fi
  done
  if [ -n "$cdi" ] && [ -n "$chosen" ]; then
    for card in $chosen; do set -- "$@" --device "$cdi=$card"; done
  elif [ -n "$GPUS_FLAG" ] && [ -n "$chosen" ]; then
    set -- "$@" --gpus "\"device=$(echo $chosen | tr ' ' ,)\""
  else
    for entry in $nodes; do set -- "$@" --device "$entry"; done
    for word in $gids; do set -- "$@" --group-add "$word"; done
  fi
  set -- "$@" --env "YOLOPORT_NAME=$name" --env "YOLOPORT_USER=$user"
  for word in $ENVIRONMENT; do set -- "$@" --env "$word"; done
  if [ -n "$devices" ]; then for word in $VISIBILITY; do set -- "$@" --env "$word=$(visible)"; done; fi
  if [ "$KIND" = accelerator ]; then set -- "$@" --env "YOLOPORT_PLATFORM=$PLATFORM" --env YOLOPORT_REQUIRE=accelerator; fi
  set -- "$@" ${YOLOPORT_OPTIONS:-} "$IMAGE"
  if [ "$how" = print ]; then quoted "$@"; else "$@"; fi
}

visible() { # cards passed one by one count from 0 inside; where all nodes are passed, as on the host
  index=0 list=''
  if [ -n "$cdi$GPUS_FLAG$NODES_CARD" ]; then order=$chosen; else order=$cards; fi
  for card in $order; do
    ! has "$chosen" "$card" || list="$list,$index"
    index=$((index + 1))
  done
  printf %s "${list#,}"
}

remember() { # so that `yoloport status` and `down` know it
  mkdir -p -- "$register" && printf '{"name": "%s", "engine": "%s", "client": "%s", "platform": "%s", "data": "%s", "port": %s, "ssh_port": 0, "expose": false, "user": "%s"}\n' \
    "$name" "$engine" "$client" "$PLATFORM" "$data" "$port" "$user" >"$register/.$name.part" &&
    mv -- "$register/.$name.part" "$register/$name.json" || say "note: $register cannot be written" "注意：无法写入 $register"
}

forget() { [ ! -f "$register/$name.json" ] || mv -- "$register/$name.json" "$register/.$name.last"; }

state_of() { "$client" inspect --format '{{.State.Running}}' "$container" 2>/dev/null; }

answers() { # the image's own health check, asked through the engine: no port and no program of the host is needed
  if [ -z "$HEALTH" ]; then [ "$(state_of)" = true ]; else "$client" exec "$container" $HEALTH >/dev/null 2>&1; fi
}

wait_for_it() {
  left=180
  until answers; do
    case $("$client" inspect --format '{{.State.Running}} {{.RestartCount}}' "$container" 2>/dev/null) in
      'true 0') ;;
      *) give_up "ended before it answered" "在应答之前退出了" ;;
    esac
    left=$((left - 1))
    [ "$left" -gt 0 ] || give_up "does not answer after 3 minutes" "3 分钟后仍无应答"
    sleep 1
  done
}

give_up() {
  "$client" logs --tail 20 "$container" >&2
  "$client" rm --force "$container" >/dev/null 2>&1
  forget
  fail 35 "workspace $name $1; its log ends above" "read the log above; the workspace was removed again" \
    "工作区 $name $2；日志末尾见上" "请看上面的日志；工作区已移除"
}
