//! The catalogue: one word per line, one file per word.

/// What rules are written with.
mod prelude {
    pub(super) use crate::case::{Case, stands_out};
    pub(super) use crate::rule::Rule;
    pub(super) use crate::threat::{Start, Stride};
    pub(super) use crate::view::*;
    pub(super) use std::collections::{BTreeMap, BTreeSet};
    pub(super) use threatline_model::BoundaryKind::{Account, Cluster, Container, Host, Internet, Namespace, Network, ThirdParty};
    pub(super) use threatline_model::*;
}

macro_rules! rules {
    ($($name:ident)*) => {
        $(mod $name;)*

        /// All rules, in the order of their ids.
        pub fn catalogue() -> &'static [&'static crate::rule::Rule] {
            const ALL: &[&crate::rule::Rule] = &[$(&$name::RULE),*];
            ALL
        }
    };
}

rules! {
    agent_action_without_approval
    agent_executes_code_unsandboxed
    client_direct_store_without_row_policy
    code_or_template_from_input
    command_built_from_input
    container_escape_path
    cors_any_origin_with_credentials
    credential_or_personal_data_in_url
    data_store_exposed
    data_store_reachable_from_internet
    debug_endpoint_exposed
    default_credentials
    development_server_in_production
    development_system_exposed
    direct_store_access_across_boundary
    environment_mixing
    excessive_data_exposure
    gateway_bypass
    guessable_signing_key
    identity_or_secrets_service_not_isolated
    irrecoverable_data_store
    management_port_exposed
    mass_assignment
    mcp_server_unauthenticated
    missing_function_authorization
    missing_identity_propagation
    missing_network_segmentation
    missing_object_authorization
    mixed_trust_shared_runtime
    model_output_to_dangerous_sink
    mutable_build_dependency
    no_limit_on_costly_entry_point
    no_login_throttling
    no_timeout_on_dependency
    over_privileged_identity
    path_from_input
    peer_not_verified
    pipeline_input_in_command
    privilege_escalation_grant
    query_built_from_input
    replayable_request
    secret_in_image
    secret_in_repository
    sensitive_data_in_logs
    sensitive_data_to_model_provider
    sensitive_data_to_third_party
    sensitive_data_unencrypted_at_rest
    server_side_request_forgery
    shared_agent_memory
    shared_credential
    shared_data_store
    single_factor_privileged_access
    single_instance_critical_component
    standing_production_access_in_ci
    tenant_isolation_missing
    token_not_verified
    unauthenticated_admin_interface
    unauthenticated_agent_channel
    unauthenticated_backing_service
    unauthenticated_entry_point
    unauthenticated_service_call
    unbounded_agent_loop
    unbounded_request_or_result
    unconditional_cross_account_trust
    unencrypted_flow_across_boundary
    unencrypted_sensitive_flow
    unpinned_model
    unrestricted_egress
    unreviewed_deployment_path
    unsigned_message_across_trust
    untrusted_code_in_privileged_pipeline
    untrusted_content_in_prompt
    untrusted_deserialization
    unverified_webhook
    weak_password_storage
    workload_controls_orchestrator
}
