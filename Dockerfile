# The function as a container, for kpt, kustomize and pipes. Its binary is built before it:
#   cargo build --release --target x86_64-unknown-linux-musl
FROM scratch

# Another architecture is another path: target/aarch64-unknown-linux-musl/release/set-prestop.
ARG BINARY=target/x86_64-unknown-linux-musl/release/set-prestop
ARG VERSION=0.1.0

LABEL org.opencontainers.image.title="set-prestop" \
      org.opencontainers.image.description="A KRM function that adds the preStop sleep and the grace period to the workloads behind an Ingress, and changes no other byte" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.url="https://set-prestop.dev" \
      org.opencontainers.image.source="https://github.com/set-prestop/set-prestop" \
      org.opencontainers.image.documentation="https://github.com/set-prestop/set-prestop/blob/main/docs/hosts.md"

# kpt and kustomize run every function with `--user nobody`, a name that has to stand in these files.
COPY tools/image/etc /etc
COPY $BINARY /set-prestop

USER 65534
ENTRYPOINT ["/set-prestop"]
