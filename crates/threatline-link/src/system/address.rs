//! Addresses: URLs, connection strings, host and port.

use super::product::Product;
use threatline_knowledge::catalogue;

/// An address, as far as its text is known. A part that is not known is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Address {
    /// Lower case, without `jdbc:` and driver suffixes (`postgresql+psycopg` is `postgresql`).
    pub(crate) scheme: Option<String>,
    /// Lower case.
    pub(crate) host: Option<String>,
    pub(crate) port: Option<u16>,
    /// Behind the host, with `/`.
    pub(crate) path: String,
    /// `user:password@` is there.
    pub(crate) credential: bool,
    /// TLS as scheme or parameters tell it.
    pub(crate) encrypted: Option<bool>,
    /// Of the host only that is known which service it is one of: `https://*.search.windows.net`.
    pub(crate) nameless: bool,
}

/// Reads one text, which may list several addresses (`kafka-0:9092,kafka-1:9092`).
pub(crate) fn parse(text: &str) -> Vec<Address> {
    // quotes that a file of variables keeps are none of an address
    let plain = if text.contains('"') { text.replace('"', "") } else { String::new() };
    let text = if plain.is_empty() { text } else { &plain };
    let text = text.trim().trim_matches('\'');
    if text.is_empty() || text.len() > 4096 {
        return Vec::new();
    }
    if let Some(found) = connection_string(text) {
        return found;
    }
    if let Some(address) = keywords(text).or_else(|| driver_name(text)) {
        return vec![address];
    }
    if text.contains(['\n', ' ', '<', '>']) {
        return Vec::new();
    }
    match text.split_once("://") {
        Some((scheme, rest)) => with_scheme(scheme, rest),
        None if text.starts_with("jdbc:") => jdbc(text),
        None => text.split(',').filter_map(bare).collect(),
    }
}

/// Words for the server in a connection string of ADO.NET, and in those of Azure's services.
const SERVERS: [&str; 8] = ["server", "data source", "datasource", "addr", "address", "network address", "host", "endpoint"];

/// `Server=tcp:db,1433;Database=shop;User Id=sa;Password=…`, `Endpoint=sb://shop.servicebus.windows.net/;SharedAccessKey=…`,
/// `AccountEndpoint=https://shop.documents.azure.com:443/;…`: pairs between semicolons, of which one tells the server. None where the text is nothing
/// like that.
fn connection_string(text: &str) -> Option<Vec<Address>> {
    let pairs: Vec<(String, &str)> = text
        .split(';')
        .filter(|pair| !pair.trim().is_empty())
        .map(|pair| pair.split_once('=').map(|(key, value)| (key.trim().to_ascii_lowercase(), value.trim())))
        .collect::<Option<_>>()?;
    let get = |keys: &[&str]| pairs.iter().find(|(key, _)| keys.contains(&key.as_str())).map(|(_, value)| *value);
    let told = |keys: &[&str]| get(keys).is_some();
    let server = get(&SERVERS).or_else(|| get(&["accountendpoint", "queueendpoint", "blobendpoint", "tableendpoint"]))?;
    let named = [
        "database",
        "initial catalog",
        "user id",
        "uid",
        "username",
        "user",
        "password",
        "pwd",
        "sharedaccesskey",
        "accountkey",
        "accesskey",
        "integrated security",
        "trusted_connection",
    ];
    // `host=a` alone may be anything
    if pairs.len() < 2 || !told(&named) {
        return None;
    }
    let credential = told(&["password", "pwd", "sharedaccesskey", "accountkey", "accesskey", "integrated security", "trusted_connection"]);
    if let Some((scheme, rest)) = server.split_once("://") {
        return Some(with_scheme(scheme, rest).into_iter().map(|address| Address { credential, ..address }).collect());
    }
    let server = ["tcp:", "np:", "lpc:"].iter().find_map(|prefix| server.strip_prefix(prefix)).unwrap_or(server);
    let server = server.split('\\').next().unwrap_or(server).replace(',', ":");
    let mut address = authority(&server)?;
    address.port = address.port.or_else(|| get(&["port"])?.parse().ok());
    address.scheme = Some("sql".to_owned());
    address.credential = credential;
    address.encrypted = match get(&["encrypt", "ssl mode", "sslmode"]).map(str::to_ascii_lowercase).as_deref() {
        Some("true" | "yes" | "mandatory" | "strict" | "require" | "required" | "verifyca" | "verifyfull" | "verify-ca" | "verify-full") => Some(true),
        Some("false" | "no" | "none" | "disable" | "disabled") => Some(false),
        _ => None,
    };
    Some(vec![address])
}

