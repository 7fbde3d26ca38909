//! Scripts of SQL: whose tables they make, and what is left of them.
#![allow(clippy::unwrap_used)]

mod common;

use common::{line, model};
use threatline_model::{Model, Property};

const COMPOSE: &str = "services:
  web: { build: ./web, environment: { DATABASE_URL: 'postgres://u:p@db:5432/shop' } }
  db: { image: 'postgres:16', volumes: ['./init:/docker-entrypoint-initdb.d'] }
";
const DOCKERFILE: &str = "FROM python:3\nCOPY . .\nCMD python app.py\n";
const APP: &str = "import os, psycopg2\ndb = psycopg2.connect(os.environ['DATABASE_URL'])\n\nif __name__ == '__main__':\n    db.cursor()\n";
const SHOP: &[(&str, &str)] = &[("compose.yaml", COMPOSE), ("web/Dockerfile", DOCKERFILE), ("web/app.py", APP), ("web/requirements.txt", "psycopg2\n")];

fn with<'a>(files: &[(&'a str, &'a str)], base: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    base.iter().chain(files).copied().collect()
}

/// The classes of every component that has some.
fn data(model: &Model) -> Vec<String> {
    let words = |name: &str, data: &std::collections::BTreeSet<_>| {
        format!("{name}: {}", data.iter().map(|class: &threatline_facts::DataClass| class.name()).collect::<Vec<_>>().join(" "))
    };
    model.components.iter().filter_map(|one| Some(words(&one.name, one.data.as_ref()?))).collect()
}

#[track_caller]
fn check(files: &[(&str, &str)], expected: &[&str]) {
    assert_eq!(data(&model(&with(files, SHOP))), expected);
}

#[test]
fn a_migration_says_what_the_store_of_its_program_holds() {
    let files = with(&[("web/migrations/V1__users.sql", "create table users (\n  id int,\n  email text,\n  \"passwordHash\" text\n);\n")], SHOP);
    let model = model(&files);
    assert_eq!(data(&model), ["db: email password", "web: email password"]);
    let db = model.components.iter().find(|one| one.name == "db").unwrap();
    let shown: Vec<String> = db
        .evidence
        .iter()
        .filter(|evidence| &*evidence.by == "sql")
        .map(|evidence| {
            let place = threatline_link::compose::Place { path: evidence.path.clone(), mark: evidence.mark.unwrap(), by: evidence.by.clone() };
            line(&files, &place)
        })
        .collect();
    assert_eq!(shown, ["email text,", "\"passwordHash\" text"]);
}

#[test]
fn what_holds_is_what_is_left_in_the_end() {
    let first = "create table users (id int, email text, ssn text);\ncreate table cards (card_number text);\n";
    // ten comes behind two, and the way back is not run
    let files = [
        ("web/migrations/V1__first.sql", first),
        ("web/migrations/V2__more.sql", "alter table users add column iban text, drop column ssn;\n"),
        ("web/migrations/V10__less.sql", "drop table cards;\nalter table users rename column iban to phone_number;\n"),
        ("web/migrations/U10__back.sql", "create table cards (card_number text);\n"),
        ("web/migrations/V2__more.down.sql", "alter table users add column ssn text;\n"),
    ];
    check(&files, &["db: email phone", "web: email phone"]);
    // one folder each
    let files = [
        ("web/prisma/migrations/20240101_init/migration.sql", first),
        ("web/prisma/migrations/20240202_less/migration.sql", "ALTER TABLE \"users\" DROP COLUMN \"email\", DROP COLUMN \"ssn\";\n"),
    ];
    check(&files, &["db: payment_card", "web: payment_card"]);
}

#[test]
fn what_is_mounted_into_a_store_is_the_stores() {
    check(&[("init/01.sql", "create table users (email text);\n")], &["db: email"]);
    // a folder around everything that speaks to one store
    check(&[("database/schema.sql", "create table users (email text);\n")], &["db: email"]);
    // what only tests run
    check(&[("web/tests/schema.sql", "create table users (email text);\n")], &[]);
}

#[test]
fn of_two_stores_nobody_knows_which() {
    let two = "services:
  web: { build: ./web, environment: { DATABASE_URL: 'postgres://u:p@db:5432/shop' } }
  bill: { image: acme/bill }
  db: { image: 'postgres:16' }
  other: { image: 'postgres:16' }
";
    let script = "create table users (email text);\n";
    let files = |path| [("compose.yaml", two), SHOP[1], SHOP[2], SHOP[3], (path, script)];
    assert!(data(&model(&files("database/schema.sql"))).is_empty());
    // but the program around it knows
    assert_eq!(data(&model(&files("web/db/schema.sql"))), ["db: email", "web: email"]);
    // a store that is asked otherwise has no tables
    let redis = "services:\n  web: { build: ./web, environment: { REDIS_URL: 'redis://cache:6379' } }\n  cache: { image: 'redis:7' }\n";
    assert_eq!(data(&model(&[("compose.yaml", redis), ("db/schema.sql", script)])), [] as [&str; 0]);
}

#[test]
fn policies_keep_rows_or_do_not() {
    let policy = |text: &str| {
        let model = model(&with(&[("web/db/schema.sql", text)], SHOP));
        let db = model.components.iter().find(|one| one.name == "db").unwrap();
        db.properties.get(Property::RowPolicy).cloned().map(|value| format!("{value:?}"))
    };
    let secured = "create table users (email text);\nalter table users enable row level security;\n";
    assert_eq!(policy(secured).as_deref(), Some("Flag(true)"));
    assert_eq!(policy(&format!("{secured}create policy a on users using (true);\n")).as_deref(), Some("Flag(false)"));
    assert_eq!(policy(&format!("{secured}create policy a on users using (true);\ndrop policy a on users;\n")).as_deref(), Some("Flag(true)"));
    assert_eq!(policy(&format!("{secured}create policy a on users using (id = current_user_id());\n")).as_deref(), Some("Flag(true)"));
    // one of two tables is not known to be kept by anybody
    assert_eq!(policy(&format!("{secured}create table cards (card_number text);\n")), None);
    // most stores have no policies, and that says nothing
    assert_eq!(policy("create table users (email text);\n"), None);
}
