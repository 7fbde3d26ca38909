//! Charts of Helm: small charts in, models out.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test that takes time")]

mod common;

use common::model;
use std::sync::Arc;
use std::time::{Duration, Instant};
use threatline_extract::{complete, extract};
use threatline_facts::infra::InfraFact;
use threatline_facts::{ArtifactKind, Fact, Facts};
use threatline_model::Model;

const CHART: &str = "apiVersion: v2\nname: shop\nversion: 1.0.0\nappVersion: '4.5'\n";

const HELPERS: &str = r#"{{- define "shop.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride }}
{{- else }}
{{- $name := default .Chart.Name .Values.nameOverride }}
{{- if contains $name .Release.Name }}
{{- .Release.Name | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- end }}
{{- end }}
{{- define "shop.labels" -}}
app: {{ include "shop.fullname" . }}
{{- end }}
"#;

const WEB: &str = r#"apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "shop.fullname" . }}-web
spec:
  replicas: {{ .Values.replicas }}
  template:
    metadata:
      labels:
        {{- include "shop.labels" . | nindent 8 }}
        part: web
    spec:
      containers:
        - name: web
          image: "{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}"
          ports:
            - containerPort: {{ .Values.port }}
          env:
            - name: DB_HOST
              value: {{ printf "%s-postgresql" .Release.Name }}
            {{- range $name, $value := .Values.env }}
            - name: {{ $name }}
              value: {{ $value | quote }}
            {{- end }}
---
apiVersion: v1
kind: Service
metadata:
  name: {{ include "shop.fullname" . }}-web
spec:
  type: {{ .Values.service.type }}
  selector:
    {{- include "shop.labels" . | nindent 4 }}
    part: web
  ports:
    - port: 80
{{- if .Values.worker.enabled }}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "shop.fullname" . }}-worker
spec:
  template:
    spec:
      containers:
        - name: worker
          image: shop/worker
{{- end }}
"#;

const VALUES: &str =
    "image:\n  repository: shop/web\n  tag: ''\nreplicas: 2\nport: 8080\nservice:\n  type: ClusterIP\nenv:\n  MODE: fast\nworker:\n  enabled: false\n";

fn chart<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let own = [("chart/Chart.yaml", CHART), ("chart/values.yaml", VALUES), ("chart/templates/_helpers.tpl", HELPERS), ("chart/templates/web.yaml", WEB)];
    let others = own.into_iter().filter(|(path, _)| more.iter().all(|(other, _)| other != path));
    others.chain(more.iter().copied()).collect()
}

fn components(model: &Model) -> Vec<String> {
    model.components.iter().map(|c| format!("{} {} {} {}", c.id.rest(), c.kind.name(), c.exposure.name(), c.environment.name())).collect()
}

fn read(files: &[(&str, &str)]) -> Vec<(Arc<str>, Facts)> {
    let read = |(path, text): &(&str, &str)| {
        let kind = ArtifactKind::of(path.rsplit('/').next().unwrap()).unwrap();
        (Arc::from(*path), extract(kind, text.as_bytes()).facts)
    };
    let mut facts: Vec<(Arc<str>, Facts)> = files.iter().map(read).collect();
    facts.sort_by(|a, b| a.0.cmp(&b.0));
    facts
}

/// Variables of all containers, `NAME=value`.
fn variables(files: &[(&str, &str)]) -> Vec<String> {
    let completed = complete(&read(files));
    let mut out = Vec::new();
    for fact in completed.values().flat_map(|facts| &facts.facts) {
        if let Fact::Infra(InfraFact::Workload(workload)) = fact {
            for variable in workload.containers.iter().flat_map(|container| &container.environment) {
                out.push(match &variable.value {
                    threatline_facts::infra::VariableValue::Text(text) => format!("{}={}", variable.name, text.with_defaults()),
                    other => format!("{}: {other:?}", variable.name),
                });
            }
        }
    }
    out
}

#[test]
fn a_chart_is_what_its_values_make_of_it() {
    let model = model(&chart(&[]));
    assert_eq!(components(&model), ["web process internal production"], "a branch that its values switch off is none");
    assert_eq!(variables(&chart(&[])), ["DB_HOST=shop-postgresql", "MODE=fast"]);
}