/// `host=db port=5432 user=app dbname=shop sslmode=disable`, as libpq and what is written after it take it.
fn keywords(text: &str) -> Option<Address> {
    let pairs: Vec<(&str, &str)> = text.split_whitespace().map(|word| word.split_once('=')).collect::<Option<_>>()?;
    let get = |key: &str| pairs.iter().find(|(name, _)| *name == key).map(|(_, value)| value.trim_matches('\''));
    let host = get("host").filter(|_| pairs.len() > 1 && ["dbname", "user", "port"].iter().any(|key| get(key).is_some()))?;
    let mut address = authority(host.split(',').next().unwrap_or(host))?;
    address.port = get("port").and_then(|port| port.parse().ok());
    address.scheme = Some("postgresql".to_owned());
    address.credential = get("password").is_some_and(|password| !password.is_empty());
    address.encrypted = match get("sslmode") {
        Some("require" | "verify-ca" | "verify-full") => Some(true),
        Some("disable") => Some(false),
        _ => None,
    };
    Some(address)
}

/// `app:secret@tcp(db:3306)/shop?tls=true`, the data source of MySQL's driver for Go.
fn driver_name(text: &str) -> Option<Address> {
    let (before, rest) = text.split_once("tcp(")?;
    let user = if before.is_empty() { "" } else { before.strip_suffix('@')? };
    let (host, tail) = rest.split_once(')')?;
    let tail = tail.strip_prefix('/')?;
    let mut address = authority(host)?;
    address.scheme = Some("mysql".to_owned());
    address.credential = user.split_once(':').is_some_and(|(_, password)| !password.is_empty());
    let has = |option: &str| tail.split(['?', '&']).any(|part| part == option);
    address.encrypted = if has("tls=true") { Some(true) } else { has("tls=false").then_some(false) };
    Some(address)
}

fn jdbc(text: &str) -> Vec<Address> {
    // jdbc:oracle:thin:@//host:1521/x and jdbc:sqlserver://host;… are the forms without plain `://`
    let scheme = text.split(':').nth(1).unwrap_or_default().to_ascii_lowercase();
    let host = text.split('@').nth(1).map(|rest| rest.trim_start_matches('/'));
    let mut found: Vec<Address> = host.into_iter().filter_map(|host| authority(host.split('/').next().unwrap_or_default())).collect();
    found.iter_mut().for_each(|address| address.scheme = Some(scheme.clone()));
    found
}

fn with_scheme(scheme: &str, rest: &str) -> Vec<Address> {
    let full = scheme.rsplit(':').next().unwrap_or(scheme).to_ascii_lowercase();
    let scheme = full.split('+').next().unwrap_or(&full).to_owned();
    if scheme.is_empty() || !scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.') {
        return Vec::new();
    }
    let end = rest.find(['/', '?', ';', '#']).unwrap_or(rest.len());
    let (hosts, tail) = rest.split_at(end);
    let (hosts, credential) = match hosts.rsplit_once('@') {
        Some((user, hosts)) => (hosts, user.contains(':')),
        None => (hosts, false),
    };
    let path = tail.split(['?', ';', '#']).next().unwrap_or_default().to_owned();
    let encrypted = encryption(&full, tail);
    hosts
        .split(',')
        .filter_map(authority)
        .map(|mut address| {
            address.scheme = Some(scheme.clone());
            address.path = path.clone();
            address.credential = credential;
            address.encrypted = encrypted;
            address
        })
        .collect()
}

/// What the whole scheme (`mongodb+srv`) and the parameters say of TLS.
fn encryption(scheme: &str, tail: &str) -> Option<bool> {
    let known = catalogue::scheme(scheme);
    let by_scheme = known.and_then(|scheme| scheme.encrypted);
    // a parameter of a web page's address says nothing of the connection
    let web = known.is_some_and(|scheme| matches!(scheme.protocol.as_str(), "http" | "https" | "ws"));
    match by_scheme {
        Some(true) => Some(true),
        by_scheme if web => by_scheme,
        by_scheme => catalogue::encryption(tail).or(by_scheme),
    }
}

impl Address {
    /// The product that its scheme names.
    pub(crate) fn product(&self) -> Option<Product> {
        let scheme = catalogue::scheme(self.scheme.as_deref()?)?;
        catalogue::technology(scheme.technology.as_deref()?).map(Product::from)
    }

    /// The port that is written, or that its scheme means.
    pub(crate) fn port(&self) -> Option<u16> {
        self.port.or_else(|| catalogue::scheme(self.scheme.as_deref()?)?.port)
    }

    /// How its scheme says that it is spoken to.
    pub(crate) fn protocol(&self) -> Option<&str> {
        // `tcp://` is what somebody waits for, and says nothing of what is spoken
        let scheme = self.scheme.as_deref().filter(|scheme| *scheme != "tcp")?;
        Some(catalogue::scheme(scheme).map_or(scheme, |scheme| &scheme.protocol))
    }
}

fn bare(text: &str) -> Option<Address> {
    let (text, path) = match text.split_once('/') {
        Some((host, path)) => (host, format!("/{path}")),
        None => (text, String::new()),
    };
    let mut address = authority(text)?;
    let host = address.host.as_deref().unwrap_or_default();
    // a bare word is an address only with a port or a dot; what else it means is the caller's to know
    if address.port.is_none() && !host.contains('.') && !plain_name(host) {
        return None;
    }
    address.path = path;
    Some(address)
}

