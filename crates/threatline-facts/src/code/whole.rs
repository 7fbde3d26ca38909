//! Whether the numbers in a file's facts name functions and classes that it has.
//!
//! A reader writes no others. Facts that come from elsewhere (a shard that a build kept, cut or changed on
//! the way) may, and whoever follows such a number would fall.

use super::*;

impl Source {
    /// Every function and class that is named by number is there, the top level among them.
    pub fn is_whole(&self) -> bool {
        let all = Numbers { functions: self.functions.len(), classes: self.classes.len() };
        !self.functions.is_empty()
            && self.functions.iter().all(|function| all.function(function))
            && self.classes.iter().all(|class| all.class(class))
            && self.exports.iter().flat_map(|export| &export.value).all(|value| all.value(value))
    }
}

/// How many there are.
struct Numbers {
    functions: usize,
    classes: usize,
}

impl Numbers {
    fn has_function(&self, number: u32) -> bool {
        (number as usize) < self.functions
    }

    fn has_class(&self, number: u32) -> bool {
        (number as usize) < self.classes
    }

    fn function(&self, function: &Function) -> bool {
        let parameter = |parameter: &Parameter| {
            self.types(&parameter.declared) && parameter.default.iter().all(|value| self.value(value)) && self.calls(&parameter.annotations)
        };
        function.class.is_none_or(|class| self.has_class(class))
            && function.parameters.iter().all(parameter)
            && self.types(&function.returns)
            && self.calls(&function.annotations)
            && self.steps(&function.steps)
    }

    fn class(&self, class: &Class) -> bool {
        let field = |field: &Field| self.types(&field.declared) && field.value.iter().all(|value| self.value(value)) && self.calls(&field.annotations);
        self.types(&class.bases)
            && self.calls(&class.annotations)
            && class.fields.iter().all(field)
            && class.methods.iter().all(|number| self.has_function(*number))
    }

    fn steps(&self, steps: &[Step]) -> bool {
        steps.iter().all(|step| match step {
            Step::Bind { target, declared, value, mark: _ } => self.value(target) && self.types(declared) && self.values(value),
            Step::Do(value) => self.value(value),
            Step::Return(value) | Step::Throw(value) => self.values(value),
            Step::If { condition, then, otherwise } => self.value(condition) && self.steps(then) && self.steps(otherwise),
            Step::Loop { over, body } => over.iter().all(|(name, list)| self.value(name) && self.value(list)) && self.steps(body),
            Step::Try { body, handlers, finally } => self.steps(body) && handlers.iter().all(|handler| self.steps(handler)) && self.steps(finally),
            Step::Block(body) => self.steps(body),
            Step::Function(number) => self.has_function(*number),
            Step::Class(number) => self.has_class(*number),
        })
    }

    fn values<'v>(&self, values: impl IntoIterator<Item = &'v Value>) -> bool {
        values.into_iter().all(|value| self.value(value))
    }

    fn value(&self, value: &Value) -> bool {
        match value {
            Value::Text(_) | Value::Number(_) | Value::Boolean(_) | Value::Null | Value::Name(_) => true,
            Value::Member(object, _) | Value::Not(object) => self.value(object),
            Value::Index(object, index) => self.value(object) && self.value(index),
            Value::Call(call) => self.calls([&**call]),
            Value::Function(number) => self.has_function(*number),
            Value::Class(number) => self.has_class(*number),
            Value::Map(entries) => entries.iter().all(|(key, value)| self.value(key) && self.value(value)),
            Value::List(parts) | Value::Join(parts) | Value::Either(parts) | Value::Operator(_, parts) | Value::Unknown(parts) => self.values(parts),
        }
    }

    fn calls<'c>(&self, calls: impl IntoIterator<Item = &'c Call>) -> bool {
        let call = |call: &Call| self.value(&call.callee) && self.types(&call.types) && call.arguments.iter().all(|argument| self.value(&argument.value));
        calls.into_iter().all(call)
    }

    fn types<'t>(&self, types: impl IntoIterator<Item = &'t TypeName>) -> bool {
        types.into_iter().all(|ty| self.types(&ty.arguments) && self.values(&ty.extras))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(steps: Vec<Step>) -> Source {
        let top = Function { steps, ..Function::default() };
        Source {
            language: Language::Python,
            package: None,
            imports: Vec::new(),
            exports: Vec::new(),
            functions: vec![top],
            classes: vec![Class::default()],
            partial: false,
        }
    }

    #[test]
    fn a_number_that_names_nothing_is_found_wherever_it_stands() {
        assert!(source(vec![Step::Function(0), Step::Class(0), Step::Do(Value::List(vec![Value::Function(0)]))]).is_whole());
        for step in
            [Step::Function(1), Step::Class(1), Step::Do(Value::Not(Box::new(Value::Class(7)))), Step::Block(vec![Step::Return(Some(Value::Function(9)))])]
        {
            assert!(!source(vec![step.clone()]).is_whole(), "{step:?}");
        }
        let mut other = source(Vec::new());
        other.classes[0].methods = vec![3];
        assert!(!other.is_whole());
        other.classes[0].methods.clear();
        other.functions[0].class = Some(1);
        assert!(!other.is_whole());
        assert!(!Source { functions: Vec::new(), ..source(Vec::new()) }.is_whole());
    }
}
