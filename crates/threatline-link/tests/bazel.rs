//! Packages of Bazel: images and the programs that they are made of, and whose the shared packages are.
#![allow(clippy::unwrap_used)]

mod common;

use common::model;
use threatline_model::Model;

fn deployment(name: &str, image: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{ name: {name} }}\nspec:\n  template:\n    metadata: {{ labels: {{ app: {name} }} }}\n    spec: {{ containers: [{{ name: {name}, image: {image}, env: [{{ name: STOCK_URL, value: 'http://stock' }}] }}] }}\n---\n"
    )
}

const STOCK: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: stock }\nspec:\n  template:\n    metadata: { labels: { app: stock } }\n    spec: { containers: [{ name: stock, image: elsewhere/stock }] }\n---\napiVersion: v1\nkind: Service\nmetadata: { name: stock }\nspec: { selector: { app: stock }, ports: [{ port: 80 }] }\n";

const MAIN: &str = "from shared.store import client\n\nif __name__ == '__main__':\n    client.load()\n";
const SHARED: &str = "import os\nimport requests\n\ndef load():\n    requests.get(os.environ['STOCK_URL'])\n";

fn flows(model: &Model) -> Vec<String> {
    model.flows.iter().map(|flow| flow.id.rest().to_owned()).collect()
}

fn system(mailer: &str) -> Model {
    let manifests = deployment("front", "registry.test/shop/api:1") + &deployment("mails", "registry.test/shop/mailer:1") + STOCK;
    let api = "py_library(name = \"lib\", srcs = [\"main.py\"], deps = [\"//shared/store\"])\npy_binary(name = \"api\", deps = [\":lib\"])\npy_image_layer(name = \"layer\", binary = \":api\")\noci_image(name = \"image\", tars = [\":layer\"])\noci_push(name = \"push\", image = \":image\", repository = \"registry.test/shop/api\")\n";
    model(&[
        ("services/one/BUILD.bazel", api),
        ("services/one/main.py", MAIN),
        ("services/two/BUILD.bazel", mailer),
        ("services/two/main.py", "if __name__ == '__main__':\n    print('x')\n"),
        ("shared/store/BUILD.bazel", "py_library(name = \"store\", srcs = glob([\"*.py\"]))\n"),
        ("shared/store/client.py", SHARED),
        ("k8s/all.yaml", &manifests),
    ])
}

#[test]
fn a_shared_package_belongs_to_the_programs_that_need_it() {
    let alone = "py_binary(name = \"mailer\", srcs = [\"main.py\"])\ncontainer_image(name = \"image\", binary = \":mailer\")\ncontainer_push(name = \"push\", image = \":image\", registry = \"registry.test\", repository = \"shop/mailer\")\n";
    assert_eq!(flows(&system(alone)), ["front>stock:http"], "what does not need it does not call");
    let both = alone.replace("srcs = [\"main.py\"]", "srcs = [\"main.py\"], deps = [\"//shared/store:store\"]");
    assert_eq!(flows(&system(&both)), ["front>stock:http", "mails>stock:http"]);
}

#[test]
fn labels_that_lead_in_circles_end() {
    let round = "py_library(name = \"a\", deps = [\":b\"])\npy_library(name = \"b\", deps = [\":a\"])\noci_push(name = \"push\", image = \":a\", repository = \"registry.test/shop/mailer\")\n";
    assert!(flows(&system(round)).contains(&"front>stock:http".to_owned()));
}
