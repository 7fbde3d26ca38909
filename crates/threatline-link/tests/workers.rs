//! Functions at the edge: which of them are deployed.
#![allow(clippy::unwrap_used)]

mod common;

use common::model;
use threatline_model::Model;

fn ways_in(model: &Model) -> Vec<&str> {
    model.entry_points.iter().map(|entry| entry.id.rest()).collect()
}

const FETCH: &str = "export default {\n  async fetch(request: Request, env: Env) {\n    return new Response('ok')\n  },\n}\n";
const PACKAGE: &str = "{\"name\":\"edge\",\"devDependencies\":{\"wrangler\":\"3\"}}";
const MOCK: &str = "{\"name\":\"site\",\"devDependencies\":{\"wrangler\":\"3\"}}";

/// A module of such a form that no configuration names is for development.
#[test]
fn a_worker_is_one_that_a_configuration_names() {
    let files = |main: &str| {
        let config = format!("name = \"edge\"\nmain = \"{main}\"\n");
        let files = [("edge/wrangler.toml", config.as_str()), ("edge/package.json", PACKAGE), ("edge/src/index.ts", FETCH), ("site/package.json", MOCK), ("site/mock/worker.ts", FETCH)];
        model(&files)
    };
    assert_eq!(ways_in(&files("src/index.ts")), ["edge:function /src/index"]);
    assert_eq!(ways_in(&files("dist/worker.js")), ["edge:function /src/index"], "it is made of the only one there");
    assert!(ways_in(&files("src/gone.ts")).is_empty());
    let alone = model(&[("site/package.json", MOCK), ("site/worker.ts", FETCH)]);
    assert_eq!(ways_in(&alone), ["site:function /worker"], "nobody says what is deployed");
}
