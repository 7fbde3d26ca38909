//! What API definitions say.

use crate::{Mark, Text};
use serde::{Deserialize, Serialize};

/// One thing that an API definition says.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs, reason = "each variant carries the documented struct of its name")]
pub enum SpecFact {
    OpenApi(OpenApi),
    PathItems(PathItems),
    Proto(Proto),
    GraphqlSchema(GraphqlSchema),
    GraphqlOperations(GraphqlOperations),
    AsyncApi(AsyncApi),
    Sql(SqlScript),
}

/// An OpenAPI 2 or 3 document, or one that says the same in another form.
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
    /// Paths whose operations lie in another file.
    pub references: Vec<PathReference>,
    /// Whose form it has, where that is another (`smithy`, `typespec`).
    pub form: Option<String>,
    /// Where.
    pub mark: Mark,
}

/// A path of an OpenAPI document that only says where its operations are told.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PathReference {
    /// As written, without the base path; empty where the other file tells all paths.
    pub path: String,
    /// Relative to the document.
    pub file: String,
    /// The key there under which they stand; empty if they are the whole file.
    pub key: String,
    /// Where.
    pub mark: Mark,
}

/// A file of operations that OpenAPI documents refer to: by key, or under the empty key as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PathItems {
    /// In the order written; their path is empty, for only the document knows it.
    pub items: Vec<(String, Vec<Operation>)>,
    /// Where.
    pub mark: Mark,
}

/// A schema of GraphQL, as far as it can be asked from outside.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct GraphqlSchema {
    /// Fields of the root types, in the order written.
    pub fields: Vec<GraphqlField>,
    /// Where.
    pub mark: Mark,
}

/// A field of a root type.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct GraphqlField {
    /// `Query`, `Mutation` or `Subscription`, whatever the schema calls the type.
    pub root: String,
    /// Its name.
    pub name: String,
    /// Names of its arguments.
    pub arguments: Vec<String>,
    /// Where.
    pub mark: Mark,
}

/// Operations and fragments: what a client asks. Whoever keeps them beside a schema has the schema of another.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct GraphqlOperations {
    /// Where.
    pub mark: Mark,
}

/// An AsyncAPI document.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct AsyncApi {
    /// `info.title`.
    pub title: Option<String>,
    /// Addresses of brokers as written, and how they are spoken to.
    pub servers: Vec<(String, String)>,
    /// In the order written.
    pub channels: Vec<Channel>,
    /// Where.
    pub mark: Mark,
}

/// A channel that an application takes messages from, or sends them to.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Channel {
    /// Topic, queue or address.
    pub name: String,
    /// The application takes messages from it.
    pub takes: bool,
    /// Names of what they carry.
    pub fields: Vec<String>,
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

/// What a script of SQL does to tables. What holds in the end only all scripts of a store tell, in their order.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SqlScript {
    /// In the order written.
    pub changes: Vec<SchemaChange>,
}

/// One change of one table.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SchemaChange {
    /// As written, without quotes; a schema stands before it with a dot, but for the one that is meant without a word.
    pub table: String,
    /// What becomes of it.
    pub what: TableChange,
    /// Where.
    pub mark: Mark,
}

/// What becomes of a table.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum TableChange {
    /// It is made, with these columns.
    Create {
        /// In the order written.
        columns: Vec<(String, Mark)>,
        /// A table of that name that is there stays as it is.
        unless_there: bool,
    },
    /// It is dropped.
    Drop,
    /// It has another name from here on.
    Rename(String),
    /// It gets a column.
    AddColumn(String),
    /// It loses a column.
    DropColumn(String),
    /// A column has another name from here on.
    RenameColumn {
        /// As it was.
        from: String,
        /// As it is.
        to: String,
    },
    /// Its rows are kept by policies, or not any more.
    RowSecurity(bool),
    /// A policy says who may see which rows.
    Policy {
        /// Its name.
        name: String,
        /// It shows all rows to everybody.
        open: bool,
    },
    /// A policy goes.
    DropPolicy(String),
}