#[test]
fn places_are_those_of_the_template() {
    let values = VALUES.replace("ClusterIP", "LoadBalancer");
    let files = chart(&[("chart/values.yaml", &values)]);
    let model = model(&files);
    let place = |number: u32| {
        let anchors = extract(ArtifactKind::Yaml, WEB.as_bytes()).anchors;
        WEB.lines().nth(anchors[number as usize].line as usize - 1).unwrap().trim().to_owned()
    };
    let evidence: Vec<String> = model.components[0].evidence.iter().map(|evidence| place(evidence.mark.unwrap().0)).collect();
    assert_eq!(evidence, ["apiVersion: apps/v1", "type: {{ .Values.service.type }}"]);
}

#[test]
fn an_environment_of_its_own_adds_what_only_it_has() {
    let on = "worker: {enabled: true}\nservice: {type: LoadBalancer}\n";
    let staging = model(&chart(&[("chart/values-staging.yaml", on)]));
    assert_eq!(components(&staging), ["web process internal production", "worker process internal staging"]);
    let production = model(&chart(&[("chart/values-prod.yaml", on)]));
    assert_eq!(components(&production), ["web process internal production", "worker process internal production"]);
    let of_nothing = model(&chart(&[("chart/values-large.yaml", on)]));
    assert_eq!(components(&of_nothing), ["web process internal production"], "what is for no environment describes none");
}

#[test]
fn charts_that_a_chart_brings_with_it() {
    let parent = "apiVersion: v2\nname: shop\nversion: 1.0.0\ndependencies:\n  - name: postgresql\n    version: 12.x\n    repository: https://charts.example.org\n    condition: postgresql.enabled\n  - name: redis\n    version: 17.x\n    repository: https://charts.example.org\n    condition: redis.enabled\n  - name: cart\n    version: 1.x\n  - name: cart\n    alias: basket\n    version: 1.x\n";
    let values = format!("{VALUES}postgresql: {{enabled: true}}\nredis: {{enabled: false}}\nbasket: {{name: basket, image: shop/basket}}\n");
    let template = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {{ .Release.Name }}-{{ .Values.name | default .Chart.Name }}\nspec:\n  template:\n    spec:\n      containers:\n        - name: cart\n          image: {{ .Values.image }}\n";
    let files = chart(&[
        ("chart/Chart.yaml", parent),
        ("chart/values.yaml", &values),
        ("chart/charts/cart/Chart.yaml", "apiVersion: v2\nname: cart\nversion: 1.0.0\n"),
        ("chart/charts/cart/values.yaml", "image: shop/cart\n"),
        ("chart/charts/cart/templates/cart.yaml", template),
    ]);
    assert_eq!(
        components(&model(&files)),
        [
            "basket process internal production",
            "cart process internal production",
            "postgresql data_store internal production",
            "web process internal production"
        ],
        "what a value switches off is not installed; under two names a chart is two"
    );
}

#[test]
fn one_system_that_is_described_twice_is_one() {
    let compose = "services:\n  web:\n    build: ./web\n    ports: ['80:80']\n  worker:\n    build: ./worker\n";
    let values = VALUES.replace("enabled: false", "enabled: true");
    let model = model(&chart(&[("chart/values.yaml", &values), ("compose.yaml", compose)]));
    assert_eq!(components(&model), ["web process internal production", "worker process internal production"]);
}

#[test]
fn what_two_charts_call_alike_is_two() {
    let blog = CHART.replace("shop", "blog");
    let more = [("blog/Chart.yaml", blog.as_str()), ("blog/values.yaml", VALUES), ("blog/templates/_helpers.tpl", HELPERS), ("blog/templates/web.yaml", WEB)];
    assert_eq!(components(&model(&chart(&more))), ["blog-web process internal production", "shop-web process internal production"]);
}

#[test]
fn releases_of_one_chart_are_as_many_components() {
    let template = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {{ .Release.Name }}-service\nspec:\n  template:\n    spec:\n      containers:\n        - name: main\n          image: {{ .Values.image }}\n";
    let helmfile = "releases:\n  - {name: cart, chart: ./chart, values: [{image: shop/cart}]}\n  - {name: orders, chart: ./chart, values: [values/orders.yaml]}\n  - {name: orders-dev, chart: ./chart, values: [values/orders.yaml]}\n  - {name: cache, chart: bitnami/redis}\n  - {name: x, chart: elsewhere/unheard-of}\n";
    let files = [
        ("chart/Chart.yaml", "apiVersion: v2\nname: service\nversion: 1.0.0\n"),
        ("chart/templates/main.yaml", template),
        ("values/orders.yaml", "{}\n"),
        ("helmfile.yaml", helmfile),
    ];
    assert_eq!(components(&model(&files)), ["cache data_store internal production", "cart process internal production", "orders process internal production"]);
}

