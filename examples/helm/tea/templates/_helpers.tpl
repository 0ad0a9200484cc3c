{{- define "tea.labels" -}}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{ include "tea.selector" . }}
{{- end }}

{{- define "tea.selector" -}}
app: {{ .Release.Name }}
{{- end }}
