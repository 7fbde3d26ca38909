#![allow(clippy::unwrap_used)]

use crate::code::show::show;

fn check(text: &str, expected: &str) {
    let shown = show(&super::lower(text));
    assert_eq!(shown.trim(), expected.trim(), "\n{shown}");
}

#[test]
fn a_word_is_a_variable_where_it_was_assigned_and_a_call_elsewhere() {
    check("user\nuser = find\nuser\nblock { |x| x }\n", "1 user()\n2 user = find()\n3 user\n4 block(&: (x) => x)");
}

#[test]
fn pairs_of_texts_stay_together_and_named_ones_are_arguments() {
    check("get \"/x\" => \"a#b\", via: :all", "1 get([\"/x\", \"a#b\"], via: \"all\")");
    check("get \"#{base}/x\", %i[a b]", "1 get(template[base, \"/x\"], [\"a\", \"b\"])");
}

#[test]
fn leaving_by_and_is_a_step_of_its_own() {
    check("def a\n  head(401) and return\n  b\nend\n", "1 public fn a() 1:1-4\n  2 head(401)\n  2 return \n  3 return b()");
    check("def a\n  user or return\nend\n", "1 public fn a() 1:1-3\n  2 if !user\n    2 return ");
}

#[test]
fn a_class_holds_constants_mixins_and_what_runs_in_its_body() {
    let text = "module Api\n  class V1::Users < Base\n    include Auth\n    X = 1\n    before_action :a, only: [:b]\n    def b; end\n    private\n    def c; end\n  end\nend\n";
    let shown = show(&super::lower(text));
    assert!(shown.contains("Class Api.V1.Users: [Base, Auth]"), "{shown}");
    assert!(shown.contains("field X = 1"), "{shown}");
    assert!(shown.contains("before_action(\"a\", only: [\"b\"])"), "{shown}");
    assert!(shown.contains("public fn b()") || shown.contains("fn b()"), "{shown}");
}

#[test]
fn deep_nesting_is_cut_and_broken_text_is_read() {
    let deep = "[".repeat(4_000) + &"]".repeat(4_000);
    super::lower(&deep);
    super::lower(&"a.b { ".repeat(2_000));
    super::lower(&"class A\n".repeat(2_000));
    assert!(super::lower("def (").has_errors);
}
