#![allow(clippy::unwrap_used)]
//! Rules of access, read from sources and applied to routes.

use super::patterns::{Fit, fit_path};
use super::*;
use threatline_facts::code::CodeFact;
use threatline_facts::{ArtifactKind, Fact, Language, Mark};
use threatline_model::EntryPointKind;

fn source(language: Language, text: &str) -> Source {
    let read = threatline_extract::extract(ArtifactKind::Source(language), text.as_bytes());
    let mut facts = read.facts.facts.into_iter();
    facts.find_map(|fact| if let Fact::Code(CodeFact::Source(source)) = fact { Some(*source) } else { None }).unwrap()
}

/// `METHOD path` → what is decided, for files that are given with their paths; the route is of the first.
fn decide(files: &[(&str, &str)], route: &str) -> Option<bool> {
    let language = if files[0].0.ends_with(".cs") { Language::CSharp } else { Language::Java };
    let mut sources: Vec<(Arc<str>, Source)> = files.iter().map(|(path, text)| (Arc::from(*path), source(language, text))).collect();
    sources.sort_by(|left, right| left.0.cmp(&right.0));
    let located: Vec<Located<'_>> = sources.iter().map(|(path, source)| (path, source)).collect();
    let (method, path) = route.split_once(' ').unwrap();
    let place = Place { path: Arc::from(files[0].0), mark: Mark(0), by: Arc::from("test") };
    let mut entries = [CodeEntry {
        written: None,
        kind: EntryPointKind::Http,
        method: (method != "ANY").then(|| method.to_owned()),
        path: path.to_owned(),
        parameters: Vec::new(),
        handler: None,
        authenticated: None,
        authorized: None,
        properties: Vec::new(),
        takes: None,
        returns: None,
        places: vec![place],
        calls: None,
        handled: None,
        homes: None,
    }];
    apply(&located, threatline_knowledge::packs::Shelf::default(), &mut entries);
    entries[0].authenticated.as_ref().map(|conclusion| conclusion.holds)
}

const CONTROLLER: (&str, &str) =
    ("a/src/main/java/shop/Orders.java", "package shop; import org.springframework.web.bind.annotation.*; @RestController class Orders {}");

fn config(body: &str) -> String {
    format!(
        "package shop;\nimport org.springframework.security.config.annotation.web.builders.*;\nimport org.springframework.security.web.SecurityFilterChain;\n\
         import org.springframework.security.config.annotation.web.configuration.*;\nimport org.springframework.context.annotation.*;\n\
         import org.springframework.core.annotation.Order;\nimport static shop.Paths.OPEN;\n{body}\n"
    )
}

fn spring(body: &str, route: &str) -> Option<bool> {
    let text = config(body);
    let paths = "package shop; import org.springframework.stereotype.*; class Paths { static final String[] OPEN = {\"/open/**\", Paths.BASE + \"/x\"}; static final String BASE = \"/base\"; }";
    decide(&[CONTROLLER, ("a/src/main/java/shop/Security.java", &text), ("a/src/main/java/shop/Paths.java", paths)], route)
}

#[test]
fn patterns_say_yes_no_or_maybe() {
    let cases = [
        ("/a/**", "/a", Fit::Yes),
        ("/a/**", "/a/b/{id}", Fit::Yes),
        ("/a/*", "/a/{id}", Fit::Yes),
        ("/a/*", "/a", Fit::No),
        ("/a/*", "/a/b/c", Fit::No),
        ("/a/{x}/c", "/a/{id}/c", Fit::Yes),
        ("/a/b", "/a/{id}", Fit::Maybe),
        ("/a/b", "/c/{id}", Fit::No),
        ("/**/health", "/a/health", Fit::Yes),
        ("/**/health", "/a/b", Fit::No),
        ("/*.html", "/index.html", Fit::Yes),
        ("/*.html", "/index", Fit::No),
        ("/", "/", Fit::Yes),
        ("/**", "/", Fit::Yes),
        ("/a/{id:[0-9]+}", "/a/{id}", Fit::Maybe),
        ("a/**", "/a", Fit::Maybe),
        ("/a/{*rest}", "/a/b/c", Fit::Yes),
    ];
    for (pattern, path, fit) in cases {
        assert_eq!(fit_path(pattern, path), fit, "{pattern} {path}");
    }
}

#[test]
fn the_first_match_decides() {
    let chain = "@Configuration class C { @Bean SecurityFilterChain chain(HttpSecurity http) throws Exception {\n\
        http.authorizeHttpRequests(a -> a.requestMatchers(\"/healthz\").permitAll()\n\
        .requestMatchers(HttpMethod.GET, \"/orders\", \"/orders/*\").permitAll()\n\
        .requestMatchers(\"/admin/**\").hasRole(\"ADMIN\")\n.anyRequest().authenticated())\n\
        .oauth2ResourceServer(o -> o.jwt(Customizer.withDefaults()));\nreturn http.build(); } }";
    assert_eq!(spring(chain, "GET /healthz"), Some(false));
    assert_eq!(spring(chain, "GET /orders/{id}"), Some(false));
    assert_eq!(spring(chain, "POST /orders"), Some(true));
    assert_eq!(spring(chain, "ANY /orders"), None);
    assert_eq!(spring(chain, "GET /admin/x"), Some(true));
    assert_eq!(spring(chain, "DELETE /{thing}"), None);
}

