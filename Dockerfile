# Two images from one file. `app` runs the product's own programs, one command for each (docs/containers.md). `laptop` adds
# what plays AWS on one machine: the emulator, the local Firehose and SageMaker, and the trainer they run.
# glibc, for Temporal's native core does not load on musl. docs/containers.md says where the digest comes from.
FROM node:20.20.2-bookworm-slim@sha256:2cf067cfed83d5ea958367df9f966191a942351a2df77d6f0193e162b5febfc0 AS base
WORKDIR /app
COPY package.json package-lock.json ./

# No package's own script runs at any build: the native parts come as files.
FROM base AS build
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY src src
RUN node_modules/.bin/tsc -p tsconfig.build.json && node dist/writeWorkflowBundle.js

# Temporal's client has its core for five platforms, and half of the rest are source maps of packages.
FROM base AS dependencies
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund \
    && find node_modules/@temporalio/core-bridge/releases -mindepth 1 -maxdepth 1 \
        ! -name "$(uname -m)-unknown-linux-gnu" -exec rm -r {} + \
    && find node_modules -name '*.map' -delete

FROM base AS app
ARG VERSION=0.0.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="frontpage" \
      org.opencontainers.image.description="Personal front pages for news portals, renewed daily" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
# Temporal's native client verifies TLS against the system's certificates, which the slim image lacks. Debian's newest at the
# time of the build is wanted: a pinned version would vanish from the mirror with the next security update.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    # A volume that is mounted here belongs to the user of the programs.
    && mkdir /data && chown 1000:1000 /data
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/dist dist
# What source maps point at. The laptop's programs run from it.
COPY src src
COPY portal portal
ENV NODE_ENV=production \
    NODE_OPTIONS=--enable-source-maps
# `node`, by number, so that a platform can see that it is not root.
USER 1000:1000
STOPSIGNAL SIGTERM
# Asks the program that the container runs, whichever that is.
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 CMD ["node", "dist/healthCheck.js"]
CMD ["node", "dist/worker.js"]

FROM app AS laptop
USER 0:0
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends python3 python3-venv libgomp1 \
    && rm -rf /var/lib/apt/lists/*
COPY trainer trainer
COPY local local
RUN node --import tsx local/prepare.ts
USER 1000:1000
VOLUME /data
# Each of its programs has its own question, in docker-compose.yml.
HEALTHCHECK NONE
