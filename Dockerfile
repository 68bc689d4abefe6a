# syntax=docker/dockerfile:1.7
#
# The worker's image, for two kinds of device:
#
#   docker build --target cpu  -t sluice:cpu  .
#   docker build --target cuda -t sluice:cuda .      # CUDA 12.8; the host brings the driver and the container toolkit
#
# Layers from what changes least to what changes most: packages of the distribution, JRE, libtorch, libraries, bundles, list of
# parts, application. A change of the code alone replaces the last one. The same sources make the same layers where times of
# files are told to be the same (docs/operations.md). Nothing is downloaded when a container starts.

# docker/images.txt names all images that the project builds on; docker/behind.sh tells what is newer.
ARG JDK_IMAGE=eclipse-temurin:21.0.13_9-jdk-noble
ARG PYTHON_IMAGE=python:3.12.11-slim-trixie
ARG BASE_IMAGE=debian:13.8-slim


# A JRE of the modules that Sluice and its libraries ask for, with an archive of the classes that every JVM loads: a health
# check that starts one every few seconds costs half as much.
FROM ${JDK_IMAGE} AS jre
RUN jlink --output /opt/jre --strip-java-debug-attributes --no-header-files --no-man-pages --compress zip-6 \
    --add-modules java.base,java.compiler,java.desktop,java.instrument,java.logging,java.management,java.management.rmi,java.naming,java.net.http,java.rmi,java.scripting,java.security.jgss,java.security.sasl,java.sql,java.xml,jdk.crypto.ec,jdk.httpserver,jdk.jfr,jdk.management,jdk.management.agent,jdk.naming.dns,jdk.net,jdk.security.auth,jdk.unsupported,jdk.zipfs
RUN /opt/jre/bin/java -XX:+UseSerialGC -Xshare:dump -version > /dev/null


# The libraries that the modules name, apart from the application, so that they stay the same layer while it changes.
FROM ${JDK_IMAGE} AS libraries
ARG MAVEN_ARGS
WORKDIR /build
COPY .mvn .mvn
COPY mvnw pom.xml ./
COPY src/contracts/pom.xml src/contracts/
COPY src/client/pom.xml src/client/
COPY src/core/pom.xml src/core/
COPY src/engine/pom.xml src/engine/
COPY src/worker/pom.xml src/worker/
COPY src/cli/pom.xml src/cli/
COPY src/embedded/pom.xml src/embedded/
COPY src/standalone/pom.xml src/standalone/
COPY src/bench/pom.xml src/bench/
COPY src/chaos/pom.xml src/chaos/
COPY src/dist/pom.xml src/dist/
RUN --mount=type=cache,target=/root/.m2 mkdir schemas && ./mvnw -B -q -pl src/cli -am -Dmaven.main.skip=true -Dmaven.test.skip=true \
    -Dspotless.check.skip=true -DexcludeGroupIds=dev.sluice compile dependency:copy-dependencies@libraries
