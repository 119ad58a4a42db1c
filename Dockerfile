# Actuary for the processor, with the built-in model. The first key is made on the volume, then the server starts:
#
#   docker build -t actuary .
#   docker run --rm -v actuary:/data actuary account create me --kind postpaid
#   docker run --rm -v actuary:/data actuary key create --account me
#   docker run -d --name actuary -v actuary:/data -p 127.0.0.1:8080:8080 actuary
#
# Config/compose.yaml does the same. Every key of Config/actuary.yaml is an environment variable (ACTUARY_SERVER_PORT for
# server.port). Without Docker, Tests/Container/check_image.py carries these steps out in a folder and uses the result.

FROM swift:6.3-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends \
        libpq-dev libsqlite3-dev libssl-dev zlib1g-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY Package.swift ./
COPY Sources Sources
COPY Tests Tests
# The Swift runtime becomes part of the program, so the image needs none.
RUN swift build --configuration release --static-swift-stdlib --product actuary
RUN mkdir -p /out/actuary_actuary.resources \
    && cp -r .build/release/actuary_actuary.resources/. /out/actuary_actuary.resources \
    && strip -o /out/actuary .build/release/actuary

# A GPU's driver comes into containers from outside, so a variant for GPUs is another stage beside this one, if at all.
FROM debian:bookworm-slim AS runtime
RUN apt-get update && apt-get install -y --no-install-recommends \
        ca-certificates libpq5 libsqlite3-0 libssl3 libstdc++6 zlib1g \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/*
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /data --shell /usr/sbin/nologin actuary \
    && install -d -o actuary -g actuary -m 700 /data \
    && install -d /models
COPY --from=build /out /opt/actuary
# Within a container loopback cannot be reached from outside. The server refuses this address until there is a key.
ENV PATH=/opt/actuary:/usr/local/bin:/usr/bin:/bin \
    ACTUARY_DATA_DIR=/data \
    ACTUARY_SERVER_HOST=0.0.0.0
USER actuary
WORKDIR /models
VOLUME ["/data", "/models"]
EXPOSE 8080
# The image has no curl, but bash can open a connection. A server that speaks HTTPS answers this with 400: it is alive.
SHELL ["/bin/bash", "-c"]
HEALTHCHECK --interval=10s --timeout=5s --start-period=120s \
    CMD exec 3<>"/dev/tcp/127.0.0.1/${ACTUARY_SERVER_PORT:-8080}" \
    && printf 'GET /health/live HTTP/1.0\r\n\r\n' >&3 && read -r -t 4 line <&3 \
    && [[ $line == *" 200 "* || $line == *" 400 "* ]]
ENTRYPOINT ["actuary"]
CMD ["serve"]