/// A name without dots, as services of one network call each other.
pub(crate) fn is_plain(host: &str) -> bool {
    plain_name(host) && !matches!(host, "host" | "hostname" | "server" | "example" | "user" | "changeme")
}

fn plain_name(host: &str) -> bool {
    host.bytes().next().is_some_and(|b| b.is_ascii_alphabetic()) && host.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

fn authority(text: &str) -> Option<Address> {
    let text = text.rsplit('@').next().unwrap_or(text);
    let (host, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, rest)) => (host, rest.strip_prefix(':')),
        None => match text.rsplit_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (text, None),
        },
    };
    // of what is put together only the beginning may be known: `http://orders:8080` and a path
    let port = port.map(|port| port.trim_end_matches('*'));
    let host = host.to_ascii_lowercase();
    let host = host.trim_end_matches('.');
    let service = host.contains('*').then(|| service_of(host));
    let host = match &service {
        Some(service) => service.as_deref()?,
        None => host,
    };
    let known = !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b':'));
    known.then(|| Address { host: Some(host.to_owned()), port: port.and_then(|port| port.parse().ok()), nameless: service.is_some(), ..Address::default() })
}

/// The service of a provider whose host is not known in full: what is not known is a customer or a region.
fn service_of(host: &str) -> Option<String> {
    let labels: Vec<&str> = host.split('.').collect();
    let own = labels.iter().rev().take(2).any(|label| label.contains('*'));
    let known = labels.into_iter().filter(|label| !label.contains('*')).collect::<Vec<_>>().join(".");
    (!own && catalogue::host(&known).is_some()).then_some(known)
}

/// The host is the machine itself, or the one that runs the container.
pub(crate) fn is_local(host: &str) -> bool {
    matches!(host, "localhost" | "0.0.0.0" | "::1") || host.starts_with("127.") || is_container_host(host)
}

/// The host is the machine that runs the container that asks.
pub(crate) fn is_container_host(host: &str) -> bool {
    matches!(host, "host.docker.internal" | "docker.for.mac.localhost" | "gateway.docker.internal" | "host.containers.internal")
}

/// The host is an address without a name, or reserved for examples.
pub(crate) fn is_placeholder(host: &str) -> bool {
    // RFC 2606, 2 and 3
    let example =
        ["example.com", "example.org", "example.net"].iter().any(|name| host.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')));
    example || host.ends_with(".test") || host.ends_with(".invalid") || host.ends_with(".example")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_in_many_forms() {
        let one = |text: &str| parse(text).into_iter().next().map(|a| (a.scheme, a.host, a.port, a.encrypted));
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(one("http://orders.shop.svc.cluster.local:8080/x"), Some((some("http"), some("orders.shop.svc.cluster.local"), Some(8080), Some(false))));
        assert_eq!(one("jdbc:postgresql://db:5432/x?sslmode=require"), Some((some("postgresql"), some("db"), Some(5432), Some(true))));
        assert_eq!(one("postgresql+psycopg://u:p@db/x"), Some((some("postgresql"), some("db"), None, None)));
        assert_eq!(one("cart:7070"), Some((None, some("cart"), Some(7070), None)));
        assert_eq!(
            one("Server=tcp:sqldata,1433;Database=shop;User Id=sa;Password=***;Encrypt=False"),
            Some((some("sql"), some("sqldata"), Some(1433), Some(false)))
        );
        assert_eq!(one("Host=db;Port=5433;Username=u;Password=***"), Some((some("sql"), some("db"), Some(5433), None)));
        assert_eq!(
            one("Endpoint=sb://shop.servicebus.windows.net/;SharedAccessKeyName=a;SharedAccessKey=***"),
            Some((some("sb"), some("shop.servicebus.windows.net"), None, None))
        );
        assert_eq!(one("host=db port=5432 user=app password=*** dbname=shop sslmode=disable"), Some((some("postgresql"), some("db"), Some(5432), Some(false))));
        assert_eq!(one("host=db user=app"), Some((some("postgresql"), some("db"), None, None)));
        assert_eq!(one("host=a color=red"), None);
        assert_eq!(one("app:***@tcp(stock-db:3306)/stock?parseTime=true"), Some((some("mysql"), some("stock-db"), Some(3306), None)));
        assert_eq!(one("app@tcp(*)/stock"), None);
        assert_eq!(one("server=a;color=red"), None);
        assert_eq!(one("*/x"), None);
        assert_eq!(one("some words"), None);
        assert_eq!(parse("a:9092,b:9092").len(), 2);
        assert!(parse("postgres://u:p@db/x")[0].credential);
        let named = |text: &str| parse(text).into_iter().next().and_then(|a| a.host.filter(|_| a.nameless));
        assert_eq!(named("https://*.search.windows.net"), some("search.windows.net"));
        assert_eq!(named("https://cognito-idp.*.amazonaws.com/*/x"), some("cognito-idp.amazonaws.com"));
        for other in ["https://*.shop.com", "https://stripe.com.*", "https://*", "https://*.com", "https://api.stripe.com"] {
            assert_eq!(named(other), None, "{other}");
        }
    }
}
