//! Pages of JSP: what is written in Java between `<%` and `%>` is read as the top level of a file, and what expressions of
//! the page ask of the request (`${param.q}`) as if it stood there in Java. Every line stays where it is.

/// What the container hands to every page.
const GIVEN: &str = "import jakarta.servlet.http.HttpServletRequest; import jakarta.servlet.http.HttpServletResponse; HttpServletRequest request; HttpServletResponse response; ";

/// No longer expression is looked at.
const MAX_EXPRESSION: usize = 2_000;

/// What expressions of a page ask for, by the name of the object that holds it.
const HOLDERS: [(&str, &str); 5] = [
    ("paramValues", "request.getParameterValues"),
    ("param", "request.getParameter"),
    ("headerValues", "request.getHeaders"),
    ("header", "request.getHeader"),
    ("cookie", "jakarta.servlet.descriptor.cookie"),
];

/// Whether a text is a page: Java begins with no angle bracket, and a descriptor holds no code.
pub(super) fn is_page(text: &str) -> bool {
    let start = text.trim_start_matches('\u{feff}').trim_start();
    let is_markup = start.starts_with('<') || start.starts_with("${");
    is_markup && !text.contains("<web-app") && (!start.starts_with("<?xml") || text.contains("<jsp:"))
}

/// The Java of a page.
pub(super) fn code(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + GIVEN.len());
    out.push_str(GIVEN);
    let mut rest = text;
    while let Some(at) = rest.find("<%") {
        markup(&rest[..at], &mut out);
        let body = &rest[at + 2..];
        if let Some(comment) = body.strip_prefix("--") {
            let end = comment.find("--%>").map_or(comment.len(), |end| end + 4);
            lines(&comment[..end], &mut out);
            rest = &comment[end..];
            continue;
        }
        let end = body.find("%>").unwrap_or(body.len());
        scripted(&body[..end], &mut out);
        rest = body.get(end + 2..).unwrap_or_default();
    }
    markup(rest, &mut out);
    out
}

/// What stands between `<%` and `%>`.
fn scripted(body: &str, out: &mut String) {
    if let Some(directive) = body.strip_prefix('@') {
        out.push_str(&imports(directive));
        lines(directive, out);
    } else if let Some(expression) = body.strip_prefix('=') {
        out.push_str("out.print(");
        out.push_str(expression);
        out.push_str(");");
    } else {
        out.push_str(body.strip_prefix('!').unwrap_or(body));
        out.push(' ');
    }
}

/// `page import="java.util.*, shop.Orders"`.
fn imports(directive: &str) -> String {
    let Some((_, rest)) = directive.split_once("import") else { return String::new() };
    let Some(rest) = rest.trim_start().strip_prefix('=').map(str::trim_start) else { return String::new() };
    let Some(quote) = rest.chars().next().filter(|quote| matches!(quote, '"' | '\'')) else { return String::new() };
    let listed = rest[1..].split(quote).next().unwrap_or_default();
    let is_name = |name: &&str| !name.is_empty() && name.chars().all(|letter| letter.is_alphanumeric() || "._*$ ".contains(letter));
    listed.split([',', ';']).map(str::trim).filter(is_name).map(|name| format!("import {name};")).collect()
}

/// The page around: only what its expressions ask for.
fn markup(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.find("${").into_iter().chain(rest.find("#{")).min() {
        lines(&rest[..at], out);
        let body = &rest[at + 2..];
        let Some(end) = body.find('}').filter(|end| *end <= MAX_EXPRESSION) else {
            rest = body;
            continue;
        };
        asked(&body[..end], out);
        lines(&body[..end], out);
        rest = &body[end + 1..];
    }
    lines(rest, out);
}

/// `param.q`, `header["User-Agent"]`, `cookie.session.value`, wherever in an expression.
fn asked(expression: &str, out: &mut String) {
    let is_part = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '.' | '$');
    for (holder, call) in HOLDERS {
        let mut from = 0;
        while let Some(at) = expression[from..].find(holder).map(|at| from + at) {
            let end = at + holder.len();
            from = end;
            if expression[..at].chars().next_back().is_some_and(is_part) {
                continue;
            }
            if let Some(name) = key(&expression[end..]) {
                out.push_str(&format!("{call}(\"{name}\");"));
            }
        }
    }
}

/// The name behind a holder.
fn key(rest: &str) -> Option<&str> {
    let is_name = |name: &&str| !name.is_empty() && name.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '$'));
    if let Some(rest) = rest.strip_prefix('.') {
        return rest.split(|letter: char| !(letter.is_alphanumeric() || matches!(letter, '_' | '$'))).next().filter(is_name);
    }
    let rest = rest.strip_prefix('[')?.trim_start();
    let quote = rest.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    rest[1..].split(quote).next().filter(is_name)
}

fn lines(text: &str, out: &mut String) {
    out.extend(text.bytes().filter(|byte| *byte == b'\n').map(char::from));
}

#[cfg(test)]
mod tests {
    use super::{code, is_page};

    #[test]
    fn code_stays_in_its_lines() {
        let page = "<%@ page import=\"a.B, c.*\" %>\n<p>ü</p>\n<% B b = new B(); %>\n<%-- <% no %> --%>\n<%= b.name() %>";
        let read = code(page);
        assert_eq!(read.lines().count(), page.lines().count());
        assert!(read.contains("import a.B;import c.*;"));
        assert!(read.lines().nth(2).unwrap_or_default().contains("B b = new B();"));
        assert!(read.ends_with("out.print( b.name() );"));
        assert!(!read.contains("no %"));
    }

    #[test]
    fn expressions_ask_for_parameters() {
        let read = code("<a>${param.q}</a>${not.param.x} ${empty paramValues['tag'] ? header[\"X-A\"] : cookie.session.value}");
        for asked in ["request.getParameter(\"q\")", "request.getParameterValues(\"tag\")", "request.getHeader(\"X-A\")", "descriptor.cookie(\"session\")"] {
            assert!(read.contains(asked), "{read}");
        }
        assert!(!read.contains("\"x\""));
    }

    #[test]
    fn java_and_descriptors_are_no_pages() {
        assert!(is_page("<html><%= 1 %></html>") && is_page("${param.q}"));
        assert!(!is_page("class A { String s = \"<% %>\"; }") && !is_page("<web-app></web-app>") && !is_page("<?xml version=\"1.0\"?><beans/>"));
    }

    #[test]
    fn what_is_cut_off_ends() {
        for text in ["<%", "<%@", "<%=", "<%--", "<${", "${", "${param.", "${param['", "<%@ page import=", "<%@ page import=\""] {
            assert!(code(text).starts_with("import "));
        }
    }
}
