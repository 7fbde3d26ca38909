//! Scripts of SQL: which tables and columns there are, and which rows are kept by policies.
//!
//! Every product has types, options and clauses of its own, and a script says nowhere whose it is. What is looked for
//! (names of tables and columns) is written alike everywhere, so statements are not parsed in full: a column
//! is the first word between two commas. What is between is passed over, and no unknown option loses a table.

mod words;

use std::ops::Range;
use threatline_facts::spec::{SchemaChange, SpecFact, SqlScript, TableChange};
use threatline_facts::{Extracted, Gap, Mark};
use words::{Kind, Token};

/// Changes of one script, and columns of one table; more is generated.
const MANY: usize = 20_000;
const COLUMNS: usize = 2_000;
/// Longer names are nobody's.
const LONGEST: usize = 128;

/// What stands where a column might and is none.
const NO_COLUMN: &[&str] =
    &["constraint", "primary", "foreign", "unique", "check", "exclude", "like", "fulltext", "spatial", "key", "index", "period", "partition", "projection"];
/// What may stand between `create` and `table`.
const BETWEEN: &[&str] = &["or", "replace", "global", "local", "unlogged", "foreign", "external", "transient", "column", "row", "multiset", "set", "hybrid"];
const FOR_A_WHILE: &[&str] = &["temp", "temporary", "volatile"];
/// Statements begin with these, where no sign ends the one before.
const BEGINS: &[&str] = &["create", "alter", "drop", "insert", "update", "delete", "exec", "execute", "grant", "print", "go", "select", "begin", "end", "if"];

/// Reads a script.
pub fn read(text: &str) -> Extracted {
    let tokens = words::of(text);
    let mut reader = Reader { tokens: &tokens, at: 0, patience: 8 * tokens.len(), changes: Vec::new(), out: Extracted::default() };
    while reader.at < tokens.len() && reader.changes.len() < MANY {
        reader.statement();
    }
    let Reader { changes, mut out, .. } = reader;
    if !changes.is_empty() {
        out.say(SpecFact::Sql(SqlScript { changes }));
    }
    out
}

struct Reader<'r, 't> {
    tokens: &'r [Token<'t>],
    at: usize,
    /// So many tokens are still looked through for brackets that close.
    patience: usize,
    changes: Vec<SchemaChange>,
    out: Extracted,
}

