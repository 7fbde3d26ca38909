//! What a handler takes and gives back: parameters and classes of data.

use super::*;

impl<'a> Evaluator<'a> {
    /// Parameters whose type says where they come from: `Query<Search>`, `Json<Order>`.
    pub(super) fn extracted_parameters(&mut self, closure: &Closure, out: &mut BTreeSet<Parameter>) {
        let function = &self.program.source(closure.file).functions[closure.index as usize];
        let scope = self.globals(closure.file);
        let before = self.file;
        self.file = closure.file;
        let library = self.program.files[closure.file].library;
        for (one, declared) in function.parameters.iter().filter_map(|one| Some((one, one.declared.as_ref()?))) {
            let mut declared = declared;
            // several of it, or perhaps none
            while self.family() == Family::Python
                && matches!(declared.name.as_str(), "|" | "[]" | "list" | "List" | "Optional" | "typing.Optional" | "typing.List")
                && let Some(inner) = declared.arguments.first()
            {
                declared = inner;
            }
            let Val::Symbol(name) = self.type_value(&declared.name, &scope) else { continue };
            let Some(rule) = library.type_named(&name).map(|ty| library.type_rule(ty).rule) else { continue };
            let Some(place) = rule.takes_from() else { continue };
            if !rule.holds.is_empty() {
                out.extend(rule.holds.iter().map(|name| parameter(name, place)));
                continue;
            }
            if rule.named {
                let own = one.name.trim_start_matches('_');
                if place != "path" && !own.is_empty() {
                    out.insert(parameter(&if place == "header" { own.replace('_', "-") } else { own.to_owned() }, place));
                }
                continue;
            }
            if place == "body" {
                out.insert(parameter("body", "body"));
                continue;
            }
            let Some(inner) = declared.arguments.first() else { continue };
            match self.type_value(&inner.name, &scope) {
                Val::Class(file, class) => {
                    let fields = &self.program.source(file).classes[class as usize].fields;
                    out.extend(fields.iter().filter(|field| !field.name.is_empty()).map(|field| parameter(&field.name, place)));
                }
                // a record of which only the name is known
                _ => {
                    out.insert(parameter(place, place));
                }
            }
        }
        self.file = before;
    }

