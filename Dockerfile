# Builds wfserver and puts it into an image without tools, for a user without rights.
#
#   docker build -t workflow .                       the server; mount an application on /app
#   docker build -t workflow-store --target store .  the server with the store example in it
#
# See docs/deployment.md.
ARG SWIFT_IMAGE=swift:6.3-bookworm
ARG RUNTIME_IMAGE=debian:bookworm-slim

# --- Build ------------------------------------------------------------------------------------------------------------
FROM ${SWIFT_IMAGE} AS build
# The libraries of Scripts/bootstrap; Scripts/check-deploy holds the two lists against each other.
RUN apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
        libhiredis-dev libjavascriptcoregtk-4.1-0 libnats-dev libpq-dev librdkafka-dev libsqlite3-dev pkg-config zlib1g-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /build
# The dependencies change less often than the sources, so they have a layer of their own.
COPY Package.* ./
RUN swift package resolve
COPY Sources Sources
COPY Templates Templates
COPY Tests Tests
# With the libraries of Swift in it. Symbols for debuggers are more than half of the size; those for stack traces stay.
RUN swift build -c release --static-swift-stdlib --product wfserver && strip --strip-debug .build/release/wfserver

# --- The server -------------------------------------------------------------------------------------------------------
FROM ${RUNTIME_IMAGE} AS runtime
RUN apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
        ca-certificates libatomic1 libhiredis0.14 libjavascriptcoregtk-4.1-0 libnats3.4 libpq5 librdkafka1 libsqlite3-0 tzdata \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 workflow \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/workflow \
        --shell /usr/sbin/nologin workflow \
    && install -d -m 755 /app && install -d -m 700 -o 10001 -g 10001 /var/lib/workflow
COPY --from=build /build/.build/release/wfserver /usr/local/bin/wfserver
COPY deploy/docker/healthcheck /usr/local/lib/workflow/healthcheck
RUN wfserver --version
USER 10001:10001
# The application, which nobody needs to write; and what belongs to this node, the only place that is written.
WORKDIR /app
VOLUME /var/lib/workflow
EXPOSE 8080
STOPSIGNAL SIGTERM
# Asks the management API on loopback, which every application has unless --management-address says otherwise.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["/usr/local/lib/workflow/healthcheck"]
ENTRYPOINT ["wfserver"]
CMD ["run", "/app/workflow.yaml", "--state", "/var/lib/workflow", "--log-format", "json"]

# --- The store example in an image of its own: how to ship an application whole ---------------------------------------
FROM runtime AS store
COPY Examples/store /app
CMD ["run", "/app/workflow.cluster.yaml", "--state", "/var/lib/workflow", "--log-format", "json"]

# What a build without --target makes.
FROM runtime