COPY docker/OnePlatform.java /docker/
COPY docker/licenses/ /docker/licenses/
# Native libraries that DJL would unpack are taken out of their jars here: a read-only root has no room for its cache. The
# others stay in theirs, those of this platform alone.
RUN mkdir -p /out/lib /out/cpu/lib /out/cuda/lib /out/native /unpacked \
    && cd /unpacked \
    && for archive in /build/src/cli/target/lib/pytorch-native-cpu-*.jar /build/src/cli/target/lib/pytorch-jni-*.jar /build/src/cli/target/lib/tokenizers-*.jar; do jar -xf "$archive"; done \
    && cp pytorch/cpu/linux-x86_64/* jnilib/linux-x86_64/cpu/libdjl_torch.so /out/cpu/lib/ \
    && cp jnilib/linux-x86_64/cu128/libdjl_torch.so /out/cuda/lib/ \
    && cp native/lib/linux-x86_64/cpu/libtokenizers.so /out/native/ \
    && rm /build/src/cli/target/lib/pytorch-native-cpu-*.jar \
    && cp /build/src/cli/target/lib/*.jar /out/lib/ \
    && java /docker/OnePlatform.java /out/lib \
    && cp -r /docker/licenses /out/cpu/ \
    && chmod -R u=rwX,go=rX /out


FROM libraries AS application
COPY LICENSE ./
COPY schemas schemas
COPY src/contracts/main src/contracts/main
COPY src/client/main src/client/main
COPY src/core/main src/core/main
COPY src/engine/main src/engine/main
COPY src/worker/main src/worker/main
COPY src/cli/main src/cli/main
# The jar remembers the rights of pom.xml and of resources, which are those of the checkout.
RUN --mount=type=cache,target=/root/.m2 umask 022 && chmod -R u=rwX,go=rX LICENSE pom.xml schemas src \
    && ./mvnw -B -q -pl src/cli -am -Dmaven.test.skip=true -Dspotless.check.skip=true package
RUN mkdir -p /app/lib && cp LICENSE /app/ && cp src/cli/target/sluice-cli-*.jar /app/sluice.jar && cp src/cli/target/lib/sluice-*.jar /app/lib/ \
    && chmod -R u=rwX,go=rX /app


# With the same rights whatever the umask of the checkout was.
FROM ${BASE_IMAGE} AS bundles
COPY models/bundles/ /bundles/
RUN chmod -R u=rwX,go=rX /bundles


# libtorch for CUDA 12.8 with the CUDA libraries that it was built for, as PyTorch publishes them for Python; only the shared
# libraries and licences are kept, the former in the folders where they look for each other; but for Python's own, and for the
# one that reads storage over a network's own drivers.
FROM ${PYTHON_IMAGE} AS cuda-wheels
ARG LIBTORCH_VERSION=2.7.1
ARG CUDA_WHEELS="--index-url https://download.pytorch.org/whl/cu128 torch==${LIBTORCH_VERSION}+cu128"
RUN pip install --no-cache-dir --no-compile --target /python ${CUDA_WHEELS}
COPY docker/unpack-wheels.sh /docker/
RUN sh /docker/unpack-wheels.sh /python /out /wheels && chmod -R u=rwX,go=rX /out
COPY --from=libraries /out/cuda/lib/ /out/torch/lib/


# What the images have of the distribution: neither shell nor package manager.
FROM ${BASE_IMAGE} AS base
COPY docker/root.sh docker/check-libraries.sh /docker/
RUN sh /docker/root.sh /image base-files libc6 'gcc-*-base' libgcc-s1 libstdc++6 zlib1g \
    && install -d -o 65532 -g 65532 /state/sluice


# Each target's native libraries on the base that they will run on. No GPU is needed to see that one of them misses another.
FROM base AS libtorch-cuda
COPY --from=cuda-wheels /out/ /image/opt/libtorch/
RUN sh /docker/check-libraries.sh /image /opt/libtorch

FROM base AS libtorch-cpu
COPY --from=libraries /out/cpu/ /image/opt/libtorch/
COPY --from=libraries /out/native/ /image/opt/sluice/native/
RUN sh /docker/check-libraries.sh /image /opt/libtorch /opt/sluice/native


# What each image is made of.
FROM application AS parts-cuda
COPY docker/Sbom.java /docker/
COPY --from=base /image/var/lib/dpkg/status.d/ /debian/
COPY --from=cuda-wheels /wheels/ /wheels/
RUN java -cp "/out/lib/*" /docker/Sbom.java cuda src/cli/target/sluice-sbom.json /debian /wheels /sluice-sbom.json

FROM application AS parts-cpu
COPY docker/Sbom.java /docker/
COPY --from=base /image/var/lib/dpkg/status.d/ /debian/
RUN java -cp "/out/lib/*" /docker/Sbom.java cpu src/cli/target/sluice-sbom.json /debian /wheels /sluice-sbom.json


# What both images share. The root may be read-only: the worker writes to its state folder and to /tmp alone, and /tmp must
# allow to run from it, because S3's and RocksDB's native libraries unpack themselves there.
FROM scratch AS runtime
COPY --from=base /image/ /
COPY --from=base --chown=65532:65532 /state/ /var/lib/
# The base has no certificates, and S3's native client makes a TLS context even for an endpoint without TLS.
COPY --from=jre /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=jre /opt/jre /opt/jre
ENV PATH=/opt/jre/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    DJL_OFFLINE=true \
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
ENTRYPOINT ["/opt/jre/bin/java", "--enable-native-access=ALL-UNNAMED", "-XX:MaxRAMPercentage=25", "-XX:+ExitOnOutOfMemoryError", "-Dsluice.home=/opt/sluice", "-cp", "/opt/sluice/sluice.jar:/opt/sluice/lib/*", "dev.sluice.cli.Main"]
CMD ["worker", "--config", "/etc/sluice/worker.yaml"]


FROM runtime AS cuda
ENV PYTORCH_LIBRARY_PATH=/opt/libtorch/torch/lib \
    PYTORCH_FLAVOR=cu128 \
    NVIDIA_VISIBLE_DEVICES=all \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility
COPY --from=libtorch-cuda /image/opt/libtorch/ /opt/libtorch/
COPY --from=libraries /out/native/ /opt/sluice/native/
COPY --from=libraries /out/lib/ /opt/sluice/lib/
COPY --from=bundles /bundles/ /opt/sluice/models/bundles/
COPY --from=parts-cuda /sluice-sbom.json /opt/sluice/
COPY --from=application /app/ /opt/sluice/


FROM runtime AS cpu
ENV PYTORCH_LIBRARY_PATH=/opt/libtorch/lib \
    PYTORCH_FLAVOR=cpu
COPY --from=libtorch-cpu /image/opt/libtorch/ /opt/libtorch/
COPY --from=libraries /out/native/ /opt/sluice/native/
COPY --from=libraries /out/lib/ /opt/sluice/lib/
COPY --from=bundles /bundles/ /opt/sluice/models/bundles/
COPY --from=parts-cpu /sluice-sbom.json /opt/sluice/
COPY --from=application /app/ /opt/sluice/
