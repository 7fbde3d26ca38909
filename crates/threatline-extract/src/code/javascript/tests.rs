//! What the lowering makes of common and of awkward text.

use super::lower;
use crate::code::tree::Import;
use crate::code::tree::{ExpressionKind, StatementKind};
use threatline_facts::Language;

#[test]
fn both_kinds_of_module_import_alike() {
    let module = lower(
        Language::JavaScript,
        "import express, { Router as R } from 'express';\nimport * as fs from 'fs';\nconst { a, b: c } = require('./m');\nconst pg = require('pg').Pool;\nconst f = require('./f')(1);\n",
    );
    let found: Vec<(&str, &str, Option<&str>)> = module.imports.iter().map(|i| (i.local.as_str(), i.module.as_str(), i.member.as_deref())).collect();
    let expected = [
        ("express", "express", Some("default")),
        ("R", "express", Some("Router")),
        ("fs", "fs", None),
        ("a", "./m", Some("a")),
        ("c", "./m", Some("b")),
        ("pg", "pg", Some("Pool")),
    ];
    assert_eq!(found, expected);
}

#[test]
fn both_kinds_of_module_export_alike() {
    let module = lower(
        Language::JavaScript,
        "export const x = 1;\nexport default function go() {}\nmodule.exports = { y, z: 2 };\nexports.w = 3;\nexport * from './all';\nexport { q as r } from './q';\n",
    );
    let names: Vec<&str> = module.exports.iter().map(|export| export.name.as_str()).collect();
    assert_eq!(names, ["x", "default", "default", "y", "z", "w", "*", "r"]);
}

#[test]
fn types_only_are_no_import() {
    let module = lower(Language::TypeScript, "import type { A } from './a';\nimport { type B, C } from './b';\n");
    let locals = |imports: &[Import]| imports.iter().map(|import| import.local.clone()).collect::<Vec<_>>();
    assert_eq!(locals(&module.imports), ["C"]);
    assert_eq!(locals(&module.type_imports), ["A", "B"]);
}

#[test]
fn lines_and_classes_are_kept() {
    let module = lower(
        Language::TypeScript,
        "@Controller('users')\nexport class Users {\n  constructor(private readonly db: Db) {}\n  @Get(':id')\n  one(@Param('id') id: string): Promise<User[]> { return this.db.one(id)!; }\n}\n",
    );
    let Some(StatementKind::Class(class)) = module.body.first().map(|statement| &statement.kind) else { panic!("no class") };
    assert_eq!((class.name.as_str(), class.annotations.len(), class.fields.len()), ("Users", 1, 1));
    let one = &class.methods[1];
    assert_eq!((one.name.as_str(), one.annotations.len(), one.parameters[0].annotations.len(), one.line), ("one", 1, 1, 5));
    assert_eq!(one.returns.as_ref().map(|t| t.name.as_str()), Some("[]"));
}

#[test]
fn broken_and_deep_text_is_survived() {
    assert!(lower(Language::JavaScript, "app.get('/x', (req => {").has_errors);
    let deep = "[".repeat(20_000);
    assert!(lower(Language::TypeScript, &deep).has_errors);
    let nested = format!("x = {}1{};", "f(".repeat(2_000), ")".repeat(2_000));
    assert_eq!(lower(Language::Tsx, &nested).body.len(), 1);
}

#[test]
fn deep_texts_are_read_as_far_as_they_go() {
    for deep in [
        format!("x = {}1{};\nf();\n", "[".repeat(5000), "]".repeat(5000)),
        format!("x = {};\nf();\n", vec!["'a'"; 3000].join(" + ")),
        format!("{}f();{}\n", "if (a) {".repeat(3000), "}".repeat(3000)),
        format!("x = {}1{};\nf();\n", "() => ({a: ".repeat(2000), "})".repeat(2000)),
        format!("x = a{};\nf();\n", ".b()".repeat(4000)),
        format!("x = {}1;\nf();\n", "a ? b : ".repeat(3000)),
        format!("{}f();\n", "if (a) b(); else ".repeat(3000)),
        format!("let x: {}string{};\nf();\n", "Array<".repeat(3000), ">".repeat(3000)),
    ] {
        for language in [Language::JavaScript, Language::TypeScript, Language::Tsx] {
            let module = lower(language, &deep);
            let source = super::super::reduce::reduce(language, &module, &mut threatline_facts::Extracted::default());
            assert!(!source.functions.is_empty(), "{language:?}");
        }
    }
}

/// What a function that is called at once keeps from others is the module's all the same; one that is handed something is a function.
#[test]
fn a_function_around_the_file_is_none() {
    let module = lower(Language::JavaScript, "(function () {\n  'use strict';\n  var util = require('util');\n  module.exports = { a: 1 };\n}());\n");
    assert_eq!(module.imports.iter().map(|import| import.module.as_str()).collect::<Vec<_>>(), ["util"]);
    assert_eq!(module.exports.iter().map(|export| export.name.as_str()).collect::<Vec<_>>(), ["default", "a"]);
    let handed = lower(Language::JavaScript, "(function (root) {\n  module.exports = { a: 1 };\n}(this));\n");
    assert!(handed.exports.is_empty(), "{:?}", handed.exports);
}

/// A space of names offers what it exports, under its own name.
#[test]
fn a_space_of_names_is_a_record() {
    let text = "export module Api {\n  const hidden = 1;\n  export const route = app();\n  export function go() {}\n  export interface Shape {}\n}\nexport namespace Other { export const x = 2; }\ndeclare module 'x' { export const y: number; }\n";
    let module = lower(Language::TypeScript, text);
    let records = module.body.iter().filter_map(|statement| match &statement.kind {
        StatementKind::Assign { target, value: Some(value), .. } => match (&target.kind, &value.kind) {
            (ExpressionKind::Name(name), ExpressionKind::Map(entries)) => Some(format!("{name} {}", entries.len())),
            _ => None,
        },
        _ => None,
    });
    assert_eq!(records.collect::<Vec<_>>(), ["Api 2", "Other 1"]);
    let names: Vec<&str> = module.exports.iter().map(|export| export.name.as_str()).collect();
    assert_eq!(names, ["Api", "Other"]);
}
