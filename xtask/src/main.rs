//! Maintainers tool.
fn main() {}
