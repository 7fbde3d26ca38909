//! What stands in a step or a value, for whoever looks through all of it.

use super::*;

impl Step {
    /// The value that it evaluates itself: not what it assigns to, and nothing of the steps in it.
    pub fn value(&self) -> Option<&Value> {
        match self {
            Step::Bind { value, .. } | Step::Return(value) | Step::Throw(value) => value.as_ref(),
            Step::Do(value) => Some(value),
            Step::If { condition, .. } => Some(condition),
            Step::Loop { over, .. } => over.as_ref().map(|(_, list)| list),
            Step::Try { .. } | Step::Block(_) | Step::Function(_) | Step::Class(_) => None,
        }
    }

    /// The steps in it, by branches, in the order in which they are written.
    pub fn bodies(&self) -> impl Iterator<Item = &[Step]> {
        let (first, handlers, last): (&[Step], &[Vec<Step>], &[Step]) = match self {
            Step::If { then, otherwise, .. } => (then, &[], otherwise),
            Step::Loop { body, .. } | Step::Block(body) => (body, &[], &[]),
            Step::Try { body, handlers, finally } => (body, handlers, finally),
            Step::Bind { .. } | Step::Do(_) | Step::Return(_) | Step::Throw(_) | Step::Function(_) | Step::Class(_) => (&[], &[], &[]),
        };
        std::iter::once(first).chain(handlers.iter().map(Vec::as_slice)).chain(std::iter::once(last))
    }
}

impl Value {
    /// Visits the values that it is made of; of a call what is called, and then the arguments.
    pub fn parts<'v>(&'v self, visit: &mut dyn FnMut(&'v Value)) {
        match self {
            Value::Call(call) => {
                visit(&call.callee);
                call.arguments.iter().for_each(|argument| visit(&argument.value));
            }
            Value::Member(object, _) | Value::Not(object) => visit(object),
            Value::Index(object, index) => {
                visit(object);
                visit(index);
            }
            Value::List(parts) | Value::Join(parts) | Value::Either(parts) | Value::Operator(_, parts) | Value::Unknown(parts) => parts.iter().for_each(visit),
            Value::Map(entries) => entries.iter().for_each(|(key, value)| {
                visit(key);
                visit(value);
            }),
            Value::Text(_) | Value::Number(_) | Value::Boolean(_) | Value::Null | Value::Name(_) | Value::Function(_) | Value::Class(_) => {}
        }
    }
}
