#!/bin/sh
# Workspace default on platform ascend. Start: sh FILE
# Rendered from the facts of the snapshot ascend-310p.toml.
# The workspace runs as uid 1000: give it the data folder (chown 1000).
# Open:  http://127.0.0.1:8888/lab?token=TOKEN
# TOKEN: docker exec yoloport-default cat /data/.yoloport/default/token
# Stop:  docker stop yoloport-default
set -eu
docker rm --force yoloport-default >/dev/null 2>&1 || :  # one that has stopped
mkdir -p /srv/yoloport && docker run \
  --detach \
  --name yoloport-default \
  --hostname default \
  --label yoloport.workspace=default \
  --restart unless-stopped \
  --stop-timeout 320 \
  --user 1000:1000 \
  --cap-drop ALL \
  --security-opt no-new-privileges \
  --shm-size=2048m \
  --publish 127.0.0.1:8888:8888 \
  --mount type=bind,src=/srv/yoloport,dst=/data \
  --mount type=bind,src=/usr/local/Ascend/driver,dst=/usr/local/Ascend/driver,readonly \
  --mount type=bind,src=/usr/local/dcmi,dst=/usr/local/dcmi,readonly \
  --mount type=bind,src=/usr/local/bin/npu-smi,dst=/usr/local/bin/npu-smi,readonly \
  --mount type=bind,src=/etc/ascend_install.info,dst=/etc/ascend_install.info,readonly \
  --device /dev/davinci0 \
  --device /dev/davinci1 \
  --device /dev/davinci_manager \
  --device /dev/devmm_svm \
  --device /dev/hisi_hdc \
  --group-add 1000 \
  --env YOLOPORT_NAME=default \
  --env YOLOPORT_USER=yolo \
  --env YOLOPORT_PLATFORM=ascend \
  --env YOLOPORT_REQUIRE=accelerator \
  yoloport/workspace:ascend
