//! What Terraform and OpenTofu declare beside resources.

use super::*;

/// A Terraform `module` block.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs, reason = "obvious fields")]
pub struct TerraformModule {
    pub name: String,
    pub source: Text,
    /// With `count` and `for_each`; see [`Resource::attributes`].
    pub inputs: Vec<(String, Text, Mark)>,
    pub mark: Mark,
}

/// What a Terraform module hands back.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs, reason = "obvious fields")]
pub struct TerraformOutput {
    pub name: String,
    pub value: Text,
    pub mark: Mark,
}

/// A file that Terraform may fill in: names in it are those that it is given.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs, reason = "obvious fields")]
pub struct TerraformTemplate {
    pub text: Text,
    pub mark: Mark,
}

/// A Terraform `variable`, or an assignment in a `.tfvars` file.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs, reason = "obvious fields")]
pub struct TerraformVariable {
    pub name: String,
    pub value: Option<Text>,
    /// It stands in a `.tfvars` file, which wins over a default.
    pub assigned: bool,
    pub mark: Mark,
}

/// A Terraform local.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs, reason = "obvious fields")]
pub struct TerraformLocal {
    pub name: String,
    pub value: Text,
    pub mark: Mark,
}
