#!/bin/sh
# A cluster by kind, with Traefik as a load balancer that is up to 6 s late on 127.0.0.1:8080, and the program's two images.
set -eu
cd "$(dirname "$0")"
docker build -q --target shell -t set-prestop-proof:shell .
docker build -q --target no-shell -t set-prestop-proof:no-shell .
kind create cluster --name set-prestop-proof --config - <<'Y'
kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
nodes:
  - role: control-plane
    extraPortMappings:
      - {containerPort: 80, hostPort: 8080, listenAddress: 127.0.0.1}
Y
kind load docker-image --name set-prestop-proof set-prestop-proof:shell set-prestop-proof:no-shell
kubectl apply -f traefik.yaml
kubectl -n traefik rollout status deployment/traefik --timeout=3m
