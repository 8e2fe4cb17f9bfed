# The image of every role: `fuga pam`, `fuga server`, the command-line client and `fuga chaos`.
FROM node:20-bookworm-slim AS build
WORKDIR /opt/fuga
COPY package.json package-lock.json ./
# The native part of LevelDB comes ready made in its package; no script of a package has to run.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN npm run build && npm prune --omit=dev --ignore-scripts --no-audit --no-fund \
  && rm -rf node_modules/classic-level/deps node_modules/classic-level/prebuilds/*android* \
    node_modules/classic-level/prebuilds/*darwin* node_modules/classic-level/prebuilds/*win32*

FROM node:20-bookworm-slim
ENV NODE_ENV=production
# Numbers, not names: they mean the same to every base image and to the volume.
RUN install -d -o 1000 -g 1000 -m 0700 /var/lib/fuga
WORKDIR /opt/fuga
COPY --from=build /opt/fuga/package.json ./
COPY --from=build /opt/fuga/bin/fuga ./bin/fuga
COPY --from=build /opt/fuga/node_modules ./node_modules
COPY --from=build /opt/fuga/dist ./dist
RUN ln -s /opt/fuga/bin/fuga /usr/local/bin/fuga
USER 1000:1000
VOLUME /var/lib/fuga
ENTRYPOINT ["fuga"]
CMD ["--help"]
