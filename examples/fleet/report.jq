# Reads the lines that the shards wrote, and makes one table: jq -s --raw-output --arg form text|html -f report.jq FILE…
# `team` is the first folder of a render below `clusters/`; group by another thing here.
def team: .sources[0] | ltrimstr("clusters/") | split("/")[0];
def changed: ([.containers[].hook.fate] | any(. == "added" or . == "changed" or . == "prepended" or . == "replaced")) or .grace.written != null;
def rows:
  group_by(team) | map({
    team: .[0] | team,
    renders: length,
    failed: map(select(.ended == "failed")) | length,
    behind: map(.workloads | length) | add,
    missing: [.[].workloads[] | select(changed)] | length,
    seconds: ([.[].workloads[].sleep.seconds] | unique | map(tostring) | join(" ")),
    warnings: [.[].messages[] | select(.severity == "warning")] | length,
    unreached: [.[].messages[] | select(.reason == "NoRoute")] | length,
    names: [.[].workloads[] | select(changed) | .workload | "\(.kind) \(.namespace // "-")/\(.name)"] | unique
  });
def head: ["team", "renders", "failed", "behind a route", "change missing", "seconds", "warnings", "no route"];
def cells: [.team, .renders, .failed, .behind, .missing, .seconds, .warnings, .unreached] | map(tostring);
def total: {team: "all", renders: map(.renders) | add, failed: map(.failed) | add, behind: map(.behind) | add, missing: map(.missing) | add,
  seconds: "", warnings: map(.warnings) | add, unreached: map(.unreached) | add};
rows | . + [total] | if $form == "html" then
  "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>preStop coverage</title><style>body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:64rem;padding:0 1rem;color:#1b1f24}table{border-collapse:collapse;width:100%}th,td{text-align:right;padding:.4rem .7rem;border-bottom:1px solid #d8dee4}th:first-child,td:first-child{text-align:left}tr:last-child td{font-weight:600;border-top:2px solid #57606a}.bad{background:#ffebe9;color:#82071e}summary{cursor:pointer}</style><h1>preStop coverage</h1><table><tr>"
  + (head | map("<th scope=\"col\">\(.)</th>") | join("")) + "</tr>"
  + (map(. as $row | "<tr>" + ([cells | to_entries[] | "<td\(if (.key == 2 or .key == 4) and .value != "0" then " class=\"bad\"" else "" end)>\(.value | @html)</td>"] | join("")) + "</tr>") | join("\n"))
  + "</table>" + (map(select(.names != null and (.names | length) > 0) | "<details><summary>\(.team | @html): \(.names | length) missing</summary><ul>" + (.names | map("<li>\(@html)</li>") | join("")) + "</ul></details>") | join("\n"))
else
  ([head] + map(cells)) as $all
  | [range(head | length) as $i | $all | map(.[$i] | length) | max] as $wide
  | $all[] | [to_entries[] | if .key == 0 then .value + (" " * ($wide[.key] - (.value | length)) // "") else (" " * ($wide[.key] - (.value | length)) // "") + .value end] | join("  ")
end
