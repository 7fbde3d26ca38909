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