    /// Parameters of a handler that the framework fills from the request by their types, behind those that it hands in.
    pub(super) fn typed_parameters(&mut self, closure: &Closure, names: &[String], (handed, bodiless): (usize, bool), out: &mut BTreeSet<Parameter>) {
        let function = &self.program.source(closure.file).functions[closure.index as usize];
        let scope = self.globals(closure.file);
        let (file, mark) = (self.file, self.mark);
        self.file = closure.file;
        let annotated = matches!(self.family(), Family::CSharp | Family::Java);
        if self.family() == Family::CSharp {
            let told = self.told_parameters(function, &scope);
            out.extend(told.into_iter().filter(|one| one.place != "path"));
        }
        for (at, one) in function.parameters.iter().enumerate() {
            // where no type says what it is, its place does
            let is_handed = at < handed && one.declared.is_none() && one.default.is_none();
            if is_handed || one.name.is_empty() || one.variadic || names.contains(&one.name) {
                continue;
            }
            // What an annotation says of a parameter is all there is to say.
            if annotated && !one.annotations.is_empty() {
                continue;
            }
            let own = self.file;
            let written: Vec<(FileId, &'a Value)> = one.default.iter().map(|value| (own, value)).chain(self.beside(one)).collect();
            let mut said = false;
            for (at, value) in written {
                let Value::Call(call) = value else { continue };
                let scope = if at == own { scope.clone() } else { self.globals(at) };
                let Some(name) = self.within(at, |this| this.name_of(&call.callee, &scope)) else { continue };
                let rules = self.program.files[self.file].library.calls(&name);
                let Some((ruled, _)) = rules.into_iter().find(|(ruled, _)| matches!(ruled.rule.does, Verb::Parameter | Verb::Depend)) else { continue };
                said = true;
                if ruled.rule.does == Verb::Parameter {
                    let arguments = self.within(at, |this| this.arguments(&call.arguments, &scope));
                    let site =
                        crate::compose::verbs::Site { name: String::new(), method: String::new(), arguments, receiver: None, decorated: None, star: None };
                    let key = self.pick(ruled.rule.key.as_ref(), &site).and_then(|value| value.literal().map(str::to_owned));
                    let place = ruled.rule.r#in.as_deref().unwrap_or("query");
                    let plain = if place == "header" { one.name.replace('_', "-") } else { one.name.clone() };
                    if place != "path" {
                        out.insert(parameter(&key.unwrap_or(plain), place));
                    }
                }
            }
            if said {
                continue;
            }
            let place = match &one.declared {
                // An untyped parameter is the context.
                None if annotated => continue,
                None => "query",
                Some(declared) => match self.kind_of(declared, &scope) {
                    // Java's records are put together from a form or the query, field by field.
                    Some("body") if self.family() == Family::Java => continue,
                    Some(place) => place,
                    // without a body, several of them are in the query as well
                    None if bodiless && self.family() == Family::CSharp && declared.name == "[]" => {
                        match declared.arguments.first().and_then(|one| self.kind_of(one, &scope)) {
                            Some("query") => "query",
                            _ => continue,
                        }
                    }
                    None => continue,
                },
            };
            out.insert(parameter(&one.name, place));
        }
        for dependency in self.dependencies(closure) {
            if let Val::Function(inner) = &dependency.value
                && (inner.file, inner.index) != (closure.file, closure.index)
                && self.burn()
            {
                self.typed_parameters(&inner.clone(), names, (0, bodiless), out);
            }
        }
        self.file = file;
        self.mark = mark;
    }

    /// Where a value of a type comes from: scalars from the query, records from the body.
    pub(in crate::compose) fn kind_of(&mut self, declared: &'a TypeName, scope: &Scope) -> Option<&'static str> {
        match declared.name.as_str() {
            "int" | "str" | "float" | "bool" | "UUID" | "uuid.UUID" | "date" | "datetime" | "Decimal" | "Literal" | "string" | "long" | "double"
            | "decimal" | "Guid" | "DateTime" | "String" | "Integer" | "Long" | "Double" | "Float" | "boolean" | "Boolean" | "BigDecimal" | "LocalDate"
            | "Int" | "Short" | "Byte" => {
                return Some("query");
            }
            "|" => return declared.arguments.first().and_then(|first| self.kind_of(first, scope)),
            "[]" => {
                let inner = declared.arguments.first()?;
                return self.kind_of(inner, scope).filter(|kind| *kind == "body");
            }
            "dict" | "Dict" => return Some("body"),
            _ => {}
        }
        match self.type_value(&declared.name, scope) {
            Val::Class(file, class) if self.program.source(file).classes[class as usize].is_enum => Some("query"),
            // An interface is a service.
            Val::Class(file, class) if self.program.source(file).classes[class as usize].is_abstract => None,
            Val::Class(file, class) if self.family() == Family::CSharp && self.is_service(file, class) => None,
            Val::Class(..) => Some("body"),
            _ => None,
        }
    }

    /// A class that is handed in and not sent: it does something, or extends what a library does, and holds nothing that a request could.
    fn is_service(&mut self, file: FileId, class: u32) -> bool {
        let source = self.program.source(file);
        let declared = &source.classes[class as usize];
        let (own, foreign) = self.bases(file, class);
        let is_interface = |name: &str| {
            let mut letters = name.rsplit('.').next().unwrap_or(name).chars();
            letters.next() == Some('I') && letters.next().is_some_and(char::is_uppercase)
        };
        let extends = own.is_empty() && foreign.iter().any(|base| !is_interface(base));
        let does = declared.methods.iter().any(|index| source.functions[*index as usize].name != declared.name);
        let scope = self.globals(file);
        let holds =
            declared.fields.iter().filter_map(|field| field.declared.as_ref()).any(|ty| {
                matches!(ty.name.as_str(), "[]" | "List" | "IReadOnlyList" | "IEnumerable" | "ICollection" | "Dictionary") || self.is_scalar(ty, &scope)
            });
        (does || extends) && !holds
    }

    fn is_scalar(&mut self, ty: &'a TypeName, scope: &Scope) -> bool {
        !matches!(self.type_value(&ty.name, scope), Val::Class(..)) && self.kind_of(ty, scope) == Some("query")
    }

    /// Classes of data that a handler's parameters hold.
    pub(super) fn taken(&mut self, closure: &Closure) -> Option<BTreeSet<DataClass>> {
        let function = &self.program.source(closure.file).functions[closure.index as usize];
        let all = function.parameters.iter().filter_map(|parameter| parameter.declared.as_ref());
        let mut sent: Vec<&'a TypeName> = all.filter(|declared| !self.is_own_state(closure.file, declared)).collect();
        // a service holds what it works with, not what it was sent
        if self.family() == Family::CSharp {
            let scope = self.globals(closure.file);
            sent.retain(|ty| match self.within(closure.file, |this| this.type_value(&ty.name, &scope)) {
                Val::Class(file, class) => !self.is_service(file, class),
                _ => true,
            });
        }
        self.classes_of(closure.file, sent)
    }

    /// Whether what a type holds is the program's own: `State<App>`.
    fn is_own_state(&mut self, file: FileId, declared: &TypeName) -> bool {
        self.within(file, |this| {
            let scope = this.globals(file);
            let Val::Symbol(name) = this.type_value(&declared.name, &scope) else { return false };
            let library = this.program.files[file].library;
            library.type_named(&name).is_some_and(|ty| library.type_rule(ty).rule.holds_own())
        })
    }

    pub(super) fn returned(&mut self, closure: &Closure) -> Option<BTreeSet<DataClass>> {
        let function = &self.program.source(closure.file).functions[closure.index as usize];
        self.classes_of(closure.file, &function.returns)
    }

    /// The data classes of the fields of types, and of the types of these fields, a few deep; none where
    /// no record is known. Level by level, each class once: records of a large domain name each other
    /// in every way.
    pub(super) fn classes_of(&mut self, file: FileId, declared: impl IntoIterator<Item = &'a TypeName>) -> Option<BTreeSet<DataClass>> {
        let mut out: Option<BTreeSet<DataClass>> = None;
        let mut seen: HashSet<(FileId, u32)> = HashSet::new();
        let mut level: Vec<(FileId, &'a TypeName)> = declared.into_iter().map(|declared| (file, declared)).collect();
        for _ in 0..=RECORD_DEPTH {
            for (file, declared) in std::mem::take(&mut level) {
                if !self.burn() {
                    return out;
                }
                level.extend(declared.arguments.iter().map(|argument| (file, argument)));
                let Some(class) = self.record_of(file, declared) else { continue };
                let all = out.get_or_insert_default();
                // what a record inherits it holds as well
                let inherited = self.bases(class.0, class.1).0;
                for (file, class) in std::iter::once(class).chain(inherited.iter().copied()).filter(|class| seen.insert(*class)) {
                    let record = &self.program.source(file).classes[class as usize];
                    let fields = &record.fields;
                    all.extend(record_classes(&record.name, fields.iter().map(|field| &*field.name)).into_iter().flatten().map(|(class, _)| class));
                    level.extend(fields.iter().filter_map(|field| Some((file, field.declared.as_ref()?))));
                }
            }
        }
        out
    }

    /// The data classes of records that a handler filled with what a request brings, as far as a request can fill them.
    pub(super) fn classes_of_records(&mut self, records: &[(FileId, u32)]) -> Option<BTreeSet<DataClass>> {
        let mut out: Option<BTreeSet<DataClass>> = None;
        for (file, class) in records.iter().copied() {
            let record = &self.program.source(file).classes[class as usize];
            let sent = || record.fields.iter().filter(|field| !crate::compose::bound::is_hidden(field));
            let parts: Vec<&'a TypeName> = sent().filter_map(|field| field.declared.as_ref()).collect();
            let all = out.get_or_insert_default();
            all.extend(record_classes(&record.name, sent().map(|field| &*field.name)).into_iter().flatten().map(|(class, _)| class));
            all.extend(self.classes_of(file, parts).into_iter().flatten());
        }
        out
    }

    /// The class of the project that a type names.
    pub(in crate::compose) fn record_of(&mut self, file: FileId, declared: &TypeName) -> Option<(FileId, u32)> {
        if matches!(&*declared.name, "" | "[]" | "|") {
            return None;
        }
        let before = std::mem::replace(&mut self.file, file);
        let scope = self.globals(file);
        let value = self.type_value(&declared.name, &scope);
        self.file = before;
        if let Val::Class(file, class) = value { Some((file, class)) } else { None }
    }
}
