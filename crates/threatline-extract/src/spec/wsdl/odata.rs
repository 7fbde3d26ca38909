//! The metadata of an OData service: what can be asked for follows from its sets, singletons, functions and actions. What an
//! annotation takes back is left out.

use super::{MANY, child, children, end_line, line, local};
use roxmltree::Node;
use std::collections::BTreeMap;
use threatline_facts::Extracted;
use threatline_facts::spec::{OpenApi, Operation, SpecFact};

struct Service<'n> {
    types: BTreeMap<&'n str, Node<'n, 'n>>,
    functions: BTreeMap<&'n str, Node<'n, 'n>>,
    actions: BTreeMap<&'n str, Node<'n, 'n>>,
    /// Version 4 and later change with PATCH.
    modern: bool,
}

/// Reads one service.
pub(super) fn read(root: Node<'_, '_>, out: &mut Extracted) {
    let schemas: Vec<Node<'_, '_>> = children(root, "DataServices").flat_map(|services| children(services, "Schema")).collect();
    let named =
        |name: &str| schemas.iter().flat_map(|schema| children(*schema, name)).filter_map(|node| Some((node.attribute("Name")?, node))).take(MANY).collect();
    let modern = root.attribute("Version").is_none_or(|version| !version.starts_with(['1', '2', '3']));
    let service = Service { types: named("EntityType"), functions: named("Function"), actions: named("Action"), modern };
    let mut operations = Vec::new();
    let mut title = None;
    for container in schemas.iter().flat_map(|schema| children(*schema, "EntityContainer")) {
        title = title.or_else(|| container.attribute("Name").map(str::to_owned));
        for node in container.children().filter(Node::is_element).take(MANY) {
            service.of_member(node, &mut operations, out);
            operations.truncate(MANY);
        }
    }
    if operations.is_empty() {
        return;
    }
    let at = line(root);
    let mark = out.mark(at, at);
    let form = Some("odata".to_owned());
    out.say(SpecFact::OpenApi(OpenApi { title, servers: Vec::new(), base_path: String::new(), operations, references: Vec::new(), form, mark }));
}

/// Whether an annotation says that something is not allowed, `Insertable` of `InsertRestrictions`.
fn forbids(node: Node<'_, '_>, word: &str) -> bool {
    let values = node.descendants().filter(|inner| inner.tag_name().name() == "PropertyValue" && inner.attribute("Property") == Some(word));
    values
        .take(MANY)
        .any(|value| value.attribute("Bool") == Some("false") || child(value, "Bool").and_then(|inner| inner.text()).map(str::trim) == Some("false"))
}

impl<'n> Service<'n> {
    fn of_member(&self, node: Node<'n, 'n>, operations: &mut Vec<Operation>, out: &mut Extracted) {
        let Some(name) = node.attribute("Name") else { return };
        let change = if self.modern { "PATCH" } else { "MERGE" };
        let entity =
            |key: &str| node.attribute(key).and_then(|name| self.types.get(local_type(name))).map(|of_type| fields(*of_type, "Property")).unwrap_or_default();
        let mut add = |method: &str, path: String, parameters: Vec<(String, String)>, request_fields: &[String], response_fields: &[String]| {
            let mut parameters = parameters;
            parameters.extend(request_fields.iter().map(|field| (field.clone(), "body".to_owned())));
            operations.push(Operation {
                method: method.to_owned(),
                path,
                id: None,
                parameters,
                secured: None,
                scopes: Vec::new(),
                request_fields: request_fields.to_vec(),
                response_fields: response_fields.to_vec(),
                target: None,
                mark: out.mark(line(node), end_line(node)),
            });
        };
        match node.tag_name().name() {
            "EntitySet" => {
                let all = entity("EntityType");
                let one = || (format!("/{name}({{key}})"), vec![("key".to_owned(), "path".to_owned())]);
                let query = ["$filter", "$select", "$expand", "$top", "$skip", "$orderby", "$count", "$search"];
                if !forbids(node, "Readable") {
                    add("GET", format!("/{name}"), query.iter().map(|word| ((*word).to_owned(), "query".to_owned())).collect(), &[], &all);
                    add("GET", one().0, one().1, &[], &all);
                }
                if !forbids(node, "Insertable") {
                    add("POST", format!("/{name}"), Vec::new(), &all, &all);
                }
                if !forbids(node, "Updatable") {
                    add(change, one().0, one().1, &all, &all);
                }
                if !forbids(node, "Deletable") {
                    add("DELETE", one().0, one().1, &[], &[]);
                }
            }
            "Singleton" => {
                let all = entity("Type");
                add("GET", format!("/{name}"), Vec::new(), &[], &all);
                if !forbids(node, "Updatable") {
                    add(change, format!("/{name}"), Vec::new(), &all, &all);
                }
            }
            "FunctionImport" => {
                // before version 4 the import itself says what it takes
                let declared = node.attribute("Function").and_then(|name| self.functions.get(local_type(name))).copied();
                let names = fields(declared.unwrap_or(node), "Parameter");
                let method = node.attributes().find(|attribute| attribute.name() == "HttpMethod").map_or("GET", |attribute| attribute.value());
                let (path, place) = match declared {
                    Some(_) => {
                        let inner: Vec<String> = names.iter().map(|name| format!("{name}={{{name}}}")).collect();
                        (format!("/{name}({})", inner.join(",")), "path")
                    }
                    None => (format!("/{name}"), "query"),
                };
                add(method, path, names.iter().map(|name| (name.clone(), place.to_owned())).collect(), &[], &[]);
            }
            "ActionImport" => {
                let declared = node.attribute("Action").and_then(|name| self.actions.get(local_type(name)));
                let names = declared.map(|declared| fields(*declared, "Parameter")).unwrap_or_default();
                add("POST", format!("/{name}"), Vec::new(), &names, &[]);
            }
            _ => {}
        }
    }
}

/// A name without its namespace.
fn local_type(name: &str) -> &str {
    local(name).rsplit('.').next().unwrap_or(name)
}

fn fields(node: Node<'_, '_>, name: &str) -> Vec<String> {
    children(node, name).filter_map(|field| field.attribute("Name")).map(str::to_owned).collect()
}