#[test]
fn what_nobody_knows_stays_open() {
    let template = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n    - name: web\n      image: shop/web\n      env:\n        - name: A\n          value: {{ .Values.unset }}\n        - name: B\n          value: {{ lookup \"v1\" \"Secret\" \"x\" \"y\" | toString }}\n        - name: C\n          value: {{ .Files.Get \"x\" }}\n        - name: D\n          value: http://{{ .Values.unset }}.{{ .Release.Namespace }}.svc:80\n        - name: E\n          value: http://cart.{{ .Release.Namespace }}.svc.cluster.local:80\n        {{- if .Capabilities.APIVersions.Has \"a/v1\" }}\n        - name: F\n          value: kept\n        {{- end }}\n        {{- range .Files.Lines \"x\" }}\n        - name: G\n          value: {{ . }}\n        {{- end }}\n";
    let said = variables(&chart(&[("chart/templates/web.yaml", template)]));
    assert_eq!(said, ["A=*", "B=*", "C=*", "D=http://*:80", "E=http://cart:80", "F=kept", "G=*"]);
}

#[test]
fn secrets_of_values_are_in_no_fact() {
    let template = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: keys\ndata:\n  password: {{ .Values.password | b64enc }}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: config\ndata:\n  url: {{ .Values.url }}\n  made: {{ randAlphaNum 12 }}\n";
    let files = chart(&[
        ("chart/templates/keys.yaml", template),
        ("chart/values.yaml", "password: hunter2\nurl: amqp://u:hunter2@mq:5672/\nimage: {}\nservice: {}\nworker: {}\n"),
    ]);
    let completed = complete(&read(&files));
    let shown = format!("{:?} {completed:?}", read(&files));
    assert!(!shown.contains("hunter2") && !shown.contains("aHVudGVyMg"), "{shown}");
    assert!(shown.contains("amqp://u:***@mq:5672/"), "{shown}");
}

#[test]
fn a_comment_changes_nothing_of_a_template() {
    let commented = WEB.replace("spec:\n", "spec:\n# a note\n\n{{- /* another */}}\n");
    let facts = |text: &str| extract(ArtifactKind::Yaml, text.as_bytes()).facts;
    assert_eq!(facts(WEB), facts(&commented));
}

#[test]
fn templates_that_mean_harm_end() {
    let twice = |what: &str| format!("{{{{ $x := {what} }}}}\n").repeat(64);
    let texts = [
        "{{ define \"a\" }}{{ include \"a\" . }}{{ include \"a\" . }}{{ end }}a: {{ include \"a\" . }}\n".to_owned(),
        format!("{{{{ $x := \"ab\" }}}}{}a: {{{{ $x }}}}{{{{ include \"a\" . }}}}", twice("printf \"%s%s\" $x $x")),
        format!("{{{{ $x := dict \"a\" .Values }}}}{}a: {{{{ toYaml $x }}}}", twice("dict \"a\" $x \"b\" $x")),
        format!("{{{{ $x := list 1 }}}}{}a: {{{{ toJson $x }}}}", twice("list $x $x $x")),
        format!("a: {{{{ include \"a\" {} . {} }}}}", "(".repeat(20_000), ")".repeat(20_000)),
        "{{ if .Values.a }}".repeat(20_000) + "b" + &"{{ end }}".repeat(20_000),
        "{{ range until 256 }}".repeat(40) + "{{ include \"a\" . }}" + &"{{ end }}".repeat(40),
        "{{ tpl .Values.a . }}{{ include \"a\" ".repeat(5000),
        "{{/* ".repeat(50_000),
        "{{ \"".repeat(50_000),
        format!("a: {{{{ .Values{} }}}}", ".a".repeat(100_000)),
        format!("a: {{{{ nindent 128 .Values.a {} }}}}", "| nindent 128 ".repeat(5000)),
    ];
    for text in &texts {
        let begin = Instant::now();
        let files = chart(&[("chart/templates/web.yaml", text), ("chart/values.yaml", "a: '{{ tpl .Values.a . }}{{ include \"a\" . }}'\n")]);
        complete(&read(&files));
        assert!(begin.elapsed() < Duration::from_secs(30), "{}…", &text[..60]);
    }
}

#[test]
fn templates_take_in_files_of_their_chart() {
    let template = "{{ define \"files\" }}{{ $root := .root }}{{ range $path, $_ := $root.Files.Glob .glob }}\n  {{ base $path }}: {{ tpl ($root.Files.Get $path) $root | quote }}\n{{ end }}{{ end }}\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: app\ndata:\n  {{- include \"files\" (dict \"root\" $ \"glob\" \"files/*.txt\") }}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: more\ndata:\n{{ (.Files.Glob \"more/**\").AsConfig | indent 2 }}\n";
    let mut facts = read(&chart(&[("chart/templates/config.yaml", template)]));
    for (path, text) in [("chart/files/ORDERS_URL.txt", "http://orders:{{ .Values.port }}"), ("chart/more/deep/PAY_URL", "https://pay\npassword: hunter2\n")] {
        facts.push((Arc::from(path), extract(ArtifactKind::ChartFile, text.as_bytes()).facts));
    }
    facts.sort_by(|a, b| a.0.cmp(&b.0));
    let completed = complete(&facts);
    let shown = format!("{:?}", completed["chart/templates/config.yaml"]);
    assert!(shown.contains("http://orders:8080") && shown.contains("ORDERS_URL.txt"), "{shown}");
    assert!(shown.contains("https://pay") && !shown.contains("hunter2"), "{shown}");
}

#[test]
fn a_library_that_lies_elsewhere_is_known_by_its_publisher() {
    let chart = "apiVersion: v2\nname: shop\nversion: 1.0.0\ndependencies:\n  - {name: common, version: 2.x.x, repository: 'oci://registry-1.docker.io/bitnamicharts'}\n";
    let template = "apiVersion: {{ include \"common.capabilities.deployment.apiVersion\" . }}\nkind: Deployment\nmetadata:\n  name: {{ include \"common.names.fullname\" . }}\nspec:\n  template:\n    metadata:\n      labels: {{- include \"common.labels.standard\" (dict \"customLabels\" .Values.labels \"context\" $) | nindent 8 }}\n    spec:\n      containers:\n        - name: web\n          image: {{ include \"common.images.image\" (dict \"imageRoot\" .Values.image \"global\" .Values.global) }}\n          ports: [{containerPort: 8080}]\n---\napiVersion: v1\nkind: Service\nmetadata:\n  name: {{ include \"common.names.fullname\" . }}\nspec:\n  type: LoadBalancer\n  selector: {{- include \"common.labels.matchLabels\" . | nindent 4 }}\n  ports: [{port: 80, targetPort: 8080}]\n";
    let values = "image: {registry: docker.io, repository: shop/web, tag: '1'}\n";
    let files = |chart: &str| {
        let model = model(&[("shop/Chart.yaml", chart), ("shop/values.yaml", values), ("shop/templates/web.yaml", template)]);
        components(&model).into_iter().filter(|line| !line.contains("user")).collect::<Vec<_>>()
    };
    assert_eq!(files(chart), ["shop process internet production"]);
    assert!(!files(&chart.replace("bitnamicharts", "acmecharts")).contains(&"shop process internet production".to_owned()), "another's is not");
}

/// What is quoted may hold quotes, what is not known may be lines of a text, and a comment may hold anything: a template is lost for none of them.
#[test]
fn quotes_open_texts_and_comments_lose_no_template() {
    let template = "{{/* isn't used: {{ include \"gone\" . }} */}}
apiVersion: v1
kind: ConfigMap
metadata:
  name: web
data:
  start.sh: |{{ .Files.Get \"start.sh\" | nindent 4 }}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  template:
    spec:
      containers:
        - name: web
          image: shop/web
          env:
            - name: ABOUT
              value: {{ toJson (dict \"release\" \"one\") | quote }}
";
    let model = model(&[("chart/Chart.yaml", CHART), ("chart/values.yaml", "a: 1\n"), ("chart/templates/web.yaml", template)]);
    assert_eq!(components(&model), ["web process internal production"]);
}
