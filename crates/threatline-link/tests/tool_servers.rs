//! Servers of tools that agents are configured with.
#![allow(clippy::unwrap_used)]

mod common;

use common::model;
use threatline_model::Model;

fn shown(model: &Model) -> (Vec<String>, Vec<String>) {
    let roles = |component: &threatline_model::Component| component.roles.iter().map(|role| role.name()).collect::<Vec<_>>().join("+");
    let components = model.components.iter().map(|c| format!("{} {} {} {}", c.id.rest(), c.environment.name(), c.exposure.name(), roles(c))).collect();
    let verdict = |known: Option<bool>| known.map_or("?", |holds| if holds { "+" } else { "-" });
    let flows = model.flows.iter().map(|f| format!("{} {}{}", f.id.rest(), verdict(f.authenticated), verdict(f.encrypted))).collect();
    (components, flows)
}

const SERVER: &str = "from fastmcp import FastMCP\n\nserver = FastMCP('shop')\n\n@server.tool\ndef find(text: str):\n    return text\n\nif __name__ == '__main__':\n    server.run()\n";

#[test]
fn what_people_give_their_agents_is_of_development() {
    let configuration = r#"{"mcpServers": {
      "linear": {"url": "https://mcp.linear.app/sse", "headers": {"Authorization": "Bearer ${TOKEN}"}},
      "files": {"command": "npx", "args": ["-y", "@modelcontextprotocol/server-filesystem", "."]},
      "shop": {"command": "python", "args": ["tools/server.py"]},
      "nobody": {"url": "http://localhost:9999/sse"}
    }}"#;
    let again = r#"{"servers": {"files": {"type": "stdio", "command": "npx", "args": ["-y", "@modelcontextprotocol/server-filesystem"]}}}"#;
    let manifest = "[project]\nname = \"tools\"\ndependencies = [\"fastmcp\"]\n";
    let model = model(&[(".mcp.json", configuration), (".vscode/mcp.json", again), ("tools/pyproject.toml", manifest), ("tools/server.py", SERVER)]);
    let (components, flows) = shown(&model);
    let expected = [
        "coding-agent development local agent",
        "files development local mcp_server",
        "linear unknown internet mcp_server+third_party",
        "tools production unknown mcp_server",
    ];
    assert_eq!(components, expected);
    assert_eq!(flows, ["coding-agent>files:mcp ??", "coding-agent>linear:mcp ++", "coding-agent>tools:mcp ??"]);
    assert_eq!(model.components[1].aliases.iter().collect::<Vec<_>>(), ["@modelcontextprotocol/server-filesystem"]);
}

#[test]
fn what_lies_beside_a_program_is_its_own() {
    let app = "from fastapi import FastAPI\n\napp = FastAPI()\n\n@app.get('/x')\ndef x():\n    return 1\n";
    let manifest = "[project]\nname = \"shop\"\ndependencies = [\"fastapi\"]\n";
    let configuration = r#"{"mcpServers": {"stripe": {"url": "https://mcp.stripe.com"}}}"#;
    let model = model(&[("shop/pyproject.toml", manifest), ("shop/main.py", app), ("shop/servers.json", configuration), ("docs/servers.json", configuration)]);
    let (components, flows) = shown(&model);
    assert_eq!(components, ["shop production unknown api", "stripe unknown internet mcp_server+third_party"]);
    assert_eq!(flows, ["shop>stripe:mcp ?+"]);
}

#[test]
fn each_agent_of_people_is_known_by_its_place() {
    let codex = "[mcp_servers.docs]\ncommand = \"docs-mcp\"\n";
    let opencode = r#"{"mcp": {"docs": {"type": "local", "command": ["docs-mcp"]}}}"#;
    let extension = r#"{"name": "shop", "mcpServers": {"shop": {"httpUrl": "https://mcp.shop.eu/mcp", "trust": true}}}"#;
    let app = "from fastapi import FastAPI\n\napp = FastAPI()\n\n@app.get('/x')\ndef x():\n    return 1\n";
    let files =
        [("requirements.txt", "fastapi"), ("main.py", app), (".codex/config.toml", codex), ("opencode.json", opencode), ("gemini-extension.json", extension)];
    let model = model(&files);
    assert_eq!(shown(&model).1, ["coding-agent>docs:mcp ??", "coding-agent>mcp.shop.eu:mcp ?+"], "nothing of it is the program's own");
    let agent = model.components.iter().find(|component| component.name == "coding-agent").unwrap();
    assert_eq!(agent.technologies.iter().collect::<Vec<_>>(), ["codex", "gemini-cli", "opencode"]);
    assert_eq!(agent.properties.flag(threatline_model::Property::HumanApproval), Some(false), "its servers are trusted");
}

#[test]
fn what_is_published_as_a_server_of_tools_is_one() {
    let registry = r#"{"$schema": "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json", "name": "io.github.acme/shop"}"#;
    let main = "package main\n\nimport \"net/http\"\n\nfunc main() {\n\thttp.HandleFunc(\"/x\", func(w http.ResponseWriter, r *http.Request) {})\n\thttp.ListenAndServe(\":80\", nil)\n}\n";
    let files = [("go.mod", "module example.com/shop\n\ngo 1.22\n"), ("main.go", main)];
    assert_eq!(shown(&model(&files)).0, ["shop production unknown api"]);
    let [a, b] = files;
    assert_eq!(shown(&model(&[a, b, ("server.json", registry)])).0, ["shop production unknown api+mcp_server"]);
    assert!(model(&[("docs/server.json", registry)]).components.is_empty());
}
