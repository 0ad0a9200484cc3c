//! Images that are known to have no shell, for `handler: Exec`.

use super::{generated, glob};
use std::sync::LazyLock;

/// A line of `data/shellless.txt`.
struct Line {
    /// Whether images like it have a shell, although a later line says otherwise.
    has_shell: bool,
    /// Patterns of the last parts of an image's path.
    parts: Vec<&'static str>,
    /// A pattern of the tag, if the line has one.
    tag: Option<&'static str>,
}

static LINES: LazyLock<Vec<Line>> = LazyLock::new(|| {
    let read = generated::SHELLLESS.lines().map(|line| {
        let (has_shell, line) = match line.strip_prefix('!') {
            Some(rest) => (true, rest),
            None => (false, line),
        };
        let (name, tag) = match line.rsplit_once(':') {
            Some((name, tag)) => (name, Some(tag)),
            None => (line, None),
        };
        Line {
            has_shell,
            parts: name.split('/').collect(),
            tag,
        }
    });
    read.collect()
});

/// Whether a container image is known to have no shell (docs/reference.md, section 3.3).
///
/// The first line of `data/shellless.txt` that matches the last parts of its path decides, whatever the registry or mirror.
pub(crate) fn shellless(image: &str) -> bool {
    let image = image.split('@').next().unwrap_or_default();
    let (name, tag) = match image.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, tag),
        _ => (image, ""),
    };
    // busybox is part of Alpine.
    if tag.split('-').any(|part| part.starts_with("alpine")) {
        return false;
    }
    let parts: Vec<&str> = name.split('/').collect();
    let found = LINES.iter().find(|line| {
        let last = parts.len().checked_sub(line.parts.len());
        let last = last
            .and_then(|first| parts.get(first..))
            .unwrap_or_default();
        let mut pairs = line.parts.iter().zip(last);
        last.len() == line.parts.len()
            && pairs.all(|(pattern, part)| glob(pattern, part))
            && line.tag.is_none_or(|wanted| glob(wanted, tag))
    });
    found.is_some_and(|line| !line.has_shell)
}

#[cfg(test)]
mod tests {
    use super::shellless;

    #[test]
    fn an_image_without_a_shell_is_known_by_the_end_of_its_name() {
        for image in [
            "gcr.io/distroless/static",
            "gcr.io/distroless/java21-debian12:nonroot",
            "gcr.io/distroless/static@sha256:0123",
            // `/busybox/sh` is not `/bin/sh`.
            "gcr.io/distroless/static:debug",
            "gcr.io/distroless/java21-debian12:debug-nonroot",
            "mirror.example.com/gcr/distroless/static",
            "registry.k8s.io/pause:3.10",
            "coredns/coredns:1.12.0",
            "registry.k8s.io/coredns/coredns:v1.12.0",
            "mirror.example.com:5000/coredns/coredns",
            "123456789012.dkr.ecr.eu-west-1.amazonaws.com/docker-hub/coredns/coredns:1.12.0",
            "quay.io/jetstack/cert-manager-webhook:v1.18.0",
            "istio/proxyv2:1.27.0-distroless",
            "envoyproxy/envoy:distroless-v1.35.0",
            "hashicorp/http-echo",
            "hashicorp/http-echo:1.0",
            "cgr.dev/chainguard/nginx:latest",
            "cgr.dev/chainguard/static",
            "mcr.microsoft.com/dotnet/aspnet:9.0-noble-chiseled",
            "ghcr.io/open-telemetry/opentelemetry-collector-releases/opentelemetry-collector-contrib:0.130.0",
            "otel/opentelemetry-collector:0.130.0",
            "us-docker.pkg.dev/google-samples/containers/gke/hello-app:2.0",
            "oryd/kratos:v26.2.0",
            "openfga/openfga:v1.8.0",
        ] {
            assert!(shellless(image), "{image}");
        }
        for image in [
            "nginx",
            "nginx:1.29",
            "localhost:5000/nginx",
            "quay.io/oauth2-proxy/oauth2-proxy:v7.9.0-alpine",
            "istio/proxyv2:1.27.0",
            "mycoredns/coredns",
            "coredns",
            "cgr.dev/chainguard/nginx:latest-dev",
            "cgr.dev/chainguard/wolfi-base",
            "oryd/kratos:v1.3.0",
            "mcr.microsoft.com/dotnet/aspnet:9.0",
            "",
        ] {
            assert!(!shellless(image), "{image}");
        }
    }
}
