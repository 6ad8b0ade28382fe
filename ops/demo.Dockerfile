# The demo: `docker build --file ops/demo.Dockerfile .`, or with all around it `docker compose --file ops/docker-compose.yml up`.
FROM rust:1.88-slim-bookworm AS build
WORKDIR /src
COPY . .
RUN cargo build --locked --release --package bartizan-examples --bin demo

FROM debian:bookworm-slim
# Lines are written here, and read by Fluent Bit from the same volume.
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin demo \
    && install --directory --owner demo --group demo /var/log/bartizan
COPY --from=build /src/target/release/demo /usr/local/bin/demo
USER 10001
EXPOSE 3000 9464
ENTRYPOINT ["demo"]
CMD ["--listen", "0.0.0.0:3000"]