#[test]
fn the_old_style_and_pages_of_a_login() {
    let chain = "class C extends WebSecurityConfigurerAdapter { @Override protected void configure(HttpSecurity http) throws Exception {\n\
        http.csrf().disable().authorizeRequests().antMatchers(OPEN).permitAll().antMatchers(\"/x\").access(\"hasRole('A')\")\n\
        .antMatchers(\"/y\").access(\"hasRole('A') or permitAll\").anyRequest().authenticated()\n\
        .and().formLogin().loginPage(\"/signin\").permitAll().and().httpBasic(); }\n\
        @Override public void configure(WebSecurity web) { web.ignoring().antMatchers(\"/assets/**\"); } }";
    assert_eq!(spring(chain, "GET /open/a"), Some(false));
    assert_eq!(spring(chain, "GET /base/x"), Some(false));
    assert_eq!(spring(chain, "GET /x"), Some(true));
    assert_eq!(spring(chain, "GET /y"), None);
    assert_eq!(spring(chain, "GET /signin"), Some(false));
    assert_eq!(spring(chain, "GET /assets/a.css"), Some(false));
    assert_eq!(spring(chain, "GET /z"), Some(true));
}

#[test]
fn several_chains_by_scope_and_order() {
    let chains = "class C { @Bean @Order(1) SecurityFilterChain api(HttpSecurity http) { return http.securityMatcher(\"/api/**\").authorizeHttpRequests(a -> a.anyRequest().authenticated()).build(); }\n\
        @Bean @Order(2) SecurityFilterChain web(HttpSecurity http) { http.authorizeHttpRequests(a -> a.anyRequest().permitAll()); return http.build(); } }";
    assert_eq!(spring(chains, "GET /api/x"), Some(true));
    assert_eq!(spring(chains, "GET /x"), Some(false));
    let conditional = chains.replace("@Bean @Order(1)", "@Bean @Profile(\"prod\") @Order(1)");
    assert_eq!(spring(&conditional, "GET /api/x"), None);
    assert_eq!(spring(&conditional, "GET /x"), Some(false));
}

#[test]
fn what_is_not_understood_is_not_judged() {
    let helper = "class C { @Bean SecurityFilterChain c(HttpSecurity http) { Shared.configure(http); http.authorizeHttpRequests(a -> a.anyRequest().authenticated()); return http.build(); } }";
    assert_eq!(spring(helper, "GET /x"), None);
    let own = "class C { @Bean SecurityFilterChain c(HttpSecurity http) { rules(http); return http.build(); } private void rules(HttpSecurity h) { h.authorizeHttpRequests(a -> a.anyRequest().authenticated()); } }";
    assert_eq!(spring(own, "GET /x"), Some(true));
    let condition = "class C { @Bean SecurityFilterChain c(HttpSecurity http) { http.authorizeHttpRequests(a -> { if (open) { a.requestMatchers(\"/x\").permitAll(); } a.anyRequest().authenticated(); }); return http.build(); } }";
    assert_eq!(spring(condition, "GET /x"), None);
    assert_eq!(spring(condition, "GET /y"), Some(true));
    let unknown = "class C { @Bean SecurityFilterChain c(HttpSecurity http) { http.authorizeHttpRequests(a -> a.requestMatchers(paths()).permitAll().anyRequest().authenticated()); return http.build(); } }";
    assert_eq!(spring(unknown, "GET /x"), None);
    let silent = "class C { @Bean SecurityFilterChain c(HttpSecurity http) { http.csrf(c -> c.disable()); return http.build(); } }";
    assert_eq!(spring(silent, "GET /x"), Some(false));
    let elsewhere = config(
        "class C { @Bean SecurityFilterChain c(HttpSecurity http) { http.authorizeHttpRequests(a -> a.anyRequest().authenticated()); return http.build(); } }",
    );
    assert_eq!(decide(&[CONTROLLER, ("b/src/main/java/shop/Security.java", &elsewhere)], "GET /x"), None);
}

#[test]
fn resource_servers_demand_authentication() {
    let text =
        "package shop; import org.springframework.security.oauth2.config.annotation.web.configuration.EnableResourceServer; @EnableResourceServer class App {}";
    assert_eq!(decide(&[CONTROLLER, ("a/src/main/java/shop/App.java", text)], "GET /x"), Some(true));
}

#[test]
fn fallbacks_of_a_program() {
    let controller = ("a/Controllers/Home.cs", "using Microsoft.AspNetCore.Mvc; public class HomeController : Controller { }");
    let plain = ("a/Routes.cs", "using Microsoft.AspNetCore.Builder; static class R { }");
    let program = |text: &str| format!("using Microsoft.AspNetCore.Builder;\nvar builder = WebApplication.CreateBuilder(args);\n{text}\n");
    let policy =
        program("builder.Services.AddAuthorization(o => { o.FallbackPolicy = new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build(); });");
    assert_eq!(decide(&[plain, ("a/Program.cs", &policy)], "GET /x"), Some(true));
    assert_eq!(decide(&[plain, ("b/Program.cs", &policy)], "GET /x"), None);
    let none = program("builder.Services.AddAuthorization(o => { o.FallbackPolicy = null; });");
    assert_eq!(decide(&[plain, ("a/Program.cs", &none)], "GET /x"), None);
    let filter = program("builder.Services.AddControllers(o => o.Filters.Add(new AuthorizeFilter()));");
    assert_eq!(decide(&[controller, ("a/Program.cs", &filter)], "GET /x"), Some(true));
    assert_eq!(decide(&[plain, ("a/Program.cs", &filter)], "GET /x"), None);
    let mapped = program("app.MapControllers().RequireAuthorization();");
    assert_eq!(decide(&[controller, ("a/Program.cs", &mapped)], "GET /x"), Some(true));
}
