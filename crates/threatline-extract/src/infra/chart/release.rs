//! Who installs a chart, under which name and with which values: helmfile, Argo CD, Flux, Skaffold, Kustomize.

use super::json;
use crate::infra::{kubernetes::known, mark};
use crate::node::{self, Kind, Node};
use threatline_facts::infra::{ChartRelease, InfraFact};
use threatline_facts::{ArtifactKind, Extracted, Fact};

/// Nobody writes more files of values.
const MAX_FILES: usize = 64;

/// A longer text is none that is filled in.
const MAX_TEXT: usize = 4 << 10;

/// Reads a document if it is a `helmfile.yaml`; says whether it was.
pub fn helmfile(document: &Node, out: &mut Extracted) -> bool {
    let releases = document.get("releases").map_or(&[][..], Node::items);
    let is_release = |node: &Node| node.str_at(&["chart"]).is_some() && node.str_at(&["name"]).is_some();
    if document.get("kind").is_some() || releases.is_empty() || !releases.iter().all(is_release) {
        return false;
    }
    for node in releases {
        let off = ["installed", "condition"].iter().any(|key| node.get(key).and_then(Node::as_bool) == Some(false));
        let values = node.get("values").map_or(&[][..], Node::one_or_many);
        let files = values.iter().filter_map(Node::as_str);
        if !off {
            say(node, ("name", "chart", "namespace"), files, values.iter().find(|node| node.is_mapping()), out);
        }
    }
    true
}

/// Reads the releases of a Skaffold file.
pub(in crate::infra) fn skaffold(part: &Node, out: &mut Extracted) {
    for path in [["deploy", "helm", "releases"], ["manifests", "helm", "releases"]] {
        for node in part.at(&path).map_or(&[][..], Node::items) {
            let chart = if node.get("chartPath").is_some() { "chartPath" } else { "remoteChart" };
            let files = strings(node.get("valuesFiles"));
            say(node, ("name", chart, "namespace"), files, node.get("overrides").or_else(|| node.get("setValues")), out);
        }
    }
}

/// Reads the charts that a kustomization installs.
pub(in crate::infra) fn kustomization(document: &Node, out: &mut Extracted) {
    let home = document.str_at(&["helmGlobals", "chartHome"]);
    for node in document.get("helmCharts").map_or(&[][..], Node::items) {
        let files = node.str_at(&["valuesFile"]).into_iter().chain(strings(node.get("additionalValuesFiles")));
        say(node, ("releaseName", "name", "namespace"), files, node.get("valuesInline"), out);
        // charts of the repository lie where it is said, in `charts` where nobody says it
        if let (Some(home), Some(Fact::Infra(InfraFact::ChartRelease(release))), None) = (home, out.facts.facts.last_mut(), node.get("repo")) {
            release.chart = format!("{}/{}", home.trim_end_matches('/'), release.chart);
        }
    }
}

fn strings(node: Option<&Node>) -> impl Iterator<Item = &str> {
    node.map_or(&[][..], Node::items).iter().filter_map(Node::as_str)
}

fn say<'n>(node: &'n Node, keys: (&str, &str, &str), files: impl Iterator<Item = &'n str>, values: Option<&Node>, out: &mut Extracted) {
    let text = |key: &str| known(node.str_at(&[key])).map(str::to_owned);
    let mark = mark(node, out);
    let Some(chart) = text(keys.1) else { return };
    out.say(InfraFact::ChartRelease(ChartRelease {
        name: text(keys.0),
        chart,
        from_root: false,
        namespace: text(keys.2),
        files: files.take(MAX_FILES).map(str::to_owned).collect(),
        json: values.map(json),
        mark,
    }));
}

