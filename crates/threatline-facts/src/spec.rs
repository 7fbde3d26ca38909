//! What API definitions say.

use crate::{Mark, Text};
use serde::{Deserialize, Serialize};

/// One thing that an API definition says.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs, reason = "each variant carries the documented struct of its name")]
pub enum SpecFact {
    OpenApi(OpenApi),
    Proto(Proto),
}

/// An OpenAPI 2 or 3 document.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct OpenApi {
    /// `info.title`.
    pub title: Option<String>,
    /// URLs of servers (3) or host and base path (2), as written.
    pub servers: Vec<String>,
    /// Path prefix that all operations share (`basePath`, path of the first server).
    pub base_path: String,
    /// In the order written.
    pub operations: Vec<Operation>,
    /// Where.
    pub mark: Mark,
}

/// One operation.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Operation {
    /// Upper case.
    pub method: String,
    /// As written, without the base path.
    pub path: String,
    /// `operationId`.
    pub id: Option<String>,
    /// Parameters: name and place (path, query, body, form, header, cookie).
    pub parameters: Vec<(String, String)>,
    /// `Some(false)` only when `security: []` stands on the operation itself or holds for all;
    /// `Some(true)` when a requirement applies; none when the document says nothing of security. What it
    /// tells a gateway (`x-amazon-apigateway-auth`) counts before that.
    pub secured: Option<bool>,
    /// Scopes or roles demanded.
    pub scopes: Vec<String>,
    /// Property names in request bodies, `$ref` followed inside the document.
    pub request_fields: Vec<String>,
    /// Property names in successful responses.
    pub response_fields: Vec<String>,
    /// What a gateway hands it to (`x-amazon-apigateway-integration`), with names of the template around it.
    pub target: Option<Text>,
    /// Where.
    pub mark: Mark,
}

/// A .proto file.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the words are protobuf's own")]
pub struct Proto {
    pub package: String,
    pub imports: Vec<String>,
    /// `go_package`, `java_package`, `csharp_namespace`: option and value.
    pub options: Vec<(String, String)>,
    pub services: Vec<ProtoService>,
    pub messages: Vec<ProtoMessage>,
}

/// A gRPC service.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the words are protobuf's own")]
pub struct ProtoService {
    pub name: String,
    pub rpcs: Vec<ProtoRpc>,
    pub mark: Mark,
}

/// A method of a gRPC service.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ProtoRpc {
    /// Its name.
    pub name: String,
    /// Type names as written.
    pub request: String,
    /// Type names as written.
    pub response: String,
    /// `google.api.http`: method and path, additional bindings too.
    pub http: Vec<(String, String)>,
    /// Where.
    pub mark: Mark,
}

/// A message and its field names.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the words are protobuf's own")]
pub struct ProtoMessage {
    pub name: String,
    /// Field name, type as written, place.
    pub fields: Vec<(String, String, Mark)>,
}
