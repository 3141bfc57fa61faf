# YOLOv8 workspace for Huawei Ascend NPU: JupyterLab, OpenSSH, TensorBoard, Ultralytics, torch 2.10.0 with torch-npu==2.10.0.
# Rendered by `yoloport image render ascend --os openeuler` from the catalogue; change it there.
# Builds with plain docker (BuildKit) and podman: no heredocs and no syntax line, so that an old engine at a closed site builds it too.
# The base goes by its tag: no source gives a digest of it.
ARG BASE=quay.io/ascend/cann:9.0.0-910b-openeuler24.03-py3.11

FROM ${BASE} AS packages
# What is needed to install, and is left behind.
RUN dnf install -q -y --setopt=install_weak_deps=False --nodocs binutils ca-certificates findutils \
 && dnf clean all && rm -rf /var/cache/dnf
COPY files/requirements.lock files/pins.txt files/versions.py files/bytecode.py files/init.lock /files/
# The secret `ca` is for networks that inspect TLS; without it the image's own certificates are used, and it is never in a layer.
RUN --mount=type=secret,id=ca,target=/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem \
    --mount=type=cache,target=/root/.cache/pip \
    export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_CERT=/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem TORCH_DEVICE_BACKEND_AUTOLOAD=0 \
 # What the base has for its own Python is seen from the environment, and stays where it is.
 && python3 -m venv --without-pip /opt/venv \
 && python3 /files/versions.py paths /opt/venv \
 # dumb-init
 && /opt/venv/bin/python -m pip install --no-compile --progress-bar off --require-hashes --no-deps -r /files/init.lock \
 # locked packages (JupyterLab, Ultralytics, …)
 && /opt/venv/bin/python -m pip install --no-compile --progress-bar off --require-hashes --no-deps -r /files/requirements.lock \
 # torch 2.10.0 and torchvision 0.25.0 (index)
 && /opt/venv/bin/python -m pip install --no-compile --progress-bar off --index-url https://download.pytorch.org/whl/cpu --no-deps -c /files/pins.txt torch==2.10.0+cpu torchvision==0.25.0+cpu \
 # torch-npu==2.10.0
 && /opt/venv/bin/python -m pip install --no-compile --progress-bar off -c /files/pins.txt torch==2.10.0+cpu torchvision==0.25.0+cpu torch-npu==2.10.0 \
 && /opt/venv/bin/python /files/versions.py are torch==2.10.0 torchvision==0.25.0 torch-npu==2.10.0 \
 && /opt/venv/bin/python -B -c "import torch, torchvision; torchvision.ops.nms(torch.zeros(1, 4), torch.zeros(1), 0.5)" \
 && /opt/venv/bin/python -B -c "import ultralytics, jupyterlab, tensorboard"
# Left out: packages' own tests, headers for a compiler that is not here either, languages of menus besides two, symbols
# for debuggers, a second copy of ONNX Runtime that its own module does not load, byte code of what a workspace does not import.
RUN export TORCH_DEVICE_BACKEND_AUTOLOAD=0 && cd /opt/venv/lib/python3*/site-packages \
 && rm -rf torch/test torch/include onnx/backend/test jedi/third_party/django-stubs jedi/third_party/typeshed/stubs onnxruntime/capi/libonnxruntime.so.* \
 && find . -type d -name tests -prune -exec rm -rf {} + \
 && find . -type d -name __pycache__ -prune -exec rm -rf {} + \
 && find . -path "./torch/bin/*" -type f ! -name torch_shm_manager -delete \
 && find . -path "./babel/locale-data/*" ! -name "en*" ! -name "zh*" ! -name "root*" -delete \
 && find . \( -path "./torch/lib/*.so" -o -path "./_polars_runtime*/*.so" \) -exec strip --strip-unneeded {} + \
 && cd / && /opt/venv/bin/python /files/bytecode.py /opt/venv torch.utils.data torch.utils.tensorboard torch.distributed.run torch.onnx torchvision ultralytics.engine.trainer ultralytics.engine.exporter ultralytics.engine.tuner ultralytics.models.yolo ultralytics.utils.plotting ultralytics.trackers jupyterlab.labapp jupyter_server_proxy ipykernel.kernelapp ipykernel.debugger tensorboard.main onnx onnxslim onnxruntime matplotlib.pyplot polars nbconvert.exporters jedi IPython.terminal.interactiveshell typer pip._internal.commands.install

