find_engine() {
  why=''
  for engine in docker podman; do
    case $engine in docker) client=${YOLOPORT_DOCKER:-docker} ;; *) client=${YOLOPORT_PODMAN:-podman} ;; esac
    client=$(command -v "$client") || { why="$why; $engine is not installed" && continue; }
    case $("$client" --version 2>/dev/null) in *podman*) engine=podman ;; esac
    case $engine in docker) side=Server ;; *) side=Client ;; esac
    version=$("$client" version --format "{{.$side.Version}}" 2>&1) && return
    why="$why; $engine: $(printf %s "$version" | tail -n 1)"
  done
  case $why in
    *ermission*) en="sudo usermod -aG docker \$USER, then log in again; or run this as root" zh="sudo usermod -aG docker \$USER 后重新登录；或以 root 运行" ;;
    *onnect* | *aemon*) en='start it: sudo systemctl start docker' zh='启动它：sudo systemctl start docker' ;;
    *) en='install docker or podman from the medium of your distribution' zh='从发行版的安装介质安装 docker 或 podman' ;;
  esac
  fail 20 "no container engine can be used${why}" "$en" "没有可用的容器引擎${why}" "$zh"
}

check_architecture() {
  machine=$(uname -m)
  case $machine in amd64) machine=x86_64 ;; arm64) machine=aarch64 ;; esac
  [ "$machine" != "$IMAGE_MACHINE" ] || return 0
  emulator=$root/proc/sys/fs/binfmt_misc/qemu-$IMAGE_MACHINE
  if [ "$KIND" != processor ] || ! [ -e "$emulator" ]; then
    fail 10 "the image is for $IMAGE_MACHINE, this machine is $machine" \
      "make a bundle for $machine: yoloport image bundle $PLATFORM on such a machine" \
      "镜像适用于 $IMAGE_MACHINE，本机为 $machine" "请在 $machine 机器上制作离线包：yoloport image bundle $PLATFORM"
  fi
  [ -n "$yes" ] || fail 10 "the image is for $IMAGE_MACHINE, this machine is $machine: it would be emulated, 10 to 30 times slower" \
    "to go on all the same: --yes" "镜像适用于 $IMAGE_MACHINE，本机为 $machine：只能模拟运行，慢 10 到 30 倍" "仍要继续：--yes"
  say "note: the image is emulated ($IMAGE_MACHINE on $machine)" "注意：镜像在模拟器中运行（$machine 上的 $IMAGE_MACHINE）"
}

free_kb() { # folder; nothing where it cannot be told
  set -- $(df -Pk "$1" 2>/dev/null | tail -n 1)
  case ${4:-} in '' | *[!0-9]*) ;; *) echo "$4" ;; esac
}
