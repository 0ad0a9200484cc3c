/** What the npm package makes of a case: `{ manifests, config? }` or `{ resourceList }`. */
export function answer({ rewrite, rewriteResourceList }, { manifests, config, resourceList }) {
  try {
    return resourceList === undefined ? rewrite(manifests, config) : rewriteResourceList(resourceList);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { error: { name: error.name, message: error.message, ...error } };
  }
}
