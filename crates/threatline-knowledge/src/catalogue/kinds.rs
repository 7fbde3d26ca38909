//! Kinds of resources by their letters. Libraries that declare resources are written from the vocabulary's own
//! definitions and differ in capitals and in what divides words: `aws-lambda` `CfnFunction`, `aws.lambda.Function`.

use super::cloud::cloud;
use super::technology::resources;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// A vocabulary of kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Vocabulary {
    /// CloudFormation's: `AWS::Lambda::Function`.
    Templates,
    /// Terraform's: `aws_lambda_function`.
    Terraform,
}

/// The known kind of a vocabulary with these letters, whatever stands between them; none where that fits several.
pub fn kind_of_letters(vocabulary: Vocabulary, spelt: &str) -> Option<&'static str> {
    static ALL: OnceLock<BTreeMap<(Vocabulary, String), Option<&'static str>>> = OnceLock::new();
    let all = ALL.get_or_init(|| {
        let ways = cloud();
        let keys = [
            ways.function.keys().collect::<Vec<_>>(),
            ways.gateway.keys().collect(),
            ways.route.keys().collect(),
            ways.node.keys().collect(),
            ways.forward.keys().collect(),
            ways.parameter.keys().collect(),
            ways.trigger.keys().collect(),
            ways.policy.keys().collect(),
            ways.attachment.keys().collect(),
        ];
        let mut found: BTreeMap<(Vocabulary, String), Option<&'static str>> = BTreeMap::new();
        for kind in resources().keys().chain(keys.into_iter().flatten()).filter(|kind| !kind.starts_with("data.")) {
            let vocabulary = if kind.contains("::") { Vocabulary::Templates } else { Vocabulary::Terraform };
            let entry = found.entry((vocabulary, letters(kind))).or_insert(Some(kind));
            *entry = entry.filter(|known| known == kind);
        }
        found
    });
    all.get(&(vocabulary, letters(spelt))).copied().flatten()
}

/// Letters and digits alone, small.
pub fn letters(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_told_by_its_letters() {
        assert_eq!(kind_of_letters(Vocabulary::Templates, "aws_apigatewayv2::Api"), Some("AWS::ApiGatewayV2::Api"));
        assert_eq!(kind_of_letters(Vocabulary::Templates, "aws-appsync GraphQLApi"), Some("AWS::AppSync::GraphQLApi"));
        assert_eq!(kind_of_letters(Vocabulary::Terraform, "aws.dynamodb.Table"), Some("aws_dynamodb_table"));
        assert_eq!(kind_of_letters(Vocabulary::Terraform, "aws_archive_file"), None);
        assert_eq!(kind_of_letters(Vocabulary::Templates, "aws-lambda.Function2"), None);
    }
}