/// Reads an application of Argo CD.
pub(in crate::infra) fn argo(document: &Node, out: &mut Extracted) {
    let Some(spec) = document.get("spec") else { return };
    let name = known(document.str_at(&["metadata", "name"]));
    let namespace = known(spec.str_at(&["destination", "namespace"])).map(str::to_owned);
    for source in spec.get("source").into_iter().chain(spec.get("sources").map_or(&[][..], Node::items)) {
        let Some(chart) = known(source.str_at(&["path"]).or_else(|| source.str_at(&["chart"]))) else { continue };
        let helm = source.get("helm");
        let text = |key: &str| helm.and_then(|helm| helm.str_at(&[key]));
        let inline = text("values").and_then(|text| node::parse(ArtifactKind::Yaml, text).ok()?.into_iter().next());
        let values = helm.and_then(|helm| helm.get("valuesObject")).or(inline.as_ref());
        let mark = mark(source, out);
        out.say(InfraFact::ChartRelease(ChartRelease {
            name: known(text("releaseName")).or(name).map(str::to_owned),
            chart: chart.to_owned(),
            from_root: true,
            namespace: namespace.clone(),
            files: strings(helm.and_then(|helm| helm.get("valueFiles"))).take(MAX_FILES).map(str::to_owned).collect(),
            json: values.filter(|values| values.is_mapping()).map(json),
            mark,
        }));
    }
}

/// Reads a set of applications of Argo CD: one for each element that it lists, or the template where it is one application.
pub(in crate::infra) fn argo_set(document: &Node, out: &mut Extracted) {
    let Some(template) = document.at(&["spec", "template"]) else { return };
    let generators = document.at(&["spec", "generators"]).map_or(&[][..], Node::items);
    let listed: Vec<&Node> = generators.iter().filter_map(|generator| generator.at(&["list", "elements"])).flat_map(Node::items).take(MAX_FILES).collect();
    if listed.is_empty() {
        argo(template, out);
    }
    for element in listed {
        let values: Vec<(&str, &str)> = element.entries().iter().filter_map(|entry| Some((entry.key.as_str(), entry.value.as_str()?))).collect();
        argo(&filled(template, &values), out);
    }
}

/// A template with `{{name}}` and `{{.name}}` filled in.
fn filled(node: &Node, values: &[(&str, &str)]) -> Node {
    let mut node = node.clone();
    match &mut node.kind {
        Kind::Scalar { text, .. } if text.contains("{{") && text.len() <= MAX_TEXT => {
            for (name, value) in values.iter().filter(|(_, value)| value.len() <= 200) {
                if text.len() > MAX_TEXT {
                    break;
                }
                for written in [format!("{{{{{name}}}}}"), format!("{{{{ {name} }}}}"), format!("{{{{.{name}}}}}"), format!("{{{{ .{name} }}}}")] {
                    *text = text.replace(&written, value);
                }
            }
        }
        Kind::Sequence(items) => items.iter_mut().for_each(|item| *item = filled(item, values)),
        Kind::Mapping(entries) => entries.iter_mut().for_each(|entry| entry.value = filled(&entry.value, values)),
        _ => {}
    }
    node
}

/// Reads a release of Flux.
pub(in crate::infra) fn flux(document: &Node, out: &mut Extracted) {
    let Some(spec) = document.get("spec") else { return };
    let text = |path: &[&str]| known(spec.str_at(path)).map(str::to_owned);
    let Some(chart) = text(&["chart", "spec", "chart"]).or_else(|| text(&["chart", "name"])) else { return };
    let mark = mark(document, out);
    out.say(InfraFact::ChartRelease(ChartRelease {
        name: text(&["releaseName"]).or_else(|| known(document.str_at(&["metadata", "name"])).map(str::to_owned)),
        chart,
        from_root: true,
        namespace: text(&["targetNamespace"]).or_else(|| known(document.str_at(&["metadata", "namespace"])).map(str::to_owned)),
        files: strings(spec.at(&["chart", "spec", "valuesFiles"])).take(MAX_FILES).map(str::to_owned).collect(),
        json: spec.get("values").filter(|values| values.is_mapping()).map(json),
        mark,
    }));
}
