# Two images from one file. `app` runs the product's own programs: worker, collector, serving, schedule, commands.
# `laptop` adds what plays AWS on one machine: the emulator, the local Firehose and SageMaker, and the trainer they run.
FROM node:20-bookworm-slim AS app
WORKDIR /app
# Temporal's native client verifies TLS against the system's certificates, which the slim image lacks.
RUN apt-get update && apt-get install --yes --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/*
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund
COPY src src
# A volume that is mounted here belongs to the user of the programs.
RUN mkdir /data && chown node /data
USER node
CMD ["node", "--import", "tsx", "src/worker.ts"]

FROM app AS laptop
USER root
RUN apt-get update && apt-get install --yes --no-install-recommends python3 python3-venv libgomp1 && rm -rf /var/lib/apt/lists/*
COPY trainer trainer
COPY local local
RUN node --import tsx local/prepare.ts
USER node
VOLUME /data
