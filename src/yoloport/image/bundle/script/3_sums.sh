find_summer() {
  for summer in sha256sum 'busybox sha256sum' 'shasum -a 256' 'openssl dgst -sha256 -r'; do
    if $summer </dev/null >/dev/null 2>&1; then return; fi
  done
  fail 60 "there is no program that computes SHA-256 here" "install coreutils, busybox or openssl" \
    "本机没有计算 SHA-256 的程序" "安装 coreutils、busybox 或 openssl"
}

check_sums() { # folder; the list "sum  name" comes on standard input
  while IFS= read -r line; do
    sum=${line%% *} && file=${line#"$sum"??}
    if ! [ -f "$1/$file" ]; then
      say "  MISSING $file" "  缺失 $file" && faults=$((faults + 1))
    elif [ "$($summer <"$1/$file" | cut -c1-64)" != "$sum" ]; then
      say "  CORRUPTED $file" "  损坏 $file" && faults=$((faults + 1))
    fi
  done
}

check_bundle() { # whether to look at the image, too: 1 or empty
  find_summer
  [ -s "$here/SHA256SUMS" ] || fail 60 "SHA256SUMS is missing in $here" "copy the whole folder again" \
    "$here 中缺少 SHA256SUMS" "请重新拷贝整个目录"
  say "checking the sums in $here" "正在校验 $here"
  faults=0
  list=$(while IFS= read -r line; do
    [ -z "$1" ] && has "$ARCHIVE_FILES" "${line#*[ ][ *]}" || printf '%s\n' "$line"
  done <"$here/SHA256SUMS")
  check_sums "$here" <<SUMS
$list
SUMS
  if [ -n "$1" ] && [ -n "$OLD_FILES" ]; then
    find_old
    check_sums "$old" <<SUMS
$OLD_SUMS
SUMS
  fi
  [ "$faults" = 0 ] || fail 60 "$faults file(s) named above are missing or corrupted" \
    "copy them again from where the bundle was made; nothing was changed here" \
    "上面列出的 $faults 个文件缺失或损坏" "请从制作离线包的机器重新拷贝这些文件；本机没有任何改动"
}

find_old() {
  [ -n "$old" ] || old=$here/../$OLD_NAME
  set -- $OLD_FILES
  [ -f "$old/$1" ] || fail 60 "this bundle holds changed layers only, and $old is not the bundle $OLD_NAME that it goes with" \
    "name that folder: --old DIR" "本离线包只含变化的层，而 $old 不是与之配套的离线包 $OLD_NAME" "用 --old DIR 指定该目录"
}
