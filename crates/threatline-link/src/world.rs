//! What the linker asks of the catalogue of products, hosts and addresses.

/// What is known of a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Product {
    /// Lower-case name.
    pub technology: &'static str,
    /// The model's word: `process`, `data_store`, `external_entity`.
    pub kind: &'static str,
    /// The model's words.
    pub roles: &'static [&'static str],
    /// Ports it listens on.
    pub ports: &'static [u16],
    /// How it is spoken to.
    pub protocol: Option<&'static str>,
}

macro_rules! products {
    ($($word:literal $technology:literal $kind:literal [$($role:literal)*] [$($port:literal)*] $protocol:expr;)*) => {
        const PRODUCTS: &[(&str, Product)] = &[$((
            $word,
            Product { technology: $technology, kind: $kind, roles: &[$($role),*], ports: &[$($port),*], protocol: $protocol },
        )),*];
    };
}

products! {
    "postgres" "postgresql" "data_store" ["database"] [5432] Some("sql");
    "postgresql" "postgresql" "data_store" ["database"] [5432] Some("sql");
    "mysql" "mysql" "data_store" ["database"] [3306] Some("sql");
    "mariadb" "mariadb" "data_store" ["database"] [3306] Some("sql");
    "mongo" "mongodb" "data_store" ["database"] [27017] Some("mongodb");
    "mongodb" "mongodb" "data_store" ["database"] [27017] Some("mongodb");
    "redis" "redis" "data_store" ["cache"] [6379] Some("redis");
    "valkey" "valkey" "data_store" ["cache"] [6379] Some("redis");
    "kafka" "kafka" "process" ["message_broker"] [9092] Some("kafka");
    "rabbitmq" "rabbitmq" "process" ["message_broker"] [5672] Some("amqp");
    "neo4j" "neo4j" "data_store" ["database"] [7687 7474] Some("bolt");
    "ollama" "ollama" "process" ["llm"] [11434] Some("http");
}

/// The product in a container image or of a driver.
pub fn product(word: &str) -> Option<&'static Product> {
    PRODUCTS.iter().find(|(name, _)| *name == word).map(|(_, product)| product)
}

/// The product in a container image.
pub fn image(reference: &str) -> Option<&'static Product> {
    let name = reference.split('@').next().unwrap_or(reference);
    let last = name.rsplit('/').next().unwrap_or(name);
    product(&last.split(':').next().unwrap_or(last).to_ascii_lowercase())
}

/// An outside service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outside {
    /// What people call it.
    pub name: &'static str,
    /// Lower-case product name.
    pub technology: &'static str,
    /// The model's words.
    pub roles: &'static [&'static str],
}

const OUTSIDE: &[(&str, Outside)] = &[
    ("api.stripe.com", Outside { name: "stripe", technology: "stripe", roles: &["third_party"] }),
    ("api.sendgrid.com", Outside { name: "sendgrid", technology: "sendgrid", roles: &["third_party"] }),
    ("api.twilio.com", Outside { name: "twilio", technology: "twilio", roles: &["third_party"] }),
    ("api.openai.com", Outside { name: "openai", technology: "openai", roles: &["llm", "third_party"] }),
];

/// The outside service behind a host name.
pub fn host(host: &str) -> Option<&'static Outside> {
    OUTSIDE.iter().find(|(name, _)| *name == host).map(|(_, outside)| outside)
}

/// The outside service that a library is for.
pub fn service(technology: &str) -> Option<&'static Outside> {
    OUTSIDE.iter().map(|(_, outside)| outside).find(|outside| outside.technology == technology)
}

/// The port that a scheme means when none is written.
pub fn scheme_port(scheme: &str) -> Option<u16> {
    match scheme {
        "http" | "ws" => Some(80),
        "https" | "wss" => Some(443),
        scheme => product(scheme).and_then(|product| product.ports.first().copied()),
    }
}

/// The technology that a package brings, if it brings one worth naming.
pub fn package(_ecosystem: threatline_facts::Ecosystem, name: &str) -> Option<&'static str> {
    product(name).map(|product| product.technology)
}

/// What a Terraform resource type makes.
pub fn terraform(kind: &str) -> Option<&'static Product> {
    match kind {
        "aws_db_instance" | "aws_rds_cluster" | "google_sql_database_instance" => product("postgres"),
        _ => None,
    }
}