FROM ${BASE} AS workspace
# dumb-init, a package of the environment: reaps processes and passes signals. nss-altfiles, which reads
# /usr/lib/passwd: a name for whatever uid the container is started with.
RUN dnf install -q -y --setopt=install_weak_deps=False --nodocs \
    ca-certificates git nss-altfiles openssh-clients openssh-server procps-ng vim-minimal \
 && dnf clean all && rm -rf /var/cache/dnf /var/cache/yum /var/cache/ldconfig /var/log/* /usr/share/doc/* /usr/share/man/* /usr/share/locale/* /etc/ssh/ssh_host_* \
 && sed -i -e 's/^passwd:.*/passwd: files altfiles/' -e 's/^group:.*/group: files altfiles/' -e 's/^shadow:.*/shadow: files altfiles/' /etc/nsswitch.conf \
 && mkdir -p /data /var/lib/extrausers && chmod 0777 /data /var/lib/extrausers \
 && ln -sf /var/lib/extrausers/passwd /var/lib/extrausers/group /usr/lib/ \
 && echo 'probe:x:54321:100::/:/bin/sh' > /var/lib/extrausers/passwd && id probe && rm /var/lib/extrausers/passwd \
 && mkdir -p /run/sshd /etc/yoloport/start.d \
 # Older instructions name /root/data: it is the same folder, and /root can be passed through.
 && chmod 0755 /root && ln -s /data /root/data
COPY --from=packages /opt/venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH \
    HOME=/data LANG=C.UTF-8 PYTHONUNBUFFERED=1 \
    YOLOPORT_REQUIRE=accelerator \
    YOLOPORT_PLATFORM=ascend YOLOPORT_DATA=/data YOLO_AUTOINSTALL=False ORT_DISABLE_TELEMETRY=1
WORKDIR /data
# A digest of the files that are mounted below: Buildah and Podman take a step from their cache whatever they hold
# (https://github.com/containers/buildah/issues/5400, 2024-03-13). Empty where this text stands alone.
ARG FILES=
# Last, since it changes most often. Without pip: the same files in a tenth of the time, and byte code only for what changed.
# Left out: what builds images and starts workspaces, for which an engine is needed.
RUN --mount=type=bind,source=files,target=/files --mount=type=cache,target=/kept \
    python -B /files/own.py /files/yoloport-VERSION-py3-none-any.whl --kept /kept \
        --source-only 'yoloport/datasets/*' 'yoloport/inside/convert/*' 'yoloport/inside/demo/*' 'yoloport/inside/selftest/*' 'yoloport/measure/*' 'yoloport/platforms/*/*' \
        --without yoloport/ci yoloport/docs yoloport/image yoloport/cli/ci.py yoloport/cli/describe.py \
        yoloport/cli/down.py yoloport/cli/image.py yoloport/cli/image_bundle.py yoloport/cli/image_test.py \
        yoloport/cli/logs.py yoloport/cli/render.py yoloport/cli/shell.py yoloport/cli/status.py \
        yoloport/cli/up.py yoloport/environment/cli.lock yoloport/environment/requirements.lock \
        yoloport/environment/runtime.lock yoloport/workspace/bring_up.py yoloport/workspace/enter.py \
        yoloport/workspace/render_asked.py yoloport/workspace/render_cdi.py \
        yoloport/workspace/render_compose.py yoloport/workspace/render_docker.py \
        yoloport/workspace/render_kubernetes.py yoloport/workspace/render_local.py \
        yoloport/workspace/render_scene.py yoloport/workspace/render_systemd.py \
        yoloport/workspace/render_yaml.py yoloport/workspace/start.py yoloport/workspace/stop.py
VOLUME /data
EXPOSE 8888 2222
USER 1000:1000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=120s CMD ["python", "-m", "yoloport.supervise.health"]
ENTRYPOINT ["dumb-init", "--single-child", "--"]
CMD ["python", "-m", "yoloport.supervise"]
# As it was built: another base may have been named.
ARG BASE
LABEL org.opencontainers.image.title="yoloport workspace for ascend" \
      org.opencontainers.image.licenses="Apache-2.0 AND AGPL-3.0-only" \
      org.opencontainers.image.version="VERSION" \
      org.opencontainers.image.base.name="${BASE}" \
      yoloport.kind="workspace" \
      yoloport.platform="ascend"
