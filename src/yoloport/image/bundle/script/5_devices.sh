matched() { # globs; prints the paths that are there
  for glob in $1; do
    set +f
    for path in "$root"$glob; do
      set -f
      if [ -e "$path" ]; then printf '%s\n' "${path#"$root"}"; fi
    done
    set -f
  done
}

count_on_bus() { # how many functions of the PCI bus are this platform's cards
  bus=0
  [ -n "$PCI_VENDORS" ] || return 0
  for function in $(matched '/sys/bus/pci/devices/*'); do
    vendor='' device='' class=''
    { read -r vendor <"$root$function/vendor" && read -r device <"$root$function/device" && read -r class <"$root$function/class"; } 2>/dev/null
    class=${class#0x}
    has "$PCI_VENDORS" "${vendor#0x}" || continue
    [ -z "$PCI_DEVICES" ] || has "$PCI_DEVICES" "${device#0x}" || continue
    [ -z "$PCI_CLASSES" ] || has "$PCI_CLASSES" "${class%"${class#????}"}" || continue
    bus=$((bus + 1))
  done
}

find_cards() {
  cards='' board=''
  found=$(matched "$MATCH_NODES")
  count_on_bus
  if [ "$CARDS_BY" = pci ]; then
    [ -z "$found" ] || { cards=0 && while [ "${cards##* }" -lt $((bus - 1)) ]; do cards="$cards $((${cards##* } + 1))"; done; }
  else
    cards=$(for path in $found; do printf '%s\n' "${path##*[!0-9]}"; done | grep . | sort -n -u)
    set -- $cards && cards=$*
  fi
  for entry in $(tr '\0' '\n' 2>/dev/null <"$root/proc/device-tree/compatible"); do
    ! has "$MATCH_COMPATIBLE" "$entry" || board=$entry
  done
  [ -z "$cards$board" ] && [ "$KIND" != processor ] || return 0
  none="no device node $MATCH_NODES$MATCH_COMPATIBLE"
  if [ "$bus" -gt 0 ]; then
    fail 11 "$bus card(s) of $TITLE_EN are on the PCI bus, and there is $none: the driver is not loaded" \
      "install or load $DRIVER; nothing was started" "PCI 总线上有 $bus 张卡（$TITLE_ZH），但没有设备节点 $MATCH_NODES：驱动未加载" "安装或加载 $DRIVER；没有启动任何东西"
  fi
  fail 11 "this bundle is for $TITLE_EN, and this machine has $none" \
    "install $DRIVER, or take the bundle for platform cpu; nothing was started" \
    "本离线包适用于 $TITLE_ZH，而本机没有设备节点 $MATCH_NODES$MATCH_COMPATIBLE" "安装 $DRIVER，或改用 cpu 平台的离线包；没有启动任何东西"
}

choose_cards() {
  chosen=$cards
  [ -z "$devices" ] || chosen=''
  for card in $(printf %s "$devices" | tr , ' '); do
    has "$cards" "$card" || fail 11 "there is no card with physical id $card here: there are ${cards:-none}" \
      "sh run.sh --devices ${cards:-…}" \
      "本机没有物理编号为 $card 的卡：现有 ${cards:-无}" "sh run.sh --devices ${cards:-…}"
    has "$chosen" "$card" || chosen="$chosen${chosen:+ }$card"
  done
}

choose_product() { # a board family whose nodes replace the platform's own
  while IFS='|' read -r detect of_card shared optional mounts; do
    [ -n "$detect" ] && [ -e "$root$detect" ] || continue
    case $of_card in =) ;; *) NODES_CARD=$of_card ;; esac
    NODES_SHARED=$shared NODES_OPTIONAL=$optional MOUNTS=$mounts
    return
  done <<LINES
$PRODUCTS
LINES
}

node_of() { # card; some drivers name the node otherwise than the platform's first pattern
  usual=${NODES_CARD%%\{physical\}*}$1${NODES_CARD##*\{physical\}}
  for path in $found; do
    if ! [ -e "$root$usual" ] && [ "${path##*[!0-9]}" = "$1" ]; then usual=$path; fi
  done
  printf '%s\n' "$usual"
}

find_nodes() {
  nodes='' gids=''
  [ -n "$NODES_SUFFICE" ] || return 0
  if [ -n "$NODES_CARD" ]; then for card in $chosen; do nodes="$nodes $(node_of "$card")"; done; fi
  for entry in $NODES_SHARED $NODES_OPTIONAL; do
    if [ -e "$root${entry%%:*}" ]; then nodes="$nodes $entry"; fi
  done
  [ -z "$NODE_GROUP" ] || gids=$(for entry in $nodes; do
    gid_of "${entry%%:*}"
    for path in $(matched "$NODES_SHARED $NODES_OPTIONAL"); do
      case $path in "${entry%%:*}"/*) gid_of "$path" ;; esac
    done
  done | sort -n -u)
}

gid_of() { # the group of a node that not everybody may open
  set -- $(ls -lnLd "$root$1" 2>/dev/null)
  case ${1:-} in '' | ???????rw*) return ;; esac
  [ "$4" = 0 ] || printf '%s\n' "$4"
}

find_cdi() { # whether the vendor's name for CDI is known to the machine, and the engine takes such names
  cdi=''
  [ -n "$CDI" ] || return 0
  for file in $(matched '/etc/cdi/*.* /var/run/cdi/*.*'); do
    if grep -Eq "[\"']?kind[\"']?[[:space:]]*:[[:space:]]*[\"']?$CDI([^A-Za-z0-9_./-]|\$)" "$root$file" 2>/dev/null; then cdi=$CDI; fi
  done
  [ -z "$cdi" ] || [ "$engine" = podman ] || case $("$client" info --format '{{.CDISpecDirs}}' 2>/dev/null) in
    *'/'*) ;;
    *) cdi='' && say "note: this docker takes no CDI names (needs 25 and features.cdi): nodes are passed one by one" \
      "注意：此 docker 不支持 CDI（需要 25 以上并开启 features.cdi）：逐个传入设备节点" ;;
  esac
}

find_devices() {
  find_cards
  choose_cards
  choose_product
  find_nodes
  find_cdi
}
