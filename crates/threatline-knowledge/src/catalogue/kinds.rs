//! Kinds of resources by their letters. Libraries that declare resources are written from the vocabulary's own
//! definitions and differ in capitals and in what divides words: `aws-lambda` `CfnFunction`.

use super::cloud::cloud;
use super::technology::resources;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// The known kind of templates (`AWS::Lambda::Function`) with these letters, whatever stands between them; none where that fits several.
pub fn kind_of_letters(spelt: &str) -> Option<&'static str> {
    static ALL: OnceLock<BTreeMap<String, Option<&'static str>>> = OnceLock::new();
    let all = ALL.get_or_init(|| {
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
        ];
        let mut found: BTreeMap<String, Option<&'static str>> = BTreeMap::new();
        for kind in resources().keys().chain(keys.into_iter().flatten()).filter(|kind| kind.contains("::")) {
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
        assert_eq!(kind_of_letters("aws_apigatewayv2::Api"), Some("AWS::ApiGatewayV2::Api"));
        assert_eq!(kind_of_letters("aws-appsync GraphQLApi"), Some("AWS::AppSync::GraphQLApi"));
        assert_eq!(kind_of_letters("aws-lambda.Function2"), None);
        assert_eq!(kind_of_letters("aws_archive_file"), None);
    }
}
