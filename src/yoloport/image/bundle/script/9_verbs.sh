show() {
  port=$(sed -n 's/.*"port": *\([0-9]*\).*/\1/p' "$register/$name.json" 2>/dev/null)
  tell "workspace $name: $1
  open   http://127.0.0.1:$port/lab
  token  in the file $data/.yoloport/$name/token (cat it; only you can read it)
  data   $data
  stop   sh run.sh$([ "$name" = default ] || printf ' --name %s' "$name") stop" \
    "工作区 $name：$2
  打开   http://127.0.0.1:$port/lab
  令牌   在文件 $data/.yoloport/$name/token 中（用 cat 查看；只有您可读）
  数据   $data
  停止   sh run.sh$([ "$name" = default ] || printf ' --name %s' "$name") stop"
}

start() {
  find_engine
  check_architecture
  find_devices
  who
  check_data
  [ "$(state_of)" != true ] || fail 33 "workspace $name is running already" \
    "sh run.sh status, or another name: --name N" "工作区 $name 已在运行" "sh run.sh status，或换个名称：--name N"
  choose_port
  if [ "$KIND" = inference ]; then say "note: $NOTE_EN" "注意：$NOTE_ZH"; fi
  if [ -n "$dry" ]; then
    plan
    return
  fi
  if is_there "$IMAGE"; then check_bundle ''; else load; fi
  copy_data
  "$client" rm --force "$container" >/dev/null 2>&1 # one that has stopped
  run_container start >/dev/null || {
    "$client" rm --force "$container" >/dev/null 2>&1
    fail 20 "$engine did not start the container (its own words are above)" "correct what it says and run this again" \
      "$engine 没有启动容器（原文见上）" "按提示解决后再次运行"
  }
  remember
  say "waiting until it answers" "等待工作区应答"
  wait_for_it
  show answering 已应答
}

plan() {
  if is_there "$IMAGE"; then tell "image $IMAGE is there already" \
    "镜像 $IMAGE 已存在"; else tell "image $IMAGE would be checked and loaded ($((LOAD_KB / 2000)) MB unpacked)" \
    "将校验并载入镜像 $IMAGE（展开后 $((LOAD_KB / 2000)) MB）"; fi
  tell "data folder: $data; cards: ${chosen:-none}" "数据目录：$data；卡：${chosen:-无}"
  tell "command:" "命令："
  run_container print
}

stop() {
  find_engine
  [ -n "$(state_of)" ] || fail 34 "there is no workspace $name" "sh run.sh" "没有工作区 $name" "sh run.sh"
  say "stopping $name: a running epoch saves its checkpoint first, up to 5 minutes" "正在停止 $name：正在训练的轮次会先保存检查点，最多 5 分钟"
  "$client" stop --time "$STOP_SECONDS" "$container" >/dev/null && "$client" rm --force "$container" >/dev/null || exit 35
  forget
  tell "workspace $name is stopped; $data stays" "工作区 $name 已停止；$data 保留"
}

status() {
  find_engine
  data=$(sed -n 's/.*"data": *"\([^"]*\)".*/\1/p' "$register/$name.json" 2>/dev/null)
  case $(state_of) in
    true) if answers; then show answering 已应答; else show starting 正在启动; fi ;;
    false) tell "workspace $name: stopped" "工作区 $name：已停止" ;;
    *) fail 34 "there is no workspace $name" "sh run.sh" "没有工作区 $name" "sh run.sh" ;;
  esac
}

logs() {
  find_engine
  "$client" logs --tail 200 "$container"
}

only_load() {
  find_engine
  check_architecture
  if is_there "$IMAGE"; then
    tell "$engine has $IMAGE of this bundle already" "$engine 中已有本离线包的 $IMAGE"
  elif [ -n "$dry" ]; then
    check_can_load
    tell "$IMAGE would be loaded into $engine" "将把 $IMAGE 载入 $engine"
  else
    load
    tell "$engine has $IMAGE" "$engine 中已有 $IMAGE"
  fi
}

case $verb-$only in
  start-) start ;;
  start-load) only_load ;;
  start-check) check_bundle 1 && tell "all files are there and whole" "所有文件完整无误" ;;
  *-) $verb ;;
  *) bad_usage "--check and --load go with no verb" "--check 和 --load 不能与动词同用" ;;
esac
