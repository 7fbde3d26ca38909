//! `init` and `completions`.

use crate::args::{Arguments, Common};
use crate::failure::Failure;
use crate::opened::Opened;
use crate::output;
use clap::CommandFactory as _;
use std::io::Write as _;

const MINIMAL: &str = r#"# Threatline. Everything is optional; unknown keys are errors.

[gate]
# what `diff` and gating hooks stop at: severities and kinds of event
fail_on = ["high"]

# [scan]
# exclude = ["third_party/**"]

# Facts that only people know, and answers to open questions:
#
# [[components]]
# name = "payments"
# value = 0.9            # business impact, 0..1
# data = ["payment_card"]
#
# [[flows]]
# source = "web"
# target = "payments"
# authenticated = true
"#;

pub(crate) fn run(common: &Common) -> Result<(), Failure> {
    let opened = Opened::new(common)?;
    let path = opened.below_top("threatline.toml")?;
    let file = std::fs::File::options().write(true).create_new(true).open(&path);
    let written = file.and_then(|mut file| file.write_all(MINIMAL.as_bytes()));
    match written {
        Ok(()) => output::print(&format!("wrote {}\n", path.display())),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Err(Failure::mistake(format!("{} is there already", path.display()), None)),
        Err(error) => Err(Failure::mistake(format!("cannot write {}: {error}", path.display()), None)),
    }
}

/// Completions for a shell, made from the arguments themselves.
pub(crate) fn completions(shell: clap_complete::Shell) -> Result<(), Failure> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "threatline", &mut text);
    output::print(&String::from_utf8_lossy(&text))
}
