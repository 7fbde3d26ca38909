//! Kinds of resources by their letters. Libraries that declare resources are written from the vocabulary's own
//! definitions and differ in capitals and in what divides words: `aws-lambda` `CfnFunction`.

use super::cloud::cloud;
use super::technology::resources;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// The known kind of templates (`AWS::Lambda::Function`), or else of Terraform (`aws_lambda_function`), with these letters, whatever stands
/// between them; none where that fits several.
pub fn kind_of_letters(spelt: &str, of_templates: bool) -> Option<&'static str> {
    type Kinds = BTreeMap<String, Option<&'static str>>;
    static ALL: [OnceLock<Kinds>; 2] = [const { OnceLock::new() }; 2];
    let all = ALL[usize::from(of_templates)].get_or_init(|| {
        let ways = cloud();
        let keys = [
            ways.function.keys().collect::<Vec<_>>(),
            ways.gateway.keys().collect(),
            ways.route.keys().collect(),
            ways.node.keys().collect(),
            ways.forward.keys().collect(),
            ways.part.keys().collect(),
            ways.parameter.keys().collect(),
            ways.trigger.keys().collect(),
            ways.policy.keys().collect(),
            ways.attachment.keys().collect(),
            ways.archive.keys().collect(),
        ];
        let mut found: BTreeMap<String, Option<&'static str>> = BTreeMap::new();
        let meant = |kind: &&String| kind.contains("::") == of_templates && !kind.starts_with("data.");
        for kind in resources().keys().chain(keys.into_iter().flatten()).filter(meant) {
            let entry = found.entry(letters(kind)).or_insert(Some(kind));
            *entry = entry.filter(|known| known == kind);
        }
        found
    });
    all.get(&letters(spelt)).copied().flatten()
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
        assert_eq!(kind_of_letters("aws_apigatewayv2::Api", true), Some("AWS::ApiGatewayV2::Api"));
        assert_eq!(kind_of_letters("aws-appsync GraphQLApi", true), Some("AWS::AppSync::GraphQLApi"));
        assert_eq!(kind_of_letters("aws-lambda.Function2", true), None);
        assert_eq!(kind_of_letters("aws_archive_file", true), None);
        assert_eq!(kind_of_letters("aws.lambda.Function", false), Some("aws_lambda_function"));
        assert_eq!(kind_of_letters("google.cloudrun.Service", false), Some("google_cloud_run_service"));
        assert_eq!(kind_of_letters("aws.ec2.Vpc", false), None);
    }
}
