# The function as a container, for kpt, kustomize and pipes. Its binary is built before it:
#   cargo build --release --target x86_64-unknown-linux-musl
FROM scratch

# Another architecture is another path: target/aarch64-unknown-linux-musl/release/set-prestop.
ARG BINARY=target/x86_64-unknown-linux-musl/release/set-prestop
ARG VERSION=0.1.0
ARG CREATED=1970-01-01T00:00:00Z

# The last lines are Artifact Hub's, which also wants the time and the description.
LABEL org.opencontainers.image.title="set-prestop" \
      org.opencontainers.image.description="A KRM function that adds the preStop sleep and the grace period to the workloads behind an Ingress, and changes no other byte" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.created="$CREATED" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.url="https://set-prestop.dev" \
      org.opencontainers.image.source="https://github.com/set-prestop/set-prestop" \
      org.opencontainers.image.documentation="https://github.com/set-prestop/set-prestop/blob/main/docs/hosts.md" \
      io.artifacthub.package.readme-url="https://raw.githubusercontent.com/set-prestop/set-prestop/v$VERSION/README.md" \
      io.artifacthub.package.license="Apache-2.0" \
      io.artifacthub.package.category="networking" \
      io.artifacthub.package.keywords="kubernetes,prestop,ingress,gateway-api,krm-function,kpt,kustomize"

# kpt and kustomize run every function with `--user nobody`, a name that has to stand in these files.
COPY tools/image/etc /etc
COPY $BINARY /set-prestop

USER 65534
ENTRYPOINT ["/set-prestop"]
