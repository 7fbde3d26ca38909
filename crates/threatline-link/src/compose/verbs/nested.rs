//! Routes that a configuration nests: each entry of a map is a route, which may hold others below its path.

use super::*;

/// So deep are routes nested.
const MAX_DEPTH: usize = 12;

/// What routes above say for those below.
#[derive(Clone, Default)]
struct Told {
    controller: Option<Val>,
    action: Option<Val>,
}

impl<'a> Evaluator<'a> {
    /// The routes of a map, with those below them.
    pub(super) fn nest(&mut self, pack: &'static Pack, rule: &'static CallRule, site: &Site) {
        let router = self.router(pack, site);
        for routes in self.select(rule.entries.as_ref(), site) {
            self.nest_below(pack, rule, &routes, router, &Told::default(), 0);
        }
    }

    fn nest_below(&mut self, pack: &'static Pack, rule: &'static CallRule, routes: &Val, router: ObjectId, told: &Told, depth: usize) {
        let Val::Map(entries) = routes else { return };
        if depth > MAX_DEPTH {
            return;
        }
        for (key, value) in entries.iter().take(super::MOST_ITEMS) {
            if !self.burn() {
                return;
            }
            self.nest_one(pack, rule, key, value, router, told, depth);
        }
    }

    #[allow(clippy::too_many_arguments, reason = "the parts of one entry")]
    fn nest_one(&mut self, pack: &'static Pack, rule: &'static CallRule, key: &str, value: &Val, router: ObjectId, told: &Told, depth: usize) {
        let plain = |value: Val| Arg { name: None, value };
        let site_of = |value: &Val| Site::of("", vec![plain(Val::text(key)), plain(value.clone())], None, None);
        let outer = site_of(value);
        // a route that wraps another one tells what is below it
        let inner = self.pick(rule.of.as_ref(), &outer).filter(|inner| matches!(inner, Val::Map(_))).map_or_else(|| outer.clone(), |inner| site_of(&inner));
        let kind = self.pick(rule.level_from.as_ref(), &inner).map(|kind| last_word(&kind)).unwrap_or_default();
        let pathless = rule.pathless.iter().any(|known| known.eq_ignore_ascii_case(&kind));
        let path = self.pick(rule.path.as_ref(), &inner).filter(|path| !pathless && matches!(path, Val::Text(_)));
        let written = path.map(|path| optional_told(&as_text(&path).with_defaults()));
        let written = match self.pick(rule.param.as_ref(), &inner).filter(|_| written.is_none() && !pathless) {
            Some(pattern) => Some(crate::compose::text::pattern(&as_text(&pattern).with_defaults())),
            None => written,
        };
        let place = self.place(&pack.name);
        let methods = match self.pick(rule.method_from.as_ref(), &inner) {
            Some(_) => self.methods(None, rule.method_from.as_ref(), None, &inner),
            None => self.objects[router].methods.clone(),
        };
        let child = self.object(Object { place: Some(place.clone()), methods: methods.clone(), around: Some(router), ..Object::default() });
        self.hang(router, Val::Object(child), written.as_deref().map(Text::literal), false, Vec::new(), place.clone());
        // an action that the path names is whichever it says
        let open = written.as_deref().is_some_and(|path| path.contains("{action}") || path.contains("{controller}"));
        let told = Told {
            controller: self.pick(rule.controller.as_ref(), &inner).or_else(|| told.controller.clone()),
            action: if open { Some(Val::Unknown) } else { self.pick(rule.action.as_ref(), &inner).or_else(|| told.action.clone()) },
        };
        let below = self.pick(rule.children.as_ref(), &outer).filter(|below| matches!(below, Val::Map(entries) if !entries.is_empty()));
        let ends = below.is_none() || matches!(self.pick(rule.level.as_deref().map(word).as_ref(), &outer), Some(Val::Boolean(true)));
        if let Some(below) = &below {
            self.nest_below(pack, rule, below, child, &told, depth + 1);
        }
        if ends {
            let guards = self.guards_of(pack, rule.guards.as_ref(), &inner);
            let handler = self.nested_handler(pack, &told, child);
            let methods = if methods.is_empty() { vec![None] } else { methods };
            let route = Route { methods, guards, ..crate::compose::annotated::plain_route(handler, place) };
            self.ruled_elsewhere(pack, child);
            self.objects[child].events.push(Event::Route(Rc::new(route)));
        }
    }

    /// The action of a controller's class, by the pack's names of methods.
    fn nested_handler(&mut self, pack: &'static Pack, told: &Told, router: ObjectId) -> Val {
        let Some(controller) = told.controller.clone() else { return Val::Unknown };
        let class = match self.class_meant(&controller, pack, router) {
            Val::Class(file, class) => Some((file, class)),
            Val::Object(id) => self.objects[id].class,
            _ => None,
        };
        let Some((file, class)) = class else { return Val::Unknown };
        let action = match &told.action {
            Some(action) => action.literal().unwrap_or_default().to_owned(),
            None => "index".to_owned(),
        };
        let method: String = action.split(['-', '.', '_']).enumerate().map(|(at, word)| if at == 0 { word.to_owned() } else { capital(word) }).collect();
        let forms = pack.handlers.as_ref().map(|handlers| handlers.methods.clone()).unwrap_or_default();
        for name in forms.iter().map(|form| form.replace("{method}", &method)) {
            if self.class_method(file, class, &name).is_some() {
                return Val::Action(file, class, Rc::from(name));
            }
        }
        Val::Unknown
    }
}

fn word(name: &str) -> Selectors {
    Selectors::One(Selector::Word(name.to_owned()))
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// `Laminas\Router\Http\Literal` and `literal` are one kind.
fn last_word(kind: &Val) -> String {
    let name = match kind {
        Val::Symbol(name) => name.to_string(),
        value => value.literal().unwrap_or_default().to_owned(),
    };
    name.rsplit(['.', '\\']).next().unwrap_or_default().to_owned()
}

/// A path with its optional parts (`/users[/:id]`) and without what ends parameters (`:locale{-}`).
fn optional_told(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    let mut rest = path;
    while let Some(at) = rest.find(['[', ']', '{', ':', '%']) {
        out.push_str(&rest[..at]);
        let behind = &rest[at + 1..];
        rest = match rest.as_bytes()[at] {
            b'{' => behind.split_once('}').map_or("", |(_, behind)| behind),
            b':' => {
                let end = behind.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(behind.len());
                out.push_str(&format!("{{{}}}", &behind[..end]));
                &behind[end..]
            }
            // `%id%` in what a regular expression is written out as
            b'%' => match behind.split_once('%') {
                Some((name, behind)) => {
                    out.push_str(&format!("{{{name}}}"));
                    behind
                }
                None => behind,
            },
            _ => behind,
        };
    }
    out.push_str(rest);
    out
}
