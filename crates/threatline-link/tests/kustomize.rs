//! Kustomizations: bases, overlays, components, generators, patches.
#![allow(clippy::unwrap_used)]

mod common;

use common::model;
use threatline_model::{ComponentId, Model, Property, Value};

const APP: &str = "import os\nimport requests\n\nif __name__ == '__main__':\n    requests.get(os.environ['STOCK_URL'])\n";

fn deployment(name: &str, env: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{ name: {name} }}\nspec:\n  template:\n    metadata: {{ labels: {{ app: {name} }} }}\n    spec:\n      containers:\n        - name: {name}\n          image: {name}\n{env}---\napiVersion: v1\nkind: Service\nmetadata: {{ name: {name} }}\nspec:\n  selector: {{ app: {name} }}\n  ports: [{{ port: 80 }}]\n"
    )
}

fn system(more: &[(&str, &str)]) -> Model {
    let (web, stock) = (deployment("web", "          envFrom: [{ configMapRef: { name: web } }]\n"), deployment("stock", ""));
    let own = [
        ("web/app.py", APP),
        ("web/Dockerfile", "FROM python:3.12\n"),
        ("k8s/base/web.yaml", web.as_str()),
        ("k8s/base/stock.yaml", stock.as_str()),
        ("k8s/base/kustomization.yaml", "resources: [web.yaml, stock.yaml]\n"),
    ];
    let others = own.into_iter().filter(|(path, _)| more.iter().all(|(other, _)| other != path));
    model(&others.chain(more.iter().copied()).collect::<Vec<_>>())
}

fn components(model: &Model) -> Vec<String> {
    let boundary = |c: &threatline_model::Component| c.boundary.as_ref().map_or("-", |b| b.rest()).to_owned();
    model.components.iter().map(|c| format!("{} {} {}", c.id.rest(), c.exposure.name(), boundary(c))).collect()
}

fn flows(model: &Model) -> Vec<String> {
    model.flows.iter().map(|flow| flow.id.rest().to_owned()).collect()
}

#[test]
fn the_overlay_that_people_use_says_the_namespace() {
    let overlay = |space: &str| format!("namespace: {space}\nresources: [../../base]\n");
    let prod = system(&[("k8s/overlays/prod/kustomization.yaml", &overlay("shop")), ("k8s/overlays/dev/kustomization.yaml", &overlay("shop-dev"))]);
    assert_eq!(components(&prod), ["stock internal namespace/shop", "web internal namespace/shop"]);
    let dev = system(&[("k8s/overlays/dev/kustomization.yaml", &overlay("shop-dev"))]);
    assert_eq!(components(&dev), ["stock internal cluster/default", "web internal cluster/default"], "a rehearsal says nothing");
    let two = system(&[("k8s/overlays/eu/kustomization.yaml", &overlay("eu")), ("k8s/overlays/us/kustomization.yaml", &overlay("us"))]);
    assert_eq!(components(&two), ["stock internal cluster/default", "web internal cluster/default"], "two that disagree");
}

#[test]
fn a_generator_says_what_its_files_say() {
    let base = "resources: [web.yaml, stock.yaml]\nconfigMapGenerator:\n  - name: web\n    envs: [web.env]\n";
    let model = system(&[("k8s/base/kustomization.yaml", base), ("k8s/base/web.env", "STOCK_URL=http://stock/items\n")]);
    assert_eq!(flows(&model), ["web>stock:http"]);
}

#[test]
fn patches_are_put_where_they_are_aimed() {
    let overlay = "resources: [../base]\npatches:\n  - target: { kind: Deployment, name: web }\n    patch: |-\n      - op: add\n        path: /spec/template/spec/containers/0/env/-\n        value: { name: STOCK_URL, value: 'http://stock' }\n  - patch: |-\n      apiVersion: v1\n      kind: Service\n      metadata: { name: web }\n      spec: { type: LoadBalancer }\n";
    let patched = system(&[("k8s/prod/kustomization.yaml", overlay)]);
    assert_eq!(flows(&patched), ["web>stock:http"]);
    assert_eq!(components(&patched), ["stock internal cluster/default", "web internet cluster/default"]);
    let file = "resources: [../base]\npatches:\n  - target: { kind: Service, name: web }\n    path: type.yaml\n";
    let operations = "- op: replace\n  path: /spec/type\n  value: LoadBalancer\n";
    let patched = system(&[("k8s/prod/kustomization.yaml", file), ("k8s/prod/type.yaml", operations)]);
    assert_eq!(components(&patched), ["stock internal cluster/default", "web internet cluster/default"]);
}

#[test]
fn what_an_overlay_takes_away_is_gone() {
    let overlay = "resources: [../../base]\npatches:\n  - patch: |-\n      apiVersion: apps/v1\n      kind: Deployment\n      metadata: { name: stock }\n      $patch: delete\n";
    let gone = system(&[("k8s/overlays/prod/kustomization.yaml", overlay)]);
    assert_eq!(components(&gone), ["web internal cluster/default"]);
    let rehearsed = system(&[("k8s/overlays/dev/kustomization.yaml", overlay)]);
    assert_eq!(components(&rehearsed).len(), 2, "what a rehearsal leaves out is there");
}

