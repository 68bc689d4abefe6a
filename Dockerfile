# syntax=docker/dockerfile:1.7
#
# The worker's image, for two kinds of device:
#
#   docker build --target cpu  -t sluice:cpu  .
#   docker build --target cuda -t sluice:cuda .      # CUDA 12.8; the host brings the driver and the container toolkit
#
# Layers from what changes least to what changes most: JRE, libtorch, libraries, bundles, application. A change of the code
# alone replaces the last one, the application's own jar of 1.3 MB. Nothing is downloaded when a container starts.

ARG JDK_IMAGE=eclipse-temurin:21.0.12_8-jdk-noble
ARG PYTHON_IMAGE=python:3.12.11-slim-bookworm
ARG BASE_IMAGE=debian:12.12-slim


# A JRE of the modules that Sluice and its libraries ask for.
FROM ${JDK_IMAGE} AS jre
RUN jlink --output /opt/jre --strip-debug --no-header-files --no-man-pages --compress zip-6 \
    --add-modules java.base,java.compiler,java.desktop,java.instrument,java.logging,java.management,java.management.rmi,java.naming,java.net.http,java.rmi,java.scripting,java.security.jgss,java.security.sasl,java.sql,java.xml,jdk.crypto.ec,jdk.httpserver,jdk.jfr,jdk.management,jdk.management.agent,jdk.naming.dns,jdk.net,jdk.security.auth,jdk.unsupported,jdk.zipfs


# The libraries that pom.xml names, apart from the application, so that they stay the same layer while it changes. Times of
# files are set to zero, for the same bytes of a layer on every machine.
FROM ${JDK_IMAGE} AS libraries
WORKDIR /build
COPY .mvn .mvn
COPY mvnw pom.xml ./
RUN --mount=type=cache,target=/root/.m2 ./mvnw -B -q dependency:copy-dependencies@libraries
# Native libraries are taken out of their jars here: a read-only root has no room for DJL's cache.
RUN mkdir -p /out/lib /out/cpu/lib /out/cuda/lib /out/native /unpacked \
    && cd /unpacked \
    && for archive in /build/target/lib/pytorch-native-cpu-*.jar /build/target/lib/pytorch-jni-*.jar /build/target/lib/tokenizers-*.jar; do jar -xf "$archive"; done \
    && cp pytorch/cpu/linux-x86_64/* jnilib/linux-x86_64/cpu/libdjl_torch.so /out/cpu/lib/ \
    && cp jnilib/linux-x86_64/cu128/libdjl_torch.so /out/cuda/lib/ \
    && cp native/lib/linux-x86_64/cpu/libtokenizers.so /out/native/ \
    && rm /build/target/lib/pytorch-native-cpu-*.jar \
    && cp /build/target/lib/*.jar /out/lib/ \
    && find /out -exec touch -h -d @0 {} +


FROM libraries AS application
COPY schemas schemas
COPY src/main src/main
RUN --mount=type=cache,target=/root/.m2 ./mvnw -B -q -Dmaven.test.skip=true -Dspotless.check.skip=true package \
    && mkdir /app && cp target/sluice.jar target/sluice-sbom.json /app/


# libtorch for CUDA 12.8 with the CUDA libraries that it was built for, as PyTorch publishes them for Python; only the shared
# libraries are kept, in the folders where they look for each other; but for Python's own, and for the one that reads storage
# over a network's own drivers.
FROM ${PYTHON_IMAGE} AS cuda-wheels
ARG LIBTORCH_VERSION=2.7.1
RUN pip install --no-cache-dir --no-compile --target /python \
    --index-url https://download.pytorch.org/whl/cu128 "torch==${LIBTORCH_VERSION}+cu128" \
    && mkdir -p /out/torch && mv /python/torch/lib /out/torch/lib && mv /python/nvidia /python/cusparselt /out/ \
    && rm -f /out/torch/lib/libtorch_python.so /out/nvidia/cufile/lib/libcufile_rdma.so* \
    && find /out -type f ! -name '*.so' ! -name '*.so.*' -delete \
    && find /out -depth -type d -empty -delete
COPY --from=libraries /out/cuda/lib/ /out/torch/lib/
RUN find /out -exec touch -h -d @0 {} +


# Each target's native libraries on the base that they will run on. No GPU is needed to see that one of them misses another.
FROM ${BASE_IMAGE} AS libtorch-cuda
COPY docker/ /docker/
COPY --from=cuda-wheels /out/ /opt/libtorch/
RUN sh /docker/check-libraries.sh /opt/libtorch

FROM ${BASE_IMAGE} AS libtorch-cpu
COPY docker/ /docker/
COPY --from=libraries /out/cpu/ /opt/libtorch/
COPY --from=libraries /out/native/ /opt/sluice/native/
RUN sh /docker/check-libraries.sh /opt/libtorch /opt/sluice/native


# What both images share. The root may be read-only: the worker writes to its state folder and to /tmp alone, and /tmp must
# allow to run from it, because S3's and RocksDB's native libraries unpack themselves there.
FROM ${BASE_IMAGE} AS runtime
RUN install -d -o 65532 -g 65532 /var/lib/sluice
COPY --from=jre /opt/jre /opt/jre
# The base has no certificates, and S3's native client makes a TLS context even for an endpoint without TLS.
COPY --from=jre /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
ENV DJL_OFFLINE=true \
    OPT_OUT_TRACKING=true \
    DJL_CACHE_DIR=/tmp/djl \
    RUST_LIBRARY_PATH=/opt/sluice/native/libtokenizers.so \
    PYTORCH_VERSION=2.7.1 \
    LANG=C.UTF-8
WORKDIR /var/lib/sluice
USER 65532:65532
EXPOSE 8080
STOPSIGNAL SIGTERM
# Tensors live outside of the heap, so the heap gets a small share of the memory. JAVA_TOOL_OPTIONS adds to this.
ENTRYPOINT ["/opt/jre/bin/java", "--enable-native-access=ALL-UNNAMED", "-XX:MaxRAMPercentage=25", "-XX:+ExitOnOutOfMemoryError", "-Dsluice.home=/opt/sluice", "-cp", "/opt/sluice/sluice.jar:/opt/sluice/lib/*", "dev.sluice.app.Main"]
CMD ["worker", "--config", "/etc/sluice/worker.yaml"]


FROM runtime AS cuda
ENV PYTORCH_LIBRARY_PATH=/opt/libtorch/torch/lib \
    PYTORCH_FLAVOR=cu128 \
    NVIDIA_VISIBLE_DEVICES=all \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility
COPY --from=libtorch-cuda /opt/libtorch/ /opt/libtorch/
COPY --from=libraries /out/native/ /opt/sluice/native/
COPY --from=libraries /out/lib/ /opt/sluice/lib/
COPY models/bundles/ /opt/sluice/models/bundles/
COPY --from=application /app/ /opt/sluice/


FROM runtime AS cpu
ENV PYTORCH_LIBRARY_PATH=/opt/libtorch/lib \
    PYTORCH_FLAVOR=cpu
COPY --from=libtorch-cpu /opt/libtorch/ /opt/libtorch/
COPY --from=libraries /out/native/ /opt/sluice/native/
COPY --from=libraries /out/lib/ /opt/sluice/lib/
COPY models/bundles/ /opt/sluice/models/bundles/
COPY --from=application /app/ /opt/sluice/
