//! Handlers that are named and not written: `[Users::class, 'show']`, `'Users@show'`, a class that can be called.

use super::actions::studly;
use super::evaluate::Evaluator;
use super::value::*;
use threatline_knowledge::packs::Pack;

/// What stands between the name of a class and that of its method.
const BETWEEN: [&str; 3] = ["@", "::", ":"];

/// The name under which a group tells its routes in which name space their classes are.
pub(super) const NAMESPACE: &str = "namespace";

impl<'a> Evaluator<'a> {
    /// The function that a handler names; what names none stays as it is.
    pub(super) fn callable(&mut self, handler: Val, pack: &Pack, router: ObjectId) -> Val {
        match &handler {
            Val::List(parts) => match (parts.first(), parts.get(1).and_then(|name| name.literal().map(str::to_owned))) {
                (Some(class), Some(method)) if parts.len() == 2 => {
                    let class = self.class_meant(class, pack, router);
                    self.method_of(&class, &method)
                }
                (Some(class), None) if parts.len() == 1 => {
                    let class = self.class_meant(class, pack, router);
                    self.method_of(&class, "__invoke")
                }
                _ => handler,
            },
            Val::Text(_) => {
                let Some(text) = handler.literal().map(str::to_owned) else { return Val::Unknown };
                if let Some((file, index)) = self.program.function_named(&text) {
                    return Val::Function(Closure { file, index, scope: None, this: None });
                }
                if let Some((class, method)) = pack.handlers.as_ref().and_then(|rules| Some((&rules.class, rules.methods.first()?))) {
                    return self.formed(&text, class, method, pack, router);
                }
                let cut = BETWEEN.iter().find_map(|between| text.split_once(between));
                match (cut, self.objects[router].controller.clone()) {
                    (Some((class, method)), _) => {
                        let method = method.split(['/', '?']).next().unwrap_or(method).to_owned();
                        let class = self.class_meant(&Val::text(class), pack, router);
                        self.method_of(&class, &method)
                    }
                    (None, Some(controller)) => {
                        let class = self.class_meant(&controller, pack, router);
                        self.method_of(&class, &text)
                    }
                    (None, None) => {
                        let class = self.class_meant(&handler, pack, router);
                        self.method_of(&class, "__invoke")
                    }
                }
            }
            // `['uses' => …, 'middleware' => …]`, `['controller' => 'Pages', 'action' => 'show']`
            Val::Map(entries) => {
                let of = |name: &str| entries.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
                let written = entries.iter().map(|(_, value)| value).find(|value| matches!(value, Val::Function(_)));
                match (of("uses"), of("controller"), of("action"), written) {
                    (Some(uses), ..) if !matches!(uses, Val::Map(_)) => self.callable(uses, pack, router),
                    (_, Some(class), Some(method), _) => self.callable(Val::list(vec![class, method]), pack, router),
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

    /// `order-item/view` by forms such as `{Class}Controller` and `action{Method}`.
    fn formed(&mut self, text: &str, class_form: &str, method_form: &str, pack: &Pack, router: ObjectId) -> Val {
        let Some((class, method)) = text.trim_matches('/').rsplit_once(['/', '@']) else { return Val::Unknown };
        let (folder, class) = class.rsplit_once(['/', '.', '\\']).map_or((String::new(), class), |(folder, class)| (format!("{folder}/"), class));
        let class = class_form.replace("{Class}", &studly(class));
        let method = method_form.replace("{Method}", &studly(method)).replace("{method}", method);
        let class = self.class_meant(&Val::text(format!("{folder}{class}")), pack, router);
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

    /// The class that a text names: in full, or in one of the name spaces where a framework looks for it.
    pub(super) fn class_meant(&mut self, named: &Val, pack: &Pack, router: ObjectId) -> Val {
        let Val::Text(_) = named else { return named.clone() };
        let Some(text) = named.literal() else { return Val::Unknown };
        let name = text.trim_start_matches('\\').replace(['\\', '/'], ".");
        let inner = self.objects[router].context.get(NAMESPACE).cloned();
        let spaces: &[String] = pack.handlers.as_ref().map_or(&[], |rules| &rules.r#in);
        // `{controller}Controller`: what the class's name ends with, if it is not written
        let end = pack.handlers.as_ref().and_then(|rules| rules.class.strip_prefix("{controller}")).unwrap_or_default();
        let mut tried = Vec::new();
        if let Some(inner) = &inner {
            tried.extend(spaces.iter().map(|outer| format!("{outer}.{inner}.{name}")));
            tried.push(format!("{inner}.{name}"));
        }
        tried.extend(spaces.iter().map(|outer| format!("{outer}.{name}")));
        tried.push(name);
        for full in tried {
            let (package, class) = full.rsplit_once('.').unwrap_or(("", &full));
            let class = if class.ends_with(end) { class.to_owned() } else { format!("{class}{end}") };
            if let Some((file, class)) = self.program.class_of(package, &class) {
                return Val::Class(file, class);
            }
        }
        Val::Unknown
    }
}