#[test]
fn a_component_is_there_if_somebody_takes_it_in() {
    let component = ("k8s/components/cache/kustomization.yaml", "kind: Component\nresources: [cache.yaml]\n");
    let cache = (
        "k8s/components/cache/cache.yaml",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: cache }\nspec: { template: { spec: { containers: [{ name: cache, image: redis }] } } }\n",
    );
    assert_eq!(components(&system(&[component, cache])).len(), 2, "an offer");
    let tried = ("k8s/tests/all/kustomization.yaml", "resources: [../../base]\ncomponents: [../../components/cache]\n");
    let people = ("k8s/prod/kustomization.yaml", "resources: [../base]\n");
    assert_eq!(components(&system(&[component, cache, tried, people])).len(), 2, "what a test takes in is an offer still");
    let taken = system(&[component, cache, ("k8s/base/kustomization.yaml", "resources: [web.yaml, stock.yaml]\ncomponents: [../components/cache]\n")]);
    assert_eq!(components(&taken).len(), 3);
}

#[test]
fn images_and_copies_are_those_of_the_overlay() {
    let overlay = "resources: [../base]\nimages: [{ name: stock, newName: library/postgres, newTag: '16' }]\nreplicas: [{ name: web, count: 3 }]\n";
    let model = system(&[("k8s/prod/kustomization.yaml", overlay)]);
    let of = |name: &str| model.component(&ComponentId::new(name)).unwrap().clone();
    assert_eq!(of("stock").kind.name(), "data_store");
    assert_eq!(of("web").properties.get(Property::Replicas), Some(&Value::Number(3)));
}

fn variable(name: &str, value: &str) -> String {
    format!("          env: [{{ name: {name}, value: '{value}' }}]\n")
}

#[test]
fn a_replacement_writes_what_another_resource_says() {
    let web = deployment("web", &variable("STOCK_URL", "http://placeholder:80/items"));
    let replaced = |source: &str| {
        let base = format!(
            "resources: [web.yaml, stock.yaml]\nconfigMapGenerator:\n  - name: hosts\n    literals: ['STOCK=tcp:stock']\nreplacements:\n  - source: {source}\n    targets:\n      - select: {{ kind: Deployment, name: web }}\n        fieldPaths: ['spec.template.spec.containers.[name=web].env.[name=STOCK_URL].value']\n        options: {{ delimiter: '/', index: 2 }}\n"
        );
        flows(&system(&[("k8s/base/web.yaml", &web), ("k8s/base/kustomization.yaml", &base)]))
    };
    assert_eq!(replaced("{ kind: Service, name: stock, fieldPath: metadata.name }"), ["web>stock:http"]);
    let part = "{ kind: ConfigMap, name: hosts, fieldPath: data.STOCK, options: { delimiter: ':', index: 1 } }";
    assert_eq!(replaced(part), ["web>stock:http"]);
    assert!(!replaced("{ kind: Service, name: nobody }").contains(&"web>stock:http".to_owned()));
}

#[test]
fn replacements_may_stand_in_a_file_and_reject_some() {
    let web = deployment("web", &variable("STOCK_URL", "PLACEHOLDER"));
    let file = |reject: &str| {
        format!(
            "source: {{ kind: Service, name: stock, fieldPath: metadata.name }}\ntargets:\n  - select: {{ kind: Deployment }}\n    reject: [{{ name: {reject} }}]\n    fieldPaths: ['spec.template.spec.containers.*.env.[name=STOCK_URL].value']\n"
        )
    };
    let flows_of = |reject: &str| {
        let overlay = "resources: [../base]\nreplacements: [{ path: hosts.yaml }]\n";
        flows(&system(&[("k8s/base/web.yaml", &web), ("k8s/prod/kustomization.yaml", overlay), ("k8s/prod/hosts.yaml", &file(reject))]))
    };
    assert_eq!(flows_of("stock"), ["web>stock:http"]);
    assert!(flows_of("we.*").is_empty());
}

#[test]
fn a_prefix_is_part_of_the_name_that_others_ask_for() {
    let web = deployment("web", &variable("STOCK_URL", "http://shop-stock-eu/items"));
    let overlay = "namePrefix: shop-\nnameSuffix: -eu\nresources: [../base]\n";
    let model = system(&[("k8s/base/web.yaml", &web), ("k8s/prod/kustomization.yaml", overlay)]);
    assert_eq!(flows(&model), ["web>stock:http"]);
    assert_eq!(components(&model).len(), 2, "it stays one component");
    let var = "namePrefix: shop-\nresources: [../base]\nvars: [{ name: STOCK, objref: { kind: Service, name: stock, apiVersion: v1 } }]\n";
    let web = deployment("web", &variable("STOCK_URL", "http://$(STOCK)/items"));
    assert_eq!(flows(&system(&[("k8s/base/web.yaml", &web), ("k8s/prod/kustomization.yaml", var)])), ["web>stock:http"]);
}

