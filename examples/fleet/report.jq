# Makes one table of the lines that the shards wrote: jq -s --raw-output --arg by team|namespace --arg form text|html -f report.jq FILE…
# A team is the first folder of a render below `clusters/`; group by another thing here.
def team: .render | ltrimstr("clusters/") | split("/")[0];
def namespace: .namespace // "-";
def changed: ([.containers[].hook.fate] | any(. == "added" or . == "changed" or . == "prepended" or . == "replaced")) or .grace.written != null;
# A render as one part, or as one for each namespace of its workloads.
def parts:
  . as $render
  | if $by == "namespace" then ([.coverage.workloads[] | namespace] | unique | if . == [] then ["-"] else . end)[] else team end
  | . as $key
  | def own(of): $by != "namespace" or (of | namespace) == $key;
    {
      key: $key,
      failed: (if $render.ended == "failed" then
        "\($render.render): \(first($render.messages[] | select(.severity == "error") | .text) // "")" else null end),
      covered: [$render.coverage.workloads[] | select(own(.))],
      plans: [$render.workloads[] | select(own(.workload))],
      warnings: [$render.messages[] | select(.severity == "warning" and own(.object // $render.coverage.workloads[0] // {}))]
    };
def row: {
  key: .[0].key,
  renders: length,
  failed: [.[].failed | select(.)] | length,
  workloads: map(.covered | length) | add,
  reached: [.[].covered[] | select(.behind == "route" or .behind == "named")] | length,
  service: [.[].covered[] | select(.behind == "service")] | length,
  missing: [.[].plans[] | select(changed)] | length,
  seconds: ([.[].plans[].sleep.seconds] | unique | map(tostring) | join(" ")),
  warnings: [.[].warnings[]] | length,
  names: [.[].plans[] | select(changed) | .workload | "\(.kind) \(namespace)/\(.name)"] | unique,
  failures: [.[].failed | select(.)]
};
def rows: map(parts) | group_by(.key) | map(row);
def numbers: ["renders", "failed", "workloads", "reached", "service", "missing", "warnings"];
def total: . as $rows | reduce numbers[] as $n ({key: "all", seconds: "", names: [], failures: []}; .[$n] = ($rows | map(.[$n]) | add));
def head: [$by, "renders", "failed", "workloads", "reached", "Service only", "change missing", "seconds", "warnings"];
def cells: [.key, .renders, .failed, .workloads, .reached, .service, .missing, .seconds, .warnings] | map(tostring);
rows | . + [total] | if $form == "html" then
  "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>preStop coverage</title><style>body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:64rem;padding:0 1rem;color:#1b1f24}.wide{overflow-x:auto}table{border-collapse:collapse;width:100%}th,td{text-align:right;padding:.4rem .7rem;border-bottom:1px solid #d8dee4;white-space:nowrap}th:first-child,td:first-child{text-align:left}tr:last-child td{font-weight:600;border-top:2px solid #57606a}.bad{background:#ffebe9;color:#82071e}summary{cursor:pointer;padding:.4rem 0}</style><h1>preStop coverage</h1><div class=\"wide\"><table><tr>"
  + (head | map("<th scope=\"col\">\(@html)</th>") | join("")) + "</tr>"
  + (map("<tr>" + ([cells | to_entries[] | "<td\(if (.key == 2 or .key == 6) and .value != "0" then " class=\"bad\"" else "" end)>\(.value | @html)</td>"] | join("")) + "</tr>") | join("\n"))
  + "</table></div>" + (map(. as $row | (["missing", .names], ["failed", .failures]) | select(.[1] != [])
    | "<details><summary>\($row.key | @html): \(.[1] | length) \(.[0])</summary><ul>" + (.[1] | map("<li>\(@html)</li>") | join("")) + "</ul></details>") | join("\n"))
else
  ([head] + map(cells)) as $all
  | [range(head | length) as $i | $all | map(.[$i] | length) | max] as $wide
  | $all[] | [to_entries[] | if .key == 0 then .value + (" " * ($wide[.key] - (.value | length)) // "") else (" " * ($wide[.key] - (.value | length)) // "") + .value end] | join("  ")
end
