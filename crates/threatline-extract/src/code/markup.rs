//! Components that are pages with a script in them (Vue, Svelte): the script is read, the page is not.

/// The text with everything outside `<script>` made blank, so that every line stays where it is; none for
/// a text that is no page.
pub(super) fn scripts(text: &str) -> Option<String> {
    // a closing tag tells a page from a program that begins with a type in angle brackets
    if !text.trim_start().starts_with('<') || !text.contains("</") && !text.contains("<script") {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, body)) = opening(rest) {
        blank(before, &mut out);
        let end = body.find("</script").unwrap_or(body.len());
        out.push_str(&body[..end]);
        // two scripts of one page are two statements
        out.push_str(if end < body.len() { ";" } else { "" });
        rest = body.get(end + 1..).unwrap_or_default();
    }
    blank(rest, &mut out);
    Some(out)
}

/// What stands before the end of the next opening tag of a script, and what behind it.
fn opening(text: &str) -> Option<(&str, &str)> {
    let mut from = 0;
    while let Some(at) = text[from..].find("<script").map(|at| from + at) {
        let tag = at + "<script".len();
        if text[tag..].starts_with([' ', '>', '\n', '\r', '\t']) {
            let end = tag + text[tag..].find('>')? + 1;
            return Some((&text[..end], &text[end..]));
        }
        from = tag;
    }
    None
}

fn blank(text: &str, out: &mut String) {
    out.extend(text.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
}

#[cfg(test)]
mod tests {
    use super::scripts;

    #[test]
    fn only_the_script_of_a_page_stays_and_stays_where_it_is() {
        let page = "<template><p>ü</p></template>\n<script setup lang=\"ts\">\nfetch('/x')\n</script>\n<style>a{}</style>";
        let read = scripts(page).unwrap_or_default();
        assert_eq!(read.len(), page.len());
        assert_eq!(read.find("fetch"), page.find("fetch"));
        assert!(!read.contains("template") && !read.contains("style"));
    }

    #[test]
    fn a_program_is_no_page() {
        assert_eq!(scripts("const page = '<script>x</script>';"), None);
        assert_eq!(scripts("<T>(x: T) => x"), None);
        assert_eq!(scripts("<scripts>x</scripts>"), Some(" ".repeat(20)));
    }

    #[test]
    fn a_script_without_an_end_is_read_to_the_end() {
        assert_eq!(scripts("<script>let a"), Some("        let a".to_owned()));
        assert_eq!(scripts("<script lang="), Some(" ".repeat(13)));
    }
}