#[test]
fn labels_of_all_resources_choose_the_pods() {
    let bare = |name: &str, env: &str| deployment(name, env).replace(&format!("app: {name}"), "");
    let (web, stock) = (
        bare("web", &variable("STOCK_URL", "http://stock")),
        bare("stock", "")
            .replace("selector: {  }", "type: LoadBalancer")
            .replace("kind: Service\nmetadata: { name: stock }", "kind: Service\nmetadata: { name: front }"),
    );
    let files = |labels: &str| {
        let base = "resources: [web.yaml, stock]\n";
        let inner = format!("resources: [stock.yaml]\n{labels}");
        components(&system(&[
            ("k8s/base/web.yaml", &web),
            ("k8s/base/stock/stock.yaml", &stock),
            ("k8s/base/stock.yaml", "a: 1\n"),
            ("k8s/base/kustomization.yaml", base),
            ("k8s/base/stock/kustomization.yaml", &inner),
        ]))
    };
    assert!(files("commonLabels: { app: stock }\n")[0].starts_with("stock internet"));
    assert!(files("labels: [{ pairs: { app: stock }, includeSelectors: true }]\n")[0].starts_with("stock internet"));
    assert!(!files("labels: [{ pairs: { app: stock } }]\n")[0].starts_with("stock internet"));
}

#[test]
fn a_generator_adds_to_another_one() {
    let base = "resources: [web.yaml, stock.yaml]\nconfigMapGenerator:\n  - name: web\n    literals: ['STOCK_URL=http://elsewhere.test', LOG=all]\n";
    let overlay = |behavior: &str| {
        format!("resources: [../base]\nconfigMapGenerator:\n  - name: web\n    behavior: {behavior}\n    literals: ['STOCK_URL=http://stock']\n")
    };
    let merged = system(&[("k8s/base/kustomization.yaml", base), ("k8s/prod/kustomization.yaml", &overlay("merge"))]);
    assert_eq!(flows(&merged), ["web>stock:http"]);
    let kept = "resources: [../base]\nconfigMapGenerator:\n  - name: web\n    behavior: merge\n    literals: [LOG=none]\n";
    let near = base.replace("http://elsewhere.test", "http://stock");
    let merged = system(&[("k8s/base/kustomization.yaml", near.as_str()), ("k8s/prod/kustomization.yaml", kept)]);
    assert_eq!(flows(&merged), ["web>stock:http"], "what it does not name stays");
    let replaced = system(&[("k8s/base/kustomization.yaml", near.as_str()), ("k8s/prod/kustomization.yaml", &kept.replace("merge", "replace"))]);
    assert!(flows(&replaced).is_empty());
}

#[test]
fn a_patch_for_a_kind_is_for_all_of_it_whatever_it_is_called() {
    let patch = "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: not-used }\nspec:\n  template:\n    spec:\n      containers:\n        - { name: web, image: web, env: [{ name: STOCK_URL, value: 'http://stock' }] }\n";
    let overlay = "resources: [../base]\npatches:\n  - { path: patch.yaml, target: { kind: Deployment, name: 'w.*' } }\n";
    let model = system(&[("k8s/prod/kustomization.yaml", overlay), ("k8s/prod/patch.yaml", patch)]);
    assert_eq!(flows(&model), ["web>stock:http"]);
    assert_eq!(components(&model).len(), 2, "the patch is no component");
    let labelled = overlay.replace("kind: Deployment, name: 'w.*'", "labelSelector: app=web");
    let model = system(&[("k8s/prod/kustomization.yaml", labelled.as_str()), ("k8s/prod/patch.yaml", patch)]);
    assert_eq!(components(&model).len(), 2, "nor is it where nothing has the label");
    assert!(flows(&model).is_empty());
    let deployment = |labels: &str| {
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{ name: web, labels: {{ {labels} }} }}\nspec:\n  template:\n    metadata: {{ labels: {{ app: web }} }}\n    spec: {{ containers: [{{ name: web, image: web }}] }}\n"
        )
    };
    for (labels, expected) in [("tier: front, app: web", 1), ("tier: back, app: web", 0)] {
        let chosen = overlay.replace("kind: Deployment, name: 'w.*'", "kind: Deployment, name: '(web|w[0-9]+)', labelSelector: 'app=web,tier in (front)'");
        let model = system(&[("k8s/base/web.yaml", &deployment(labels)), ("k8s/prod/kustomization.yaml", &chosen), ("k8s/prod/patch.yaml", patch)]);
        assert_eq!(flows(&model).len(), expected, "{labels}");
    }
}
