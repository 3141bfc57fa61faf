#!/bin/sh
# Workspace default on platform cpu. Start: sh FILE
# Rendered from the facts of the snapshot laptop.toml.
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
  --env YOLOPORT_NAME=default \
  --env YOLOPORT_USER=yolo \
  yoloport/workspace:cpu
