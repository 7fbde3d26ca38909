//! The closed set of properties that rules may ask for.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The value of a property. A missing key means unknown.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// Known to hold, or known not to.
    Flag(bool),
    /// A count.
    Number(u64),
    /// One of a few words.
    Text(String),
    /// Several.
    List(Vec<String>),
}

impl Value {
    /// The flag, if it is one.
    pub fn as_flag(&self) -> Option<bool> {
        match self {
            Value::Flag(flag) => Some(*flag),
            _ => None,
        }
    }

    /// The word, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The words, if they are several.
    pub fn as_list(&self) -> Option<&[String]> {
        match self {
            Value::List(list) => Some(list),
            _ => None,
        }
    }
}

/// In text a value is just itself (`true`, `"none"`).
#[derive(Serialize, Deserialize)]
#[serde(remote = "Value", untagged)]
enum Written {
    Flag(bool),
    Number(u64),
    Text(String),
    List(Vec<String>),
}

/// In binary it must say what it is, or it could not be read back.
#[derive(Serialize, Deserialize)]
#[serde(remote = "Value")]
enum Kept {
    Flag(bool),
    Number(u64),
    Text(String),
    List(Vec<String>),
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() { Written::serialize(self, serializer) } else { Kept::serialize(self, serializer) }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() { Written::deserialize(deserializer) } else { Kept::deserialize(deserializer) }
    }
}

macro_rules! properties {
    ($($variant:ident $name:literal $on:literal),* $(,)?) => {
        /// A property of an element. The set is closed: rules ask for these and nothing else.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[allow(missing_docs, reason = "the names are the interface's own; CONTRIBUTING lists them")]
        pub enum Property { $($variant),* }

        impl Property {
            /// All of them, in order.
            pub const ALL: &[Property] = &[$(Property::$variant),*];

            /// The key under `properties`.
            pub const fn name(self) -> &'static str {
                match self { $(Property::$variant => $name),* }
            }

            /// Which kinds of element carry it: `c` component, `f` flow, `e` entry point, `b` boundary.
            pub const fn on(self) -> &'static str {
                match self { $(Property::$variant => $on),* }
            }

            /// The property of that key.
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|property| property.name() == name)
            }
        }
    };
}

properties! {
    AdminInterface "admin_interface" "c", AnonymousAccess "anonymous_access" "c",
    AuditLog "audit_log" "c", AuthenticatesClients "authenticates_clients" "c", Backup "backup" "c",
    BudgetLimit "budget_limit" "c", ClientDirect "client_direct" "c", CodeFromInput "code_from_input" "c",
    CommandFromInput "command_from_input" "ce",
    Cors "cors" "c", CsrfProtection "csrf_protection" "c", DefaultCredentials "default_credentials" "c",
    DeletionProtection "deletion_protection" "c", EgressRestricted "egress_restricted" "c",
    EncryptedAtRest "encrypted_at_rest" "c", HostAccess "host_access" "c", HumanApproval "human_approval" "c",
    Identity "identity" "c", IdentityGrants "identity_grants" "c", IdentityProvider "identity_provider" "c",
    IterationLimit "iteration_limit" "c", Lockout "lockout" "c", MemoryScope "memory_scope" "c", Mfa "mfa" "c",
    MultiTenant "multi_tenant" "c", OutputSinks "output_sinks" "c", PasswordHash "password_hash" "c",
    Public "public" "c", Replicas "replicas" "c", RowPolicy "row_policy" "c", RunsPrivileged "runs_privileged" "c",
    Sandboxed "sandboxed" "c", SelfRegistration "self_registration" "c", TokenValidation "token_validation" "c",
    ToolEffects "tool_effects" "c", DebugMode "debug_mode" "c", DevelopmentServer "development_server" "c",
    GuessableSigningKey "guessable_signing_key" "c",
    SecretInRepository "secret_in_repository" "cf", SecretInImage "secret_in_image" "c", UnpinnedModel "unpinned_model" "c", MutableImage "mutable_image" "c", ManagementPort "management_port" "c",
    CircuitBreaker "circuit_breaker" "f", Credential "credential" "f", CredentialName "credential_name" "f", Deserializes "deserializes" "cf",
    MutualTls "mutual_tls" "f", Operations "operations" "f", PathFromInput "path_from_input" "cf",
    PromptFromInput "prompt_from_input" "f", PropagatesIdentity "propagates_identity" "f", QueryFromInput "query_from_input" "f", ReviewedDeployment "reviewed_deployment" "f", Signed "signed" "f",
    TenantFilter "tenant_filter" "f", Timeout "timeout" "f", UrlFromInput "url_from_input" "cf",
    VerifiesPeer "verifies_peer" "f",
    AcceptsFile "accepts_file" "e", AcceptsXml "accepts_xml" "e", Costly "costly" "e", Debug "debug" "e",
    MassBinding "mass_binding" "e", OwnerCheck "owner_check" "e", PaginationBounded "pagination_bounded" "e",
    PublicByDesign "public_by_design" "e", RateLimited "rate_limited" "e", ReplayProtected "replay_protected" "e",
    RequestSizeLimited "request_size_limited" "e", Returns "returns" "e", RunsSentCode "runs_sent_code" "e", RoleCheck "role_check" "e",
    SignatureVerified "signature_verified" "e", StateChanging "state_changing" "e", Takes "takes" "e", Webhook "webhook" "e",
    DefaultDeny "default_deny" "b", TrustConditions "trust_conditions" "b",
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_value_is_bare_for_people_and_comes_back_from_a_record() {
        let values = [Value::Flag(true), Value::Number(3), Value::Text("any".into()), Value::List(vec!["a".into()])];
        let text = serde_json::to_string(&values).unwrap();
        assert_eq!(text, r#"[true,3,"any",["a"]]"#);
        assert_eq!(serde_json::from_str::<Vec<Value>>(&text).unwrap(), values);
        let record = postcard::to_stdvec(&values.to_vec()).unwrap();
        assert_eq!(postcard::from_bytes::<Vec<Value>>(&record).unwrap(), values);
    }
}
