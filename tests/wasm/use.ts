// A project in TypeScript; what must not pass is marked.
import { rewrite, rewriteResourceList, SetPreStopError, type Config, type Edit, type Reason } from "set-prestop";

const config: Config = { sleepSeconds: 15, handler: "Sleep", severity: { NoRoute: "Error" }, backends: [{ service: "a" }] };
const { output, edits, messages, workloads } = rewrite("a: 1\n", config);
const text: string = output;
const apply = (input: string, { start, end, text }: Edit): string => input.slice(0, start) + text + input.slice(end);
const edited: string = edits.reduceRight(apply, "a: 1\n");
const reasons: Reason[] = messages.filter(({ severity }) => severity === "warning").map(({ reason }) => reason);
const line: number | undefined = messages[0]?.place?.line;
const grace: number[] = workloads.map((plan) => plan.grace.written ?? plan.grace.sleep);
const files: string[] = rewrite([{ name: "a.yaml", text: "a: 1\n" }], "kind: ConfigMap\n").output;
const list: string = rewriteResourceList("kind: ResourceList\n").output;

try {
  rewrite("a: 1\n", { apiVersion: "set-prestop.dev/v1alpha1", kind: "SetPreStop", spec: config });
} catch (error) {
  if (error instanceof SetPreStopError) {
    const told: [Reason, string | undefined, number | undefined] = [error.reason, error.help, error.line];
    void told;
  }
}

// @ts-expect-error: a setting that isn't one
rewrite("a: 1\n", { sleepSecond: 15 });
// @ts-expect-error: a handler that isn't one
rewrite("a: 1\n", { handler: "exec" });
// @ts-expect-error: a number is no manifest
rewrite(3);
// @ts-expect-error: several texts come back for several files
const one: string = rewrite([{ name: "a.yaml", text: "a: 1\n" }]).output;
// @ts-expect-error: a reason that isn't one
const wrong: Reason = "NoRoutes";

void [text, edited, reasons, line, grace, files, list, one, wrong];
