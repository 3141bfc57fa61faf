# YOLOv8 runtime for Plain CPU: predicts with converted models, without torch.
# Rendered by `yoloport image render cpu --kind runtime` from the catalogue; change it there.
# Nothing of the image's own architecture runs in this build: its packages are unpacked, so that no emulator is needed.
# debian:bookworm-slim by its digest, the same from every mirror. Source: docker-library/repo-info @05f354f0 repos/debian/remote/bookworm-slim.md, the index of all architectures, made 2026-08-03.
ARG BASE=debian@sha256:abd67ffcfa541b485a3dff59865ab629aa048a6c613e639d36e7456b0b229241

# The building machine's; its loader and libraries get names that are the same on every machine.
FROM --platform=$BUILDPLATFORM ${BASE} AS system
ARG TARGETARCH
RUN dpkg --add-architecture "$TARGETARCH" && apt-get update -q \
 && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends ca-certificates python3 python3-pip-whl \
 && python3 -m zipfile -e /usr/share/python-wheels/pip-*.whl /pip && python3 /pip/pip install --help > /dev/null \
 && cp /usr/lib/*-linux-gnu/ld-linux-*.so.* /loader && (cd / && ln -s usr/lib/*-linux-gnu libraries)

FROM system AS root
ARG TARGETARCH
# Of the system: Python, the libraries that it and the packages below load, and one small program for a shell.
# What it is made of is noted where scanners look for it in images without a package manager.
RUN mkdir -p /root-of/usr/bin /root-of/usr/lib /root-of/usr/lib64 /root-of/usr/sbin /root-of/tmp /root-of/data \
        /root-of/var/lib/dpkg/status.d /packages \
 && for folder in bin lib lib64 sbin; do ln -s "usr/$folder" "/root-of/$folder"; done \
 && cd /packages && apt-get download -q -o APT::Sandbox::User=root media-types netbase \
        base-files:"$TARGETARCH" busybox-static:"$TARGETARCH" libblas3:"$TARGETARCH" libbz2-1.0:"$TARGETARCH" libc6:"$TARGETARCH" libcrypt1:"$TARGETARCH" libexpat1:"$TARGETARCH" libffi8:"$TARGETARCH" libgcc-s1:"$TARGETARCH" libgfortran5:"$TARGETARCH" liblapack3:"$TARGETARCH" liblzma5:"$TARGETARCH" libssl3:"$TARGETARCH" libstdc++6:"$TARGETARCH" libuuid1:"$TARGETARCH" zlib1g:"$TARGETARCH" libpython3.11-minimal:"$TARGETARCH" libpython3.11-stdlib:"$TARGETARCH" python3.11-minimal:"$TARGETARCH" \
 && if [ "$TARGETARCH" = amd64 ]; then apt-get download -q -o APT::Sandbox::User=root libquadmath0; fi \
 && for file in *.deb; do \
        dpkg-deb --fsys-tarfile "$file" > ../unpacked.tar && tar -x --keep-directory-symlink -f ../unpacked.tar -C /root-of \
     && dpkg-deb -f "$file" > "/root-of/var/lib/dpkg/status.d/$(dpkg-deb -f "$file" Package)" || exit 1; \
    done \
 && cd /root-of && rm -rf usr/share/doc usr/share/man usr/share/lintian usr/share/locale usr/lib/*/gconv usr/lib/*/audit \
        usr/lib/python3*/idlelib usr/lib/python3*/lib2to3 usr/lib/python3*/ensurepip usr/lib/python3*/pydoc_data usr/lib/python3*/tkinter \
        usr/lib/python3*/turtle.py usr/lib/python3*/config-3* usr/lib/python3*/test usr/lib/python3*/sqlite3 \
 && for name in readline _curses _curses_panel _dbm nis _sqlite3 _tkinter _testbuffer _testcapi _testclinic; do rm -f usr/lib/python3*/lib-dynload/$name.cpython-*; done \
 && mkdir -p etc/ssl/certs && cp /etc/ssl/certs/ca-certificates.crt etc/ssl/certs/ \
 && ln -s python3.11 usr/bin/python3 && ln -s busybox usr/bin/sh \
 && for name in blas lapack; do ln -s "$name/lib$name.so.3" "usr/lib/$(basename usr/lib/*-linux-gnu)/lib$name.so.3"; done \
 && printf 'root:x:0:0:root:/root:/bin/sh\nyolo:x:1000:1000:yolo:/data:/bin/sh\n' > etc/passwd \
 && printf 'root:x:0:\nyolo:x:1000:\n' > etc/group \
 && chmod 1777 tmp && chmod 0777 data \
 && python3 -m compileall -q -j 0 -s /root-of --invalidation-mode unchecked-hash /root-of/usr/lib/python3.11 \
 && find /root-of -exec touch -h -d @0 {} +

