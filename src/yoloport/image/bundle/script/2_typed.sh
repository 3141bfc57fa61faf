usage() {
  tell "usage: sh run.sh [options] [stop|status|logs]

Loads the image of this folder into docker or podman and starts the workspace. Needs no network.

  --check         only check the sums of all files
  --load          only check and load the image
  --dry-run       print what would be done and the exact command; change nothing
  --data DIR      folder that is kept: datasets, weights, runs, notebooks (default: ~/yoloport)
  --port N        port of JupyterLab (default: 8888, or the next free one)
  --name N        name, where several workspaces stand side by side (default: default)
  --devices 0,1   physical numbers of the cards (default: all)
  --old DIR       the earlier bundle, where this one holds changed layers only
  --yes           go on where an emulator would run the image, slowly
  stop, status, logs   of the workspace --name" \
    "用法：sh run.sh [选项] [stop|status|logs]

把本目录中的镜像载入 docker 或 podman，并启动工作区。不需要网络。

  --check         只校验所有文件
  --load          只校验并载入镜像
  --dry-run       只显示将做什么和完整命令，不做任何改动
  --data DIR      保留数据的目录：数据集、权重、结果、笔记本（默认 ~/yoloport）
  --port N        JupyterLab 的端口（默认 8888，被占用则用下一个空闲端口）
  --name N        名称，用于并存的多个工作区（默认 default）
  --devices 0,1   卡的物理编号（默认全部）
  --old DIR       旧的离线包目录（本包只含变化的层时需要）
  --yes           镜像只能在模拟器中慢速运行时，仍然继续
  stop、status、logs   停止、查看状态、查看日志（对 --name 指定的工作区）"
}

bad_usage() { fail 2 "$1" "sh run.sh --help" "$2" "sh run.sh --help"; }

verb=start only='' dry='' data=${HOME:+$HOME/yoloport} port='' name=default devices='' yes='' old=''
while [ $# -gt 0 ]; do
  word=$1 && shift
  case $word in
    --data=* | --port=* | --name=* | --devices=* | --old=*) set -- "${word#*=}" "$@" && word=${word%%=*} ;;
  esac
  case $word in
    --data | --port | --name | --devices | --old)
      [ -n "${1:-}" ] || bad_usage "$word needs a value" "$word 需要一个值"
      case $word in
        --data) data=$1 ;; --port) port=$1 ;; --name) name=$1 ;; --devices) devices=$1 ;; --old) old=$1 ;;
      esac
      shift
      ;;
    --check) [ -n "$only" ] || only=check ;;
    --load) only=load ;;
    --dry-run) dry=1 ;;
    --yes) yes=1 ;;
    -h | --help) usage && exit 0 ;;
    start | stop | status | logs) verb=$word ;;
    *) bad_usage "'$word' is not understood" "不认识 '$word'" ;;
  esac
done
case $name in
  [!a-z0-9]* | *[!a-z0-9-]* | ????????????????????????????????*)
    bad_usage "'$name' cannot be a name: lower-case letters, digits and '-', at most 31" \
      "名称 '$name' 无效：只能用小写字母、数字和 '-'，最多 31 个字符" ;;
esac
case $port in 0* | *[!0-9]* | ??????*) bad_usage "--port '$port' is no port" "--port '$port' 不是端口号" ;; esac
[ -z "$port" ] || { [ "$port" -ge 1 ] && [ "$port" -le 65535 ]; } ||
  bad_usage "ports go from 1 to 65535" "端口号范围为 1 到 65535"
case $devices in ,* | *, | *,,* | *[!0-9,]*) bad_usage "--devices '$devices' is not a list such as 0,1" \
  "--devices '$devices' 不是像 0,1 这样的列表" ;; esac
[ -n "$data" ] || bad_usage "HOME is not set: name a folder with --data" "未设置 HOME：请用 --data 指定目录"
case $data in /*) ;; *) data=$PWD/$data ;; esac
container=yoloport-$name
case ${XDG_STATE_HOME:-} in /*) state=$XDG_STATE_HOME ;; *) state=${HOME:-}/.local/state ;; esac
register=$state/yoloport/workspaces
