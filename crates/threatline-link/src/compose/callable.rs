//! Handlers that are named and not written: `[Users::class, 'show']`, `'Users@show'`, a class that can be called.

use super::evaluate::Evaluator;
use super::routed::studly;
use super::value::*;
use threatline_knowledge::packs::CallRule;

/// What stands between the name of a class and that of its method.
const BETWEEN: [&str; 3] = ["@", "::", ":"];

impl<'a> Evaluator<'a> {
    /// The function that a handler names; what names none stays as it is.
    pub(super) fn callable(&mut self, handler: Val, rule: &CallRule, router: ObjectId) -> Val {
        match &handler {
            Val::List(parts) => match (parts.first(), parts.get(1).and_then(|name| name.literal().map(str::to_owned))) {
                (Some(class), Some(method)) if parts.len() == 2 => {
                    let class = self.class_meant(class, rule, router);
                    self.method_of(&class, &method)
                }
                (Some(class), None) if parts.len() == 1 => {
                    let class = self.class_meant(class, rule, router);
                    self.method_of(&class, "__invoke")
                }
                _ => handler,
            },
            Val::Text(_) => {
                let Some(text) = handler.literal().map(str::to_owned) else { return Val::Unknown };
                if let Some((file, index)) = self.program.function_named(&text) {
                    return Val::Function(Closure { file, index, scope: None, this: None });
                }
                if let Some(form) = &rule.handler_form {
                    return self.formed(&text, form, rule, router);
                }
                let cut = BETWEEN.iter().find_map(|between| text.split_once(between));
                match (cut, self.objects[router].controller.clone()) {
                    (Some((class, method)), _) => {
                        let method = method.split(['/', '?']).next().unwrap_or(method).to_owned();
                        let class = self.class_meant(&Val::text(class), rule, router);
                        self.method_of(&class, &method)
                    }
                    (None, Some(controller)) => {
                        let class = self.class_meant(&controller, rule, router);
                        self.method_of(&class, &text)
                    }
                    (None, None) => {
                        let class = self.class_meant(&handler, rule, router);
                        self.method_of(&class, "__invoke")
                    }
                }
            }
            // `['uses' => …, 'middleware' => …]`, `['controller' => 'Pages', 'action' => 'show']`
            Val::Map(entries) => {
                let of = |name: &str| entries.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
                let written = entries.iter().map(|(_, value)| value).find(|value| matches!(value, Val::Function(_)));
                match (of("uses"), of("controller"), of("action"), written) {
                    (Some(uses), ..) if !matches!(uses, Val::Map(_)) => self.callable(uses, rule, router),
                    (_, Some(class), Some(method), _) => self.callable(Val::list(vec![class, method]), rule, router),
                    (.., Some(written)) => written.clone(),
                    _ => Val::Unknown,
                }
            }
            Val::Class(..) => match self.method_of(&handler, "__invoke") {
                Val::Unknown => handler,
                found => found,
            },
            _ => handler,
        }
    }

    /// `order-item/view` by a form such as `{Class}Controller::action{Method}`.
    fn formed(&mut self, text: &str, form: &str, rule: &CallRule, router: ObjectId) -> Val {
        let (Some((class_form, method_form)), Some((class, method))) = (form.split_once("::"), text.trim_matches('/').rsplit_once(['/', '@'])) else {
            return Val::Unknown;
        };
        let (folder, class) = class.rsplit_once(['/', '.', '\\']).map_or((String::new(), class), |(folder, class)| (format!("{folder}/"), class));
        let class = class_form.replace("{Class}", &studly(class));
        let method = method_form.replace("{Method}", &studly(method)).replace("{method}", method);
        let class = self.class_meant(&Val::text(format!("{folder}{class}")), rule, router);
        self.method_of(&class, &method)
    }

    /// A method of a class or object as a function of that object.
    pub(super) fn method_of(&mut self, class: &Val, method: &str) -> Val {
        let object = match class {
            Val::Class(file, class) => self.generic_instance(*file, *class),
            other => other.clone(),
        };
        match object {
            Val::Object(id) => self.method(id, method).map_or(Val::Unknown, Val::Function),
            _ => Val::Unknown,
        }
    }

    /// The class of a resource's controller.
    pub(super) fn controller_class(&mut self, named: &Val, rule: &CallRule, router: ObjectId) -> Val {
        self.class_meant(named, rule, router)
    }

    /// The class that a text names: in full, or in one of the name spaces where a framework looks for it.
    fn class_meant(&mut self, named: &Val, rule: &CallRule, router: ObjectId) -> Val {
        let Val::Text(_) = named else { return named.clone() };
        let Some(text) = named.literal() else { return Val::Unknown };
        let name = text.trim_start_matches('\\').replace(['\\', '/'], ".");
        let inner = self.objects[router].namespace.clone();
        let mut tried = Vec::new();
        if let Some(inner) = &inner {
            tried.extend(rule.handler_in.iter().map(|outer| format!("{outer}.{inner}.{name}")));
            tried.push(format!("{inner}.{name}"));
        }
        tried.extend(rule.handler_in.iter().map(|outer| format!("{outer}.{name}")));
        tried.push(name);
        for full in tried {
            let (package, class) = full.rsplit_once('.').unwrap_or(("", &full));
            let class = rule.handler_ends.as_deref().filter(|end| !class.ends_with(*end)).map_or(class.to_owned(), |end| format!("{class}{end}"));
            if let Some((file, class)) = self.program.class_of(package, &class) {
                return Val::Class(file, class);
            }
        }
        Val::Unknown
    }

    /// Guards that a controller puts before some of its methods, those of this one.
    pub(super) fn action_guards(&self, handler: &Val) -> Vec<Guard> {
        let Val::Function(Closure { file, index, this: Some(this), .. }) = handler else { return Vec::new() };
        let name = self.program.source(*file).functions[*index as usize].name.as_str();
        let all = self.objects[*this].action_guards.iter();
        all.filter(|one| one.covers(name)).map(|one| one.guard.clone()).collect()
    }
}