FROM system AS packages
COPY files/runtime.lock /files/
# Left out: tests, headers, stubs, converters, colours for other languages than Python's, and a second copy of ONNX Runtime
# that its own module does not load, YAML's reader in C. OpenCV solves and multiplies matrices with the system's LAPACK, which
# has a fifth of the size of the library that its wheel brings; numpy's and that one share the system's Fortran.
# The secret `ca` is for networks that inspect TLS; without it the build's own certificates are used, and it is never in a layer.
ARG TARGETARCH
RUN --mount=type=secret,id=ca,target=/etc/ssl/certs/ca-certificates.crt \
    --mount=type=cache,target=/root/.cache/pip \
    case "$TARGETARCH" in amd64) machine=x86_64 ;; arm64) machine=aarch64 ;; *) echo "no wheels for $TARGETARCH" >&2; exit 1 ;; esac \
 && triplet=$machine-linux-gnu \
 && export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore PIP_CERT=/etc/ssl/certs/ca-certificates.crt \
 && python3 /pip/pip install --no-compile --progress-bar off --require-hashes --no-deps --only-binary=:all: \
        --platform "manylinux_2_34_$machine" --platform "manylinux_2_31_$machine" --platform "manylinux_2_28_$machine" --platform "manylinux_2_27_$machine" --platform "manylinux_2_17_$machine" --platform "manylinux2014_$machine" \
        --python-version 3.11 --target /root-of/usr/local/lib/python3.11/dist-packages -r /files/runtime.lock \
 && cd /root-of/usr/local/lib/python3.11/dist-packages \
 && rm -rf bin numpy/f2py numpy/distutils numpy/_core/include numpy/_core/lib numpy/_core/_simd.*.so numpy/_core/*_tests.*.so cv2/data yaml/_yaml.*.so onnxruntime/transformers onnxruntime/quantization \
        onnxruntime/tools onnxruntime/datasets onnxruntime/backend onnxruntime/capi/libonnxruntime.so.* \
 && rm -f opencv_python_headless.libs/libgfortran-* opencv_python_headless.libs/libquadmath-* \
 && for file in opencv_python_headless.libs/libopenblas*; do ln -sf "/usr/lib/$triplet/liblapack.so.3" "$file"; done \
 && for file in numpy.libs/libgfortran-*; do ln -sf "/usr/lib/$triplet/libgfortran.so.5" "$file"; done \
 && for file in numpy.libs/libquadmath-*; do [ ! -e "$file" ] || ln -sf "/usr/lib/$triplet/libquadmath.so.0" "$file"; done \
 && find pygments/lexers -type f ! -name "_*" ! -name "python.py" -delete \
 && find . -type d \( -name tests -o -name test \) -prune -exec rm -rf {} + \
 && find . \( -name "*.pyi" -o -name "*.h" \) -delete \
 && python3 -m compileall -q -j 0 -s /root-of --invalidation-mode unchecked-hash /root-of/usr/local/lib/python3.11/dist-packages \
 && find /root-of -exec touch -h -d @0 {} +

# Names without steps of their own: of a stage with some, Buildah 1.28 mounts what it began with when they all come from its
# cache (https://github.com/containers/buildah/issues/4375, 2022-10-25).
FROM system AS tools
FROM scratch AS runtime
COPY --from=root /root-of /
COPY --from=packages /root-of /
WORKDIR /data
# A digest of the files that are mounted below: Buildah and Podman take a step from their cache whatever they hold
# (https://github.com/containers/buildah/issues/5400, 2024-03-13). Empty where this text stands alone.
ARG FILES=
# Last, since it changes most often. Without pip: the same files in a tenth of the time, and byte code only for what changed;
# by the building machine's Python, so that no emulator is needed here either. Left out: what needs torch or an engine.
RUN --mount=type=bind,from=tools,target=/tmp/system \
    --mount=type=bind,source=files,target=/tmp/own \
    --mount=type=cache,target=/tmp/kept \
    ["/tmp/system/loader", "--library-path", "/tmp/system/libraries", "/tmp/system/usr/bin/python3", "-IB", "/tmp/own/own.py", "/tmp/own/yoloport-VERSION-py3-none-any.whl", \
     "--kept", "/tmp/kept", "--mode", "unchecked-hash", "--time", "0", "--site", "/usr/local/lib/python3.11/dist-packages", "--bin", "/usr/local/bin", "--python", "/usr/bin/python3", \
     "--source-only", "yoloport/datasets/*", "yoloport/inside/convert/*", "yoloport/inside/demo/*", "yoloport/inside/selftest/*", "yoloport/measure/*", "yoloport/platforms/*/*", \
     "--without", "yoloport/ci", "yoloport/datasets", "yoloport/docs", "yoloport/environment", "yoloport/image", "yoloport/inside", "yoloport/measure", "yoloport/supervise", "yoloport/workspace", "yoloport/cli/beside_torch.py", "yoloport/cli/ci.py", "yoloport/cli/convert.py", "yoloport/cli/demo.py", "yoloport/cli/describe.py", "yoloport/cli/down.py", "yoloport/cli/image.py", "yoloport/cli/image_bundle.py", "yoloport/cli/image_test.py", "yoloport/cli/logs.py", "yoloport/cli/render.py", "yoloport/cli/selftest.py", "yoloport/cli/shell.py", "yoloport/cli/status.py", "yoloport/cli/up.py"]
ENV PATH=/usr/local/bin:/usr/bin LANG=C.UTF-8 HOME=/data PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    YOLOPORT_PLATFORM=cpu ORT_DISABLE_TELEMETRY=1
USER 1000:1000
# What Python makes an interrupt of: an annotated video is closed and can be played.
STOPSIGNAL SIGINT
ENTRYPOINT ["yoloport"]
CMD ["predict", "--help"]
# As it was built: another base may have been named.
ARG BASE
LABEL org.opencontainers.image.title="yoloport runtime for cpu" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.base.name="${BASE}" \
      yoloport.kind="runtime" \
      yoloport.platform="cpu"
