//! Code that a generator wrote and that lies in the repository: packs know what it does better than its lines show.

use super::*;

impl<'a> Evaluator<'a> {
    /// A client of gRPC, made by the function that the compiler of protobuf writes for Go: a call of the service by its name, over the
    /// connection that it is given. What the function itself does is only to keep the connection.
    pub(in crate::compose) fn generated_client(&mut self, closure: &Closure, arguments: &[Arg]) -> Option<Val> {
        let file = &self.program.files[closure.file];
        let function = &file.source.functions[closure.index as usize];
        let is_client = file.family == Family::Go && file.path.ends_with(".pb.go") && function.receiver.is_none() && function.name.ends_with("Client");
        // run by itself it makes nobody's client
        if !is_client || !function.name.starts_with("New") || self.proving > 0 || self.file == closure.file {
            return None;
        }
        let name = format!("pb.{}", function.name);
        let rules = self.program.files[self.file].library.calls(&name);
        let (ruled, star) = rules.into_iter().find(|(ruled, _)| ruled.rule.does == Verb::Stub)?;
        // of what one of several branches gives back the first connection
        let mut arguments = arguments.to_vec();
        for argument in &mut arguments {
            if let Val::Either(values) = &argument.value
                && let Some(connection) = values.iter().find(|value| matches!(value, Val::Object(_)))
            {
                argument.value = connection.clone();
            }
        }
        let site = Site { star, ..Site::of(&name, arguments, None, None) };
        self.outbound(ruled.pack, ruled.rule, &site)
    }
}
