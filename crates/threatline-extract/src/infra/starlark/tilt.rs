//! Tilt: which image is made from which folder.

use super::{Call, Names, spelled, texts};
use threatline_facts::Extracted;
use threatline_facts::infra::{ImageSource, InfraFact};

/// Reads a call if it is one of Tilt's that builds; says whether it was.
pub(super) fn read(call: &Call<'_>, names: &Names, out: &mut Extracted) -> bool {
    let text = |place, name| call.at(place, name).and_then(|value| spelled(value, names, 0)).filter(|text| !text.contains('*'));
    let (image, context) = match call.name {
        "docker_build" | "docker_build_with_restart" => (text(0, "ref"), text(1, "context")),
        "custom_build" | "custom_build_with_restart" => {
            // a command makes it of what Tilt is told to watch
            let watched = call.at(2, "deps").map(|value| texts(value, names, 0)).unwrap_or_default();
            (text(0, "ref"), <[String; 1]>::try_from(watched).ok().map(|[only]| only))
        }
        _ => return false,
    };
    let (Some(image), Some(context)) = (image, context) else { return true };
    let dockerfile = call.named("dockerfile").and_then(|value| spelled(value, names, 0));
    let mark = out.mark(call.line, call.end_line);
    // a Dockerfile is told from the folder of the Tiltfile, and kept from the context
    let context = context.trim_start_matches("./").trim_end_matches('/').to_owned();
    let dockerfile = dockerfile.map(|file| {
        let file = file.trim_start_matches("./");
        file.strip_prefix(&format!("{context}/")).map_or_else(|| format!("{}{file}", "../".repeat(depth(&context))), str::to_owned)
    });
    let context = if context.is_empty() { ".".to_owned() } else { context };
    out.say(InfraFact::ImageSource(ImageSource { image, context, dockerfile, mark }));
    true
}

fn depth(context: &str) -> usize {
    context.split('/').filter(|part| !matches!(*part, "" | ".")).count()
}
