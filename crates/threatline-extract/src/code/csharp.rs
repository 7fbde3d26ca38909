pub(crate) fn lower(_text: &str) -> super::tree::Module { super::tree::Module::default() }
