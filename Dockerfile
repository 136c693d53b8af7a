# The service alone, for PostgreSQL and EventStoreDB of yours; without them `npm start` needs no image.
FROM node:24-bookworm-slim AS build
WORKDIR /compass
COPY package.json package-lock.json ./
RUN npm ci
COPY . .
# What is optional is what this image does not need: an embedded PostgreSQL, a Node for machines with another, compilers.
RUN npm run build && npm prune --omit=dev --omit=optional

FROM node:24-bookworm-slim
ENV NODE_ENV=production COMPASS_HOST=0.0.0.0
WORKDIR /compass
COPY --from=build /compass/package.json ./
COPY --from=build /compass/node_modules ./node_modules
COPY --from=build /compass/dist ./dist
USER node
EXPOSE 8080
HEALTHCHECK --interval=5s --timeout=3s --start-period=60s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8080/readyz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/bundle/main.js"]
