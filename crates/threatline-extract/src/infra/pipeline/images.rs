//! Images that steps build: the folder that an image is made from is the source of whatever runs it.

use super::{WORDS, joined, parts};
use crate::node::Node;
use threatline_facts::infra::BuiltImage;

/// Tags of one image that are looked at.
const TAGS: usize = 20;

/// Options of `docker build` whose value is the next word.
const VALUED: [&str; 22] = [
    "-t",
    "--tag",
    "-f",
    "--file",
    "--build-arg",
    "--target",
    "--platform",
    "--cache-from",
    "--cache-to",
    "--label",
    "--network",
    "--progress",
    "--secret",
    "--ssh",
    "-o",
    "--output",
    "--build-context",
    "--builder",
    "--metadata-file",
    "--iidfile",
    "-m",
    "--memory",
];

/// Images of `docker/build-push-action`.
pub(super) fn of_action(uses: &str, with: Option<&Node>) -> Vec<BuiltImage> {
    let Some(with) = with.filter(|_| uses.starts_with("docker/build-push-action@")) else { return Vec::new() };
    let tags = with.str_at(&["tags"]).unwrap_or_default();
    let tags = tags.split(['\n', ',']).map(str::trim).filter(|tag| !tag.is_empty()).take(TAGS);
    // without a folder it is the repository as the platform has it
    let context = with.str_at(&["context"]).unwrap_or(".");
    tags.filter_map(|tag| built(tag, context, with.str_at(&["file"]))).collect()
}

/// Images of `docker build` in a script that stays where it begins.
pub(super) fn of_script(script: &str) -> Vec<BuiltImage> {
    let joined = joined(script);
    if parts(&joined).any(|part| part.starts_with("cd ") || part.starts_with("pushd ")) {
        return Vec::new();
    }
    parts(&joined).flat_map(of_command).collect()
}

fn of_command(line: &str) -> Vec<BuiltImage> {
    let words: Vec<&str> = line.split_whitespace().map(|word| word.trim_matches(['"', '\''])).take(WORDS).collect();
    let words = match words.as_slice() {
        ["docker" | "podman" | "buildah", "build", rest @ ..] | ["docker", "buildx", "build", rest @ ..] => rest,
        _ => return Vec::new(),
    };
    let (mut tags, mut file, mut context) = (Vec::new(), None, None);
    let mut words = words.iter().copied();
    while let Some(word) = words.next() {
        let (option, value) = word.split_once('=').map_or((word, None), |(option, value)| (option, Some(value)));
        let value = if value.is_none() && VALUED.contains(&option) { words.next() } else { value };
        match option {
            "-t" | "--tag" => tags.extend(value),
            "-f" | "--file" => file = value,
            _ if word.starts_with('-') => {}
            _ => context = Some(word),
        }
    }
    let Some(context) = context else { return Vec::new() };
    tags.into_iter().take(TAGS).filter_map(|tag| built(tag, context, file)).collect()
}

fn built(tag: &str, context: &str, file: Option<&str>) -> Option<BuiltImage> {
    let is_known = |path: &str| !path.contains(['$', '{', '*', '`']) && !path.contains("://") && path != "-";
    let context = context.trim_start_matches("./").trim_end_matches('/');
    let context = if context.is_empty() { "." } else { context };
    if !is_known(context) || file.is_some_and(|file| !is_known(file)) {
        return None;
    }
    let up = "../".repeat(context.split('/').filter(|part| *part != ".").count());
    let dockerfile = file.map(|file| {
        let file = file.trim_start_matches("./");
        file.strip_prefix(&format!("{context}/")).map_or_else(|| format!("{up}{file}"), str::to_owned)
    });
    Some(BuiltImage { image: spelled(tag), context: context.to_owned(), dockerfile })
}

/// A reference with a star for each expression and variable in it.
fn spelled(tag: &str) -> String {
    let mut out = String::new();
    let mut rest = tag;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        out.push('*');
        rest = &rest[at + 1..];
        rest = match rest.strip_prefix("{{") {
            Some(inside) => inside.find("}}").map_or("", |end| &inside[end + 2..]),
            None => match rest.strip_prefix('{') {
                Some(inside) => inside.find('}').map_or("", |end| &inside[end + 1..]),
                None => rest.trim_start_matches(|letter: char| letter.is_ascii_alphanumeric() || letter == '_'),
            },
        };
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_told_with_their_folders() {
        let shown = |script: &str| of_script(script).into_iter().map(|it| (it.image, it.context, it.dockerfile)).collect::<Vec<_>>();
        let of = |image: &str, context: &str, file: Option<&str>| (image.to_owned(), context.to_owned(), file.map(str::to_owned));
        assert_eq!(shown("docker build -t acme/shop:$CI_COMMIT_SHA ./shop/"), [of("acme/shop:*", "shop", None)]);
        assert_eq!(
            shown("docker buildx build --push --platform linux/amd64 \\\n --tag=ghcr.io/${OWNER}/api:1 -f docker/api.Dockerfile ."),
            [of("ghcr.io/*/api:1", ".", Some("docker/api.Dockerfile"))]
        );
        assert_eq!(shown("docker build -t web -f services/web/Dockerfile.prod services/web"), [of("web", "services/web", Some("Dockerfile.prod"))]);
        assert_eq!(shown("docker build -t web -f docker/web services/web"), [of("web", "services/web", Some("../../docker/web"))]);
        assert!(shown("cd shop && docker build -t shop .").is_empty(), "the folder is that of the script by then");
        assert!(shown("docker build -t shop $FOLDER; docker ps").is_empty());
        assert!(shown("docker build .").is_empty());
    }
}