impl<'t> Reader<'_, 't> {
    fn statement(&mut self) {
        if self.takes("create") {
            self.create();
        } else if self.takes("alter") {
            if self.takes("table") {
                self.alter();
            }
        } else if self.takes("drop") {
            if self.takes("table") {
                self.drop_tables();
            } else if self.takes("policy") {
                self.drop_policy();
            }
        } else if self.takes("rename") {
            if self.takes("table") {
                self.rename_tables();
            }
        } else if self.takes("sp_rename") {
            self.sp_rename();
        } else {
            self.at += 1;
        }
    }

    fn create(&mut self) {
        let mut stays = true;
        for _ in 0..8 {
            if FOR_A_WHILE.iter().any(|word| self.takes(word)) {
                stays = false;
            } else if !BETWEEN.iter().any(|word| self.takes(word)) {
                break;
            }
        }
        if self.takes("policy") {
            return self.policy();
        }
        if !self.takes("table") {
            return;
        }
        let unless_there = self.takes("if") && self.takes("not") && self.takes("exists");
        let begin = self.line(self.at);
        let Some(table) = self.name() else { return self.gap(begin, "a table whose name is not told") };
        if table.starts_with('#') || !stays {
            return;
        }
        // what is made of others (`as select`, `like`, `partition of`) has no columns of its own
        let body = if self.is_sign('(') { self.inside() } else { None };
        if body.is_none() && self.is_sign('(') {
            self.at += 1;
            return self.gap(begin, "a table whose columns do not end");
        }
        let mark = self.out.mark(begin, begin);
        let columns = body.map(|body| self.columns(body)).unwrap_or_default();
        if !columns.is_empty() {
            self.say(table, TableChange::Create { columns, unless_there }, mark);
        }
    }

    /// Columns between two brackets: of each part the first word.
    fn columns(&mut self, body: Range<usize>) -> Vec<(String, Mark)> {
        let mut out = Vec::new();
        for part in self.parts(body) {
            if out.len() < COLUMNS
                && let Some(name) = self.column(part.start)
            {
                let line = self.line(part.start);
                out.push((name, self.out.mark(line, line)));
            }
        }
        out
    }

    fn column(&self, at: usize) -> Option<String> {
        let name = match &self.tokens.get(at)?.kind {
            Kind::Word(word) if NO_COLUMN.iter().any(|other| word.eq_ignore_ascii_case(other)) || word.starts_with(|first: char| first.is_numeric()) => {
                return None;
            }
            Kind::Word(name) | Kind::Name(name) => *name,
            _ => return None,
        };
        (!name.is_empty() && name.len() <= LONGEST).then(|| name.to_owned())
    }

    fn alter(&mut self) {
        let _ = (self.takes("if") && self.takes("exists")) || self.takes("only");
        let Some(table) = self.name() else { return };
        let end = self.end();
        let mut adds = false;
        for part in self.parts(self.at..end) {
            self.at = part.start;
            adds = self.action(&table, part.end, adds);
        }
        self.at = end;
    }

    /// One change of `alter table`; says whether it adds columns, for then the next part may be one more.
    fn action(&mut self, table: &str, end: usize, adds: bool) -> bool {
        let line = self.line(self.at);
        if self.takes("add") {
            self.takes("column");
            let _ = self.takes("if") && self.takes("not") && self.takes("exists");
            if self.is_sign('(') {
                let columns = self.inside().map(|body| self.columns(body)).unwrap_or_default();
                columns.into_iter().for_each(|(name, mark)| self.say(table.to_owned(), TableChange::AddColumn(name), mark));
            } else if let Some(name) = self.column(self.at) {
                self.say_at(table, TableChange::AddColumn(name), line);
            }
            return true;
        }
        if self.takes("drop") {
            let is_column = self.takes("column");
            let _ = self.takes("if") && self.takes("exists");
            let other = ["default", "foreign", "not", "expression", "identity", "statistics", "partition"].iter().any(|word| self.is(word));
            if let Some(name) = self.column(self.at).filter(|_| is_column || !other) {
                self.say_at(table, TableChange::DropColumn(name), line);
            }
            return false;
        }
        if self.takes("rename") {
            self.rename(table, line);
        } else if self.takes("change") {
            self.takes("column");
            if let (Some(from), Some(to)) = (self.column(self.at), self.column(self.at + 1)) {
                self.say_at(table, TableChange::RenameColumn { from, to }, line);
            }
        } else if let Some(on) = self.row_security() {
            self.say_at(table, TableChange::RowSecurity(on), line);
        } else if adds && self.at < end && !["alter", "modify", "with", "set", "owner"].iter().any(|word| self.is(word)) {
            // `add a int, b int`
            if let Some(name) = self.column(self.at) {
                self.say_at(table, TableChange::AddColumn(name), line);
            }
            return true;
        }
        false
    }

    fn rename(&mut self, table: &str, line: u32) {
        if ["constraint", "index", "key"].iter().any(|word| self.is(word)) {
            return;
        }
        if self.takes("to") || self.takes("as") {
            if let Some(to) = self.name() {
                self.say_at(table, TableChange::Rename(to), line);
            }
            return;
        }
        self.takes("column");
        let from = self.column(self.at);
        self.at += 1;
        if let (Some(from), true, Some(to)) = (from, self.takes("to"), self.column(self.at)) {
            self.say_at(table, TableChange::RenameColumn { from, to }, line);
        }
    }

    fn row_security(&mut self) -> Option<bool> {
        let on = if self.takes("enable") {
            true
        } else if self.takes("disable") {
            false
        } else {
            return None;
        };
        (self.takes("row") && self.takes("level") && self.takes("security")).then_some(on)
    }

    fn drop_tables(&mut self) {
        let _ = self.takes("if") && self.takes("exists");
        let line = self.line(self.at);
        while let Some(table) = self.name() {
            self.say_at(&table, TableChange::Drop, line);
            if !self.takes_sign(',') {
                break;
            }
        }
    }

    fn rename_tables(&mut self) {
        let line = self.line(self.at);
        while let Some(from) = self.name() {
            if !self.takes("to") {
                break;
            }
            let Some(to) = self.name() else { break };
            self.say_at(&from, TableChange::Rename(to), line);
            if !self.takes_sign(',') {
                break;
            }
        }
    }

    /// `sp_rename 'table.column', 'new', 'COLUMN'`.
    fn sp_rename(&mut self) {
        let line = self.line(self.at);
        let texts: Vec<&str> = self.parts(self.at..self.short_end()).into_iter().filter_map(|part| self.text_in(part)).collect();
        let (from, to) = match texts.as_slice() {
            [from, to] | [from, to, ..] if !to.is_empty() && from.len() <= LONGEST && to.len() <= LONGEST => (plain(from), plain(to)),
            _ => return,
        };
        match texts.get(2) {
            Some(kind) if kind.eq_ignore_ascii_case("column") => {
                if let Some((table, from)) = from.rsplit_once('.') {
                    self.say_at(table, TableChange::RenameColumn { from: from.to_owned(), to }, line);
                }
            }
            None => self.say_at(&from, TableChange::Rename(to), line),
            Some(_) => {}
        }
    }

    fn text_in(&self, part: Range<usize>) -> Option<&'t str> {
        self.tokens.get(part)?.iter().find_map(|token| if let Kind::Text(text) = token.kind { Some(text) } else { None })
    }

    /// `name on table as permissive for select to anon using (true)`
    fn policy(&mut self) {
        let line = self.line(self.at);
        let Some((name, table)) = self.name_on_table() else { return };
        let end = self.end();
        let words: Vec<&str> = self.tokens[self.at..end].iter().map(|token| if let Kind::Word(word) = token.kind { word } else { "" }).collect();
        let is = |at: usize, word: &str| words.get(at).is_some_and(|other| other.eq_ignore_ascii_case(word));
        let position = |word: &str| (0..words.len()).find(|at| is(*at, word));
        let everybody = position("to").is_none_or(|at| is(at + 1, "public") || is(at + 1, "anon"));
        let shows = position("using").is_some_and(|at| {
            let inner = &words[at + 1..];
            inner.first() == Some(&"")
                && inner.iter().find(|word| !word.is_empty()).is_some_and(|word| word.eq_ignore_ascii_case("true"))
                && self.closes(at + 1)
        });
        let open = everybody && shows && position("restrictive").is_none();
        self.at = end;
        self.say_at(&table, TableChange::Policy { name, open }, line);
    }

    /// Between the brackets at that distance stands one word, in however many brackets.
    fn closes(&self, distance: usize) -> bool {
        let inner = self.tokens[self.at + distance..].iter().skip_while(|token| token.kind == Kind::Sign('('));
        inner.clone().next().is_some() && inner.clone().nth(1).is_some_and(|token| token.kind == Kind::Sign(')'))
    }

    fn drop_policy(&mut self) {
        let _ = self.takes("if") && self.takes("exists");
        let line = self.line(self.at);
        if let Some((name, table)) = self.name_on_table() {
            self.say_at(&table, TableChange::DropPolicy(name), line);
        }
    }

    fn name_on_table(&mut self) -> Option<(String, String)> {
        let name = self.name()?;
        let table = if self.takes("on") { self.name() } else { None };
        Some((name, table?))
    }

    /// A name with what stands before it, `shop.users`. A part that is filled in elsewhere is left out.
    fn name(&mut self) -> Option<String> {
        let mut parts: Vec<&str> = Vec::new();
        loop {
            self.placeholder();
            match self.tokens.get(self.at).map(|token| &token.kind) {
                Some(Kind::Word(name) | Kind::Name(name)) => parts.push(name),
                _ if parts.is_empty() && self.is_sign('.') => {}
                _ => break,
            }
            if !self.is_sign('.') {
                self.at += 1;
            }
            if parts.len() > 4 || !self.takes_sign('.') {
                break;
            }
        }
        let name = plain(&parts.join("."));
        (!name.is_empty() && name.len() <= LONGEST).then_some(name)
    }

    /// `${schema}`, `{{ schema }}`, `:schema`.
    fn placeholder(&mut self) {
        let begin = self.at;
        for _ in 0..12 {
            let closes = |token: Option<&Token<'_>>| token.is_some_and(|token| token.kind == Kind::Sign('}'));
            match self.tokens.get(self.at).map(|token| &token.kind) {
                Some(Kind::Sign('$' | '{' | '}')) => self.at += 1,
                Some(Kind::Word(_) | Kind::Text(_)) if self.at > begin && closes(self.tokens.get(self.at + 1)) => self.at += 1,
                _ => break,
            }
        }
    }

    /// Parts between commas that stand in no brackets of their own.
    fn parts(&self, body: Range<usize>) -> Vec<Range<usize>> {
        let (mut out, mut begin, mut depth, mut angles) = (Vec::new(), body.start, 0usize, 0usize);
        for at in body.clone() {
            match &self.tokens[at].kind {
                Kind::Sign('(' | '[') => depth += 1,
                Kind::Sign(')' | ']') => depth = depth.saturating_sub(1),
                Kind::Sign('<') if angles > 0 || self.is_of_many(at) => angles += 1,
                Kind::Sign('>') => angles = angles.saturating_sub(1),
                Kind::Sign(',') if depth == 0 && angles == 0 => {
                    out.push(begin..at);
                    begin = at + 1;
                }
                _ => {}
            }
        }
        if begin < body.end {
            out.push(begin..body.end);
        }
        out
    }

    /// The word before is that of a type with types in it.
    fn is_of_many(&self, at: usize) -> bool {
        let before = at.checked_sub(1).map(|before| &self.tokens[before].kind);
        matches!(before, Some(Kind::Word(word)) if ["array", "struct", "map"].iter().any(|many| word.eq_ignore_ascii_case(many)))
    }

    /// What stands between the bracket here and the one that closes it; goes behind that.
    fn inside(&mut self) -> Option<Range<usize>> {
        let mut depth = 0usize;
        for at in self.at..self.tokens.len() {
            self.patience = self.patience.checked_sub(1)?;
            match self.tokens[at].kind {
                Kind::Sign('(') => depth += 1,
                Kind::Sign(')') if depth == 1 => {
                    let inside = self.at + 1..at;
                    self.at = at + 1;
                    return Some(inside);
                }
                Kind::Sign(')') => depth = depth.saturating_sub(1),
                Kind::Sign(';') => return None,
                _ => {}
            }
        }
        None
    }

    /// Where the statement ends: at its sign, or where another one begins.
    fn end(&self) -> usize {
        let mut depth = 0usize;
        for at in self.at..self.tokens.len() {
            let token = &self.tokens[at];
            match &token.kind {
                Kind::Sign('(') => depth += 1,
                Kind::Sign(')') => depth = depth.saturating_sub(1),
                Kind::Sign(';') => return at,
                // a change of the same table begins behind a comma
                Kind::Word(word)
                    if depth == 0
                        && token.first
                        && at > self.at
                        && self.tokens[at - 1].kind != Kind::Sign(',')
                        && BEGINS.iter().any(|other| word.eq_ignore_ascii_case(other)) =>
                {
                    return at;
                }
                _ => {}
            }
        }
        self.tokens.len()
    }

    /// The end of a statement of few words.
    fn short_end(&self) -> usize {
        let last = (self.at + 12).min(self.tokens.len());
        (self.at..last).find(|at| self.tokens[*at].kind == Kind::Sign(';') || (self.tokens[*at].first && *at > self.at)).unwrap_or(last)
    }

    fn is(&self, word: &str) -> bool {
        matches!(self.tokens.get(self.at), Some(Token { kind: Kind::Word(other), .. }) if other.eq_ignore_ascii_case(word))
    }

    fn takes(&mut self, word: &str) -> bool {
        let is = self.is(word);
        self.at += usize::from(is);
        is
    }

    fn is_sign(&self, sign: char) -> bool {
        self.tokens.get(self.at).is_some_and(|token| token.kind == Kind::Sign(sign))
    }

    fn takes_sign(&mut self, sign: char) -> bool {
        let is = self.is_sign(sign);
        self.at += usize::from(is);
        is
    }

    fn line(&self, at: usize) -> u32 {
        self.tokens.get(at).or(self.tokens.last()).map_or(1, |token| token.line)
    }

    fn gap(&mut self, line: u32, reason: &str) {
        let mark = Some(self.out.mark(line, line));
        self.out.facts.gaps.push(Gap { mark, reason: reason.to_owned(), whole: false });
    }

    fn say_at(&mut self, table: &str, what: TableChange, line: u32) {
        let mark = self.out.mark(line, line);
        self.say(table.to_owned(), what, mark);
    }

    fn say(&mut self, table: String, what: TableChange, mark: Mark) {
        if self.changes.len() < MANY {
            self.changes.push(SchemaChange { table, what, mark });
        }
    }
}

/// A name without the schema that is meant where none is named, and without brackets that stand in a text.
fn plain(name: &str) -> String {
    let name = name.replace(['[', ']'], "");
    name.strip_prefix("public.").or_else(|| name.strip_prefix("dbo.")).map_or(name.clone(), str::to_owned)
}
